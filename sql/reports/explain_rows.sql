-- Grain: one row a quarterly row, in the region and period, of the industries asked for.
-- Why: every number can be found in its file by the line; of a year these are the rows of its quarters.
SELECT cells.area_fips, cells.own_code, cells.industry_code, cells.quarter, cells.disclosure, cells.establishments,
    cells.month1_employment, cells.month2_employment, cells.month3_employment, cells.average_employment,
    cells.wages_usd, cells.capture_sha256, captures.file_name, cells.member, cells.line_number
FROM core.qcew_cells AS cells
SEMI JOIN (SELECT source, area_fips FROM core.region_periods WHERE region = $region AND period = $period) AS places
    USING (source, area_fips)
LEFT JOIN raw.captures AS captures USING (capture_sha256)
WHERE $period IN (cells.year::VARCHAR, cells.year || '-Q' || cells.quarter)
    AND list_contains($industry_codes, cells.industry_code)
ORDER BY cells.area_fips, cells.own_code, cells.industry_code, cells.quarter
