-- Grain: one row a source, NAICS vintage and group that the source is too coarse for.
-- Why: a definition finer than the source is refused with its codes named, never approximated; so is whatever
-- adds it up.
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
)
SELECT refused.source, refused.naics_vintage, grouped.group_key,
    list_sort(list_distinct(flatten(list(refused.codes)))) AS codes
FROM refused_sectors AS refused
JOIN reference.sectors AS sectors USING (sector)
JOIN core.industry_groups AS grouped
    ON grouped.definition = refused.definition
    AND (
        refused.sector IN (grouped.sector, grouped.other_sector)
        OR (grouped.kind IN ('union', 'gross') AND sectors.kind = 'sector')
    )
GROUP BY ALL
ORDER BY ALL
