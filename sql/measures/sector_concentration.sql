-- Grain: one row a region, base region, denominator, definition, sector, ownership, period and measure.
-- Why: what a location quotient is made from: the sector in the region beside the same sector in the base, a state or
-- the nation that is there in that period, and all industries of both. The denominator of base_ownership total_covered
-- is all of theirs, as in BLS's own quotients; that of private are the private shares, for where a private total is
-- hidden, sector and total are bounded together. A share's whole is 1.
-- Warnings: a base may hold the region: the two are treated as if they had nothing to do with each other.
WITH totals AS (
    SELECT region, period, 'businesses' AS measure, establishments AS whole
    FROM core.region_totals
    WHERE vintage = 'in_force' AND ownership = 'total_covered'
    UNION ALL
    SELECT region, period, 'employment', employment
    FROM core.region_totals
    WHERE vintage = 'in_force' AND ownership = 'total_covered'
    UNION ALL
    SELECT region, period, 'wages', wages_usd
    FROM core.region_totals
    WHERE vintage = 'in_force' AND ownership = 'total_covered'
),
figures AS (
    SELECT measured.region, measured.region_name, measured.definition, measured.sector, measured.sector_name,
        measured.sector_kind, measured.ownership, measured.period, measured.year, measured.quarter, measured.measure,
        measured.estimate_status, measured.revision_status, measured.source, measured.data_origin,
        'total_covered' AS base_ownership, totals.whole,
        measured.lower, measured.estimate, measured.upper, measured.interval90_lower, measured.interval90_upper
    FROM marts.sector_measures AS measured
    JOIN totals USING (region, period, measure)
    WHERE measured.sector_kind <> 'gross'
    UNION ALL
    SELECT region, region_name, definition, sector, sector_name, sector_kind, ownership, period, year, quarter, measure,
        estimate_status, revision_status, source, data_origin, 'private', 1.0,
        lower_share, estimate_share, upper_share, interval90_lower_share, interval90_upper_share
    FROM marts.sector_measures
    WHERE sector_kind <> 'gross' AND ownership = 'private'
),
bases AS (
    SELECT region AS base_region, region_name AS base_region_name, statewide_area, sort_order
    FROM reference.regions
    WHERE statewide_area IS NOT NULL
),
compared AS (
    SELECT places.region, places.period, bases.*,
        bool_and(
            left(places.area_fips, 2) = left(bases.statewide_area, 2)
            OR (bases.statewide_area = 'US000' AND left(places.area_fips, 2) NOT IN ('72', '78'))
        ) AS is_within_base
    FROM core.region_periods AS places
    CROSS JOIN bases
    WHERE places.region <> bases.base_region AND places.area_fips <> 'US000'
    GROUP BY ALL
)
SELECT cell.region, cell.region_name, compared.base_region, compared.base_region_name, compared.is_within_base,
    cell.base_ownership, cell.definition, cell.sector, cell.sector_name, cell.sector_kind, cell.ownership,
    cell.period, cell.year, cell.quarter, cell.measure, cell.estimate_status,
    base.estimate_status AS base_estimate_status,
    cell.whole, cell.lower, cell.estimate, cell.upper, cell.interval90_lower, cell.interval90_upper,
    base.whole AS base_whole, base.lower AS base_lower, base.estimate AS base_estimate, base.upper AS base_upper,
    base.interval90_lower AS base_interval90_lower, base.interval90_upper AS base_interval90_upper,
    ['preliminary', 'revised', 'final'][least(
        list_position(['preliminary', 'revised', 'final'], cell.revision_status),
        list_position(['preliminary', 'revised', 'final'], base.revision_status)
    )] AS revision_status,
    cell.source, base.source AS base_source, cell.data_origin
FROM figures AS cell
JOIN compared ON compared.region = cell.region AND compared.period = cell.period
JOIN figures AS base
    ON base.region = compared.base_region
    AND base.base_ownership = cell.base_ownership
    AND base.definition = cell.definition
    AND base.sector = cell.sector
    AND base.ownership = cell.ownership
    AND base.period = cell.period
    AND base.measure = cell.measure
ORDER BY cell.region, cell.period, compared.sort_order, cell.base_ownership, cell.definition, cell.sector,
    cell.ownership, cell.measure
