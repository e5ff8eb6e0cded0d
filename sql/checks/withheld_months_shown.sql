-- Failing rows: months that show more than the jobs of their quarter do, months of published quarters that are not
-- exact, and quarters whose published jobs are not the mean of their months.
SELECT months.region, months.definition, months.sector, months.ownership, months.year, months.month,
    months.estimate_status, quarters.estimate_status AS status_of_quarter, months.known, months.lower, months.estimate,
    months.upper, quarters.known AS known_of_quarter
FROM (
    SELECT *, avg(known) OVER (
        PARTITION BY region, definition, sector, ownership, year, quarter
    ) AS mean_known
    FROM marts.monthly_employment
) AS months
LEFT JOIN marts.sector_measures AS quarters
    ON quarters.region = months.region
    AND quarters.definition = months.definition
    AND quarters.sector = months.sector
    AND quarters.ownership = months.ownership
    AND quarters.period = months.period
    AND quarters.measure = 'employment'
WHERE months.estimate_status NOT IN (coalesce(quarters.estimate_status, ''), 'contradictory_rows')
    OR (months.estimate_status IN ('published', 'estimated')) <> (months.estimate IS NOT NULL)
    OR (months.estimate IS NULL) <> (months.lower IS NULL)
    OR (months.estimate IS NULL) <> (months.upper IS NULL)
    OR (months.estimate_status = 'published' AND (
        months.known IS DISTINCT FROM months.lower OR months.lower <> months.upper
        OR abs(months.mean_known - quarters.known) > 1e-6 * quarters.known + 1e-6
    ))
    OR (months.estimate_status <> 'contradictory_rows' AND (months.known IS NULL) <> (quarters.known IS NULL))
ORDER BY ALL
