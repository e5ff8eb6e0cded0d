-- Grain: one row a region, figure that somebody published of it, and each reading of ours that could mean the same.
-- Why: a reader who knows another figure sees both, and whether ours is the same.
SELECT figures.*, read_as.sector_name AS reading_name, sources.source
FROM marts.published_figures AS figures
LEFT JOIN reference.sectors AS read_as ON read_as.sector = figures.reading
LEFT JOIN reference.published_figures AS sources USING (figure_id)
ORDER BY figures.region, figures.published_year DESC, read_as.sort_order, figures.figure_id, figures.definition DESC
