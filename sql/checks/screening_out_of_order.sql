-- Failing rows: figures not inside their proven bounds, or percentile ranks, scores and shares not from 0 to 1.
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
    OR NOT (0 <= score_lower AND score_lower <= score_upper AND score_upper <= 1)
    OR NOT coalesce(score BETWEEN score_lower AND score_upper, true)
    OR NOT coalesce(top_share_of_weightings BETWEEN 0 AND 1, true)
    OR NOT coalesce(percentile_size BETWEEN 0 AND 1, true)
    OR NOT coalesce(percentile_growth BETWEEN 0 AND 1, true)
    OR NOT coalesce(percentile_concentration BETWEEN 0 AND 1, true)
    OR NOT coalesce(percentile_local_growth BETWEEN 0 AND 1, true)
    OR NOT coalesce(percentile_pay BETWEEN 0 AND 1, true)
ORDER BY region, year, industry_code
