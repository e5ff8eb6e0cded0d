-- Grain: one row a definition, sector, NAICS vintage with figures, and source of codes.
-- Why: what is counted in a sector, and who says so.
SELECT codes.definition, sectors.sector_name, codes.naics_vintage, vintages.first_year,
    string_agg(DISTINCT codes.industry_code, ', ' ORDER BY codes.industry_code) AS industry_codes,
    codes.grade, codes.source
FROM reference.sector_codes AS codes
JOIN reference.sectors AS sectors USING (sector)
JOIN reference.naics_vintages AS vintages USING (naics_vintage)
SEMI JOIN (SELECT DISTINCT year FROM marts.sector_measures) AS measures
    ON measures.year BETWEEN vintages.first_year AND vintages.last_year
GROUP BY ALL
ORDER BY codes.definition DESC, any_value(sectors.sort_order), codes.naics_vintage, codes.source, codes.grade
