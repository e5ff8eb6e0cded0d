-- Grain: one row an input file that figures of the region and period come from.
-- Why: what a figure rests on: the file's hash, where it came from, when it was published, how final it is.
SELECT figures.capture_sha256, captures.file_name, captures.container, captures.bytes, figures.address,
    figures.published_at, figures.retrieved_at, figures.revision_status, figures.data_origin
FROM marts.figure_sources AS figures
LEFT JOIN raw.captures AS captures USING (capture_sha256)
WHERE figures.region = $region AND figures.period = $period
ORDER BY figures.published_at, figures.capture_sha256
