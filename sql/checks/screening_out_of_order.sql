-- Failing rows: figures of the screening that do not lie inside their proven bounds.
SELECT *
FROM marts.sector_screening
WHERE NOT coalesce(lower_jobs <= estimate_jobs AND estimate_jobs <= upper_jobs, true)
    OR NOT coalesce(lower_growth <= estimate_growth AND estimate_growth <= upper_growth, true)
    OR NOT coalesce(lower_location_quotient <= estimate_location_quotient, true)
    OR NOT coalesce(estimate_location_quotient <= upper_location_quotient, true)
    OR NOT coalesce(lower_local_growth <= estimate_local_growth AND estimate_local_growth <= upper_local_growth, true)
    OR NOT coalesce(lower_pay <= estimate_pay AND estimate_pay <= upper_pay, true)
    OR NOT coalesce(lower_pay_multiple <= estimate_pay_multiple, true)
    OR NOT coalesce(estimate_pay_multiple <= upper_pay_multiple, true)
ORDER BY region, year, industry_code
