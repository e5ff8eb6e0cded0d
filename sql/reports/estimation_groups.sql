-- Grain: one row a group of industries and six-digit industry in it, of one vintage.
-- Why: the groups that totals are asked for.
SELECT group_key, industry_code
FROM core.industry_group_leaves
WHERE naics_vintage = $naics_vintage
ORDER BY ALL
