-- Question: Does a job in each sector pay what a family needs in the region?
-- Reads: marts.pay_against_standard
-- Columns: period, sector_name, family, standard_area_title, needed_usd_per_year, pay_usd_per_year, multiple,
-- multiple_proven_lower, multiple_proven_upper, estimate_status, reading
-- Never null: period, sector_name, family, standard_area_title, estimate_status, reading
-- Note: pay is an average per job, part-time jobs included; a multiple below 1 does not suffice. Dollars of the year.
SELECT
    period,
    sector_name,
    family,
    standard_area_title,
    carried_usd_per_year AS needed_usd_per_year,
    estimate AS pay_usd_per_year,
    estimate_multiple AS multiple,
    lower_multiple AS multiple_proven_lower,
    upper_multiple AS multiple_proven_upper,
    estimate_status,
    reading
FROM marts.pay_against_standard
WHERE region = 'portland_metro' AND definition = 'strict' AND ownership = 'private' AND sector_kind = 'sector'
    AND period = (SELECT max(period) FROM marts.pay_against_standard WHERE region = 'portland_metro' AND quarter = 0)
ORDER BY family, standard_area_title, estimate_multiple DESC NULLS LAST, sector_name
