-- Grain: one row a region, definition, ownership, measure, pair of overlapping sectors and whole year.
-- Why: what is counted twice when sectors are added up.
SELECT pairs.*
FROM marts.sector_overlap AS pairs
JOIN reference.sectors AS sectors USING (sector)
JOIN reference.sectors AS others ON others.sector = pairs.other_sector
WHERE pairs.quarter = 0 AND pairs.ownership IN ('private', 'total_covered')
ORDER BY pairs.region, pairs.definition DESC, pairs.ownership, pairs.measure, sectors.sort_order,
    others.sort_order, pairs.year
