-- Grain: one row a figure that changed between two vintages: of a cell, or the known share of a sector in a region.
-- Why: publishers revise what they published; what a new file changed is told before anybody reads the figures, and
-- what goes beyond the usual envelope of a state (establishments 1 %, jobs and wages 0.1 %) waits for a review.
-- Cells: every vintage against the one before it. Shares: what is in force against the file just before, of regions
-- with an area that was replaced; areas that were not are the same on both sides.
-- Warnings: quarters only, a year's revision follows from its quarters'. Suppressed is not zero: a figure that was
-- hidden, or is now, has no change. Shares are of known parts: one may change because a cell was hidden or published,
-- not revised. What a file of some industries replaced inside a vintage is not here.
WITH whole_files AS (
    SELECT source, area_fips, year, quarter, vintage_number, newer_vintages, capture_sha256
    FROM core.vintages
    WHERE is_whole_area AND quarter > 0
),
steps AS (
    SELECT later.*, earlier.capture_sha256 AS replaced_sha256
    FROM whole_files AS later
    JOIN whole_files AS earlier
        ON earlier.source = later.source
        AND earlier.area_fips = later.area_fips
        AND earlier.year = later.year
        AND earlier.quarter = later.quarter
        AND earlier.vintage_number = later.vintage_number - 1
),
cells AS (
    SELECT source, area_fips, own_code, industry_code, year, quarter, vintage_number, establishments,
        average_employment, wages_usd, capture_sha256
    FROM core.replaced_cells
    UNION ALL
    SELECT source, area_fips, cells.own_code, cells.industry_code, year, quarter, steps.vintage_number,
        cells.establishments, cells.average_employment, cells.wages_usd, cells.capture_sha256
    FROM core.qcew_cells AS cells
    JOIN steps USING (source, area_fips, year, quarter)
    WHERE steps.newer_vintages = 0
),
earlier AS (
    SELECT cells.* REPLACE (steps.vintage_number AS vintage_number)
    FROM cells
    JOIN steps
        ON steps.source = cells.source
        AND steps.area_fips = cells.area_fips
        AND steps.year = cells.year
        AND steps.quarter = cells.quarter
        AND steps.vintage_number = cells.vintage_number + 1
),
later AS (
    SELECT cells.*
    FROM cells
    SEMI JOIN steps USING (source, area_fips, year, quarter, vintage_number)
),
compared_cells AS (
    SELECT source, area_fips, own_code, industry_code, year, quarter, vintage_number, capture_before, capture_after,
        figure.measure AS measure, figure.before AS before, figure.after AS after
    FROM (
        SELECT source, area_fips, own_code, industry_code, year, quarter, vintage_number,
            earlier.capture_sha256 AS capture_before, later.capture_sha256 AS capture_after,
            unnest([
                {'measure': 'establishments', 'before': earlier.establishments::DOUBLE,
                    'after': later.establishments::DOUBLE},
                {'measure': 'employment', 'before': earlier.average_employment, 'after': later.average_employment},
                {'measure': 'wages', 'before': earlier.wages_usd, 'after': later.wages_usd}
            ]) AS figure
        FROM earlier
        FULL JOIN later USING (source, area_fips, own_code, industry_code, year, quarter, vintage_number)
    )
),
changed_cells AS (
    SELECT 'cell' AS kind, source, area_fips AS place, cells.own_code, cells.industry_code AS subject,
        NULL AS definition, NULL AS sector, year || '-Q' || quarter AS period, year, quarter, vintage_number,
        steps.newer_vintages = 0 AS is_in_force, cells.measure, cells.before, cells.after,
        CASE WHEN cells.capture_before IS NULL THEN 'new' WHEN cells.capture_after IS NULL THEN 'gone' END
            AS appearance,
        [coalesce(cells.capture_before, steps.replaced_sha256)] AS captures_before,
        [coalesce(cells.capture_after, steps.capture_sha256)] AS captures_after,
        old_files.published_at AS published_at_before, new_files.published_at AS published_at_after
    FROM compared_cells AS cells
    JOIN steps USING (source, area_fips, year, quarter, vintage_number)
    JOIN raw.captures AS old_files ON old_files.capture_sha256 = coalesce(cells.capture_before, steps.replaced_sha256)
    JOIN raw.captures AS new_files ON new_files.capture_sha256 = coalesce(cells.capture_after, steps.capture_sha256)
    WHERE cells.before IS DISTINCT FROM cells.after
),
region_files AS (
    SELECT region, period, source, year, quarter,
        vintages.newer_vintages = if(regions.area_vintage = 'replaced', 1, 0) AS is_before,
        vintages.is_in_force AS is_after,
        vintages.vintage_number, vintages.capture_sha256, vintages.published_at
    FROM core.replaced_regions AS regions
    JOIN core.vintages AS vintages USING (source, area_fips, year, quarter)
),
replaced_regions AS (
    SELECT region, period, source, year, quarter, max(vintage_number) AS vintage_number,
        list_sort(list_distinct(list(capture_sha256) FILTER (is_before))) AS captures_before,
        list_sort(list_distinct(list(capture_sha256) FILTER (is_after))) AS captures_after,
        max(published_at) FILTER (is_before) AS published_at_before,
        max(published_at) FILTER (is_after) AS published_at_after
    FROM region_files
    GROUP BY ALL
),
changed_shares AS (
    SELECT 'sector_share' AS kind, regions.source, region AS place, owners.total_own_code AS own_code,
        group_key AS subject, grouped.definition, grouped.sector, period, regions.year, regions.quarter,
        regions.vintage_number, true AS is_in_force, measure, earlier.known_share AS before,
        later.known_share AS after, NULL AS appearance, regions.captures_before, regions.captures_after,
        regions.published_at_before, regions.published_at_after
    FROM core.region_measures AS earlier
    JOIN core.region_measures AS later USING (group_key, region, period, ownership, measure)
    JOIN replaced_regions AS regions USING (region, period)
    JOIN core.industry_groups AS grouped USING (group_key)
    JOIN (SELECT DISTINCT ownership, total_own_code FROM reference.ownerships) AS owners USING (ownership)
    WHERE earlier.vintage = 'replaced' AND later.vintage = 'in_force'
        AND grouped.kind IN ('sector', 'lens', 'union', 'gross')
        AND earlier.known_share IS DISTINCT FROM later.known_share
),
changed AS (
    SELECT changes.* EXCLUDE (appearance), owners.ownership,
        changes.after - changes.before AS change,
        (changes.after - changes.before) / nullif(changes.before, 0) AS relative_change,
        CASE
            WHEN changes.appearance IS NOT NULL THEN changes.appearance
            WHEN changes.before IS NULL THEN 'newly_published'
            WHEN changes.after IS NULL THEN 'newly_hidden'
            ELSE 'changed'
        END AS how
    FROM (SELECT * FROM changed_cells UNION ALL SELECT * FROM changed_shares) AS changes
    LEFT JOIN (SELECT DISTINCT ownership, total_own_code FROM reference.ownerships) AS owners
        ON owners.total_own_code = changes.own_code
),
judged AS (  -- a state's total covered and private, all industries
    SELECT *,
        kind = 'cell' AND regexp_full_match(place, '\d{2}000') AND subject = '10' AND own_code IN ('0', '5')
            AND coalesce(abs(relative_change) > if(measure = 'establishments', 0.01, 0.001), false)
            AS is_beyond_envelope
    FROM changed
)
SELECT judged.*, reviews.reviewed_by, sources.data_origin
FROM judged
JOIN reference.sources AS sources USING (source)
LEFT JOIN reference.reviewed_revisions AS reviews
    ON judged.is_beyond_envelope
    AND reviews.state_fips = judged.place[:2]
    AND reviews.period = judged.period
    AND list_contains(judged.captures_after, reviews.capture_sha256)
ORDER BY kind, source, place, year, quarter, vintage_number, own_code, subject, measure
