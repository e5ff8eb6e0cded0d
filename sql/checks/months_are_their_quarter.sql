-- Failing rows: quarters whose three months are not on average the quarter's jobs, their bounds or their estimate; the
-- estimate is cut at the bounds month by month here and once there, which may move it by a job for each hidden cell.
SELECT quarters.source, quarters.region, quarters.ownership, quarters.group_key, quarters.year, quarters.quarter,
    count(months.month) AS months, quarters.known, avg(months.known) AS known_of_months,
    quarters.lower, avg(months.lower) AS lower_of_months, quarters.estimate, avg(months.estimate) AS estimate_of_months,
    quarters.upper, avg(months.upper) AS upper_of_months
FROM estimates.region_estimates AS quarters
LEFT JOIN estimates.monthly_employment AS months
    USING (source, region, ownership, group_key, year, quarter)
WHERE quarters.measure = 'employment' AND quarters.quarter > 0
GROUP BY ALL
HAVING count(months.month) <> 3
    OR abs(known_of_months - quarters.known) > 1e-6 * quarters.known + 1e-6
    OR abs(lower_of_months - quarters.lower) > 1e-6 * quarters.lower + 1e-6
    OR abs(upper_of_months - quarters.upper) > 1e-6 * quarters.upper + 1e-6
    OR abs(estimate_of_months - quarters.estimate) > 1 + quarters.hidden_cells
ORDER BY ALL
