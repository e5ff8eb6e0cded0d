-- Grain: one row a region, year and 3- or 4-digit industry of private ownership that has a cell.
-- Why: what industries are ranked by: jobs and pay, the year before, the same of the base region, and how the criteria
-- weigh; beside it which target sectors an industry belongs to, and what forbids a comparison over the year.
-- Only what is published of an industry is a figure: industries of three digits hold those of four, and sectors hold
-- both, so that an estimate of one would often give back, by subtraction, what is withheld of another.
-- Warnings: unclassified establishments (99) are no industry that could be chosen, and are left out. An industry
-- without row in a region and year that are there has no establishment in it: zero jobs.
WITH choices AS (
    SELECT any_value(analysis.base_region) AS base_region,
        any_value(analysis.random_weightings) AS random_weightings, any_value(analysis.seed) AS seed,
        any_value(analysis.top_share) AS top_share,
        max(weights.weight) FILTER (weights.criterion = 'size') AS weight_size,
        max(weights.weight) FILTER (weights.criterion = 'growth') AS weight_growth,
        max(weights.weight) FILTER (weights.criterion = 'concentration') AS weight_concentration,
        max(weights.weight) FILTER (weights.criterion = 'local_growth') AS weight_local_growth,
        max(weights.weight) FILTER (weights.criterion = 'pay') AS weight_pay
    FROM reference.analysis AS analysis
    CROSS JOIN reference.screening_weights AS weights
),
places AS (
    SELECT DISTINCT region, region_name, year, period, source, revision_status
    FROM core.region_periods
    WHERE quarter = 0
),
figures AS (
    SELECT region, year, vintage, industry_code, if(hidden_cells = 0, 'published', 'not_estimated') AS estimate_status,
        employment_known AS lower_jobs, if(hidden_cells = 0, employment_known, NULL) AS estimate_jobs,
        estimate_jobs AS upper_jobs,
        wages_known AS lower_wages, if(hidden_cells = 0, wages_known, NULL) AS estimate_wages,
        estimate_wages AS upper_wages
    FROM core.region_industries
),
years AS (  -- of every industry of a year, also where the year before is only told by the changes over the year
    SELECT region, year, industry_code, lower_jobs, estimate_jobs, upper_jobs,
        if(vintage = 'in_force', 'files', 'changes_over_the_year') AS basis, vintage = 'in_force' AS preference
    FROM figures
),
told AS (  -- a year is told in one way
    SELECT region, year, max_by(basis, preference) AS basis FROM years GROUP BY ALL
),
asked AS (
    SELECT year, industry_code FROM core.region_industries WHERE vintage = 'in_force'
    UNION
    SELECT (year - 1)::SMALLINT, industry_code FROM core.region_industries WHERE vintage = 'in_force'
),
levels AS (
    SELECT told.region, told.year, asked.industry_code, told.basis,
        if(years.region IS NULL, 0, years.lower_jobs) AS lower_jobs,
        if(years.region IS NULL, 0, years.estimate_jobs) AS estimate_jobs,
        if(years.region IS NULL, 0, years.upper_jobs) AS upper_jobs
    FROM told
    JOIN asked USING (year)
    LEFT JOIN years
        ON years.region = told.region
        AND years.year = told.year
        AND years.basis = told.basis
        AND years.industry_code = asked.industry_code
),
region_areas AS (
    SELECT region, area_fips FROM core.region_periods
    UNION
    SELECT region, area_fips FROM reference.region_areas SEMI JOIN core.region_periods USING (region)
),
moved AS (
    SELECT DISTINCT areas.region, breaks.industry_code, 4 * breaks.year + breaks.quarter AS quarter_number,
        breaks.reason
    FROM reference.trend_breaks AS breaks
    JOIN region_areas AS areas
        ON starts_with(areas.area_fips, breaks.area_prefix)
        -- the nation's own rows hold every state, and neither Puerto Rico nor the Virgin Islands
        OR (areas.area_fips = 'US000' AND left(breaks.area_prefix, 2) NOT IN ('72', '78'))
    WHERE breaks.own_code = '5'
    UNION ALL
    SELECT areas.region, '' AS industry_code, 4 * changes.year + changes.quarter AS quarter_number,
        any_value(changes.reason)
    FROM reference.area_changes AS changes
    JOIN region_areas AS areas USING (area_fips)
    GROUP BY changes.break_id, areas.region, quarter_number
    HAVING count(*) < any_value((
        SELECT count(*) FROM reference.area_changes AS changed WHERE changed.break_id = changes.break_id
    ))
),
broken AS (
    SELECT industries.region, industries.year, industries.industry_code,
        string_agg(DISTINCT moved.reason, '; ' ORDER BY moved.reason) AS reason
    FROM levels AS industries
    JOIN moved
        ON moved.region = industries.region
        AND (
            starts_with(moved.industry_code, industries.industry_code)
            OR starts_with(industries.industry_code, moved.industry_code)
        )
        AND moved.quarter_number BETWEEN 4 * (industries.year - 1) + 2 AND 4 * industries.year + 4
    GROUP BY ALL
),
leaf_sectors AS (
    SELECT DISTINCT leaves.naics_vintage, tree.ancestor_code AS industry_code, leaves.definition, leaves.sector,
        leaves.kind, inside.industry_code IS NOT NULL AS is_whole
    FROM core.industry_group_leaves AS leaves
    JOIN core.naics_ancestry AS tree
        ON tree.naics_vintage = leaves.naics_vintage
        AND tree.industry_code = leaves.industry_code
        AND tree.ancestor_level IN (5, 6)
    LEFT JOIN core.industry_group_codes AS inside
        ON inside.group_key = leaves.group_key
        AND inside.naics_vintage = leaves.naics_vintage
        AND inside.industry_code = tree.ancestor_code
    WHERE leaves.kind IN ('sector', 'lens')
),
marks AS (
    SELECT naics_vintage, industry_code,
        list_sort(list(sector) FILTER (kind = 'sector' AND definition = 'strict' AND is_whole)) AS strict_sectors,
        list_sort(list(sector) FILTER (kind = 'sector' AND definition = 'strict' AND NOT is_whole))
            AS strict_sectors_in_part,
        list_sort(list(sector) FILTER (kind = 'sector' AND definition = 'broad' AND is_whole)) AS broad_sectors,
        list_sort(list(sector) FILTER (kind = 'sector' AND definition = 'broad' AND NOT is_whole))
            AS broad_sectors_in_part,
        list_sort(list_distinct(list(sector) FILTER (kind = 'lens'))) AS lenses
    FROM leaf_sectors
    GROUP BY ALL
),
counties AS (
    SELECT region, area_fips FROM reference.region_areas
    UNION
    SELECT area_fips, area_fips FROM reference.self_sufficiency_standards
),
standards AS (  -- one a region: its first county and type of family, the newest
    SELECT counties.region, standards.year, areas.area_title, standards.family, standards.usd_per_year_per_adult
    FROM counties
    JOIN reference.self_sufficiency_standards AS standards USING (area_fips)
    JOIN reference.areas AS areas USING (area_fips)
    QUALIFY row_number() OVER (
        PARTITION BY counties.region ORDER BY standards.area_fips, standards.family_type, standards.year DESC
    ) = 1
),
carried AS (
    SELECT places.region, places.year,
        'Self-Sufficiency Standard of ' || standards.year || ' for ' || standards.family || ' in '
            || standards.area_title
            || if(places.year = standards.year, '', ', carried to ' || places.year || ' by CPI-U') AS pay_standard,
        standards.usd_per_year_per_adult
            * if(places.year = standards.year, 1, of_year.cpi_u / of_standard.cpi_u) AS standard_usd
    FROM places
    JOIN standards USING (region)
    LEFT JOIN core.period_prices AS of_year ON of_year.year = places.year AND of_year.quarter = 0
    LEFT JOIN core.period_prices AS of_standard ON of_standard.year = standards.year AND of_standard.quarter = 0
)
SELECT industries.region, places.region_name, industries.period, industries.year, industries.naics_vintage,
    industries.industry_code, industries.industry_title, (industries.naics_level - 2)::TINYINT AS naics_digits,
    industries.establishments,
    now.estimate_status, now.lower_jobs, now.estimate_jobs, now.upper_jobs,
    now.lower_wages, now.estimate_wages, now.upper_wages,
    before.basis AS before_basis,
    before.lower_jobs AS before_lower_jobs, before.estimate_jobs AS before_estimate_jobs,
    before.upper_jobs AS before_upper_jobs,
    totals.employment AS region_jobs,
    choices.base_region, base.region IS NOT NULL AS has_base,
    base.lower_jobs AS base_lower_jobs, base.estimate_jobs AS base_estimate_jobs, base.upper_jobs AS base_upper_jobs,
    base_before.region IS NOT NULL AS has_base_before,
    base_before.lower_jobs AS base_before_lower_jobs, base_before.estimate_jobs AS base_before_estimate_jobs,
    base_before.upper_jobs AS base_before_upper_jobs,
    base_totals.employment AS base_region_jobs,
    industries.year = vintages.first_year AS is_first_of_vintage,
    broken.reason AS break_reason, base_broken.reason AS base_break_reason,
    carried.pay_standard, carried.standard_usd,
    coalesce(marks.strict_sectors, []) AS strict_sectors,
    coalesce(marks.strict_sectors_in_part, []) AS strict_sectors_in_part,
    coalesce(marks.broad_sectors, []) AS broad_sectors,
    coalesce(marks.broad_sectors_in_part, []) AS broad_sectors_in_part,
    coalesce(marks.lenses, []) AS lenses,
    choices.* EXCLUDE (base_region),
    places.revision_status, places.source, sources.data_origin
FROM core.region_industries AS industries
CROSS JOIN choices
JOIN places USING (region, year)
JOIN reference.sources AS sources ON sources.source = places.source
JOIN reference.naics_vintages AS vintages ON vintages.naics_vintage = industries.naics_vintage
JOIN figures AS now
    ON now.region = industries.region AND now.year = industries.year AND now.vintage = industries.vintage
    AND now.industry_code = industries.industry_code
LEFT JOIN levels AS before
    ON before.region = industries.region
    AND before.year = industries.year - 1
    AND before.industry_code = industries.industry_code
LEFT JOIN levels AS base
    ON base.region = choices.base_region
    AND base.year = industries.year
    AND base.industry_code = industries.industry_code
LEFT JOIN levels AS base_before
    ON base_before.region = choices.base_region
    AND base_before.year = industries.year - 1
    AND base_before.industry_code = industries.industry_code
LEFT JOIN core.region_totals AS totals
    ON totals.region = industries.region AND totals.period = industries.period
    AND totals.vintage = 'in_force' AND totals.ownership = 'private'
LEFT JOIN core.region_totals AS base_totals
    ON base_totals.region = choices.base_region AND base_totals.period = industries.period
    AND base_totals.vintage = 'in_force' AND base_totals.ownership = 'private'
LEFT JOIN broken
    ON broken.region = industries.region
    AND broken.year = industries.year
    AND broken.industry_code = industries.industry_code
LEFT JOIN broken AS base_broken
    ON base_broken.region = choices.base_region
    AND base_broken.year = industries.year
    AND base_broken.industry_code = industries.industry_code
LEFT JOIN carried ON carried.region = industries.region AND carried.year = industries.year
LEFT JOIN marks
    ON marks.naics_vintage = industries.naics_vintage AND marks.industry_code = industries.industry_code
WHERE industries.vintage = 'in_force' AND industries.industry_code NOT IN ('999', '9999')
ORDER BY industries.region, industries.year, industries.industry_code
