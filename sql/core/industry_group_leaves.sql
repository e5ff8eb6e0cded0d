-- Grain: one row a group of industries, NAICS vintage and 6-digit industry in it.
-- Why: a sector is a set of 6-digit industries; its union with others and its overlaps are sets of the same kind. Where
-- the codes used in some vintage are not just what those listed are carried to, groups of their own say what of it is
-- certain, what is possible, and what lies between.
WITH sector_leaves AS (
    SELECT DISTINCT codes.definition, codes.sector, sectors.kind, sectors.sort_order, codes.naics_vintage,
        leaves.industry_code
    FROM reference.sector_codes AS codes
    JOIN reference.sectors AS sectors USING (sector)
    JOIN core.naics_ancestry AS leaves
        ON leaves.naics_vintage = codes.naics_vintage
        AND leaves.ancestor_code = codes.industry_code
        AND leaves.naics_level = 8
),
used AS (
    SELECT definition, kind, sector, naics_vintage, industry_code
    FROM sector_leaves
    UNION ALL
    SELECT DISTINCT definition, unions.kind, unions.sector, naics_vintage, industry_code
    FROM sector_leaves
    JOIN reference.sectors AS unions ON unions.kind = 'union'
    WHERE sector_leaves.kind = 'sector'
),
carried AS (
    SELECT definition, sector, naics_vintage, industry_code, membership = 'certain' AS is_certain
    FROM reference.naics_bridge
),
inexact AS (
    SELECT DISTINCT definition, sector
    FROM used
    FULL JOIN carried USING (definition, sector, naics_vintage, industry_code)
    WHERE used.kind IS NULL OR NOT coalesce(carried.is_certain, false)
),
bridges AS (SELECT * FROM carried SEMI JOIN inexact USING (definition, sector))
SELECT definition || ':' || sector AS group_key, definition, kind, sector, NULL::VARCHAR AS other_sector,
    naics_vintage, industry_code
FROM used
UNION ALL
SELECT one.definition || ':' || one.sector || '+' || other.sector, one.definition, 'overlap', one.sector,
    other.sector, one.naics_vintage, one.industry_code
FROM sector_leaves AS one
JOIN sector_leaves AS other
    ON other.definition = one.definition
    AND other.naics_vintage = one.naics_vintage
    AND other.industry_code = one.industry_code
    AND other.sort_order > one.sort_order
WHERE one.kind = 'sector' AND other.kind = 'sector'
UNION ALL
SELECT definition || ':' || sector || '@certain', definition, 'bridge_certain', sector, NULL, naics_vintage,
    industry_code
FROM bridges
WHERE is_certain
UNION ALL
SELECT definition || ':' || sector || '@possible', definition, 'bridge_possible', sector, NULL, naics_vintage,
    industry_code
FROM bridges
UNION ALL
SELECT definition || ':' || sector || '@between', definition, 'bridge_between', sector, NULL, naics_vintage,
    industry_code
FROM bridges
WHERE NOT is_certain
ORDER BY group_key, naics_vintage, industry_code
