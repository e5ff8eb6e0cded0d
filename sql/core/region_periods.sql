-- Grain: one row a region, period and area whose rows are added up for it.
-- Why: one source and one way of adding up a region and period: the preferred source first, then the state's own rows.
-- A region is as final as the least final file that its figures come from.
-- By year: core.region_coverage, core.vintages
WITH chosen AS (
    SELECT coverage.*
    FROM core.region_coverage AS coverage
    JOIN reference.sources AS sources USING (source)
    WHERE coverage.missing_areas IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY coverage.region, coverage.period
        ORDER BY sources.preference, coverage.basis = 'statewide' DESC
    ) = 1
),
places AS (
    SELECT region, region_name, period, year, quarter, source, unnest(areas) AS area_fips, basis FROM chosen
),
in_force AS (  -- a year is made from its quarters where all four are whole, else from the annual file
    SELECT source, area_fips, year, quarter, revision_status,
        count(DISTINCT quarter) FILTER (is_whole_area AND quarter > 0) OVER (
            PARTITION BY source, area_fips, year
        ) = 4 AS has_all_quarters
    FROM core.vintages
    WHERE is_in_force
),
statuses AS (
    SELECT places.region, places.period,
        arg_min(
            in_force.revision_status, list_position(['preliminary', 'revised', 'final'], in_force.revision_status)
        ) AS revision_status
    FROM places
    JOIN in_force
        ON in_force.source = places.source
        AND in_force.area_fips = places.area_fips
        AND in_force.year = places.year
        AND CASE
            WHEN places.quarter > 0 THEN in_force.quarter = places.quarter
            ELSE (in_force.quarter > 0) = in_force.has_all_quarters
        END
    GROUP BY ALL
)
SELECT places.*, statuses.revision_status
FROM places
JOIN statuses USING (region, period)
ORDER BY places.region, places.period, places.area_fips
