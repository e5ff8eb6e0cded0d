-- Grain: one row a captured input file, oldest content first.
-- Why: open data says of which files it is made, so that anybody can get the same ones, or notice that theirs differ.
WITH of_cells AS (
    SELECT vintages.capture_sha256,
        string_agg(DISTINCT sources.data_origin, '; ' ORDER BY sources.data_origin) AS publisher
    FROM core.vintages
    JOIN reference.sources USING (source)
    GROUP BY ALL
)

SELECT captures.capture_sha256, captures.file_name,
    -- a path on somebody's machine tells others nothing
    CASE WHEN regexp_matches(captures.address, '^https?://') THEN captures.address END AS address,
    coalesce(of_cells.publisher, 'no cells of it are used') AS publisher,
    captures.bytes, captures.published_at, captures.retrieved_at, captures.periods, captures.areas
FROM raw.captures
LEFT JOIN of_cells USING (capture_sha256)
ORDER BY captures.vintage_order
