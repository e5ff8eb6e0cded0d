-- Grain: one row a region and each area that it adds up.
-- Why: the regions that people read.
SELECT region, area_fips
FROM reference.region_areas
ORDER BY region, area_fips
