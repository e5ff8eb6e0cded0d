-- Failing rows: measures of change that are missing without a reason, or shown beside a reason why there is none.
SELECT region, definition, sector, ownership, measure, period, change_status, estimate_change, growth_status,
    estimate_growth, contribution_status, estimate_contribution, index_status, estimate_index
FROM marts.sector_trends
WHERE (estimate_change IS NOT NULL) <> (change_status = 'measured')
    OR (estimate_growth IS NOT NULL) <> (growth_status = 'measured')
    OR (estimate_contribution IS NOT NULL) <> (contribution_status = 'measured')
    OR (estimate_index IS NOT NULL) <> (index_status IN ('measured', 'first_year'))
    OR (estimate_annualised_growth IS NOT NULL) <> (index_status = 'measured')
ORDER BY ALL
