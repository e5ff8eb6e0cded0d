-- Grain: one row a region, definition, sector, ownership and period with jobs.
-- Why: pay over time on the dashboard, US dollars a year and job, as they were paid.
SELECT region, definition, ownership, sector, period, estimate_status, lower, estimate, upper, interval90_lower,
    interval90_upper
FROM marts.sector_pay
ORDER BY region, definition, ownership, sector, period
