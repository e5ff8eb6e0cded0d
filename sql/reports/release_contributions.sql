-- Grain: one row a county, ownership, six-digit industry and employer of one source, state and quarter.
-- Why: rules on what may be published count employers, and ask what each of them contributes.
-- Warnings: confidential.
SELECT area_fips, own_code, industry_code, employer, count(*) AS establishments,
    sum(month1_employment)::BIGINT AS month1_employment,
    sum(month2_employment)::BIGINT AS month2_employment,
    sum(month3_employment)::BIGINT AS month3_employment,
    sum(wages_usd)::BIGINT AS wages_usd
FROM core.establishments
WHERE source = $source AND state_fips = $state_fips AND year = $year AND quarter = $quarter
GROUP BY ALL
ORDER BY ALL
