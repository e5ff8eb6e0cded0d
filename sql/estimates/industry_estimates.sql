-- Grain: one row a region, year and 3- or 4-digit industry of private ownership.
-- Why: what people may read of an industry's jobs and wages: exact where nothing is hidden, else the published part
-- and, quarter by quarter, the bounds and estimates of the hidden cells added up, unless that would give away a single
-- cell or one or two establishments in any quarter. Industries of three digits hold those of four: one of these that is
-- withheld alone takes the one with the fewest hidden establishments along, or one subtraction would give it back.
-- Of a state's own hidden cell, county cells tell, where all its establishments lie in them.
-- Estimates are added as decimals: so the sum is the same whatever the order of the rows.
-- Warnings: sums of cells' bounds are proven, but wider than bounds of the sum. The lower bound of what is not
-- estimated is its published part. Years of annual files alone, and years before the first file, are not estimated.
WITH hidden AS (
    SELECT region, year, quarter, source, area_fips, naics_vintage, naics_level, industry_code, cell_code,
        establishments
    FROM core.industry_parts
    WHERE is_hidden AND vintage = 'in_force'
),
statewide AS (
    SELECT DISTINCT source, year, quarter, area_fips, cell_code, establishments
    FROM hidden
    WHERE area_fips LIKE '__000'
),
measures AS (SELECT DISTINCT measure FROM estimates.hidden_cells),
in_counties AS (
    SELECT statewide.source, statewide.year, statewide.quarter, statewide.area_fips, statewide.cell_code,
        measures.measure, cells.establishments,
        if(cells.disclosure = 'suppressed', NULL, CASE measures.measure
            WHEN 'month1_employment' THEN cells.month1_employment
            WHEN 'month2_employment' THEN cells.month2_employment
            WHEN 'month3_employment' THEN cells.month3_employment
            ELSE cells.wages_usd
        END) AS published,
        coalesce(published, found.lower) AS lower,
        coalesce(published, found.estimate)::DECIMAL(24, 6) AS estimate,
        coalesce(published, found.upper) AS upper
    FROM statewide
    CROSS JOIN measures
    JOIN core.qcew_cells AS cells
        ON cells.source = statewide.source
        AND cells.year = statewide.year
        AND cells.quarter = statewide.quarter
        AND cells.industry_code = statewide.cell_code
        AND cells.own_code = '5'
        AND left(cells.area_fips, 2) || '000' = statewide.area_fips
        AND cells.area_fips <> statewide.area_fips
    LEFT JOIN estimates.hidden_cells AS found
        ON found.source = cells.source
        AND found.area_fips = cells.area_fips
        AND found.own_code = cells.own_code
        AND found.industry_code = cells.industry_code
        AND found.year = cells.year
        AND found.quarter = cells.quarter
        AND found.measure = measures.measure
),
cells AS (
    SELECT source, area_fips, industry_code AS cell_code, year, quarter, measure, lower, estimate, upper
    FROM estimates.hidden_cells
    WHERE own_code = '5'
    UNION ALL
    SELECT source, area_fips, cell_code, year, quarter, measure, sum(lower), sum(estimate), sum(upper)
    FROM in_counties
    JOIN statewide USING (source, area_fips, cell_code, year, quarter)
    GROUP BY ALL
    HAVING count(*) = count(lower)
        AND sum(in_counties.establishments) = any_value(statewide.establishments)
),
added AS (
    SELECT hidden.region, hidden.year, hidden.quarter, hidden.naics_vintage, hidden.industry_code, cells.measure,
        sum(cells.lower) AS lower, sum(cells.estimate::DECIMAL(24, 6)) AS estimate, sum(cells.upper) AS upper,
        count(*) AS estimated
    FROM hidden
    JOIN cells USING (source, area_fips, cell_code, year, quarter)
    GROUP BY ALL
),
estimated AS (
    SELECT region, year, quarter, industry_code, min(estimated) AS estimated_cells,
        bool_or(lower = upper) AS is_pinned,
        sum(lower) FILTER (measure <> 'wages') AS lower_jobs,
        sum(estimate) FILTER (measure <> 'wages') AS estimate_jobs,
        sum(upper) FILTER (measure <> 'wages') AS upper_jobs,
        sum(lower) FILTER (measure = 'wages') AS lower_wages,
        sum(estimate) FILTER (measure = 'wages') AS estimate_wages,
        sum(upper) FILTER (measure = 'wages') AS upper_wages
    FROM added
    GROUP BY ALL
),
quarters AS (
    SELECT hidden.region, hidden.year, hidden.quarter, hidden.industry_code, count(*) AS hidden_cells,
        count(*) FILTER (hidden.establishments > 0) < 2 OR sum(hidden.establishments) < 3 AS is_single,
        bool_or(contradictions.state_fips IS NOT NULL) AS is_contradictory
    FROM hidden
    LEFT JOIN (SELECT DISTINCT source, state_fips, year, quarter FROM estimates.contradictions) AS contradictions
        ON contradictions.source = hidden.source
        AND contradictions.state_fips = left(hidden.area_fips, 2)
        AND contradictions.year = hidden.year
        AND contradictions.quarter = hidden.quarter
    GROUP BY ALL
),
years AS (
    SELECT quarters.region, quarters.year, quarters.industry_code,
        CASE
            WHEN bool_or(quarters.is_contradictory) THEN 'contradictory_rows'
            WHEN bool_or(estimated.estimated_cells IS DISTINCT FROM quarters.hidden_cells) THEN 'no_quarters'
            WHEN bool_or(quarters.is_single OR estimated.is_pinned) THEN 'withheld_single_cell'
            ELSE 'estimated'
        END AS estimate_status,
        sum(estimated.lower_jobs) / 12 AS lower_jobs, sum(estimated.estimate_jobs) / 12 AS estimate_jobs,
        sum(estimated.upper_jobs) / 12 AS upper_jobs, sum(estimated.lower_wages) AS lower_wages,
        sum(estimated.estimate_wages) AS estimate_wages, sum(estimated.upper_wages) AS upper_wages
    FROM quarters
    LEFT JOIN estimated USING (region, year, quarter, industry_code)
    GROUP BY ALL
),
each_judged AS (
    SELECT industries.*, coalesce(years.estimate_status, 'published') AS own_status,
        years.* EXCLUDE (region, year, industry_code, estimate_status), tree.ancestor_code AS three_digits
    FROM core.region_industries AS industries
    JOIN core.naics_ancestry AS tree
        ON tree.naics_vintage = industries.naics_vintage
        AND tree.industry_code = industries.industry_code
        AND tree.ancestor_level = 5
    LEFT JOIN years
        ON years.region = industries.region
        AND years.year = industries.year
        AND years.industry_code = industries.industry_code
    WHERE industries.vintage = 'in_force'
),
judged AS (
    SELECT *, if(
            naics_level = 6 AND own_status = 'estimated'
                AND count(*) FILTER (own_status = 'withheld_single_cell') OVER siblings = 1
                AND row_number() OVER (
                    PARTITION BY region, year, three_digits, naics_level, own_status
                    ORDER BY hidden_establishments, industry_code
                ) = 1,
            'withheld_single_cell', own_status
        ) AS estimate_status
    FROM each_judged
    WINDOW siblings AS (PARTITION BY region, year, three_digits, naics_level)
)
SELECT region, period, year, industry_code, naics_level, estimate_status,
    (employment_known + if(estimate_status = 'estimated', lower_jobs, 0))::DOUBLE AS lower_jobs,
    (employment_known + CASE estimate_status WHEN 'published' THEN 0 WHEN 'estimated' THEN estimate_jobs END)::DOUBLE
        AS estimate_jobs,
    (employment_known + CASE estimate_status WHEN 'published' THEN 0 WHEN 'estimated' THEN upper_jobs END)::DOUBLE
        AS upper_jobs,
    (wages_known + if(estimate_status = 'estimated', lower_wages, 0))::DOUBLE AS lower_wages,
    (wages_known + CASE estimate_status WHEN 'published' THEN 0 WHEN 'estimated' THEN estimate_wages END)::DOUBLE
        AS estimate_wages,
    (wages_known + CASE estimate_status WHEN 'published' THEN 0 WHEN 'estimated' THEN upper_wages END)::DOUBLE
        AS upper_wages
FROM judged
ORDER BY region, year, industry_code
