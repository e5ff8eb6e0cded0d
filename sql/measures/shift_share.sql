-- Grain: one row a region, base region, definition, sector, ownership, measure, year and the earlier year beside it.
-- Why: what shift-share is made from: a sector of a region then and now, the same sector and all industries of the base
-- region then and now, and what forbids the comparison. The earlier year is the year before, and the first there is.
-- Warnings: years only: quarters are held against each other in marts.sector_trends. The base region holds the region.
WITH years AS (
    SELECT series.region, series.definition, series.sector, series.ownership, series.measure, series.year, series.basis,
        series.series_status, series.lower, series.estimate, series.upper, series.interval90_lower,
        series.interval90_upper, series.revision_status, series.source, series.data_origin
    FROM marts.sector_series AS series
    JOIN reference.sectors AS sectors USING (sector)
    WHERE series.quarter = 0 AND series.measure IN ('businesses', 'employment', 'wages') AND sectors.kind <> 'gross'
),
firsts AS (
    SELECT region, definition, sector, ownership, measure, min(year) AS first_year
    FROM years
    WHERE estimate IS NOT NULL
    GROUP BY ALL
),
comparisons AS (
    SELECT *, 'over_the_year' AS comparison, (year - 1)::SMALLINT AS base_year FROM years WHERE basis = 'files'
    UNION ALL
    SELECT years.*, 'since_first_year', firsts.first_year
    FROM years
    JOIN firsts USING (region, definition, sector, ownership, measure)
    WHERE years.basis = 'files' AND firsts.first_year < years.year
),
held AS (
    SELECT places.region, bases.region AS base_region
    FROM (SELECT DISTINCT region, area_fips FROM core.region_periods) AS places
    CROSS JOIN reference.regions AS bases
    WHERE bases.statewide_area IS NOT NULL AND bases.region <> places.region
    GROUP BY ALL
    HAVING bool_and(
        left(places.area_fips, 2) = left(bases.statewide_area, 2)
        OR (bases.statewide_area = 'US000' AND left(places.area_fips, 2) NOT IN ('72', '78'))
    )
),
bases AS (
    SELECT regions.region AS base_region, regions.region_name AS base_region_name, years.* EXCLUDE (region)
    FROM reference.regions AS regions
    JOIN years USING (region)
    WHERE regions.statewide_area IS NOT NULL
),
totals AS (
    SELECT base_region, ownership, year, figure.measure AS measure, figure.total AS total
    FROM (
        SELECT region AS base_region, ownership, period::SMALLINT AS year,
            unnest([
                {'measure': 'businesses', 'total': establishments},
                {'measure': 'employment', 'total': employment},
                {'measure': 'wages', 'total': wages_usd::DOUBLE}
            ]) AS figure
        FROM core.region_totals
        SEMI JOIN bases ON bases.base_region = region_totals.region
        WHERE vintage IN ('in_force', 'year_before') AND period NOT LIKE '%-Q%'
    )
),
breaks AS (
    SELECT region, definition, sector, ownership, series, 4 * year + quarter AS break_quarter, reason
    FROM marts.trend_breaks
    WHERE breaks_series
),
broken AS (
    SELECT of_pair.region, of_pair.base_region, of_pair.definition, of_pair.sector, of_pair.ownership, of_pair.year,
        of_pair.base_year, string_agg(DISTINCT breaks.reason, '; ' ORDER BY breaks.reason) AS breaks
    FROM (
        SELECT DISTINCT region, base_region, definition, sector, ownership, year, base_year
        FROM comparisons
        CROSS JOIN (SELECT DISTINCT base_region FROM bases) AS base_regions
    ) AS of_pair
    JOIN breaks
        ON breaks.definition = of_pair.definition
        AND breaks.sector = of_pair.sector
        AND breaks.ownership = of_pair.ownership
        AND (
            (breaks.region = of_pair.region AND breaks.series = 'level')
            OR (breaks.region = of_pair.base_region AND breaks.series = 'share')
        )
        AND breaks.break_quarter > 4 * of_pair.base_year + 1
        AND breaks.break_quarter <= 4 * of_pair.year + 4
    GROUP BY ALL
)
SELECT now.region, regions.region_name, bases.base_region, bases.base_region_name, now.definition, now.sector,
    sectors.sector_name, sectors.kind AS sector_kind, now.ownership, now.measure, now.year, now.comparison,
    now.base_year, now.lower, now.estimate, now.upper, now.interval90_lower, now.interval90_upper,
    before.series_status AS before_status, before.lower AS before_lower, before.estimate AS before_estimate,
    before.upper AS before_upper, before.interval90_lower AS before_interval90_lower,
    before.interval90_upper AS before_interval90_upper,
    bases.lower AS base_lower, bases.estimate AS base_estimate, bases.upper AS base_upper,
    bases.interval90_lower AS base_interval90_lower, bases.interval90_upper AS base_interval90_upper,
    bases_before.lower AS base_before_lower, bases_before.estimate AS base_before_estimate,
    bases_before.upper AS base_before_upper, bases_before.interval90_lower AS base_before_interval90_lower,
    bases_before.interval90_upper AS base_before_interval90_upper,
    totals.total AS base_total, totals_before.total AS base_total_before,
    broken.breaks, now.revision_status, now.source, now.data_origin
FROM comparisons AS now
JOIN (SELECT DISTINCT region, region_name FROM core.region_periods) AS regions USING (region)
JOIN reference.sectors AS sectors USING (sector)
JOIN bases
    ON bases.definition = now.definition AND bases.sector = now.sector AND bases.ownership = now.ownership
    AND bases.measure = now.measure AND bases.year = now.year
SEMI JOIN held ON held.region = now.region AND held.base_region = bases.base_region
LEFT JOIN years AS before
    ON before.region = now.region AND before.definition = now.definition AND before.sector = now.sector
    AND before.ownership = now.ownership AND before.measure = now.measure AND before.year = now.base_year
LEFT JOIN bases AS bases_before
    ON bases_before.base_region = bases.base_region AND bases_before.definition = now.definition
    AND bases_before.sector = now.sector AND bases_before.ownership = now.ownership
    AND bases_before.measure = now.measure AND bases_before.year = now.base_year
LEFT JOIN totals
    ON totals.base_region = bases.base_region AND totals.ownership = now.ownership
    AND totals.measure = now.measure AND totals.year = now.year
LEFT JOIN totals AS totals_before
    ON totals_before.base_region = bases.base_region AND totals_before.ownership = now.ownership
    AND totals_before.measure = now.measure AND totals_before.year = now.base_year
LEFT JOIN broken
    ON broken.region = now.region AND broken.base_region = bases.base_region AND broken.definition = now.definition
    AND broken.sector = now.sector AND broken.ownership = now.ownership AND broken.year = now.year
    AND broken.base_year = now.base_year
ORDER BY now.region, bases.base_region, now.definition, now.sector, now.ownership, now.measure, now.year, now.comparison
