-- Grain: one row an area's published total or a larger area's published cell, measure and quarter.
-- Why: ownerships add up to total covered; counties and the unknown county add up to their state; the counties of a
-- metropolitan area add up to it while its delineation stands.
WITH ownership_sums AS (
    SELECT total.source, total.area_fips, total.period, total.measure, any_value(total.value) AS value,
        count(*) - count(part.value) AS hidden, sum(part.value) AS parts
    FROM core.cell_measures AS total
    JOIN core.cell_measures AS part USING (source, area_fips, period, measure, industry_code)
    WHERE total.own_code = '0' AND total.industry_code = '10' AND part.own_code IN ('1', '2', '3', '4', '5')
    GROUP BY ALL
),
present AS (
    SELECT DISTINCT source, period, area_fips FROM core.cell_measures WHERE industry_code = '10'
),
larger_areas AS (
    SELECT state.area_fips AS larger_area, part.area_fips, 'state' AS kind,
        part.area_kind <> 'other_statewide' AS is_required, 0 AS first_year, 9999 AS last_year
    FROM reference.areas AS state
    JOIN reference.areas AS part
        ON part.state_fips = state.state_fips
        AND part.area_kind IN ('county', 'unknown_county', 'other_statewide')
    WHERE state.area_kind = 'state'
    UNION ALL
    SELECT metropolitan_area, area_fips, 'metropolitan', true, first_year, last_year
    FROM reference.metropolitan_areas
),
complete AS (
    SELECT whole.source, whole.period, larger.larger_area
    FROM present AS whole
    JOIN larger_areas AS larger ON larger.larger_area = whole.area_fips
    LEFT JOIN present AS part
        ON part.source = whole.source AND part.period = whole.period AND part.area_fips = larger.area_fips
    WHERE left(whole.period, 4)::INTEGER BETWEEN larger.first_year AND larger.last_year
    GROUP BY ALL
    HAVING bool_and(part.area_fips IS NOT NULL OR NOT larger.is_required)
),
area_sums AS (
    SELECT larger.kind, whole.source, whole.area_fips, whole.own_code, whole.industry_code, whole.period,
        whole.measure, any_value(whole.value) AS value, count(*) - count(part.value) AS hidden, sum(part.value) AS parts
    FROM complete
    JOIN larger_areas AS larger USING (larger_area)
    JOIN core.cell_measures AS part
        ON part.source = complete.source AND part.period = complete.period AND part.area_fips = larger.area_fips
    JOIN core.cell_measures AS whole
        ON whole.source = complete.source
        AND whole.period = complete.period
        AND whole.area_fips = complete.larger_area
        AND whole.own_code = part.own_code
        AND whole.industry_code = part.industry_code
        AND whole.measure = part.measure
    GROUP BY ALL
)
SELECT 'ownerships_add_up' AS identity, source, measure, period, area_fips AS group_name,
    value AS expected, parts AS found, value = parts AS holds
FROM ownership_sums
WHERE value IS NOT NULL AND hidden = 0
UNION ALL
SELECT if(kind = 'state', 'counties_add_up_to_state', 'counties_add_up_to_metropolitan_area'), source, measure, period,
    area_fips || ' own ' || own_code || ' industry ' || industry_code, value, parts, value = parts
FROM area_sums
WHERE value IS NOT NULL AND hidden = 0
