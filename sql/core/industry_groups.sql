-- Grain: one row a group of industries.
-- Why: the gross sum of sectors stands beside the others; it has no industries of its own, it adds the sectors up.
SELECT DISTINCT group_key, definition, kind, sector, other_sector
FROM core.industry_group_leaves
UNION ALL
SELECT DISTINCT codes.definition || ':' || gross.sector, codes.definition, gross.kind, gross.sector, NULL
FROM reference.sector_codes AS codes
JOIN reference.sectors AS gross ON gross.kind = 'gross'
ORDER BY group_key
