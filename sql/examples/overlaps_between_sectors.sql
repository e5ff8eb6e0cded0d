-- Question: Which target sectors overlap, and how many private jobs would a plain sum count twice?
-- Reads: marts.sector_overlap
-- Columns: period, definition, sector_name, other_sector_name, jobs, jobs_90_lower, jobs_90_upper, hidden_cells,
-- estimate_status, data_origin
-- Never null: period, definition, sector_name, other_sector_name, hidden_cells, estimate_status, data_origin
SELECT
    period,
    definition,
    sector_name,
    other_sector_name,
    estimate AS jobs,
    interval90_lower AS jobs_90_lower,
    interval90_upper AS jobs_90_upper,
    hidden_cells,
    estimate_status,
    data_origin
FROM marts.sector_overlap
WHERE region = 'portland_metro' AND ownership = 'private' AND measure = 'employment'
    AND period = (SELECT max(period) FROM marts.sector_overlap WHERE region = 'portland_metro' AND quarter = 0)
ORDER BY definition DESC, sector_name, other_sector_name
