-- Failing rows: published parents with exactly one hidden child, whose figure anybody can work out by subtraction.
SELECT parent.source, parent.area_fips, parent.own_code, parent.industry_code, parent.period,
    any_value(child.industry_code) FILTER (child.disclosure = 'suppressed') AS hidden_industry
FROM core.period_cells AS parent
JOIN reference.naics AS tree
    ON tree.naics_vintage = parent.naics_vintage AND tree.parent_code = parent.industry_code
JOIN core.period_cells AS child
    ON child.source = parent.source
    AND child.area_fips = parent.area_fips
    AND child.own_code = parent.own_code
    AND child.period = parent.period
    AND child.vintage = parent.vintage
    AND child.industry_code = tree.industry_code
WHERE parent.vintage = 'in_force' AND parent.disclosure = 'disclosed' AND parent.quarter > 0
GROUP BY ALL
HAVING count(*) FILTER (child.disclosure = 'suppressed') = 1
ORDER BY ALL
