-- Grain: one row a region, period and input file that its figures come from.
-- Why: every figure can be traced to the hash of a file, when that was published and how final it was then.
WITH cell_captures AS (
    SELECT DISTINCT source, area_fips, year || '-Q' || quarter AS period, year, capture_sha256 FROM core.qcew_cells
    UNION
    SELECT DISTINCT source, area_fips, year::VARCHAR, year, unnest(captures) FROM core.qcew_annual
),
-- The totals of a release are a file beside its cells.
released AS (
    SELECT DISTINCT source, region, period, unnest(captures) AS capture_sha256 FROM core.released_totals
),
behind AS (
    SELECT places.region, places.period, places.source, cell_captures.capture_sha256, vintages.revision_status
    FROM core.region_periods AS places
    JOIN cell_captures USING (source, area_fips, period)
    JOIN core.vintages AS vintages
        ON vintages.source = places.source
        AND vintages.area_fips = places.area_fips
        AND vintages.year = cell_captures.year
        AND vintages.quarter = if(places.quarter > 0, places.quarter, vintages.quarter)
        AND vintages.capture_sha256 = cell_captures.capture_sha256
    UNION ALL
    SELECT places.region, places.period, places.source, released.capture_sha256, places.revision_status
    FROM core.region_periods AS places
    JOIN released USING (source, region, period)
)
SELECT behind.region, behind.period, captures.capture_sha256, captures.address, captures.retrieved_at,
    captures.published_at,
    arg_min(
        behind.revision_status, list_position(['preliminary', 'revised', 'final'], behind.revision_status)
    ) AS revision_status,
    sources.data_origin
FROM behind
JOIN raw.captures AS captures USING (capture_sha256)
JOIN reference.sources AS sources ON sources.source = behind.source
GROUP BY ALL
ORDER BY behind.region, behind.period, captures.capture_sha256
