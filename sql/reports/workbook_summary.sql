-- Grain: one row a region, definition, measure and sector: private ownership, the latest whole year.
-- Why: the headline shares. Where no year is whole it is the latest quarter.
-- Warnings: the distances to the ends of the interval are there for the error bars of charts.
WITH latest AS (
    SELECT region, arg_max(period, (quarter = 0, year, quarter)) AS period FROM marts.sector_measures GROUP BY region
)
SELECT measures.*, estimate_share - interval90_lower_share AS share_to_lower,
    interval90_upper_share - estimate_share AS share_to_upper, coarser.region_name AS coarser_region_name
FROM marts.sector_measures AS measures
JOIN latest USING (region, period)
JOIN reference.sectors AS sectors USING (sector)
LEFT JOIN (SELECT DISTINCT region, region_name FROM marts.region_availability) AS coarser
    ON coarser.region = measures.coarser_region
WHERE measures.ownership = 'private' AND sectors.kind <> 'gross'
ORDER BY measures.region, measures.definition DESC, measures.measure,
    list_position(['sector', 'union', 'lens'], sectors.kind), sectors.sort_order
