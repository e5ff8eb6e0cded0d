-- Grain: one row a region, definition, sector, ownership, period, measure and base region.
-- Why: location quotients of the dashboard: of private industries among private ones, of all others among all covered.
SELECT region, definition, ownership, sector, measure, period, base_region, base_region_name, concentration_status,
    lower, estimate, upper, interval90_lower, interval90_upper
FROM marts.sector_concentration
WHERE base_ownership = if(ownership = 'private', 'private', 'total_covered') AND region <> base_region
ORDER BY region, definition, ownership, sector, measure, period, base_region
