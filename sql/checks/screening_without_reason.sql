-- Failing rows: unknown criteria without a reason, known ones with one, and industries ranked in spite of an unknown.
SELECT *
FROM marts.sector_screening
WHERE (estimate_jobs IS NOT NULL) <> (estimate_status IN ('published', 'estimated'))
    OR (estimate_growth IS NOT NULL) <> (growth_status = 'measured')
    OR (estimate_location_quotient IS NOT NULL) <> (concentration_status = 'measured')
    OR (estimate_local_growth IS NOT NULL) <> (local_growth_status = 'measured')
    OR (estimate_pay IS NOT NULL) <> (pay_status = 'measured')
    OR (estimate_growth IS NOT NULL AND break_reason IS NOT NULL)
    OR (score IS NULL) <> (len(missing_criteria) > 0)
    OR (rank IS NULL) <> (score IS NULL)
    OR (top_share_of_weightings IS NULL) <> (score IS NULL)
ORDER BY region, year, industry_code
