-- Question: How large are the target sectors beside each other, in businesses, jobs and wages, in the latest year?
-- Reads: marts.sector_measures, reference.sectors
-- Columns: period, sector_name, share_of_businesses, share_of_jobs, share_of_wages, jobs, jobs_90_lower, jobs_90_upper,
-- jobs_status, data_origin
-- Never null: period, sector_name, share_of_businesses, jobs_status, data_origin
-- Note: sectors overlap, so the lines do not add up; all target sectors together count each business once.
SELECT
    measures.period,
    measures.sector_name,
    max(estimate_share) FILTER (measure = 'businesses') AS share_of_businesses,
    max(estimate_share) FILTER (measure = 'employment') AS share_of_jobs,
    max(estimate_share) FILTER (measure = 'wages') AS share_of_wages,
    max(estimate) FILTER (measure = 'employment') AS jobs,
    max(interval90_lower) FILTER (measure = 'employment') AS jobs_90_lower,
    max(interval90_upper) FILTER (measure = 'employment') AS jobs_90_upper,
    max(estimate_status) FILTER (measure = 'employment') AS jobs_status,
    any_value(data_origin) AS data_origin
FROM marts.sector_measures AS measures
JOIN reference.sectors AS sectors USING (sector)
WHERE region = 'portland_metro' AND definition = 'strict' AND ownership = 'private'
    AND sector_kind IN ('sector', 'union')
    AND period = (SELECT max(period) FROM marts.sector_measures WHERE region = 'portland_metro' AND quarter = 0)
GROUP BY measures.period, measures.sector_name, sectors.sort_order
ORDER BY sectors.sort_order
