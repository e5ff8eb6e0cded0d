-- Grain: one row a capture and the area and period it holds rows of; quarter 0 is a whole year.
-- Why: files are overwritten in place by their publishers. A later file that holds a whole area replaces all that
-- earlier ones said of it, so that two vintages are never mixed; one that holds some industries, some levels of them or
-- one ownership only replaces just those cells.
WITH slices AS (
    SELECT publisher, capture_sha256, area_fips, year, quarter,
        count(*) AS row_count,
        bool_or(own_code = '0' AND industry_code = '10') AS has_total,
        max(right(agglvl_code, 1)::TINYINT) FILTER (industry_code <> '10') AS deepest_naics_level
    FROM raw.quarterly_cells
    GROUP BY ALL
    UNION ALL
    SELECT publisher, capture_sha256, area_fips, year, 0 AS quarter,
        count(*) AS row_count,
        bool_or(own_code = '0' AND industry_code = '10') AS has_total,
        max(right(agglvl_code, 1)::TINYINT) FILTER (industry_code <> '10') AS deepest_naics_level
    FROM raw.annual_cells
    GROUP BY ALL
),
named AS (
    SELECT
        if(captures.source = 'sample', 'sample', slices.publisher) AS source,
        slices.area_fips, slices.year, slices.quarter, slices.capture_sha256,
        captures.vintage_order, slices.row_count, slices.has_total, slices.deepest_naics_level
    FROM slices
    JOIN raw.captures AS captures USING (capture_sha256)
),
judged AS (
    SELECT named.* EXCLUDE (has_total, deepest_naics_level),
        named.has_total AND coalesce(named.deepest_naics_level = sources.deepest_naics_level, false) AS is_whole_area
    FROM named
    JOIN reference.sources AS sources USING (source)
)
SELECT *,
    vintage_order >= coalesce(
        max(vintage_order) FILTER (is_whole_area) OVER (PARTITION BY source, area_fips, year, quarter), 0
    ) AS is_in_force
FROM judged
ORDER BY source, area_fips, year, quarter, vintage_order
