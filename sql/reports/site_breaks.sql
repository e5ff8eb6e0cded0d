-- Grain: one row a region, definition, sector, ownership, series and break that divides it.
-- Why: the dashed lines of the dashboard's series; only breaks between the periods that there are.
WITH span AS (
    SELECT min((year, quarter)) AS first_quarter, max((year, quarter)) AS last_quarter
    FROM marts.sector_measures
    WHERE quarter > 0
)
SELECT region, definition, ownership, sector, series, year, quarter, break_id, kind, reason
FROM marts.trend_breaks
CROSS JOIN span
WHERE breaks_series AND (year, quarter) > first_quarter AND (year, quarter) <= last_quarter
ORDER BY region, definition, ownership, sector, series, year, quarter, break_id
