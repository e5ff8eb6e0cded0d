-- Grain: one row a word that can name a part of a figure, in the order in which people are told them.
-- Why: what may be asked for is what this warehouse holds: named regions first, then counties by their code.
SELECT vocabulary, word
FROM (
    SELECT 'region' AS vocabulary, region AS word, coalesce(regions.sort_order, 1000) AS place
    FROM (SELECT region FROM reference.regions UNION SELECT region FROM marts.region_availability)
    LEFT JOIN reference.regions AS regions USING (region)
    UNION ALL
    SELECT 'sector', sector, sort_order FROM reference.sectors
    UNION ALL
    SELECT DISTINCT 'period', period, 5 * year + if(quarter = 0, 5, quarter) FROM marts.region_availability
    UNION ALL
    SELECT DISTINCT 'definition', definition, 0 FROM core.industry_groups
    UNION ALL
    SELECT DISTINCT 'ownership', ownership, 0 FROM reference.ownerships
)
ORDER BY vocabulary, place, word
