-- Question: How many construction jobs were there month by month, with and without the season?
-- Reads: marts.monthly_employment, marts.seasonally_adjusted_employment
-- Columns: year, month, jobs, jobs_proven_lower, jobs_proven_upper, jobs_seasonally_adjusted, adjustment_status,
-- estimate_status, data_origin
-- Never null: year, month, adjustment_status, estimate_status, data_origin
-- Note: the adjustment is no official figure, and needs 24 months in a row; adjustment_status says where they are
-- wanting.
SELECT
    months.year,
    months.month,
    months.estimate AS jobs,
    months.lower AS jobs_proven_lower,
    months.upper AS jobs_proven_upper,
    adjusted.seasonally_adjusted AS jobs_seasonally_adjusted,
    adjusted.adjustment_status,
    months.estimate_status,
    months.data_origin
FROM marts.monthly_employment AS months
JOIN marts.seasonally_adjusted_employment AS adjusted
    USING (region, definition, sector, ownership, year, month)
WHERE months.region = 'portland_metro' AND months.sector = 'construction' AND months.definition = 'strict'
    AND months.ownership = 'private'
ORDER BY months.year, months.month
