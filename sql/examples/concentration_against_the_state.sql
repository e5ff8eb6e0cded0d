-- Question: Which sectors are more concentrated here than in the whole state?
-- Reads: marts.sector_concentration
-- Columns: period, sector_name, base_region_name, location_quotient, proven_lower, proven_upper, is_above_base,
-- concentration_status, data_origin
-- Never null: period, sector_name, base_region_name, concentration_status, data_origin
-- Note: the location quotient is 1 where the sector has the same share of private jobs as in the state; is_above_base
-- is null where the proven bounds lie on both sides of 1.
SELECT
    period,
    sector_name,
    base_region_name,
    estimate AS location_quotient,
    lower AS proven_lower,
    upper AS proven_upper,
    CASE WHEN lower > 1 THEN true WHEN upper <= 1 THEN false END AS is_above_base,
    concentration_status,
    data_origin
FROM marts.sector_concentration
WHERE region = 'portland_metro' AND base_region = 'oregon' AND base_ownership = 'private'
    AND definition = 'strict' AND ownership = 'private' AND measure = 'employment' AND quarter = 0
    AND sector_kind IN ('sector', 'union')
ORDER BY period, estimate DESC NULLS LAST, sector_name
