-- Grain: one row a cell and year.
-- Why: averages made from months and quarters add up exactly, those of annual files are rounded cell by cell; so the
-- annual file serves only where quarters are missing. A cell without a row in a quarter of a complete year, whole in
-- all four quarters, had no establishment then: it counts as zero, as BLS counts it. One suppressed quarter suppresses
-- the year, but where the publisher's annual file of the same vintage publishes it: BLS does so for some cells that it
-- hides in every quarter. The same vintage is one whose wages of the whole area are the sum of our quarters.
-- By year: core.annual_file_cells, core.qcew_cells, core.vintages
WITH complete_years AS (
    SELECT source, area_fips, year
    FROM core.vintages
    WHERE quarter > 0 AND is_in_force AND is_whole_area
    GROUP BY ALL
    HAVING count(DISTINCT quarter) = 4
),
from_quarters AS (
    SELECT
        cells.source, cells.area_fips, cells.own_code, cells.industry_code, cells.naics_level, cells.naics_vintage,
        cells.year,
        CASE
            WHEN bool_or(cells.disclosure = 'suppressed') THEN 'suppressed'
            WHEN bool_and(cells.disclosure = 'true_zero') THEN 'true_zero'
            ELSE 'disclosed'
        END AS disclosure,
        sum(cells.establishments) / 4.0 AS establishments,
        CASE
            WHEN bool_or(cells.disclosure = 'suppressed') THEN NULL
            WHEN bool_or(cells.month1_employment IS NULL) THEN sum(cells.average_employment) / 4.0
            ELSE sum(cells.month1_employment + cells.month2_employment + cells.month3_employment) / 12.0
        END AS average_employment,
        if(bool_or(cells.disclosure = 'suppressed'), NULL, sum(cells.wages_usd))::BIGINT AS wages_usd,
        if(bool_or(cells.disclosure = 'suppressed'), NULL, sum(cells.taxable_wages_usd))::BIGINT AS taxable_wages_usd,
        if(bool_or(cells.disclosure = 'suppressed'), NULL, sum(cells.contributions_usd))::BIGINT AS contributions_usd,
        'quarters' AS basis,
        list_sort(list_distinct(list(cells.capture_sha256))) AS captures
    FROM core.qcew_cells AS cells
    LEFT JOIN complete_years AS complete USING (source, area_fips, year)
    GROUP BY
        cells.source, cells.area_fips, cells.own_code, cells.industry_code, cells.naics_level, cells.naics_vintage,
        cells.year
    HAVING count(*) = 4 OR bool_or(complete.year IS NOT NULL)
),
same_vintage AS (
    SELECT quarters.source, quarters.area_fips, quarters.year
    FROM from_quarters AS quarters
    JOIN core.annual_file_cells AS files USING (source, area_fips, own_code, industry_code, year, wages_usd)
    WHERE quarters.own_code = '0' AND quarters.industry_code = '10'
),
published_years AS (
    SELECT quarters.* REPLACE (
        files.disclosure AS disclosure, files.average_employment AS average_employment, files.wages_usd AS wages_usd,
        files.taxable_wages_usd AS taxable_wages_usd, files.contributions_usd AS contributions_usd,
        'annual_file' AS basis, list_sort(list_distinct(list_append(quarters.captures, files.capture_sha256)))
            AS captures
    )
    FROM from_quarters AS quarters
    JOIN core.annual_file_cells AS files USING (source, area_fips, own_code, industry_code, year)
    SEMI JOIN same_vintage
        ON same_vintage.source = quarters.source
        AND same_vintage.area_fips = quarters.area_fips
        AND same_vintage.year = quarters.year
    WHERE quarters.disclosure = 'suppressed' AND files.disclosure <> 'suppressed'
)
SELECT *
FROM from_quarters
ANTI JOIN published_years USING (source, area_fips, own_code, industry_code, year)
UNION ALL
SELECT * FROM published_years
UNION ALL
SELECT files.* EXCLUDE (average_weekly_wage_usd, average_annual_pay_usd, capture_sha256),
    'annual_file' AS basis, [files.capture_sha256] AS captures
FROM core.annual_file_cells AS files
ANTI JOIN complete_years USING (source, area_fips, year)
ANTI JOIN from_quarters
    ON from_quarters.source = files.source
    AND from_quarters.area_fips = files.area_fips
    AND from_quarters.own_code = files.own_code
    AND from_quarters.industry_code = files.industry_code
    AND from_quarters.year = files.year
ORDER BY source, area_fips, year, own_code, industry_code
