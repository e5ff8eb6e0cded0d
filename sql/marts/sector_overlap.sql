-- Grain: one row a region, definition, pair of overlapping sectors, ownership, period and measure.
-- Why: what lies in two sectors at once is shown as its own line, and counted once in all_target_sectors.
-- Warnings: known leaves hidden cells out: the truth is at least that.
-- By year: core.region_measures, core.region_periods, estimates.figure_estimates
WITH places AS (
    SELECT DISTINCT region, region_name, period, year, quarter, source, revision_status FROM core.region_periods
)
SELECT places.region, places.region_name, grouped.definition, grouped.sector, sectors.sector_name,
    grouped.other_sector, others.sector_name AS other_sector_name, measured.ownership, places.period, places.year,
    places.quarter, measured.measure, measured.known, measured.known_share, measured.coverage_establishments,
    measured.hidden_cells, measured.total_cells, figures.estimate_status, places.revision_status,
    figures.lower, figures.estimate, figures.upper, figures.interval90_lower, figures.interval90_upper,
    figures.lower_share, figures.estimate_share, figures.upper_share,
    figures.interval90_lower_share, figures.interval90_upper_share, places.source, sources.data_origin
FROM core.region_measures AS measured
JOIN estimates.figure_estimates AS figures USING (group_key, region, period, ownership, measure)
JOIN places USING (region, period)
JOIN core.industry_groups AS grouped ON grouped.group_key = measured.group_key AND grouped.kind = 'overlap'
JOIN reference.sectors AS sectors ON sectors.sector = grouped.sector
JOIN reference.sectors AS others ON others.sector = grouped.other_sector
JOIN reference.sources AS sources ON sources.source = places.source
WHERE measured.vintage = 'in_force'
ORDER BY places.region, places.period, grouped.definition, sectors.sort_order, others.sort_order,
    measured.ownership, measured.measure
