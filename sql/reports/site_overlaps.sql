-- Grain: one row a region, definition, pair of overlapping sectors, ownership, period and measure.
-- Why: what lies in two sectors at once, on the dashboard.
SELECT region, definition, ownership, sector, other_sector, measure, period, estimate_status, known, lower, estimate,
    upper, interval90_lower, interval90_upper
FROM marts.sector_overlap
ORDER BY region, definition, ownership, sector, other_sector, measure, period
