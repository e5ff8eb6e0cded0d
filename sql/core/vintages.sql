-- Grain: one row a capture and the area and period it holds rows of; quarter 0 is a whole year.
-- Why: files are overwritten in place by their publishers. A later file that holds a whole area replaces all that
-- earlier ones said of it, so that two vintages are never mixed; one that holds some industries, some levels of them or
-- one ownership only replaces just those cells, and belongs to the vintage that it replaces them in.
-- How final a file is follows from how many publications of its period were out when it was last seen at its publisher
-- (by hand: when it was published): one is out on its day in the calendar, or as soon as a file of the quarter it comes
-- with was seen.
-- A file of establishment records, or of a release of them, is of the whole state: of a county without one it says
-- just that there is none.
-- Warnings: vintage 0 came before any capture of the whole area. The sample is made once, and final.
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
        slices.publisher IN ('establishments', 'release') AS is_of_records,
        slices.area_fips, slices.year, slices.quarter, slices.capture_sha256,
        captures.published_at, captures.published_at[:10]::DATE AS published_on,
        captures.last_seen_at[:10]::DATE AS known_on,
        captures.vintage_order, slices.row_count, slices.has_total, slices.deepest_naics_level
    FROM slices
    JOIN raw.captures AS captures USING (capture_sha256)
),
first_seen AS (
    SELECT source, year || '-Q' || quarter AS published_with, min(published_on) AS seen_on
    FROM named
    WHERE quarter > 0
    GROUP BY ALL
),
publications AS (
    SELECT days.*, least(releases.published_by, first_seen.seen_on) <= days.known_on AS is_out
    FROM (SELECT DISTINCT source, year, quarter, known_on FROM named) AS days
    LEFT JOIN reference.releases AS releases USING (year, quarter)
    LEFT JOIN first_seen
        ON first_seen.source = days.source AND first_seen.published_with = releases.published_with
),
statuses AS (
    SELECT source, year, quarter, known_on,
        CASE
            WHEN source = 'sample' OR coalesce(bool_and(is_out), true) THEN 'final'
            WHEN count(*) FILTER (is_out) > 1 THEN 'revised'
            ELSE 'preliminary'
        END AS revision_status
    FROM publications
    GROUP BY source, year, quarter, known_on
),
judged AS (
    SELECT named.* EXCLUDE (has_total, deepest_naics_level, is_of_records),
        named.has_total AND (
            named.is_of_records OR coalesce(named.deepest_naics_level = sources.deepest_naics_level, false)
        ) AS is_whole_area
    FROM named
    JOIN reference.sources AS sources USING (source)
),
numbered AS (
    SELECT *,
        count(*) FILTER (is_whole_area) OVER (
            PARTITION BY source, area_fips, year, quarter ORDER BY vintage_order
        ) AS vintage_number,
        count(*) FILTER (is_whole_area) OVER (PARTITION BY source, area_fips, year, quarter) - vintage_number
            AS newer_vintages
    FROM judged
)
SELECT numbered.* EXCLUDE (published_on, known_on), numbered.newer_vintages = 0 AS is_in_force, statuses.revision_status
FROM numbered
JOIN statuses USING (source, year, quarter, known_on)
ORDER BY source, area_fips, year, quarter, vintage_order
