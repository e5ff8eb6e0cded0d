-- Failing rows: figures whose estimate or interval is not inside their bounds, or whose bounds are crossed.
SELECT region, definition, sector, ownership, period, measure, estimate_status, known, lower, interval90_lower,
    estimate, interval90_upper, upper, lower_share, interval90_lower_share, estimate_share, interval90_upper_share,
    upper_share
FROM marts.sector_measures
WHERE lower > upper + 1e-6 * upper + 1e-6
    OR interval90_lower > interval90_upper + 1e-6 * upper + 1e-6
    OR least(estimate, interval90_lower, interval90_upper) < lower - 1e-6 * lower - 1e-6
    OR greatest(estimate, interval90_lower, interval90_upper) > upper + 1e-6 * upper + 1e-6
    OR lower_share > upper_share + 1e-9
    OR least(estimate_share, interval90_lower_share, interval90_upper_share) < lower_share - 1e-9
    OR greatest(estimate_share, interval90_lower_share, interval90_upper_share) > upper_share + 1e-9
    OR lower < known - 1e-6
ORDER BY ALL
