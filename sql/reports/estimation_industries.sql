-- Grain: one row an industry of one NAICS vintage.
-- Why: the tree that cells are nested in, as functions on frames take it.
SELECT industry_code, parent_code, naics_level
FROM reference.naics
WHERE naics_vintage = $naics_vintage
ORDER BY industry_code
