-- Failing rows: cells of a year that one capture states twice, with different figures.
WITH repeated AS (
    SELECT capture_sha256, publisher, area_fips, own_code, industry_code, size_code, year
    FROM raw.annual_cells
    GROUP BY ALL
    HAVING count(*) > 1
)
SELECT capture_sha256, publisher, area_fips, own_code, industry_code, size_code, year,
    list(DISTINCT (disclosure, establishments, average_employment, wages_usd)) AS stated,
    list(member ORDER BY member) AS members
FROM raw.annual_cells
SEMI JOIN repeated USING (capture_sha256, publisher, area_fips, own_code, industry_code, size_code, year)
GROUP BY ALL
HAVING len(stated) > 1
ORDER BY ALL
