-- Grain: one row a region and area of it in one state, of one source and year.
-- Why: what is added up of the state's cells.
SELECT region, area_fips
FROM estimates.asked_regions
WHERE source = $source AND state_fips = $state_fips AND year = $year
ORDER BY ALL
