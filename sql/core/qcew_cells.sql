-- Grain: one row a cell and quarter: area by ownership by industry, all sizes, of the vintage in force.
-- Why: the one table of quarterly figures; where several captures hold a cell, the newest speaks.
-- Warnings: suppressed values are null, never zero; sizes other than all are left out, they must not be added.
-- By year: raw.quarterly_cells, core.vintages
SELECT
    vintages.source, cells.area_fips, cells.own_code, cells.industry_code,
    CASE WHEN cells.industry_code = '10' THEN 0 ELSE right(cells.agglvl_code, 1)::TINYINT END AS naics_level,
    naics.naics_vintage, cells.year, cells.quarter, cells.disclosure, cells.establishments,
    cells.month1_employment, cells.month2_employment, cells.month3_employment,
    coalesce(
        (cells.month1_employment + cells.month2_employment + cells.month3_employment) / 3.0, cells.average_employment
    ) AS average_employment,
    cells.* EXCLUDE (
        publisher, area_fips, own_code, industry_code, agglvl_code, size_code, year, quarter, disclosure,
        establishments, month1_employment, month2_employment, month3_employment, average_employment
    )
FROM raw.quarterly_cells AS cells
JOIN core.vintages AS vintages
    ON vintages.capture_sha256 = cells.capture_sha256
    AND vintages.source IN (cells.publisher, 'sample')
    AND vintages.area_fips = cells.area_fips
    AND vintages.year = cells.year
    AND vintages.quarter = cells.quarter
    AND vintages.is_in_force
LEFT JOIN reference.naics_vintages AS naics ON cells.year BETWEEN naics.first_year AND naics.last_year
WHERE cells.size_code = '0'
QUALIFY row_number() OVER (
    PARTITION BY vintages.source, cells.area_fips, cells.own_code, cells.industry_code, cells.year, cells.quarter
    ORDER BY vintages.vintage_order DESC, cells.member, cells.line_number
) = 1
ORDER BY vintages.source, cells.area_fips, cells.year, cells.quarter, cells.own_code, cells.industry_code
