-- Grain: one row a published figure, and each reading of ours that could mean the same.
-- Why: the project compares itself with what others publish, and says so where no reading reproduces it.
-- Warnings: a figure of ours with hidden cells is a lower bound; it can refute a published figure, never confirm it.
WITH annual AS (
    SELECT region, year, definition, sector, source, data_origin,
        max(known) FILTER (measure = 'businesses') AS businesses,
        max(known) FILTER (measure = 'employment') AS employment,
        max(known) FILTER (measure = 'wages') AS wages,
        max(known_share) FILTER (measure = 'businesses') AS share_of_businesses,
        max(known_share) FILTER (measure = 'employment') AS share_of_employment,
        max(known_share) FILTER (measure = 'wages') AS share_of_wages,
        max(hidden_cells) = 0 AS is_all_published
    FROM marts.sector_measures
    WHERE ownership = 'private' AND quarter = 0
    GROUP BY ALL
),
readings AS (
    SELECT figures.figure_id, definitions.definition, sectors.sector AS reading
    FROM reference.published_figures AS figures
    CROSS JOIN (SELECT DISTINCT definition FROM reference.sector_codes) AS definitions
    JOIN reference.sectors AS sectors
        ON sectors.sector = figures.sector
        OR (figures.sector = 'all_target_sectors' AND sectors.kind IN ('union', 'gross'))
),
nearest AS (
    SELECT figures.*, readings.definition, readings.reading, annual.* EXCLUDE (region, definition, sector, source)
        RENAME (year AS our_year)
    FROM reference.published_figures AS figures
    JOIN readings USING (figure_id)
    LEFT JOIN annual
        ON annual.region = figures.region
        AND annual.definition = readings.definition
        AND annual.sector = readings.reading
    QUALIFY row_number() OVER (
        PARTITION BY figures.figure_id, readings.definition, readings.reading
        ORDER BY abs(annual.year - figures.year), annual.year DESC
    ) = 1
),
computed AS (
    SELECT *,
        CASE statistic
            WHEN 'businesses' THEN businesses
            WHEN 'employment' THEN employment
            WHEN 'average_wage' THEN if(is_all_published, wages / nullif(employment, 0), NULL)
            WHEN 'share_of_businesses' THEN share_of_businesses
            WHEN 'share_of_employment' THEN share_of_employment
            WHEN 'share_of_wages' THEN share_of_wages
        END AS our_value,
        if(our_year IS NULL, NULL, statistic IN ('businesses', 'share_of_businesses') OR is_all_published)
            AS is_complete,
        if(statistic LIKE 'share_of_%', 0.005, 0.5) AS half_a_unit
    FROM nearest
),
judged AS (
    SELECT *,
        CASE
            WHEN our_value IS NULL OR our_year <> year OR data_origin = 'SYNTHETIC SAMPLE' THEN NULL
            WHEN is_complete THEN abs(our_value - value) <= half_a_unit
            WHEN our_value > value + half_a_unit THEN false
        END AS is_reproduced
    FROM computed
)
SELECT figure_id, publisher, region, sector, statistic, year AS published_year, value AS published_value,
    definition, reading, our_year, our_value, is_complete, our_value - value AS difference, is_reproduced,
    bool_or(is_reproduced) OVER (PARTITION BY figure_id) AS is_reproduced_by_any,
    CASE
        WHEN our_year IS NULL THEN 'no figures of ours for this region and reading'
        WHEN data_origin = 'SYNTHETIC SAMPLE' THEN 'a made-up economy: shown, not compared'
        WHEN statistic = 'location_quotient' THEN 'needs the figures of the nation'
        WHEN our_value IS NULL THEN 'cannot be computed while cells are hidden'
        WHEN our_year <> year THEN 'no figures of ours for ' || year || '; the nearest year is shown, not compared'
        WHEN NOT is_complete THEN 'cells are hidden: ours is a lower bound'
    END AS note,
    data_origin
FROM judged
ORDER BY figure_id, definition, reading
