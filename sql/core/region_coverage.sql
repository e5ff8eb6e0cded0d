-- Grain: one row a region, way of adding it up, source and period, with what is there and what is missing.
-- Why: a region is shown only when every area of it is there with all its industries: missing is not zero. A state's
-- own rows are fewer and better published than its counties'; every county is a region by itself.
WITH whole_areas AS (
    SELECT source, area_fips, year, quarter
    FROM core.vintages
    WHERE is_in_force AND is_whole_area
    UNION
    SELECT source, area_fips, year, 0
    FROM core.vintages
    WHERE is_in_force AND is_whole_area AND quarter > 0
    GROUP BY ALL
    HAVING count(DISTINCT quarter) = 4
),
available AS (
    SELECT DISTINCT cells.source, cells.period, cells.year, cells.quarter, cells.area_fips
    FROM core.period_cells AS cells
    SEMI JOIN whole_areas USING (source, area_fips, year, quarter)
    WHERE cells.vintage = 'in_force' AND cells.industry_code = '10' AND cells.naics_vintage IS NOT NULL
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
    SELECT available.area_fips, coalesce(any_value(areas.area_title), min(titles.title), available.area_fips),
        NULL::SMALLINT, 'county', available.area_fips
    FROM available
    LEFT JOIN reference.areas AS areas USING (area_fips)
    LEFT JOIN raw.titles AS titles ON titles.code = available.area_fips AND titles.title_kind = 'area_titles'
    WHERE regexp_full_match(available.area_fips, '\d{5}')
        AND NOT regexp_full_match(available.area_fips, '\d{2}(000|99\d)')
    GROUP BY available.area_fips
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
