-- Grain: one row a region and input file that its figures come from.
-- Why: what a workbook rests on: each file's hash, dates, and how final it is.
-- Warnings: a file of a folder is named without the folder: a workbook goes to others.
SELECT figures.region,
    if(figures.address ILIKE 'http%', figures.address, coalesce(captures.file_name, figures.capture_sha256)) AS file,
    captures.periods, left(figures.published_at, 10)::DATE AS published_on,
    left(figures.retrieved_at, 10)::DATE AS retrieved_on, figures.revision_status, figures.capture_sha256,
    figures.data_origin
FROM (SELECT DISTINCT * EXCLUDE (period) FROM marts.figure_sources) AS figures
LEFT JOIN raw.captures AS captures USING (capture_sha256)
ORDER BY figures.region, captures.vintage_order, figures.capture_sha256
