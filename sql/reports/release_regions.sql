-- Grain: one row a region and area of it, of the regions that lie wholly in one state and are not the state itself.
-- Why: a state's records tell nothing of a region that is partly elsewhere.
SELECT region, area_fips
FROM reference.region_areas
JOIN reference.regions USING (region)
WHERE statewide_area IS NULL
QUALIFY bool_and(left(area_fips, 2) = $state_fips) OVER (PARTITION BY region)
ORDER BY ALL
