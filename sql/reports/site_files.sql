-- Grain: one row an input file that figures come from.
-- Why: the methods page names the vintage of the figures: file, contents, hash.
SELECT captures.file_name, captures.address, captures.periods, captures.areas, captures.bytes, captures.published_at,
    captures.retrieved_at, captures.capture_sha256, sources.revision_status
FROM raw.captures AS captures
JOIN (
    SELECT capture_sha256, string_agg(DISTINCT revision_status, ', ' ORDER BY revision_status) AS revision_status
    FROM marts.figure_sources
    GROUP BY capture_sha256
) AS sources USING (capture_sha256)
ORDER BY captures.periods, captures.file_name, captures.capture_sha256
