-- Grain: one row a region that has figures.
-- Why: the choice of regions, named ones first, with the counties that maps outline.
SELECT measures.region, min(measures.region_name) AS region_name,
    coalesce(bool_or(regions.is_default), false) AS is_default, min(regions.sort_order) AS sort_order,
    min(regions.statewide_area) AS statewide_area, any_value(areas.counties) AS counties
FROM marts.sector_measures AS measures
LEFT JOIN reference.regions AS regions USING (region)
LEFT JOIN (
    SELECT region, list(area_fips ORDER BY area_fips) AS counties
    FROM reference.region_areas
    GROUP BY region
) AS areas USING (region)
GROUP BY measures.region
ORDER BY is_default DESC, sort_order NULLS LAST, region_name, region
