-- Question: Which files does a figure rest on, and what are their hashes?
-- Reads: marts.sector_measures, marts.figure_sources, raw.captures
-- Columns: period, sector_name, jobs, estimate_status, file_name, capture_sha256, bytes, address, published_at,
-- retrieved_at, data_origin
-- Never null: period, sector_name, estimate_status, file_name, capture_sha256, bytes, address, published_at,
-- retrieved_at, data_origin
-- Note: `sectors explain` goes on from here, down to the line of the file.
SELECT
    figures.period,
    figures.sector_name,
    figures.estimate AS jobs,
    figures.estimate_status,
    captures.file_name,
    captures.capture_sha256,
    captures.bytes,
    files.address,
    files.published_at,
    files.retrieved_at,
    files.data_origin
FROM marts.sector_measures AS figures
JOIN marts.figure_sources AS files USING (region, period)
JOIN raw.captures AS captures USING (capture_sha256)
WHERE figures.region = 'portland_metro' AND figures.sector = 'construction' AND figures.definition = 'strict'
    AND figures.ownership = 'private' AND figures.measure = 'employment' AND figures.quarter = 0
ORDER BY figures.period, captures.capture_sha256
