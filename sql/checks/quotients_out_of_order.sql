-- Failing rows: location quotients whose bounds, interval and estimate are not in order.
SELECT region, base_region, base_ownership, definition, sector, ownership, period, measure, lower, interval90_lower,
    estimate, interval90_upper, upper
FROM marts.sector_concentration
WHERE NOT coalesce(
    lower <= interval90_lower AND interval90_lower <= estimate AND estimate <= interval90_upper
    AND interval90_upper <= upper, estimate IS NULL
)
ORDER BY ALL
