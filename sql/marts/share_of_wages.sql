-- Grain: one row a region, definition, sector, ownership and period.
-- Why: the share of wages that each sector is of its region, for people; figures of marts.sector_measures.
-- Warnings: the known share leaves hidden cells out. Sectors overlap: never add them up.
-- By year: marts.sector_measures
SELECT region, region_name, definition, sector, sector_name, sector_kind, ownership, period, year, quarter,
    known::BIGINT AS wages_usd, total::BIGINT AS region_wages_usd, known_share,
    coverage_establishments, coverage, hidden_cells, total_cells, estimate_status, coarser_region,
    revision_status,
    lower, estimate, upper, interval90_lower, interval90_upper,
    lower_share, estimate_share, upper_share, interval90_lower_share, interval90_upper_share,
    source, data_origin
FROM marts.sector_measures
WHERE measure = 'wages'
ORDER BY region, period, definition, sector_kind DESC, sector, ownership
