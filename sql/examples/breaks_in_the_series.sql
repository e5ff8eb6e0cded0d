-- Question: What breaks the series of the region's sectors, and is it the level or only the share?
-- Reads: marts.trend_breaks
-- Columns: first_year, first_quarter, break_id, kind, breaks_levels, breaks_shares, sectors, reason
-- Never null: first_year, first_quarter, break_id, kind, breaks_levels, breaks_shares, sectors, reason
-- Note: one line for each break and what happened; the counts are of series of sectors that are not comparable.
SELECT
    year AS first_year,
    quarter AS first_quarter,
    break_id,
    kind,
    count(*) FILTER (series = 'level' AND breaks_series) AS breaks_levels,
    count(*) FILTER (series = 'share' AND breaks_series) AS breaks_shares,
    string_agg(DISTINCT sector, ', ' ORDER BY sector) AS sectors,
    reason
FROM marts.trend_breaks
WHERE region = 'portland_metro' AND ownership = 'private'
GROUP BY ALL
ORDER BY first_year, first_quarter, break_id, reason
