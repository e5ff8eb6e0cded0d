-- Grain: one row an establishment and quarter of the file in force: by state, account and reporting unit.
-- Why: who was born, died, moved or changed its industry is told by account and unit against the quarters beside it.
-- Size classes are BLS's (size_titles.csv), here by the third month's jobs: 1 under 5, 2 to 9, 3 to 19, 4 to 49,
-- 5 to 99, 6 to 249, 7 to 499, 8 to 999, 9 more.
-- Warnings: confidential. An employer that begins to report its units apart, or gets another account, is new and gone
-- without any birth or death. Industries of two NAICS vintages are not compared.
WITH records AS (
    SELECT vintages.source, left(records.area_fips, 2) AS state_fips, naics.naics_vintage,
        4 * records.year + records.quarter AS quarter_number, records.* EXCLUDE (member)
    FROM raw.establishment_records AS records
    JOIN core.vintages AS vintages
        ON vintages.capture_sha256 = records.capture_sha256
        AND vintages.area_fips = records.area_fips
        AND vintages.year = records.year
        AND vintages.quarter = records.quarter
        AND vintages.is_in_force
    JOIN reference.naics_vintages AS naics ON records.year BETWEEN naics.first_year AND naics.last_year
),
quarters AS (
    SELECT source, state_fips, quarter_number,
        lag(quarter_number) OVER (PARTITION BY source, state_fips ORDER BY quarter_number) = quarter_number - 1
            AS has_before,
        lead(quarter_number) OVER (PARTITION BY source, state_fips ORDER BY quarter_number) = quarter_number + 1
            AS has_after
    FROM (SELECT DISTINCT source, state_fips, quarter_number FROM records)
),
linked AS (
    SELECT *,
        coalesce(lag(quarter_number) OVER life = quarter_number - 1, false) AS was_there,
        coalesce(lead(quarter_number) OVER life = quarter_number + 1, false) AS will_be_there,
        lag(area_fips) OVER life AS area_before,
        lag(industry_code) OVER life AS industry_before,
        lag(naics_vintage) OVER life AS vintage_before
    FROM records
    WINDOW life AS (PARTITION BY source, state_fips, account, unit ORDER BY quarter_number)
)
SELECT linked.source, linked.state_fips, linked.account, linked.unit, linked.year, linked.quarter, linked.ein,
    coalesce(linked.ein, linked.account) AS employer, linked.area_fips, linked.own_code, linked.naics_vintage,
    linked.industry_code, linked.multi_establishment_code,
    CASE
        WHEN linked.month3_employment < 5 THEN 1
        WHEN linked.month3_employment < 10 THEN 2
        WHEN linked.month3_employment < 20 THEN 3
        WHEN linked.month3_employment < 50 THEN 4
        WHEN linked.month3_employment < 100 THEN 5
        WHEN linked.month3_employment < 250 THEN 6
        WHEN linked.month3_employment < 500 THEN 7
        WHEN linked.month3_employment < 1000 THEN 8
        ELSE 9
    END::TINYINT AS size_class,
    linked.month1_employment, linked.month2_employment, linked.month3_employment, linked.wages_usd,
    linked.taxable_wages_usd, linked.contributions_usd,
    if(quarters.has_before, NOT linked.was_there, NULL) AS is_new,
    if(quarters.has_after, NOT linked.will_be_there, NULL) AS is_gone,
    if(linked.was_there AND linked.area_fips NOT LIKE '%999' AND linked.area_before NOT LIKE '%999',
        linked.area_fips <> linked.area_before, NULL) AS has_moved,
    if(linked.was_there AND linked.naics_vintage = linked.vintage_before,
        linked.industry_code <> linked.industry_before, NULL) AS has_changed_industry,
    linked.capture_sha256, linked.line_number
FROM linked
JOIN quarters USING (source, state_fips, quarter_number)
ORDER BY linked.source, linked.state_fips, linked.year, linked.quarter, linked.account, linked.unit
