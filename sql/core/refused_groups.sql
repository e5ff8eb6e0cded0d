-- Grain: one row a source, NAICS vintage and group that the source is too coarse for.
-- Why: a definition finer than the source is refused with its codes named, never approximated; so is whatever
-- adds it up. What a definition is carried to in another vintage can be finer than its own codes there.
WITH used AS (
    SELECT DISTINCT cells.source, cells.naics_vintage, sources.deepest_naics_level
    FROM core.period_cells AS cells
    JOIN reference.sources AS sources USING (source)
    WHERE cells.vintage = 'in_force'
),
refused_sectors AS (
    SELECT used.source, used.naics_vintage, codes.definition, codes.sector,
        list(codes.listed_code ORDER BY codes.listed_code) AS codes
    FROM used
    JOIN reference.codes_too_fine AS codes USING (naics_vintage, deepest_naics_level)
    GROUP BY ALL
),
refused_bridges AS (
    SELECT used.source, used.naics_vintage, leaf.group_key,
        list(leaf.industry_code ORDER BY leaf.industry_code) AS codes
    FROM used
    JOIN core.industry_group_leaves AS leaf USING (naics_vintage)
    JOIN core.naics_ancestry AS tree USING (naics_vintage, industry_code)
    ANTI JOIN core.industry_group_codes AS inside
        ON inside.group_key = leaf.group_key
        AND inside.naics_vintage = leaf.naics_vintage
        AND inside.industry_code = tree.ancestor_code
    WHERE leaf.kind LIKE 'bridge%' AND tree.ancestor_level = used.deepest_naics_level
    GROUP BY ALL
)
SELECT refused.source, refused.naics_vintage, grouped.group_key,
    list_sort(list_distinct(flatten(list(refused.codes)))) AS codes
FROM refused_sectors AS refused
JOIN reference.sectors AS sectors USING (sector)
JOIN core.industry_groups AS grouped
    ON grouped.definition = refused.definition
    AND grouped.kind NOT LIKE 'bridge%'
    AND (
        refused.sector IN (grouped.sector, grouped.other_sector)
        OR (grouped.kind IN ('union', 'gross') AND sectors.kind = 'sector')
    )
GROUP BY ALL
UNION ALL
SELECT source, naics_vintage, group_key, codes FROM refused_bridges
ORDER BY ALL
