-- Grain: one row a region and thing that a reader of its figures must know.
-- Why: what is not final, missing, hidden or not comparable is said where the figures are.
WITH figures AS (
    SELECT region,
        count(*) FILTER (estimate_status = 'published') AS published,
        count(*) FILTER (estimate_status = 'estimated') AS estimated,
        count(*) FILTER (estimate_status NOT IN ('published', 'estimated')) AS without,
        string_agg(DISTINCT period, ', ' ORDER BY period) FILTER (revision_status = 'preliminary') AS preliminary,
        string_agg(DISTINCT period, ', ' ORDER BY period) FILTER (revision_status = 'revised') AS revised
    FROM marts.sector_measures
    GROUP BY region
),
broken AS (
    SELECT region, breaks_over_the_year AS reason,
        string_agg(DISTINCT sector_name, ', ' ORDER BY sector_name) AS sectors,
        string_agg(DISTINCT period, ', ' ORDER BY period) AS periods
    FROM marts.sector_trends
    WHERE breaks_over_the_year IS NOT NULL
    GROUP BY ALL
)
SELECT region, 1 AS place,
    format(
        'Of {:,} figures {:,} are published whole, {:,} are estimated, and of {:,} only the published part is shown.',
        published + estimated + without, published, estimated, without
    ) AS warning
FROM figures
UNION ALL
SELECT region, 2, 'Preliminary, and will be revised: ' || preliminary || '.' FROM figures WHERE preliminary IS NOT NULL
UNION ALL
SELECT region, 3, 'Revised, and may be once more: ' || revised || '.' FROM figures WHERE revised IS NOT NULL
UNION ALL
SELECT region, 4, 'Not comparable with the year before: ' || periods || ' of ' || sectors || ': ' || reason FROM broken
UNION ALL
SELECT region, 5,
    'No figures of ' || string_agg(period, ', ' ORDER BY year, quarter) || ': no data of ' || missing_areas || '.'
FROM marts.region_availability
WHERE NOT is_available
GROUP BY region, missing_areas
UNION ALL
SELECT figures.region, 6, 'Not computed from ' || refused.data_origin || ': ' || refused.sector_name || ' ('
    || refused.definition || '): ' || refused.reason
FROM marts.refused_definitions AS refused
JOIN (SELECT DISTINCT region, source FROM marts.sector_measures) AS figures USING (source)
ORDER BY region, place, warning
