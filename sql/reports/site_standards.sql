-- Grain: one row a region, definition, sector, ownership and year with jobs, and a Self-Sufficiency Standard.
-- Why: sentences on pay and what a family needs, as the mart words them.
SELECT region, definition, ownership, sector, period, standard_area, standard_year, family_type, reading
FROM marts.pay_against_standard
WHERE quarter = 0
ORDER BY region, definition, ownership, sector, period, standard_area, standard_year, family_type
