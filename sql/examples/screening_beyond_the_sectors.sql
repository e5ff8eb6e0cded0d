-- Question: Which industries outside the target sectors rank highest by the open weights, and how firm is their place?
-- Reads: marts.sector_screening
-- Columns: period, industry_code, industry_title, rank, rank_best, rank_worst, score, top_share_of_weightings, jobs,
-- pay_usd_per_year, data_origin
-- Never null: period, industry_code, industry_title, rank, rank_best, rank_worst, score, data_origin
-- Note: industries of four digits; one with hidden cells has a range of places, but no rank, and is not listed here.
SELECT
    period,
    industry_code,
    industry_title,
    rank,
    rank_best,
    rank_worst,
    score,
    top_share_of_weightings,
    estimate_jobs AS jobs,
    estimate_pay AS pay_usd_per_year,
    data_origin
FROM marts.sector_screening
WHERE region = 'portland_metro' AND naics_digits = 4 AND rank IS NOT NULL
    AND len(broad_sectors) = 0 AND len(broad_sectors_in_part) = 0
    AND year = (SELECT max(year) FROM marts.sector_screening WHERE region = 'portland_metro' AND rank IS NOT NULL)
ORDER BY rank, industry_code
LIMIT 20
