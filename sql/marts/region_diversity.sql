-- Grain: one row a region, ownership, period, measure and level of industries.
-- Why: how many industries a region rests on: the Herfindahl index, the sum of the squared shares of all industries of
-- three or four digits, and one by it, the number of equally large industries that would give the same.
-- Of an industry with hidden cells its published part is known, of all of them together the total less all that is
-- known. That rest makes the sum of squares largest where all of it is the largest of them, for squares are convex; and
-- smallest where it is poured over them like water: the smallest are filled up to one level, which is the least of
-- (rest + the parts of the j smallest) by j.
-- Mean jobs are whole twelfths, and sums are in order: they are the same whatever the order of the rows.
-- Warnings: with a single industry hidden the rest is its figure: nothing is shown then. Annual files are rounded cell
-- by cell, and so are their bounds. Unclassified establishments (999) count as an industry.
-- By year: core.period_cells, core.region_periods, core.region_totals
WITH lineages AS (
    SELECT naics_vintage, industry_code,
        max(ancestor_code) FILTER (ancestor_level = 5) AS industry3,
        max(ancestor_code) FILTER (ancestor_level = 6) AS industry4,
        max(ancestor_code) FILTER (ancestor_level = 7) AS industry5
    FROM core.naics_ancestry
    WHERE naics_level >= 5
    GROUP BY ALL
),
cells AS (
    SELECT cells.*, lineages.industry3, lineages.industry4, cells.disclosure <> 'suppressed' AS is_published,
        bool_or(is_published AND naics_level = 5) OVER (
            PARTITION BY source, area_fips, own_code, period, industry3
        ) AND naics_level > 5 AS is_within_published3,
        (bool_or(is_published AND naics_level = 6) OVER (
            PARTITION BY source, area_fips, own_code, period, industry4
        ) AND naics_level > 6)
        OR (bool_or(is_published AND naics_level = 7) OVER (
            PARTITION BY source, area_fips, own_code, period, industry5
        ) AND naics_level > 7) AS is_within_published4
    FROM core.period_cells AS cells
    JOIN lineages USING (naics_vintage, industry_code)
    WHERE cells.vintage = 'in_force'
),
parts AS (
    SELECT source, area_fips, own_code, period, 3 AS naics_digits, industry3 AS industry_code,
        naics_level = 5 AS is_whole, is_published,
        is_published AND NOT is_within_published3 AND NOT is_within_published4 AS is_known,
        establishments, employment, wages_usd
    FROM cells
    UNION ALL
    SELECT source, area_fips, own_code, period, 4, industry4, naics_level = 6,
        is_published, is_published AND NOT is_within_published4, establishments, employment, wages_usd
    FROM cells
    WHERE naics_level >= 6
),
of_areas AS (
    SELECT source, area_fips, own_code, period, naics_digits, industry_code,
        sum(establishments) FILTER (is_whole) AS businesses,
        coalesce(sum(round(12 * employment)) FILTER (is_known), 0) / 12 AS employment,
        coalesce(sum(wages_usd) FILTER (is_known), 0) AS wages,
        bool_or(is_whole AND NOT is_published) AS is_hidden
    FROM parts
    GROUP BY ALL
    HAVING bool_or(is_whole)
),
of_regions AS (
    SELECT places.region, owners.ownership, places.period, of_areas.naics_digits, of_areas.industry_code,
        sum(of_areas.businesses) AS businesses, sum(round(12 * of_areas.employment)) / 12 AS employment,
        sum(of_areas.wages) AS wages,
        bool_or(of_areas.is_hidden) AS is_hidden
    FROM core.region_periods AS places
    JOIN of_areas USING (source, area_fips, period)
    JOIN reference.ownerships AS owners ON owners.part_own_code = of_areas.own_code
    GROUP BY ALL
),
industries AS (
    SELECT region, ownership, period, naics_digits, 'businesses' AS measure, businesses AS known, false AS is_hidden
    FROM of_regions
    UNION ALL
    SELECT region, ownership, period, naics_digits, 'employment', employment, is_hidden
    FROM of_regions
    UNION ALL
    SELECT region, ownership, period, naics_digits, 'wages', wages, is_hidden
    FROM of_regions
),
sums AS (
    SELECT region, ownership, period, naics_digits, measure,
        count(*) FILTER (known > 0 OR is_hidden) AS industries,
        count(*) FILTER (is_hidden) AS hidden_industries,
        sum(known::DOUBLE ORDER BY known) AS all_known,
        max(known) FILTER (is_hidden)::DOUBLE AS largest_hidden,
        sum(known::DOUBLE ** 2 ORDER BY known) AS known_squares
    FROM industries
    GROUP BY ALL
),
totals AS (
    SELECT sums.*,
        CASE
            WHEN hidden_industries = 0 THEN all_known
            WHEN measure = 'employment' THEN whole.employment
            ELSE whole.wages_usd
        END AS total
    FROM sums
    JOIN core.region_totals AS whole USING (region, ownership, period)
    WHERE whole.vintage = 'in_force'
),
rests AS (
    SELECT *, greatest(total - all_known, 0) AS rest,
        CASE
            WHEN hidden_industries = 0 AND total > 0 THEN 'measured'
            WHEN hidden_industries = 1 THEN 'withheld_single_industry'
            WHEN total IS NULL THEN 'hidden_total'
            WHEN total <= 0 THEN 'zero_total'
            WHEN total - all_known < -1e-9 * total THEN 'contradictory_rows'
            ELSE 'bounded'
        END AS diversity_status
    FROM totals
),
poured AS (
    SELECT region, ownership, period, naics_digits, measure, industries.known, rests.rest,
        (rests.rest + sum(industries.known::DOUBLE) OVER smallest) / row_number() OVER smallest AS level_of_these
    FROM industries
    JOIN rests USING (region, ownership, period, naics_digits, measure)
    WHERE industries.is_hidden AND rests.diversity_status = 'bounded'
    WINDOW smallest AS (
        PARTITION BY region, ownership, period, naics_digits, measure ORDER BY industries.known
        ROWS UNBOUNDED PRECEDING
    )
),
levels AS (
    SELECT *, min(level_of_these) OVER (PARTITION BY region, ownership, period, naics_digits, measure) AS water_level
    FROM poured
),
least_squares AS (
    SELECT region, ownership, period, naics_digits, measure,
        sum(greatest(known, water_level) ** 2 - known::DOUBLE ** 2 ORDER BY known) AS more_at_least
    FROM levels
    GROUP BY ALL
),
indices AS (
    SELECT rests.*,
        CASE diversity_status
            WHEN 'measured' THEN known_squares / total ** 2
            WHEN 'bounded' THEN (known_squares + more_at_least) / total ** 2
        END AS lower,
        if(diversity_status = 'measured', known_squares / total ** 2, NULL) AS estimate,
        CASE diversity_status
            WHEN 'measured' THEN known_squares / total ** 2
            WHEN 'bounded' THEN (known_squares + 2 * largest_hidden * rest + rest ** 2) / total ** 2
        END AS upper
    FROM rests
    LEFT JOIN least_squares USING (region, ownership, period, naics_digits, measure)
),
places AS (
    SELECT DISTINCT region, region_name, period, year, quarter, source, revision_status FROM core.region_periods
)
SELECT places.region, places.region_name, indices.ownership, places.period, places.year, places.quarter,
    indices.measure, indices.naics_digits::TINYINT AS naics_digits, indices.industries, indices.hidden_industries,
    if(diversity_status IN ('measured', 'bounded'), all_known / total, NULL) AS published_share,
    indices.diversity_status,
    indices.lower AS lower_herfindahl, indices.estimate AS estimate_herfindahl, indices.upper AS upper_herfindahl,
    1 / indices.upper AS lower_effective_industries, 1 / indices.estimate AS estimate_effective_industries,
    1 / indices.lower AS upper_effective_industries,
    places.revision_status, places.source, sources.data_origin
FROM indices
JOIN places USING (region, period)
JOIN reference.sources AS sources USING (source)
ORDER BY places.region, indices.ownership, places.period, indices.measure, indices.naics_digits
