-- Grain: one row a region, way of adding it up, source and period, with what is there and what is missing.
-- Why: a region is shown only when every area of it is there: missing is not zero. A state's own rows are fewer and
-- better published than its counties'; every county is a region by itself.
WITH available AS (
    SELECT DISTINCT source, period, year, quarter, area_fips
    FROM core.period_cells
    WHERE industry_code = '10' AND naics_vintage IS NOT NULL
),
periods AS (SELECT DISTINCT source, period, year, quarter FROM available),
wanted AS (
    SELECT region, region_name, sort_order, 'statewide' AS basis, statewide_area AS area_fips
    FROM reference.regions
    WHERE statewide_area IS NOT NULL
    UNION ALL
    SELECT regions.region, regions.region_name, regions.sort_order, 'counties' AS basis, areas.area_fips
    FROM reference.regions AS regions
    JOIN reference.region_areas AS areas USING (region)
    UNION ALL
    SELECT DISTINCT area_fips, coalesce(areas.area_title, titles.title, area_fips), NULL::SMALLINT, 'county', area_fips
    FROM available
    LEFT JOIN reference.areas AS areas USING (area_fips)
    LEFT JOIN raw.titles AS titles ON titles.code = available.area_fips AND titles.title_kind = 'area_titles'
    WHERE regexp_full_match(area_fips, '\d{5}') AND NOT regexp_full_match(area_fips, '\d{2}(000|99\d)')
)
SELECT wanted.region, min(wanted.region_name) AS region_name, wanted.basis, periods.source, periods.period,
    periods.year, periods.quarter,
    list(wanted.area_fips ORDER BY wanted.area_fips) FILTER (available.area_fips IS NOT NULL) AS areas,
    list(wanted.area_fips ORDER BY wanted.area_fips) FILTER (available.area_fips IS NULL) AS missing_areas
FROM wanted
CROSS JOIN periods
LEFT JOIN available
    ON available.source = periods.source
    AND available.period = periods.period
    AND available.area_fips = wanted.area_fips
GROUP BY wanted.region, wanted.basis, periods.source, periods.period, periods.year, periods.quarter
ORDER BY wanted.region, wanted.basis, periods.source, periods.period
