-- Grain: one row a sector, definition and measure of one region and period, private ownership.
-- Why: the table at the end of a run: the default region, or the first there is; its latest year, or its latest quarter
-- where no year is complete.
WITH chosen AS (
    SELECT measures.region, measures.period
    FROM marts.sector_measures AS measures
    LEFT JOIN reference.regions AS regions USING (region)
    ORDER BY regions.is_default DESC NULLS LAST, regions.sort_order NULLS LAST, measures.region,
        measures.quarter = 0 DESC, measures.year DESC, measures.quarter DESC
    LIMIT 1
)
SELECT measures.*
FROM marts.sector_measures AS measures
JOIN chosen USING (region, period)
JOIN reference.sectors AS sectors USING (sector)
WHERE measures.ownership = 'private' AND measures.sector_kind IN ('sector', 'union')
ORDER BY measures.definition DESC, sectors.sort_order, measures.measure
