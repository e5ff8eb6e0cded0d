-- Grain: one row a region, definition, ownership, sector and whole year with jobs.
-- Why: what a job pays, nominal and in dollars of one year.
SELECT pay.*
FROM marts.sector_pay AS pay
JOIN reference.sectors AS sectors USING (sector)
WHERE pay.quarter = 0 AND pay.ownership IN ('private', 'total_covered')
ORDER BY pay.region, pay.definition DESC, pay.ownership, sectors.sort_order, pay.year
