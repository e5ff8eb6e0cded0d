-- Grain: one row a region, source, year and area of it in one state.
-- Why: what is added up of a state's cells, quarter by quarter; parts of a region in several states are added later.
SELECT DISTINCT places.region, places.source, places.year, left(places.area_fips, 2) AS state_fips, places.area_fips
FROM core.region_periods AS places
WHERE places.quarter > 0
