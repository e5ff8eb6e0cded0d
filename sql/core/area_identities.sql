-- Grain: one row an area's published total or a larger area's published cell, measure and quarter.
-- Why: ownerships add up to total covered; counties and the unknown county add up to their state; the counties of a
-- metropolitan area add up to it while its delineation stands.
WITH cells AS MATERIALIZED (  -- numbered, for numbers are joined faster than names
    SELECT row_number() OVER () AS cell, source, area_fips, own_code, industry_code, period, figures
    FROM core.cell_measures
),
present AS (
    SELECT DISTINCT source, period, area_fips FROM cells WHERE industry_code = '10'
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
parts AS (
    SELECT 'ownerships_add_up' AS identity, total.cell, part.figures
    FROM cells AS total
    JOIN cells AS part USING (source, area_fips, period, industry_code)
    WHERE total.own_code = '0' AND total.industry_code = '10' AND part.own_code IN ('1', '2', '3', '4', '5')
    UNION ALL
    SELECT if(larger.kind = 'state', 'counties_add_up_to_state', 'counties_add_up_to_metropolitan_area'), whole.cell,
        part.figures
    FROM complete
    JOIN larger_areas AS larger USING (larger_area)
    JOIN cells AS part
        ON part.source = complete.source AND part.period = complete.period AND part.area_fips = larger.area_fips
    JOIN cells AS whole
        ON whole.source = complete.source
        AND whole.period = complete.period
        AND whole.area_fips = complete.larger_area
        AND whole.own_code = part.own_code
        AND whole.industry_code = part.industry_code
),
sums AS (
    SELECT identity, cell, figure.measure AS measure, count(*) - count(figure.value) AS hidden,
        sum(figure.value) AS value
    FROM (SELECT identity, cell, unnest(figures) AS figure FROM parts)
    GROUP BY ALL
),
wholes AS (
    SELECT cell, source, area_fips, own_code, industry_code, period, figure.measure AS measure, figure.value AS value
    FROM (SELECT cell, source, area_fips, own_code, industry_code, period, unnest(figures) AS figure FROM cells)
)
SELECT sums.identity, wholes.source, sums.measure, wholes.period,
    if(
        sums.identity = 'ownerships_add_up',
        wholes.area_fips,
        wholes.area_fips || ' own ' || wholes.own_code || ' industry ' || wholes.industry_code
    ) AS group_name,
    wholes.value AS expected, sums.value AS found, wholes.value = sums.value AS holds
FROM sums
JOIN wholes USING (cell, measure)
WHERE wholes.value IS NOT NULL AND sums.hidden = 0
