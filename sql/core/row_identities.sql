-- Grain: one row a disclosed cell whose derived figures can be recomputed; where quotients agree, one row an industry.
-- Why: the average weekly wage is wages by the mean of the three months by 13 weeks, rounded half up, and so was that
-- of the year before, which its change over the year tells. Each location quotient implies a range of the nation's
-- share: all areas' ranges must have a common point, and the nation's share, where its file is in hand, lies in them.
WITH wages AS (
    SELECT 'average_weekly_wage' AS identity, source, year || '-Q' || quarter AS period,
        area_fips || ' own ' || own_code || ' industry ' || industry_code AS group_name,
        average_weekly_wage_usd AS weekly_wage,
        3 * wages_usd AS numerator, 13 * (month1_employment + month2_employment + month3_employment) AS denominator
    FROM core.qcew_cells
    WHERE disclosure = 'disclosed' AND source <> 'qualityinfo'
    UNION ALL
    SELECT 'last_year_weekly_wage', source, year || '-Q' || quarter,
        area_fips || ' own ' || own_code || ' industry ' || industry_code,
        average_weekly_wage_usd - oty_average_weekly_wage_change_usd,
        3 * (wages_usd - oty_wages_change_usd),
        13 * (
            month1_employment + month2_employment + month3_employment - oty_month1_employment_change
            - oty_month2_employment_change - oty_month3_employment_change
        )
    FROM core.qcew_cells
    WHERE disclosure = 'disclosed' AND oty_disclosure = 'disclosed' AND source <> 'qualityinfo'
)
SELECT identity, source, 'average_weekly_wage' AS measure, period, group_name,
    weekly_wage AS expected, (2 * numerator + denominator) // (2 * denominator) AS found, expected = found AS holds
FROM wages
WHERE denominator > 0
UNION ALL
SELECT 'location_quotients_agree', source, measure, period, 'own ' || own_code || ' industry ' || industry_code,
    max(smallest_national_share), min(largest_national_share),
    max(smallest_national_share) <= min(largest_national_share)
FROM core.quotient_ranges
GROUP BY source, measure, period, own_code, industry_code
HAVING count(*) > 1
UNION ALL
SELECT 'location_quotients_recomputed', source, measure, period,
    area_fips || ' own ' || own_code || ' industry ' || industry_code, quotient,
    round(share / nullif(national_share, 0), 2),
    national_share BETWEEN smallest_national_share AND largest_national_share
FROM core.quotient_ranges
WHERE national_share IS NOT NULL
