-- Grain: one row a region, definition, sector, ownership and period.
-- Why: the share of businesses that each sector is of its region, for people; figures of marts.sector_measures. Beside
-- it the same without private households (814110) and home care (624120), where each client can count as a business.
-- Warnings: the known share leaves hidden cells out. Sectors overlap: never add them up.
-- By year: core.household_establishments, marts.sector_measures
SELECT measures.region, measures.region_name, measures.definition, measures.sector, measures.sector_name,
    measures.sector_kind, measures.ownership, measures.period, measures.year, measures.quarter,
    measures.known::DOUBLE AS businesses, measures.total::DOUBLE AS region_businesses, measures.known_share,
    measures.known - households.establishments AS businesses_without_households,
    measures.total - households.region_establishments AS region_businesses_without_households,
    businesses_without_households / nullif(region_businesses_without_households, 0) AS share_without_households,
    measures.coverage_establishments, measures.coverage, measures.hidden_cells, measures.total_cells,
    measures.estimate_status, measures.coarser_region, measures.revision_status,
    measures.lower, measures.estimate, measures.upper, measures.interval90_lower, measures.interval90_upper,
    measures.lower_share, measures.estimate_share, measures.upper_share,
    measures.interval90_lower_share, measures.interval90_upper_share,
    measures.source, measures.data_origin
FROM marts.sector_measures AS measures
JOIN core.industry_groups AS grouped
    ON grouped.definition = measures.definition AND grouped.sector = measures.sector
    AND grouped.kind IN ('sector', 'lens', 'union', 'gross')
JOIN core.household_establishments AS households
    ON households.group_key = grouped.group_key AND households.region = measures.region
    AND households.period = measures.period AND households.ownership = measures.ownership
WHERE measures.measure = 'businesses'
ORDER BY measures.region, measures.period, measures.definition, measures.sector_kind DESC, measures.sector,
    measures.ownership
