-- Grain: one row a region, definition, sector, ownership and month.
-- Why: what is seasonally adjusted, with the breaks of the level up to each month: what lies before a break and what
-- lies after it are two series, each with seasons of its own.
-- Warnings: gross sums count overlaps twice, as everywhere. A month that is not shown has no employment.
WITH breaks AS (
    SELECT DISTINCT region, definition, sector, ownership, 4 * year + quarter AS break_quarter
    FROM marts.trend_breaks
    WHERE breaks_series AND series = 'level'
),
broken AS (
    SELECT months.region, months.definition, months.sector, months.ownership, months.year, months.quarter,
        count(DISTINCT breaks.break_quarter) AS breaks_before
    FROM marts.monthly_employment AS months
    JOIN breaks USING (region, definition, sector, ownership)
    WHERE breaks.break_quarter <= 4 * months.year + months.quarter
    GROUP BY ALL
)
SELECT months.region, months.region_name, months.definition, months.sector, months.sector_name, months.sector_kind,
    months.ownership, months.period, months.year, months.quarter, months.month, months.estimate_status,
    months.estimate AS employment, coalesce(broken.breaks_before, 0)::SMALLINT AS breaks_before,
    months.revision_status, months.source, months.data_origin
FROM marts.monthly_employment AS months
LEFT JOIN broken USING (region, definition, sector, ownership, year, quarter)
ORDER BY months.region, months.definition, months.sector, months.ownership, months.year, months.month
