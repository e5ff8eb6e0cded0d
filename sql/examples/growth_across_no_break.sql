-- Question: Which sectors grew over the year, where no break lies between, and which of them grew for certain?
-- Reads: marts.sector_trends
-- Columns: period, sector_name, jobs_before, jobs, growth, growth_proven_lower, growth_proven_upper, region_growth,
-- grew, data_origin
-- Never null: period, sector_name, jobs_before, jobs, growth, growth_proven_lower, grew, data_origin
-- Note: growth is relative, 0.05 for 5 %. Across a break there is none: see marts.sector_trends_across_breaks.
SELECT
    period,
    sector_name,
    base_estimate AS jobs_before,
    estimate AS jobs,
    estimate_growth AS growth,
    lower_growth AS growth_proven_lower,
    upper_growth AS growth_proven_upper,
    region_growth,
    CASE
        WHEN lower_growth > 0 THEN 'certainly'
        WHEN interval90_lower_growth > 0 THEN 'in nine of ten cases'
        ELSE 'probably'
    END AS grew,
    data_origin
FROM marts.sector_trends
WHERE region = 'portland_metro' AND definition = 'strict' AND ownership = 'private' AND measure = 'employment'
    AND quarter = 0 AND sector_kind IN ('sector', 'union')
    AND growth_status = 'measured' AND estimate_growth > 0
ORDER BY period, estimate_growth DESC, sector_name
