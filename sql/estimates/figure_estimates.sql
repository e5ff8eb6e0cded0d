-- Grain: one row a group of industries, region, period, ownership and measure.
-- Why: what people may read of every figure: exact where nothing is hidden, else bounds, estimate and interval, unless
-- the figure would give away a single cell or one or two establishments: then only its published part.
-- Estimates add up, so that a line which a sum would give back by one subtraction takes the sum along: a year its
-- quarters', an ownership of several its parts', the gross sum its sectors'. A sector goes where a part of it that is
-- shown (a stricter definition, a lens, an overlap) leaves a single hidden cell, or one or two establishments. What the
-- agency that released the cells hides of totals is withheld, though it could be estimated; so are shares of a total of
-- all industries that it hides. What a sector is carried to in another NAICS vintage is withheld as a whole: its
-- certain part and the possible one tell what lies between them.
-- Warnings: a year that an annual file publishes in part is bounded from its quarters, and at least by what is
-- published. The lower bound of what could not be estimated is its published part.
-- By year: core.region_measures, core.region_periods, core.released_totals, estimates.asked_regions
-- By year: estimates.contradictions, estimates.region_estimates
WITH places AS (
    SELECT DISTINCT region, period, year, quarter, source, basis FROM core.region_periods
),
releases AS (SELECT DISTINCT region, period FROM core.released_totals),
conflicts AS (
    SELECT DISTINCT asked.region, contradictions.source, contradictions.year, contradictions.quarter
    FROM estimates.contradictions AS contradictions
    JOIN estimates.asked_regions AS asked USING (source, state_fips, year)
),
broken AS (
    SELECT DISTINCT places.region, places.period
    FROM places
    JOIN conflicts
        ON conflicts.region = places.region
        AND conflicts.source = places.source
        AND conflicts.year = places.year
        AND places.quarter IN (0, conflicts.quarter)
),
industries AS (
    SELECT group_key, kind, naics_vintage, list(industry_code) AS industry_codes
    FROM core.industry_group_leaves
    GROUP BY group_key, kind, naics_vintage
),
nested AS (
    SELECT whole.group_key, part.group_key AS part_key
    FROM industries AS whole
    JOIN industries AS part USING (naics_vintage)
    WHERE whole.kind = 'sector'
    GROUP BY whole.group_key, part.group_key
    HAVING bool_and(list_has_all(whole.industry_codes, part.industry_codes))
        AND bool_or(len(whole.industry_codes) > len(part.industry_codes))
),
giving_away AS (
    SELECT DISTINCT whole.source, whole.region, whole.ownership, whole.group_key, whole.year, whole.quarter,
        whole.measure
    FROM estimates.region_estimates AS whole
    JOIN nested USING (group_key)
    JOIN estimates.region_estimates AS part
        ON part.group_key = nested.part_key
        AND part.source = whole.source
        AND part.region = whole.region
        AND part.ownership = whole.ownership
        AND part.year = whole.year
        AND part.quarter = whole.quarter
        AND part.measure = whole.measure
    WHERE NOT part.is_withheld AND whole.hidden_cells > part.hidden_cells
        AND (whole.hidden_cells - part.hidden_cells = 1
            OR whole.hidden_establishments - part.hidden_establishments < 3)
),
each_line AS (
    SELECT found.* REPLACE (
            found.is_withheld OR giving_away.region IS NOT NULL OR released.region IS NOT NULL AS is_withheld
        ),
        grouped.definition, grouped.kind
    FROM estimates.region_estimates AS found
    LEFT JOIN core.industry_groups AS grouped USING (group_key)
    LEFT JOIN giving_away USING (source, region, ownership, group_key, year, quarter, measure)
    LEFT JOIN core.released_totals AS released
        ON released.source = found.source
        AND released.region = found.region
        AND released.ownership = found.ownership
        AND released.group_key = found.group_key
        AND released.year = found.year
        AND released.quarter = found.quarter
        AND released.disclosure = 'suppressed'
),
in_years AS (
    SELECT *, is_withheld OR (quarter = 0 AND bool_or(is_withheld) OVER (
            PARTITION BY source, region, ownership, group_key, year, measure
        )) AS is_withheld_in_year
    FROM each_line
),
in_ownerships AS (
    SELECT *, is_withheld_in_year OR CASE ownership
            WHEN 'total_covered' THEN bool_or(is_withheld_in_year) OVER lines
            WHEN 'government' THEN bool_or(is_withheld_in_year AND ownership LIKE '%\_government' ESCAPE '\') OVER lines
            ELSE false
        END AS is_withheld_in_ownership
    FROM in_years
    WINDOW lines AS (PARTITION BY source, region, group_key, year, quarter, measure)
),
guarded AS (
    SELECT * EXCLUDE (is_withheld, is_withheld_in_year, is_withheld_in_ownership, definition, kind),
        is_withheld_in_ownership OR (kind = 'gross' AND bool_or(is_withheld_in_ownership AND kind = 'sector') OVER (
            PARTITION BY source, region, ownership, definition, year, quarter, measure
        )) AS is_withheld
    FROM in_ownerships
),
each_judged AS (
    SELECT measured.* EXCLUDE (vintage), releases.region IS NOT NULL AS is_release,
        grouped.definition, grouped.sector, grouped.kind, found.* EXCLUDE (
            source, region, ownership, group_key, year, quarter, measure, known, hidden_cells, hidden_establishments
        ),
        CASE
            WHEN measured.hidden_cells = 0
                AND (measured.total IS NOT NULL OR found.region IS NULL OR releases.region IS NOT NULL)
                THEN 'published'
            WHEN broken.region IS NOT NULL THEN 'contradictory_rows'
            WHEN found.region IS NULL THEN 'no_quarters'
            WHEN found.is_withheld OR (measured.hidden_cells = 1 AND places.basis = 'statewide')
                THEN 'withheld_single_cell'
            ELSE 'estimated'
        END AS estimate_status
    FROM core.region_measures AS measured
    JOIN places USING (region, period)
    LEFT JOIN releases USING (region, period)
    LEFT JOIN core.industry_groups AS grouped USING (group_key)
    LEFT JOIN broken USING (region, period)
    LEFT JOIN guarded AS found
        ON found.source = places.source
        AND found.region = measured.region
        AND found.ownership = measured.ownership
        AND found.group_key = measured.group_key
        AND found.year = places.year
        AND found.quarter = places.quarter
        AND found.measure = measured.measure
    WHERE measured.vintage = 'in_force'
),
judged AS (
    SELECT * REPLACE (
            CASE
                WHEN kind LIKE 'bridge%' AND estimate_status = 'estimated'
                    AND bool_or(estimate_status = 'withheld_single_cell') FILTER (kind <> 'overlap') OVER sectors
                    THEN 'withheld_single_cell'
                ELSE estimate_status
            END AS estimate_status
        )
    FROM each_judged
    WINDOW sectors AS (PARTITION BY definition, sector, region, period, ownership, measure)
),
exact_or_estimated AS (
    SELECT group_key, region, period, ownership, measure, estimate_status, known, known_share,
        estimate_status = 'estimated' AND NOT (is_release AND total IS NULL) AS has_share,
        hidden_cells = 0 AS is_exact,
        hidden_cells = 0 AND total IS NOT NULL AS is_exact_share,
        if(estimate_status = 'estimated', lower, NULL) AS lower,
        if(estimate_status = 'estimated', estimate, NULL) AS estimate,
        if(estimate_status = 'estimated', upper, NULL) AS upper,
        if(estimate_status = 'estimated', interval90_lower, NULL) AS interval90_lower,
        if(estimate_status = 'estimated', interval90_upper, NULL) AS interval90_upper,
        if(has_share, lower_share, NULL) AS lower_share,
        if(has_share, estimate_share, NULL) AS estimate_share,
        if(has_share, upper_share, NULL) AS upper_share,
        if(has_share, interval90_lower_share, NULL) AS interval90_lower_share,
        if(has_share, interval90_upper_share, NULL) AS interval90_upper_share
    FROM judged
)
SELECT group_key, region, period, ownership, measure, estimate_status,
    if(is_exact, known, greatest(lower, known, 0)) AS lower,
    if(is_exact, known, greatest(estimate, if(estimate IS NULL, NULL, known))) AS estimate,
    if(is_exact, known, greatest(upper, if(upper IS NULL, NULL, known))) AS upper,
    if(is_exact, known, greatest(interval90_lower, if(estimate IS NULL, NULL, known))) AS interval90_lower,
    if(is_exact, known, greatest(interval90_upper, if(estimate IS NULL, NULL, known))) AS interval90_upper,
    if(is_exact_share, known_share, coalesce(greatest(lower_share, known_share), 0)) AS lower_share,
    if(is_exact_share, known_share, greatest(estimate_share, if(estimate_share IS NULL, NULL, known_share)))
        AS estimate_share,
    if(is_exact_share, known_share, greatest(upper_share, if(estimate_share IS NULL, NULL, known_share)))
        AS upper_share,
    if(is_exact_share, known_share, greatest(interval90_lower_share, if(estimate_share IS NULL, NULL, known_share)))
        AS interval90_lower_share,
    if(is_exact_share, known_share, greatest(interval90_upper_share, if(estimate_share IS NULL, NULL, known_share)))
        AS interval90_upper_share,
    if(is_exact, 1.0, coalesce(known, 0) / nullif(greatest(estimate, if(estimate IS NULL, NULL, known)), 0))
        AS coverage
FROM exact_or_estimated
ORDER BY group_key, region, period, ownership, measure
