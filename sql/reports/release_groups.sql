-- Grain: one row a group of industries and six-digit industry in it, of one NAICS vintage.
-- Why: sectors, lenses, overlaps and all target sectors together are released as totals; plain sums of sectors are not.
SELECT group_key, industry_code
FROM core.industry_group_leaves
WHERE naics_vintage = $naics_vintage AND kind IN ('sector', 'lens', 'overlap', 'union')
ORDER BY ALL
