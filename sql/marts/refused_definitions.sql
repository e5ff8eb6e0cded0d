-- Grain: one row a definition and sector that a source is too coarse for.
-- Why: a sector without figures must say why, and which codes stand in the way.
SELECT grouped.definition, grouped.sector, sectors.sector_name, refused.source, refused.naics_vintage,
    array_to_string(refused.codes, ', ') AS codes,
    sectors.sector_name || ' (' || grouped.definition || ') is finer than ' || sources.data_origin
        || ', which publishes no 6-digit industries; it would need ' || array_to_string(refused.codes, ', ') AS reason,
    sources.data_origin
FROM core.refused_groups AS refused
JOIN core.industry_groups AS grouped USING (group_key)
JOIN reference.sectors AS sectors USING (sector)
JOIN reference.sources AS sources USING (source)
WHERE grouped.kind IN ('sector', 'lens', 'union', 'gross')
ORDER BY refused.source, refused.naics_vintage, grouped.definition, sectors.sort_order
