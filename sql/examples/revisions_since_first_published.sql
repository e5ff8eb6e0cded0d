-- Question: How final are the figures of each period, and what did later files change?
-- Reads: marts.figure_sources, marts.revisions
-- Columns: period, least_final, files, cells_changed, cells_newly_published, cells_newly_hidden,
-- largest_relative_change, data_origin
-- Never null: period, least_final, files, cells_changed, cells_newly_published, cells_newly_hidden, data_origin
-- Note: nothing is revised where only one file of a period was ever captured: the counts are true zeros then.
WITH files AS (
    SELECT period, array_agg(DISTINCT revision_status) AS states, count(DISTINCT capture_sha256) AS files,
        any_value(data_origin) AS data_origin
    FROM marts.figure_sources
    GROUP BY period
), changes AS (
    SELECT period, count(*) FILTER (how = 'changed') AS changed,
        count(*) FILTER (how = 'newly_published') AS newly_published,
        count(*) FILTER (how = 'newly_hidden') AS newly_hidden,
        max(abs(relative_change)) AS largest
    FROM marts.revisions
    WHERE kind = 'cell'
    GROUP BY period
)
SELECT
    period,
    list_filter(['preliminary', 'revised', 'final'], lambda state: list_contains(states, state))[1] AS least_final,
    files,
    coalesce(changed, 0) AS cells_changed,
    coalesce(newly_published, 0) AS cells_newly_published,
    coalesce(newly_hidden, 0) AS cells_newly_hidden,
    largest AS largest_relative_change,
    data_origin
FROM files
LEFT JOIN changes USING (period)
ORDER BY period
