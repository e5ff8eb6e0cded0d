-- Grain: one row a sector, definition and measure of one region and its latest year, private ownership.
-- Why: the table at the end of a run. The default region, or the first that has a year.
WITH chosen AS (
    SELECT measures.region, max(measures.year) AS year
    FROM marts.sector_measures AS measures
    LEFT JOIN reference.regions AS regions USING (region)
    WHERE measures.quarter = 0
    GROUP BY measures.region, regions.is_default, regions.sort_order
    ORDER BY regions.is_default DESC NULLS LAST, regions.sort_order NULLS LAST, measures.region
    LIMIT 1
)
SELECT measures.*
FROM marts.sector_measures AS measures
JOIN chosen USING (region, year)
JOIN reference.sectors AS sectors USING (sector)
WHERE measures.quarter = 0 AND measures.ownership = 'private' AND measures.sector_kind IN ('sector', 'union')
ORDER BY measures.definition DESC, sectors.sort_order, measures.measure
