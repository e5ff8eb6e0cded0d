-- Grain: one row a region, period and input file that its figures come from.
-- Why: every figure can be traced to the hash of a file.
WITH cell_captures AS (
    SELECT DISTINCT source, area_fips, year || '-Q' || quarter AS period, capture_sha256 FROM core.qcew_cells
    UNION
    SELECT DISTINCT source, area_fips, year::VARCHAR, unnest(captures) FROM core.qcew_annual
)
SELECT DISTINCT places.region, places.period, captures.capture_sha256, captures.address, captures.retrieved_at,
    sources.data_origin
FROM core.region_periods AS places
JOIN cell_captures USING (source, area_fips, period)
JOIN raw.captures AS captures USING (capture_sha256)
JOIN reference.sources AS sources ON sources.source = places.source
ORDER BY places.region, places.period, captures.capture_sha256
