-- Grain: one row a region, period and input file that its figures come from.
-- Why: every figure can be traced to the hash of a file, when that was published and how final it was then.
WITH cell_captures AS (
    SELECT DISTINCT source, area_fips, year || '-Q' || quarter AS period, year, capture_sha256 FROM core.qcew_cells
    UNION
    SELECT DISTINCT source, area_fips, year::VARCHAR, year, unnest(captures) FROM core.qcew_annual
)
SELECT places.region, places.period, captures.capture_sha256, captures.address, captures.retrieved_at,
    captures.published_at,
    arg_min(
        vintages.revision_status, list_position(['preliminary', 'revised', 'final'], vintages.revision_status)
    ) AS revision_status,
    sources.data_origin
FROM core.region_periods AS places
JOIN cell_captures USING (source, area_fips, period)
JOIN core.vintages AS vintages
    ON vintages.source = places.source
    AND vintages.area_fips = places.area_fips
    AND vintages.year = cell_captures.year
    AND vintages.quarter = if(places.quarter > 0, places.quarter, vintages.quarter)
    AND vintages.capture_sha256 = cell_captures.capture_sha256
JOIN raw.captures AS captures ON captures.capture_sha256 = cell_captures.capture_sha256
JOIN reference.sources AS sources ON sources.source = places.source
GROUP BY ALL
ORDER BY places.region, places.period, captures.capture_sha256
