-- Grain: one row a cell and quarter of one source, state and year: counties, the unknown county and the state itself.
-- Why: the rows that estimates are made from, as functions on frames take them.
-- Warnings: suppressed values are null.
SELECT area_fips, own_code, industry_code, year, quarter, disclosure, establishments,
    month1_employment, month2_employment, month3_employment, wages_usd
FROM core.qcew_cells
WHERE regexp_full_match(area_fips, '\d{5}')
    AND source = $source AND area_fips[1:2] = $state_fips AND year = $year
ORDER BY year, quarter, area_fips, own_code, industry_code
