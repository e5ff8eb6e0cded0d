-- Grain: one row a metropolitan area and county of it, of those that lie wholly in one state in a year.
-- Why: BLS publishes metropolitan areas, too: what it shows of one is a sum of counties.
-- Warnings: of an area in several states the counties elsewhere are unknown here; its rows are left out.
SELECT metropolitan_area, area_fips
FROM reference.metropolitan_areas
WHERE $year BETWEEN first_year AND last_year
QUALIFY bool_and(left(area_fips, 2) = $state_fips) OVER (PARTITION BY metropolitan_area)
ORDER BY ALL
