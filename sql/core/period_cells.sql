-- Grain: one row a cell and period, quarters and years in one shape.
-- Why: the classification is the same for both.
SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage,
    year || '-Q' || quarter AS period, year, quarter, disclosure,
    establishments::DOUBLE AS establishments, average_employment AS employment, wages_usd
FROM core.qcew_cells
UNION ALL
SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage,
    year::VARCHAR AS period, year, 0 AS quarter, disclosure,
    establishments, average_employment AS employment, wages_usd
FROM core.qcew_annual
