-- Grain: one row a published parent industry, measure and quarter, with its children added up.
-- Why: NAICS 6 to 5 to 4 to 3 digits, sector, supersector, domain and ownership total add up exactly; with some
-- children hidden, what is left for them cannot be negative. The values a year before add up too, but for children
-- that have closed since and have no row any more.
-- Warnings: a parent that should have children and has none fails: that is how a file cut at a line end looks.
WITH cells AS MATERIALIZED (  -- numbered, for numbers are joined faster than names
    SELECT row_number() OVER () AS cell, source, area_fips, own_code, industry_code, naics_vintage, period, figures
    FROM core.cell_measures
    WHERE own_code IN ('1', '2', '3', '4', '5')
),
pairs AS MATERIALIZED (
    SELECT parent.cell, child.cell AS child, child.figures
    FROM cells AS parent
    JOIN reference.naics AS tree
        ON tree.naics_vintage = parent.naics_vintage AND tree.parent_code = parent.industry_code
    LEFT JOIN cells AS child
        ON child.source = parent.source
        AND child.area_fips = parent.area_fips
        AND child.own_code = parent.own_code
        AND child.period = parent.period
        AND child.industry_code = tree.industry_code
),
families AS (
    SELECT cell, count(child) AS children, count(*) > count(child) AS has_absent_child
    FROM pairs
    GROUP BY cell
),
children AS (
    SELECT cell, figure.measure AS measure,
        count(*) - count(figure.value) AS hidden, count(*) - count(figure.previous) AS hidden_previous,
        sum(figure.value) AS value, sum(figure.previous) AS previous
    FROM (SELECT cell, unnest(figures) AS figure FROM pairs)
    GROUP BY ALL
),
parents AS (
    SELECT cell, source, area_fips, own_code, industry_code, period,
        figure.measure AS measure, figure.value AS value, figure.previous AS previous
    FROM (SELECT cell, source, area_fips, own_code, industry_code, period, unnest(figures) AS figure FROM cells)
),
whole_areas AS (
    SELECT DISTINCT source, area_fips, year || '-Q' || quarter AS period
    FROM core.vintages
    WHERE is_in_force AND is_whole_area AND regexp_full_match(area_fips, '\d{5}')
),
groups AS (
    SELECT parents.*, families.children, families.has_absent_child,
        coalesce(children.hidden, 0) AS hidden_children, coalesce(children.hidden_previous, 0) AS hidden_previous,
        coalesce(children.value, 0) AS children_value, coalesce(children.previous, 0) AS children_previous,
        whole.area_fips IS NOT NULL AS is_whole_area
    FROM parents
    JOIN families USING (cell)
    LEFT JOIN children USING (cell, measure)
    LEFT JOIN whole_areas AS whole USING (source, area_fips, period)
    WHERE parents.value IS NOT NULL
)
SELECT 'industries_add_up' AS identity, source, measure, period,
    area_fips || ' own ' || own_code || ' industry ' || industry_code AS group_name,
    value AS expected, children_value AS found, value = children_value AS holds
FROM groups
WHERE hidden_children = 0 AND (children > 0 OR (is_whole_area AND value > 0))
UNION ALL
SELECT 'residual_not_negative', source, measure, period,
    area_fips || ' own ' || own_code || ' industry ' || industry_code, value, children_value, value >= children_value
FROM groups
WHERE hidden_children > 0
UNION ALL
SELECT 'last_year_adds_up', source, measure, period,
    area_fips || ' own ' || own_code || ' industry ' || industry_code, previous, children_previous,
    previous = children_previous OR (has_absent_child AND previous > children_previous)
FROM groups
WHERE children > 0 AND hidden_previous = 0 AND previous IS NOT NULL
