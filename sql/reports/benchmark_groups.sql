-- Grain: one row a definition's target sector, or all of them together, and six-digit industry in it, of one vintage.
-- Why: the totals that people read.
SELECT group_key, industry_code
FROM core.industry_group_leaves
WHERE kind IN ('sector', 'union') AND naics_vintage = $naics_vintage
ORDER BY group_key, industry_code
