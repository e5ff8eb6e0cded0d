-- Grain: one row a source, state and whole year of cells down to six digits.
-- Why: what accuracy and speed can be measured on; the first state comes first, with its latest year.
SELECT source, area_fips[1:2] AS state_fips, year, max(naics_vintage) AS naics_vintage
FROM core.qcew_cells
WHERE regexp_full_match(area_fips, '\d{5}') AND naics_vintage IS NOT NULL
GROUP BY source, state_fips, year
HAVING count(DISTINCT quarter) = 4 AND max(naics_level) = 8
ORDER BY state_fips, year DESC, source
