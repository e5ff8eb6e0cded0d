-- Grain: one row a region, period and larger region that holds all of its areas.
-- Why: where a figure is withheld, people are shown where the next coarser one is.
WITH areas AS (
    SELECT region, period, list(area_fips) AS areas, count(*) AS area_count,
        min(left(area_fips, 2)) FILTER (basis = 'statewide') AS state_fips
    FROM core.region_periods
    GROUP BY region, period
)
SELECT part.region, part.period, whole.region AS coarser_region,
    coalesce(CASE WHEN whole.state_fips IS NOT NULL THEN 1000 END, whole.area_count)::SMALLINT AS size_order
FROM areas AS part
JOIN areas AS whole ON whole.period = part.period AND whole.region <> part.region
WHERE part.state_fips IS NULL
    AND (
        (list_has_all(whole.areas, part.areas) AND whole.area_count > part.area_count)
        OR (
            whole.state_fips IS NOT NULL
            AND len(list_filter(part.areas, lambda area: left(area, 2) <> whole.state_fips)) = 0
        )
    )
ORDER BY part.region, part.period, whole.region
