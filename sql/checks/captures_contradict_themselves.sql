-- Failing rows: cells that one capture states twice, with different figures.
WITH repeated AS (
    SELECT capture_sha256, publisher, area_fips, own_code, industry_code, size_code, year, quarter
    FROM raw.quarterly_cells
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT capture_sha256, publisher, area_fips, own_code, industry_code, size_code, year, quarter,
    list(DISTINCT (
        disclosure, establishments, month1_employment, month2_employment, month3_employment, average_employment,
        wages_usd
    )) AS stated,
    list(member ORDER BY member) AS members
FROM raw.quarterly_cells
SEMI JOIN repeated
    USING (capture_sha256, publisher, area_fips, own_code, industry_code, size_code, year, quarter)
GROUP BY ALL
HAVING len(stated) > 1
ORDER BY ALL
