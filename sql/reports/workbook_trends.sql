-- Grain: one row a region, definition, ownership, measure, sector and whole year.
-- Why: how each figure changed, with the reason where nobody can say.
SELECT trends.*
FROM marts.sector_trends AS trends
JOIN reference.sectors AS sectors USING (sector)
WHERE trends.quarter = 0 AND trends.ownership IN ('private', 'total_covered')
ORDER BY trends.region, trends.definition DESC, trends.ownership, trends.measure, sectors.sort_order,
    trends.year
