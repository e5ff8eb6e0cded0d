-- Question: Which figures are withheld because they would give a single cell away, and where can I look instead?
-- Reads: marts.sector_measures
-- Columns: period, region_name, sector_name, measure, at_least, establishments_in_published_cells, coarser_region,
-- estimate_there, data_origin
-- Never null: period, region_name, sector_name, measure, data_origin
-- Note: at_least is the published part; it is null, not zero, where all is hidden.
SELECT
    withheld.period,
    withheld.region_name,
    withheld.sector_name,
    withheld.measure,
    withheld.known AS at_least,
    withheld.coverage_establishments AS establishments_in_published_cells,
    withheld.coarser_region,
    larger.estimate AS estimate_there,
    withheld.data_origin
FROM marts.sector_measures AS withheld
LEFT JOIN marts.sector_measures AS larger
    ON larger.region = withheld.coarser_region AND larger.definition = withheld.definition
    AND larger.sector = withheld.sector AND larger.ownership = withheld.ownership
    AND larger.period = withheld.period AND larger.measure = withheld.measure
WHERE withheld.estimate_status = 'withheld_single_cell' AND withheld.definition = 'strict'
    AND withheld.ownership = 'private' AND withheld.quarter = 0
ORDER BY withheld.period, withheld.region, withheld.sector, withheld.measure
