-- Grain: one row a capture and the area and period it holds rows of; quarter 0 is a whole year.
-- Why: files are overwritten in place by their publishers. A later file that holds a whole area replaces all that
-- earlier ones said of it, so that two vintages are never mixed; one that holds some industries or one ownership only
-- replaces just those cells.
WITH slices AS (
    SELECT publisher, capture_sha256, area_fips, year, quarter,
        count(*) AS row_count,
        count(*) FILTER (own_code = '0' AND industry_code = '10') > 0 AND count(DISTINCT industry_code) > 1 AS is_whole_area
    FROM raw.quarterly_cells
    GROUP BY ALL
    UNION ALL
    SELECT publisher, capture_sha256, area_fips, year, 0 AS quarter,
        count(*) AS row_count,
        count(*) FILTER (own_code = '0' AND industry_code = '10') > 0 AND count(DISTINCT industry_code) > 1 AS is_whole_area
    FROM raw.annual_cells
    GROUP BY ALL
),
named AS (
    SELECT
        if(captures.source = 'sample', 'sample', slices.publisher) AS source,
        slices.area_fips, slices.year, slices.quarter, slices.capture_sha256,
        captures.vintage_order, slices.row_count, slices.is_whole_area
    FROM slices
    JOIN raw.captures AS captures USING (capture_sha256)
)
SELECT *,
    vintage_order >= coalesce(
        max(vintage_order) FILTER (is_whole_area) OVER (PARTITION BY source, area_fips, year, quarter), 0
    ) AS is_in_force
FROM named
ORDER BY source, area_fips, year, quarter, vintage_order
