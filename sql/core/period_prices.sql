-- Grain: one row a year and a quarter of every year with any month of the consumer price index.
-- Why: real pay and carried standards need the index of a period: the mean of its months, as BLS makes annual averages.
-- Warnings: a period with a month missing has no index. Months are missing that were never published (2025-10), and
-- those that were not published yet.
WITH months AS (
    SELECT years.year, calendar.month, (calendar.month + 2) // 3 AS quarter, published.cpi_u
    FROM (SELECT DISTINCT year FROM reference.price_index) AS years
    CROSS JOIN (SELECT unnest(range(1, 13)) AS month) AS calendar
    LEFT JOIN reference.price_index AS published ON published.year = years.year AND published.month = calendar.month
),
periods AS (
    SELECT year, 0 AS quarter, month, cpi_u FROM months
    UNION ALL
    SELECT year, quarter, month, cpi_u FROM months
)
SELECT year || if(quarter = 0, '', '-Q' || quarter) AS period, year, quarter::TINYINT AS quarter,
    if(count(cpi_u) = count(*), avg(cpi_u ORDER BY month), NULL) AS cpi_u,
    string_agg(year || '-' || lpad(month::VARCHAR, 2, '0'), ', ' ORDER BY month) FILTER (cpi_u IS NULL)
        AS missing_months
FROM periods
GROUP BY year, quarter
ORDER BY year, quarter
