-- Grain: one row a region, definition, sector, ownership, period and measure.
-- Why: sizes and shares of the dashboard; shares are levels divided by the total, as in the mart.
SELECT region, definition, ownership, sector, measure, period, estimate_status, coarser_region, known, total,
    coverage_establishments, hidden_cells, total_cells, lower, estimate, upper, interval90_lower, interval90_upper
FROM marts.sector_measures
ORDER BY region, definition, ownership, sector, measure, period
