-- Grain: one row a published figure and each reading of ours that could mean the same.
-- Why: what others have published, and how ours compares.
SELECT ours.*, regions.region_name, sectors.sector_name, theirs.unit, theirs.grade,
    theirs.source AS published_source, theirs.note AS published_note
FROM marts.published_figures AS ours
JOIN reference.published_figures AS theirs USING (figure_id)
LEFT JOIN reference.regions AS regions ON regions.region = ours.region
LEFT JOIN reference.sectors AS sectors ON sectors.sector = ours.sector
ORDER BY sectors.sort_order NULLS LAST, ours.statistic, ours.figure_id, ours.definition DESC, ours.reading
