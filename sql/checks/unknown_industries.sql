-- Failing rows: industries that the NAICS vintage in force does not have; no sector could count them.
SELECT cells.source, cells.naics_vintage, cells.industry_code, min(cells.area_fips) AS first_area,
    min(cells.year) AS first_year, count(*) AS rows
FROM core.period_cells AS cells
LEFT JOIN reference.naics AS naics USING (naics_vintage, industry_code)
WHERE cells.vintage = 'in_force'
    AND naics.industry_code IS NULL
    AND cells.naics_vintage IS NOT NULL
    AND NOT (cells.source = 'qualityinfo' AND cells.industry_code = '22+48-49')
GROUP BY ALL
ORDER BY ALL
