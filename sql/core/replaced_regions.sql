-- Grain: one row a region, quarter and area of it, of regions with an area whose last file replaced another.
-- Why: what a region was before: areas that were replaced as the file before had them, the others as they are.
-- Warnings: of the sources and areas that the region is made from today. Quarters only.
WITH replaced AS (
    SELECT DISTINCT source, area_fips, year, quarter
    FROM core.vintages
    WHERE newer_vintages = 1 AND vintage_number > 0
)
SELECT places.region, places.period, places.year, places.quarter, places.source, places.area_fips,
    if(replaced.area_fips IS NULL, 'in_force', 'replaced') AS area_vintage
FROM core.region_periods AS places
LEFT JOIN replaced USING (source, area_fips, year, quarter)
WHERE places.quarter > 0
QUALIFY bool_or(replaced.area_fips IS NOT NULL) OVER (PARTITION BY places.region, places.period)
