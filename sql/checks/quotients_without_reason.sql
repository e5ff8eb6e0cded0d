-- Failing rows: location quotients that are missing without a reason, or shown though there is one.
SELECT region, base_region, base_ownership, definition, sector, ownership, period, measure, concentration_status,
    lower, interval90_lower, estimate, interval90_upper, upper
FROM marts.sector_concentration
WHERE (concentration_status = 'measured') <> (estimate IS NOT NULL)
    OR (concentration_status = 'measured') <> (
        lower IS NOT NULL AND interval90_lower IS NOT NULL AND interval90_upper IS NOT NULL AND upper IS NOT NULL
    )
ORDER BY ALL
