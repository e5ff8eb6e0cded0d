-- Grain: one row a cell, period and measure of which both BLS and the Oregon Employment Department have a figure.
-- Why: two publishers of the same survey should tell the same; where they do not, the reason is named, or that there is
-- none. Wages must agree to the dollar; units and jobs within 3: the department adds averages rounded row by row.
-- Warnings: missing is not zero, nor is suppressed: what either of them hides or leaves out is not compared, and of a
-- sum no part may be. The department's sector 48 holds utilities too: beside it stand BLS's 22 and 48-49 added up.
-- It keeps tribal government apart from all industries of local government, and the reader puts it into 92 and 1028;
-- with BLS it lies in 921150, and what else tribes run, such as casinos, in industries of its own. Tribal government is
-- the cause where that cell is the whole difference, of either sign; or where the department has more in local 92, just
-- so much less in the other sectors of local government together, and the same in all.
-- By year: core.qcew_annual, core.qcew_cells
WITH cells AS (
    SELECT source, area_fips, own_code, industry_code, year || '-Q' || quarter AS period, year, quarter,
        establishments::DOUBLE AS establishments, average_employment AS employment, wages_usd::DOUBLE AS wages,
        [capture_sha256] AS captures
    FROM core.qcew_cells
    UNION ALL
    SELECT source, area_fips, own_code, industry_code, year::VARCHAR AS period, year, 0 AS quarter,
        establishments, average_employment AS employment, wages_usd::DOUBLE AS wages, captures
    FROM core.qcew_annual
),
each_figure AS (
    SELECT source, area_fips, own_code, industry_code, period, year, quarter, captures,
        unnest([
            {'measure': 'establishments', 'value': establishments},
            {'measure': 'employment', 'value': employment},
            {'measure': 'wages', 'value': wages}
        ]) AS figure
    FROM cells
),
figures AS (
    SELECT source, area_fips, own_code, industry_code, period, year, quarter, captures,
        figure.measure AS measure, figure.value AS value
    FROM each_figure
    WHERE figure.value IS NOT NULL
),
bls AS (
    SELECT area_fips, own_code, industry_code, period, year, quarter, captures, measure, value,
        [industry_code] AS industry_codes
    FROM figures
    WHERE source = 'bls'
    UNION ALL
    SELECT area_fips, own_code, '22+48-49' AS industry_code, period, year, quarter,
        list_sort(list_distinct(flatten(list(captures)))) AS captures, measure, sum(value) AS value,
        list_sort(list(industry_code)) AS industry_codes
    FROM figures
    WHERE source = 'bls' AND industry_code IN ('22', '48-49')
    GROUP BY area_fips, own_code, period, year, quarter, measure
    HAVING count(*) = 2
),
tribal_government AS (
    SELECT area_fips, period, measure, max(value) AS value  -- one cell: 921150 is all of 92115
    FROM figures
    WHERE source = 'bls' AND own_code = '3' AND industry_code IN ('92115', '921150')
    GROUP BY area_fips, period, measure
),
compared AS (
    SELECT area_fips, own_code, industry_code, period, bls.year, bls.quarter, measure,
        bls.value AS bls, theirs.value AS qualityinfo, theirs.value - bls.value AS difference,
        if(measure = 'wages', 0, 3)::DOUBLE AS tolerance, bls.industry_codes AS bls_industry_codes,
        bls.captures AS bls_captures, theirs.captures AS qualityinfo_captures
    FROM bls
    JOIN figures AS theirs USING (area_fips, own_code, industry_code, period, measure)
    WHERE theirs.source = 'qualityinfo'
),
tribal_enterprises AS (  -- what the department has in local 92, and BLS in other sectors
    SELECT area_fips, period, measure, sum(difference) FILTER (industry_code = '92') AS surplus
    FROM compared
    WHERE own_code = '3'
        AND (regexp_full_match(industry_code, '\d{2}|\d{2}-\d{2}|22\+48-49') AND industry_code NOT IN ('22', '48-49'))
    GROUP BY area_fips, period, measure
    HAVING surplus > any_value(tolerance)
        AND abs(sum(difference) FILTER (industry_code <> '10')) <= any_value(tolerance)
        AND abs(sum(difference) FILTER (industry_code = '10')) <= any_value(tolerance)
)
SELECT compared.*,
    abs(compared.difference) <= compared.tolerance AS is_within,
    CASE
        WHEN is_within THEN NULL
        WHEN compared.own_code IN ('0', '3', '8') AND compared.industry_code IN ('10', '1028', '92', '921')
            AND abs(abs(compared.difference) - tribal_government.value) <= compared.tolerance THEN 'tribal_government'
        WHEN compared.own_code = '3' AND compared.industry_code IN ('1028', '92', '921')
            AND compared.difference > 0 AND compared.difference <= surplus + compared.tolerance
            THEN 'tribal_government'
        WHEN compared.own_code = '3' AND compared.industry_code NOT IN ('10', '1028', '92', '921')
            AND compared.difference < 0 AND -compared.difference <= surplus + compared.tolerance
            THEN 'tribal_government'
        ELSE 'unexplained'
    END AS cause
FROM compared
LEFT JOIN tribal_government USING (area_fips, period, measure)
LEFT JOIN tribal_enterprises USING (area_fips, period, measure)
ORDER BY area_fips, year, quarter, own_code, industry_code, measure
