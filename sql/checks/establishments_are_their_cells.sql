-- Failing rows: county cells of the finest industries in a file in force that are not the sum of their establishments.
WITH added AS (
    SELECT capture_sha256, area_fips, own_code, industry_code, year, quarter, count(*) AS establishments,
        sum(month1_employment) AS month1_employment, sum(month2_employment) AS month2_employment,
        sum(month3_employment) AS month3_employment, sum(wages_usd) AS wages_usd
    FROM core.establishments
    GROUP BY ALL
),
cells AS (
    SELECT capture_sha256, area_fips, own_code, industry_code, year, quarter, establishments, month1_employment,
        month2_employment, month3_employment, wages_usd
    FROM raw.quarterly_cells
    SEMI JOIN (SELECT * FROM core.vintages WHERE is_in_force) USING (capture_sha256, area_fips, year, quarter)
    WHERE publisher = 'establishments' AND agglvl_code = '78'
)
SELECT * FROM (
    (SELECT * FROM added EXCEPT SELECT * FROM cells)
    UNION ALL
    (SELECT * FROM cells EXCEPT SELECT * FROM added)
)
ORDER BY ALL
