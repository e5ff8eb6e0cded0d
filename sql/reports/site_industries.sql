-- Grain: one row a region, year and 3- or 4-digit industry of private ownership.
-- Why: the screening page, and the industries of a sector: published figures only, as the mart has them.
SELECT region, year, industry_code, industry_title, naics_digits, score, score_lower, score_upper, rank, rank_best,
    rank_worst, industries, ranked_industries, top_share_of_weightings, establishments, lower_jobs, estimate_jobs,
    estimate_growth, estimate_location_quotient, estimate_local_growth, estimate_pay, strict_sectors,
    strict_sectors_in_part, broad_sectors, broad_sectors_in_part, lenses
FROM marts.sector_screening
ORDER BY region, year, naics_digits, rank NULLS LAST, rank_best, industry_code
