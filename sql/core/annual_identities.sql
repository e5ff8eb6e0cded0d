-- Grain: one row an annual file's cell that our quarters can recompute, or its parent industry.
-- Why: the annual file must be the mean of months, the mean of quarters and the sum of wages. A cell published in each
-- quarter is published for the year, but not the other way round: BLS publishes the year of cells that it hides in
-- every quarter (agriculture of 39041 in 2020). Wages add up exactly; averages, rounded cell by cell, to within half a
-- unit a cell. Workbooks of the Oregon Employment Department skip levels and leave out some government rows: private
-- ones alone add up, units and jobs to within 3; their quarters are rounded too.
-- Warnings: a parent that should have children and has none fails: that is how a file cut at a line end looks.
WITH files AS (
    SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage, year, disclosure,
        establishments, average_employment, wages_usd, taxable_wages_usd,
        area_fips || ' own ' || own_code || ' industry ' || industry_code AS group_name
    FROM core.annual_file_cells
),
recomputed AS (
    SELECT files.*, annual.disclosure AS our_disclosure, annual.establishments AS our_establishments,
        annual.average_employment AS our_employment, annual.wages_usd AS our_wages,
        annual.taxable_wages_usd AS our_taxable_wages
    FROM files
    JOIN core.qcew_annual AS annual USING (source, area_fips, own_code, industry_code, year)
    WHERE annual.basis = 'quarters'
),
file_measures AS (
    SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage, year, group_name,
        figure.measure AS measure, figure.value AS value
    FROM (
        SELECT *,
            unnest([
                {'measure': 'establishments', 'value': establishments},
                {'measure': 'average_employment', 'value': average_employment},
                {'measure': 'wages', 'value': wages_usd::DOUBLE},
                {'measure': 'taxable_wages', 'value': taxable_wages_usd::DOUBLE}
            ]) AS figure
        FROM files
    )
),
families AS (
    SELECT parent.source, parent.area_fips, parent.year, parent.measure, parent.group_name,
        any_value(parent.value) AS value, count(child.industry_code) AS children,
        count(child.industry_code) - count(child.value) AS hidden, coalesce(sum(child.value), 0) AS children_value
    FROM file_measures AS parent
    JOIN core.naics_ancestry AS tree
        ON tree.naics_vintage = parent.naics_vintage AND tree.ancestor_code = parent.industry_code
    LEFT JOIN file_measures AS child
        ON child.source = parent.source
        AND child.area_fips = parent.area_fips
        AND child.own_code = parent.own_code
        AND child.year = parent.year
        AND child.measure = parent.measure
        AND child.industry_code = tree.industry_code
    WHERE parent.value IS NOT NULL
        AND parent.own_code IN ('1', '2', '3', '4', '5')
        AND (parent.source <> 'qualityinfo' OR parent.own_code = '5')
        AND CASE
            WHEN parent.source <> 'qualityinfo' THEN (tree.ancestor_level, tree.naics_level)
                IN ((0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8))
            ELSE (tree.ancestor_level, tree.naics_level) IN ((0, 3), (4, 5), (5, 7))
        END
    GROUP BY ALL
),
whole_areas AS (
    SELECT DISTINCT source, area_fips, year
    FROM core.vintages
    WHERE quarter = 0 AND is_in_force AND is_whole_area AND regexp_full_match(area_fips, '\d{5}')
)
SELECT 'annual_file_is_mean_of_quarters' AS identity, source, 'establishments' AS measure, year::VARCHAR AS period,
    group_name, establishments AS expected, our_establishments AS found,
    establishments = floor(our_establishments + 0.5)
        OR (source = 'qualityinfo' AND abs(establishments - our_establishments) <= 1) AS holds
FROM recomputed
UNION ALL
SELECT 'annual_file_is_mean_of_quarters', source, 'average_employment', year::VARCHAR, group_name,
    average_employment, our_employment,
    average_employment = floor(our_employment + 0.5)
        OR (source = 'qualityinfo' AND abs(average_employment - our_employment) <= 1)
FROM recomputed
WHERE disclosure <> 'suppressed' AND our_disclosure <> 'suppressed'
UNION ALL
SELECT 'annual_file_is_sum_of_quarters', source, 'wages', year::VARCHAR, group_name, wages_usd, our_wages,
    wages_usd = our_wages
FROM recomputed
WHERE disclosure <> 'suppressed' AND our_disclosure <> 'suppressed'
UNION ALL
SELECT 'annual_file_is_sum_of_quarters', source, 'taxable_wages', year::VARCHAR, group_name, taxable_wages_usd,
    our_taxable_wages, taxable_wages_usd = our_taxable_wages
FROM recomputed
WHERE disclosure <> 'suppressed' AND our_disclosure <> 'suppressed'
UNION ALL
SELECT 'published_quarters_publish_year', source, 'disclosure', year::VARCHAR, group_name, 1,
    (disclosure <> 'suppressed')::INTEGER, disclosure <> 'suppressed'
FROM recomputed
WHERE our_disclosure <> 'suppressed'
UNION ALL
SELECT 'annual_industries_add_up', source, measure, year::VARCHAR, group_name, value, children_value,
    children > 0 AND abs(value - children_value) <= CASE
        WHEN measure IN ('wages', 'taxable_wages') THEN 0
        WHEN source = 'qualityinfo' THEN 3
        ELSE (children + 1) / 2.0
    END
FROM families
LEFT JOIN whole_areas AS whole USING (source, area_fips, year)
WHERE hidden = 0 AND (children > 0 OR (whole.area_fips IS NOT NULL AND value > 0))
