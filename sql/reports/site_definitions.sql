-- Grain: one row a definition, sector and industry code that it lists, in the NAICS vintage that the file names.
-- Why: the methods page says line by line what a sector is, and on what evidence.
SELECT codes.definition, codes.sector, sectors.sector_name, codes.industry_code, naics.industry_title AS industry_title,
    codes.naics_vintage, codes.grade, codes.source, codes.note
FROM reference.sector_codes AS codes
JOIN reference.sectors AS sectors USING (sector)
LEFT JOIN reference.naics AS naics USING (industry_code, naics_vintage)
WHERE codes.naics_vintage = codes.listed_vintage
ORDER BY sectors.sort_order, codes.definition DESC, codes.industry_code
