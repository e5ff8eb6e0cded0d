-- Grain: one row a region, definition, sector, ownership, period and measure.
-- Why: the long table that every share, page and sheet is made from.
-- Warnings: known leaves hidden cells out: the truth is at least that. Sectors overlap: never add them up.
WITH places AS (
    SELECT DISTINCT region, region_name, period, year, quarter, source FROM core.region_periods
)
SELECT places.region, places.region_name, grouped.definition, grouped.sector, sectors.sector_name,
    sectors.kind AS sector_kind, measured.ownership, places.period, places.year, places.quarter, measured.measure,
    measured.known, measured.total, measured.known_share, measured.coverage_establishments,
    measured.hidden_cells, measured.total_cells,
    NULL::DOUBLE AS lower, NULL::DOUBLE AS estimate, NULL::DOUBLE AS upper,
    NULL::DOUBLE AS interval90_lower, NULL::DOUBLE AS interval90_upper,
    NULL::DOUBLE AS lower_share, NULL::DOUBLE AS estimate_share, NULL::DOUBLE AS upper_share,
    NULL::DOUBLE AS interval90_lower_share, NULL::DOUBLE AS interval90_upper_share,
    places.source, sources.data_origin
FROM core.region_measures AS measured
JOIN places USING (region, period)
JOIN core.industry_groups AS grouped USING (group_key)
JOIN reference.sectors AS sectors USING (sector)
JOIN reference.sources AS sources USING (source)
WHERE grouped.kind <> 'overlap'
ORDER BY places.region, places.period, grouped.definition, sectors.sort_order, measured.ownership, measured.measure
