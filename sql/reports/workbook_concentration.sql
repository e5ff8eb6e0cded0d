-- Grain: one row a region, base region, denominator, definition, ownership, measure, sector and whole year.
-- Why: whether a sector is larger here than elsewhere.
SELECT quotients.*
FROM marts.sector_concentration AS quotients
JOIN reference.sectors AS sectors USING (sector)
WHERE quotients.quarter = 0 AND quotients.ownership IN ('private', 'total_covered')
ORDER BY quotients.region, quotients.base_region, quotients.definition DESC, quotients.ownership,
    quotients.base_ownership, quotients.measure, sectors.sort_order, quotients.year
