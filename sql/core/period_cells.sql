-- Grain: one row a cell, period and vintage, quarters and years in one shape.
-- Why: the classification is the same for all: what is in force, what it replaced, what it tells of the year before.
-- Warnings: vintage is in_force; replaced: of areas and quarters with a whole file just before the one in force; or
-- year_before: of a year without a file, by the changes over the year, where establishments can be unknown too.
SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage,
    year || '-Q' || quarter AS period, year, quarter, 'in_force' AS vintage, disclosure,
    establishments::DOUBLE AS establishments, average_employment AS employment, wages_usd
FROM core.qcew_cells
UNION ALL
SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage,
    year::VARCHAR AS period, year, 0 AS quarter, 'in_force' AS vintage, disclosure,
    establishments, average_employment AS employment, wages_usd
FROM core.qcew_annual
UNION ALL
SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage,
    year || '-Q' || quarter AS period, year, quarter, 'replaced' AS vintage, disclosure,
    establishments::DOUBLE AS establishments, average_employment AS employment, wages_usd
FROM core.replaced_cells
WHERE newer_vintages = 1
UNION ALL
SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage,
    period, year, quarter, 'year_before' AS vintage, disclosure, establishments, employment, wages_usd
FROM core.year_before_cells
