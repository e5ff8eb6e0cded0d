-- Failing rows: addresses whose last answers were of no use; what is in hand of them is as old as it says.
SELECT address, period, area_fips, outcome, reason, failing_since, content_checked_at
FROM raw.web_files
WHERE failing_since IS NOT NULL AND (outcome <> 'missing' OR capture_sha256 IS NOT NULL)
ORDER BY failing_since, address
