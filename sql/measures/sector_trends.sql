-- Grain: one row a region, definition, sector, ownership, measure and period, beside the year before and the first.
-- Why: what every change, rate of growth and index is made from, with all that may forbid it: hidden figures, years
-- that are not whole, breaks between the two. A year of which only some quarters are there has a row that says so.
-- Warnings: the first year is the first that has an estimate; a comparison is between the same quarters, or years.
WITH parts_of_years AS (
    SELECT region, definition, sector, ownership, measure, year::VARCHAR AS period, year, 0::TINYINT AS quarter,
        'incomplete_year' AS series_status,
        arg_min(revision_status, list_position(['preliminary', 'revised', 'final'], revision_status))
            AS revision_status,
        min(source) AS source, min(data_origin) AS data_origin
    FROM marts.sector_series
    ANTI JOIN (SELECT DISTINCT region, year FROM marts.sector_series WHERE quarter = 0) AS whole USING (region, year)
    WHERE quarter > 0 AND basis = 'files'
    GROUP BY region, definition, sector, ownership, measure, year
),
compared AS (
    SELECT *,
        any_value({
            'basis': basis, 'series_status': series_status, 'lower': lower, 'estimate': estimate, 'upper': upper,
            'interval90_lower': interval90_lower, 'interval90_upper': interval90_upper
        }) OVER (
            PARTITION BY region, definition, sector, ownership, measure, quarter
            ORDER BY year RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING
        ) AS base,
        arg_min({
            'year': year, 'lower': lower, 'estimate': estimate, 'upper': upper,
            'interval90_lower': interval90_lower, 'interval90_upper': interval90_upper
        }, year) FILTER (estimate IS NOT NULL) OVER (
            PARTITION BY region, definition, sector, ownership, measure, quarter ORDER BY year
        ) AS first
    FROM (SELECT * FROM marts.sector_series UNION ALL BY NAME SELECT * FROM parts_of_years)
),
now AS (
    SELECT *, if(measure LIKE 'share_of_%', 'share', 'level') AS series,
        4 * year + greatest(quarter, 1) AS first_quarter, 4 * year + if(quarter = 0, 4, quarter) AS last_quarter
    FROM compared
    WHERE basis IS DISTINCT FROM 'changes_over_the_year'
),
breaks AS (
    SELECT region, definition, sector, ownership, series, 4 * year + quarter AS break_quarter, reason
    FROM marts.trend_breaks
    WHERE breaks_series
),
broken AS (
    SELECT now.region, now.definition, now.sector, now.ownership, now.measure, now.period,
        string_agg(DISTINCT breaks.reason, '; ' ORDER BY breaks.reason)
            FILTER (breaks.break_quarter > now.first_quarter - 4) AS breaks_over_the_year,
        string_agg(DISTINCT breaks.reason, '; ' ORDER BY breaks.reason)
            FILTER (breaks.break_quarter > now.first_quarter - 4 * (now.year - now.first.year))
            AS breaks_since_first_year
    FROM now
    JOIN breaks USING (region, definition, sector, ownership, series)
    WHERE breaks.break_quarter <= now.last_quarter
    GROUP BY now.region, now.definition, now.sector, now.ownership, now.measure, now.period
),
moved_totals AS (
    SELECT DISTINCT now.region, now.definition, now.sector, now.ownership, now.period
    FROM now
    JOIN breaks USING (region, definition, sector, ownership)
    WHERE breaks.series = 'share' AND breaks.break_quarter <= now.last_quarter
        AND breaks.break_quarter > now.first_quarter - 4
),
totals AS (
    SELECT region, period, ownership, figure.measure AS measure, figure.total AS total
    FROM (
        SELECT region, period, ownership,
            unnest([
                {'measure': 'businesses', 'total': establishments},
                {'measure': 'employment', 'total': employment},
                {'measure': 'wages', 'total': wages_usd::DOUBLE}
            ]) AS figure
        FROM core.region_totals
        WHERE vintage IN ('in_force', 'year_before')
    )
)
SELECT now.region, regions.region_name, now.definition, now.sector, sectors.sector_name, sectors.kind AS sector_kind,
    now.ownership, now.measure, now.period, now.year, now.quarter, now.series_status,
    now.lower, now.estimate, now.upper, now.interval90_lower, now.interval90_upper,
    now.base.basis AS base_basis, now.base.series_status AS base_status,
    now.base.lower AS base_lower, now.base.estimate AS base_estimate, now.base.upper AS base_upper,
    now.base.interval90_lower AS base_interval90_lower, now.base.interval90_upper AS base_interval90_upper,
    now.first.year AS first_year, now.first.lower AS first_lower, now.first.estimate AS first_estimate,
    now.first.upper AS first_upper, now.first.interval90_lower AS first_interval90_lower,
    now.first.interval90_upper AS first_interval90_upper,
    totals.total AS region_now, totals_before.total AS region_base,
    moved_totals.region IS NOT NULL AS is_region_broken,
    broken.breaks_over_the_year, broken.breaks_since_first_year, now.revision_status, now.source, now.data_origin
FROM now
JOIN (SELECT DISTINCT region, region_name FROM core.region_periods) AS regions USING (region)
JOIN reference.sectors AS sectors USING (sector)
LEFT JOIN totals USING (region, period, ownership, measure)
LEFT JOIN totals AS totals_before
    ON totals_before.region = now.region
    AND totals_before.period = (now.year - 1) || if(now.quarter = 0, '', '-Q' || now.quarter)
    AND totals_before.ownership = now.ownership
    AND totals_before.measure = now.measure
LEFT JOIN broken USING (region, definition, sector, ownership, measure, period)
LEFT JOIN moved_totals USING (region, definition, sector, ownership, period)
ORDER BY now.region, now.definition, now.sector, now.ownership, now.measure, now.period
