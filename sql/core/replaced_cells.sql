-- Grain: one row a cell, quarter and vintage that a later whole file replaced: what core.qcew_cells held before.
-- Why: what a revision changed can be told only beside what was said before; so each vintage is put together as the one
-- in force is, from the whole file and the newest of the parts that came before the next.
-- Warnings: suppressed values are null, never zero. Quarters only: a year's revision follows from its quarters'.
-- By year: raw.quarterly_cells, core.vintages
SELECT
    vintages.source, cells.area_fips, cells.own_code, cells.industry_code,
    CASE WHEN cells.industry_code = '10' THEN 0 ELSE right(cells.agglvl_code, 1)::TINYINT END AS naics_level,
    naics.naics_vintage, cells.year, cells.quarter, vintages.vintage_number, vintages.newer_vintages,
    cells.disclosure, cells.establishments,
    coalesce(
        (cells.month1_employment + cells.month2_employment + cells.month3_employment) / 3.0, cells.average_employment
    ) AS average_employment,
    cells.wages_usd, cells.capture_sha256
FROM raw.quarterly_cells AS cells
JOIN core.vintages AS vintages
    ON vintages.capture_sha256 = cells.capture_sha256
    AND vintages.source IN (cells.publisher, 'sample')
    AND vintages.area_fips = cells.area_fips
    AND vintages.year = cells.year
    AND vintages.quarter = cells.quarter
    AND vintages.newer_vintages > 0
    AND vintages.vintage_number > 0
LEFT JOIN reference.naics_vintages AS naics ON cells.year BETWEEN naics.first_year AND naics.last_year
WHERE cells.size_code = '0'
QUALIFY row_number() OVER (
    PARTITION BY vintages.source, cells.area_fips, cells.own_code, cells.industry_code, cells.year, cells.quarter,
        vintages.vintage_number
    ORDER BY vintages.vintage_order DESC, cells.member, cells.line_number
) = 1
ORDER BY vintages.source, cells.area_fips, cells.year, cells.quarter, vintages.vintage_number, cells.own_code,
    cells.industry_code
