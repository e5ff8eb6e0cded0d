-- Grain: one row a sector of the figure and code of its definition, of the NAICS vintage in force in the period.
-- Why: what a sector is, is a list of codes, each with its source; the union and the gross sum have those of sectors.
SELECT codes.sector, sectors.sector_name, codes.industry_code, naics.industry_title, codes.listed_code,
    codes.listed_vintage, codes.equivalence, codes.grade, codes.source
FROM reference.sector_codes AS codes
JOIN reference.sectors AS sectors USING (sector)
JOIN reference.sectors AS asked ON asked.sector = $sector
LEFT JOIN reference.naics AS naics USING (naics_vintage, industry_code)
WHERE codes.definition = $definition AND codes.naics_vintage = $naics_vintage
    AND (codes.sector = asked.sector OR (asked.kind IN ('union', 'gross') AND sectors.kind = 'sector'))
ORDER BY sectors.sort_order, codes.industry_code, codes.listed_code
