-- Grain: one row an establishment, quarter and group of industries that it belongs to.
-- Why: an establishment is of every sector that lists its industry, by the same groups as public cells: lenses, the
-- union and overlaps too.
-- Warnings: confidential. Sectors overlap: count establishments of the union, not rows.
SELECT one.source, one.state_fips, one.account, one.unit, one.year, one.quarter,
    leaves.group_key, leaves.definition, leaves.sector, leaves.kind, leaves.other_sector
FROM core.establishments AS one
JOIN core.industry_group_leaves AS leaves USING (naics_vintage, industry_code)
