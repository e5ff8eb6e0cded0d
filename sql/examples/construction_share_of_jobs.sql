-- Question: What share of the region's private jobs is construction, year after year, and how sure is that?
-- Reads: marts.share_of_employment
-- Columns: region_name, period, jobs, share, share_90_lower, share_90_upper, share_proven_lower, share_proven_upper,
-- estimate_status, revision_status, data_origin
-- Never null: region_name, period, estimate_status, revision_status, data_origin
-- Note: shares are 0–1. Jobs and share are null where estimate_status says that they are withheld or unknown.
SELECT
    region_name,
    period,
    estimate AS jobs,
    estimate_share AS share,
    interval90_lower_share AS share_90_lower,
    interval90_upper_share AS share_90_upper,
    lower_share AS share_proven_lower,
    upper_share AS share_proven_upper,
    estimate_status,
    revision_status,
    data_origin
FROM marts.share_of_employment
WHERE region = 'portland_metro' AND sector = 'construction' AND definition = 'strict' AND ownership = 'private'
    AND quarter = 0
ORDER BY period
