-- Grain: one row a break, ownership, industry and quarter.
-- Why: what a cell was before a break says nothing about it afterwards.
SELECT area_prefix, own_code, industry_code, year, quarter
FROM reference.trend_breaks
ORDER BY ALL
