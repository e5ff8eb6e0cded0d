-- Failing rows: a state's totals that a newer file moved beyond the usual envelope, and that nobody has reviewed.
SELECT source, place AS area_fips, period, ownership, measure, before, after, relative_change,
    captures_after[1] AS capture_sha256
FROM marts.revisions
WHERE is_beyond_envelope AND reviewed_by IS NULL
ORDER BY ALL
