-- Grain: one row a region, definition, sector, ownership, period and measure.
-- Why: the long table that every share, page and sheet is made from.
-- Warnings: known leaves hidden cells out: the truth is at least that. Sectors overlap: never add them up.
-- By year: core.region_measures, core.region_periods, estimates.coarser_regions, estimates.figure_estimates
WITH places AS (
    SELECT DISTINCT region, region_name, period, year, quarter, source, revision_status FROM core.region_periods
),
shown_elsewhere AS (
    SELECT withheld.group_key, withheld.region, withheld.period, withheld.ownership, withheld.measure,
        arg_min(coarser.coarser_region, (coarser.size_order, coarser.coarser_region)) AS coarser_region
    FROM estimates.figure_estimates AS withheld
    JOIN estimates.coarser_regions AS coarser USING (region, period)
    JOIN estimates.figure_estimates AS shown
        ON shown.region = coarser.coarser_region
        AND shown.group_key = withheld.group_key
        AND shown.period = withheld.period
        AND shown.ownership = withheld.ownership
        AND shown.measure = withheld.measure
    WHERE withheld.estimate_status = 'withheld_single_cell' AND shown.estimate_status IN ('published', 'estimated')
    GROUP BY ALL
)
SELECT places.region, places.region_name, grouped.definition, grouped.sector, sectors.sector_name,
    sectors.kind AS sector_kind, measured.ownership, places.period, places.year, places.quarter, measured.measure,
    measured.known, measured.total, measured.known_share, measured.coverage_establishments, figures.coverage,
    measured.hidden_cells, measured.total_cells, figures.estimate_status, shown_elsewhere.coarser_region,
    places.revision_status,
    figures.lower, figures.estimate, figures.upper, figures.interval90_lower, figures.interval90_upper,
    figures.lower_share, figures.estimate_share, figures.upper_share,
    figures.interval90_lower_share, figures.interval90_upper_share,
    places.source, sources.data_origin
FROM core.region_measures AS measured
JOIN estimates.figure_estimates AS figures USING (group_key, region, period, ownership, measure)
LEFT JOIN shown_elsewhere USING (group_key, region, period, ownership, measure)
JOIN places USING (region, period)
JOIN core.industry_groups AS grouped USING (group_key)
JOIN reference.sectors AS sectors USING (sector)
JOIN reference.sources AS sources USING (source)
WHERE measured.vintage = 'in_force' AND grouped.kind IN ('sector', 'lens', 'union', 'gross')
ORDER BY places.region, places.period, grouped.definition, sectors.sort_order, measured.ownership, measured.measure
