-- Grain: one row a region, definition, ownership, sector and whole year with jobs, and Self-Sufficiency Standard.
-- Why: whether a job feeds a family.
SELECT pay.*
FROM marts.pay_against_standard AS pay
JOIN reference.sectors AS sectors USING (sector)
WHERE pay.quarter = 0 AND pay.ownership IN ('private', 'total_covered')
ORDER BY pay.region, pay.definition DESC, pay.ownership, sectors.sort_order, pay.year,
    pay.standard_area, pay.standard_year, pay.family_type
