-- Grain: one row a cell and period of a year that no file of its own covers, from the file of the year after.
-- Why: BLS publishes each cell's change over the year, so that one file holds two years: level minus change. The
-- number of establishments a year before is told of every row, hidden or not. An industry that has closed since has no
-- row any more: where the rows below a parent had fewer establishments than the parent, the missing ones are hidden,
-- with as many establishments as are missing if there is one, else an unknown number; elsewhere they had none.
-- Warnings: not of the first year of a NAICS vintage, whose changes are against codes of another. Whole areas only, and
-- only where the area's own total tells of the year before: the first file of an economy knows none.
WITH whole_areas AS (
    SELECT DISTINCT vintages.source, vintages.area_fips, vintages.year, vintages.quarter
    FROM core.vintages AS vintages
    JOIN reference.naics_vintages AS naics ON vintages.year > naics.first_year AND vintages.year <= naics.last_year
    JOIN core.qcew_cells AS totals USING (source, area_fips, year, quarter)
    WHERE vintages.is_in_force AND vintages.is_whole_area
        AND regexp_full_match(vintages.area_fips, '\d{5}|US000')
        AND totals.own_code = '0' AND totals.industry_code = '10' AND totals.oty_month1_employment_change IS NOT NULL
),
own_years AS (
    SELECT source, area_fips, year
    FROM core.vintages
    WHERE is_in_force AND is_whole_area AND quarter > 0
    GROUP BY ALL
    HAVING count(DISTINCT quarter) = 4
),
rows_of_the_year_after AS (
    SELECT cells.source, cells.area_fips, cells.own_code, cells.industry_code, cells.naics_level, cells.naics_vintage,
        cells.year - 1 AS year, cells.quarter,
        cells.establishments - cells.oty_establishments_change AS establishments,
        (
            3 * cells.average_employment - cells.oty_month1_employment_change
            - cells.oty_month2_employment_change - cells.oty_month3_employment_change
        ) AS jobs_of_months,
        cells.wages_usd - cells.oty_wages_change_usd AS wages_usd
    FROM core.qcew_cells AS cells
    SEMI JOIN whole_areas USING (source, area_fips, year, quarter)
    ANTI JOIN own_years
        ON own_years.source = cells.source
        AND own_years.area_fips = cells.area_fips
        AND own_years.year = cells.year - 1
    WHERE cells.oty_establishments_change IS NOT NULL AND cells.naics_vintage IS NOT NULL
),
children AS (
    SELECT parent.source, parent.area_fips, parent.own_code, parent.naics_vintage, parent.year, parent.quarter,
        tree.industry_code, child.area_fips IS NULL AS is_missing,
        any_value(parent.establishments) OVER family - coalesce(sum(child.establishments) OVER family, 0) AS gap,
        count(*) FILTER (child.area_fips IS NULL) OVER family AS missing_children
    FROM rows_of_the_year_after AS parent
    JOIN reference.naics AS tree
        ON tree.naics_vintage = parent.naics_vintage AND tree.parent_code = parent.industry_code
    LEFT JOIN rows_of_the_year_after AS child
        ON child.source = parent.source
        AND child.area_fips = parent.area_fips
        AND child.own_code = parent.own_code
        AND child.year = parent.year
        AND child.quarter = parent.quarter
        AND child.industry_code = tree.industry_code
    WHERE parent.own_code IN ('1', '2', '3', '4', '5')
    WINDOW family AS (
        PARTITION BY parent.source, parent.area_fips, parent.own_code, parent.year, parent.quarter,
            parent.industry_code
    )
),
closed_since AS (
    SELECT children.source, children.area_fips, children.own_code, below.industry_code, below.naics_level,
        children.naics_vintage, children.year, children.quarter,
        if(children.missing_children = 1 AND below.industry_code = children.industry_code, children.gap, NULL)
            AS establishments,
        NULL::DOUBLE AS jobs_of_months, NULL::BIGINT AS wages_usd
    FROM children
    JOIN core.naics_ancestry AS below
        ON below.naics_vintage = children.naics_vintage AND below.ancestor_code = children.industry_code
    WHERE children.is_missing AND children.gap > 0
),
quarters AS (
    SELECT * EXCLUDE (jobs_of_months, wages_usd),
        if(establishments = 0, 0, jobs_of_months) AS jobs_of_months,
        if(establishments = 0, 0, wages_usd) AS wages_usd
    FROM (SELECT * FROM rows_of_the_year_after UNION ALL SELECT * FROM closed_since)
),
complete_years AS (
    SELECT source, area_fips, year
    FROM quarters
    GROUP BY ALL
    HAVING count(DISTINCT quarter) = 4
),
periods AS (
    SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage, year || '-Q' || quarter AS period,
        year, quarter, establishments::DOUBLE AS establishments, jobs_of_months / 3 AS employment,
        wages_usd::BIGINT AS wages_usd
    FROM quarters
    UNION ALL
    SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage, year::VARCHAR, year, 0,
        if(bool_or(establishments IS NULL), NULL, sum(establishments) / 4.0),
        if(bool_or(jobs_of_months IS NULL), NULL, sum(jobs_of_months) / 12.0),
        if(bool_or(wages_usd IS NULL), NULL, sum(wages_usd))::BIGINT
    FROM quarters
    SEMI JOIN complete_years USING (source, area_fips, year)
    GROUP BY source, area_fips, own_code, industry_code, naics_level, naics_vintage, year
)
SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage, period, year::SMALLINT AS year,
    quarter::TINYINT AS quarter,
    CASE
        WHEN establishments = 0 THEN 'true_zero'
        WHEN employment IS NULL OR wages_usd IS NULL THEN 'suppressed'
        ELSE 'disclosed'
    END AS disclosure,
    establishments,
    if(wages_usd IS NULL, NULL, employment) AS employment,
    if(employment IS NULL, NULL, wages_usd) AS wages_usd
FROM periods
ORDER BY source, area_fips, year, quarter, own_code, industry_code
