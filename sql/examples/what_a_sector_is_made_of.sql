-- Question: Which industries count as clean energy in each NAICS vintage, and who says so?
-- Reads: reference.naics, reference.sector_codes
-- Columns: definition, naics_vintage, industry_code, industry_title, listed_code, equivalence, grade, source, note
-- Never null: definition, naics_vintage, industry_code, listed_code, equivalence, grade, source
-- Note: grade A was read at the publisher, B is arithmetic on such figures, C is inference.
SELECT
    codes.definition,
    codes.naics_vintage,
    codes.industry_code,
    naics.industry_title,
    codes.listed_code,
    codes.equivalence,
    codes.grade,
    codes.source,
    codes.note
FROM reference.sector_codes AS codes
LEFT JOIN reference.naics AS naics USING (naics_vintage, industry_code)
WHERE codes.sector = 'clean_energy'
ORDER BY codes.definition DESC, codes.naics_vintage, codes.industry_code, codes.listed_code
