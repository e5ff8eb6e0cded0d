-- Grain: one row a cell and year as the publisher's own annual file has it, all sizes, of the vintage in force.
-- Why: serves where quarters are missing, and is reconciled with them where both are there.
-- Warnings: averages are rounded cell by cell and do not add up exactly.
SELECT
    vintages.source, cells.area_fips, cells.own_code, cells.industry_code,
    CASE WHEN cells.industry_code = '10' THEN 0 ELSE right(cells.agglvl_code, 1)::TINYINT END AS naics_level,
    naics.naics_vintage, cells.year, cells.disclosure,
    cells.establishments::DOUBLE AS establishments, cells.average_employment::DOUBLE AS average_employment,
    cells.wages_usd, cells.taxable_wages_usd, cells.contributions_usd, cells.average_weekly_wage_usd,
    cells.average_annual_pay_usd, cells.capture_sha256
FROM raw.annual_cells AS cells
JOIN core.vintages AS vintages
    ON vintages.capture_sha256 = cells.capture_sha256
    AND vintages.source IN (cells.publisher, 'sample')
    AND vintages.area_fips = cells.area_fips
    AND vintages.year = cells.year
    AND vintages.quarter = 0
    AND vintages.is_in_force
LEFT JOIN reference.naics_vintages AS naics ON cells.year BETWEEN naics.first_year AND naics.last_year
WHERE cells.size_code = '0'
QUALIFY row_number() OVER (
    PARTITION BY vintages.source, cells.area_fips, cells.own_code, cells.industry_code, cells.year
    ORDER BY vintages.vintage_order DESC, cells.member, cells.line_number
) = 1
