-- Grain: one row a break that is listed.
-- Why: the methods page says what makes a trend lie.
SELECT break_id, year, quarter, min(reason) AS reason, min(grade) AS grade, min(source) AS source,
    string_agg(DISTINCT industry_code, ', ' ORDER BY industry_code) AS industry_codes
FROM reference.trend_breaks
GROUP BY break_id, year, quarter
ORDER BY year, quarter, break_id
