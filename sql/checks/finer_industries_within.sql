-- Failing rows: industries of three digits that are wholly published, and whose parts of four digits are paid more.
SELECT whole.region, whole.year, whole.vintage, whole.industry_code, whole.wages_known,
    sum(part.wages_known) AS wages_of_parts
FROM core.region_industries AS whole
JOIN core.naics_ancestry AS tree
    ON tree.naics_vintage = whole.naics_vintage
    AND tree.ancestor_code = whole.industry_code
    AND tree.naics_level = 6
JOIN core.region_industries AS part
    ON part.region = whole.region
    AND part.year = whole.year
    AND part.vintage = whole.vintage
    AND part.industry_code = tree.industry_code
WHERE whole.naics_level = 5 AND whole.hidden_cells = 0
GROUP BY ALL
HAVING sum(part.wages_known) > whole.wages_known
ORDER BY whole.region, whole.year, whole.vintage, whole.industry_code
