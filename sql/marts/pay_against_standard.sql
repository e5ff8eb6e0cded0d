-- Grain: one row a region, definition, sector, ownership and period with jobs, and a value of the Self-Sufficiency
-- Standard of a county in the region.
-- Why: how far average pay reaches: as a multiple of what each adult of a family has to earn, carried to the year of
-- the pay by consumer prices. Of a quarter the index is the year's.
-- Warnings: average pay per job, part-time jobs included, tells nothing of any one worker. Costs of a family do not
-- move as consumer prices do: the further a Standard is carried, the less it tells. Sectors overlap.
WITH counties AS (
    SELECT region, area_fips FROM reference.region_areas
    UNION
    SELECT DISTINCT area_fips AS region, area_fips FROM reference.self_sufficiency_standards
),
compared AS (
    SELECT pay.region, pay.region_name, pay.definition, pay.sector, pay.sector_name, pay.sector_kind, pay.ownership,
        pay.period, pay.year, pay.quarter, pay.estimate_status, pay.revision_status,
        standards.area_fips AS standard_area, areas.area_title AS standard_area_title,
        standards.year AS standard_year, standards.family_type, standards.family, standards.adults,
        standards.usd_per_year_per_adult AS standard_usd_per_year,
        standards.grade AS standard_grade, standards.source AS standard_source,
        pay.year <> standards.year AS is_carried,
        if(is_carried, of_pay.cpi_u / of_standard.cpi_u, 1) AS carried_factor,
        standards.usd_per_year_per_adult * carried_factor AS carried_usd_per_year,
        pay.lower, pay.estimate, pay.upper, pay.interval90_lower, pay.interval90_upper,
        pay.lower / carried_usd_per_year AS lower_multiple,
        pay.estimate / carried_usd_per_year AS estimate_multiple,
        pay.upper / carried_usd_per_year AS upper_multiple,
        pay.interval90_lower / carried_usd_per_year AS interval90_lower_multiple,
        pay.interval90_upper / carried_usd_per_year AS interval90_upper_multiple,
        CASE
            WHEN carried_factor IS NOT NULL THEN NULL
            ELSE 'consumer prices of ' || if(of_standard.cpi_u IS NULL, standards.year, pay.year) || ' are not complete'
        END AS multiple_note,
        pay.source, pay.data_origin
    FROM marts.sector_pay AS pay
    JOIN counties USING (region)
    JOIN reference.self_sufficiency_standards AS standards ON standards.area_fips = counties.area_fips
    JOIN reference.areas AS areas ON areas.area_fips = standards.area_fips
    LEFT JOIN core.period_prices AS of_pay ON of_pay.year = pay.year AND of_pay.quarter = 0
    LEFT JOIN core.period_prices AS of_standard ON of_standard.year = standards.year AND of_standard.quarter = 0
),
worded AS (
    SELECT *,
        if(data_origin = 'SYNTHETIC SAMPLE', 'SYNTHETIC SAMPLE: ', '') || sector_name || ', ' || region_name || ', '
            || period || if(quarter = 0, '', ' (times four)') || ', ' || replace(ownership, '_', ' ')
            || ': average pay per job, part-time jobs included, ' AS subject,
        'the Self-Sufficiency Standard of ' || standard_year || ' for ' || family || ' in ' || standard_area_title
            AS standard
    FROM compared
)
SELECT * EXCLUDE (subject, standard),
    subject || CASE
        WHEN estimate_status = 'withheld_single_cell' THEN 'is withheld: it would give away a single cell'
        WHEN estimate_status = 'contradictory_rows' THEN 'is not known: published rows contradict one another'
        WHEN estimate_status = 'no_quarters' THEN 'is not known: cells are hidden, and not estimated from this source'
        WHEN multiple_note IS NOT NULL THEN 'has no multiple of ' || standard || ': ' || multiple_note
        ELSE
            if(
                estimate_status = 'published',
                format('is {:.2f} times', estimate_multiple),
                format(
                    'is about {:.2f} times (hidden cells: 90 % from {:.2f} to {:.2f}, proven ',
                    estimate_multiple, interval90_lower_multiple, interval90_upper_multiple
                ) || coalesce(
                    format('from {:.2f} to {:.2f})', lower_multiple, upper_multiple),
                    format('at least {:.2f}: there may be no job)', lower_multiple)  -- pay per job has no bound then
                )
            )
            || ' what ' || standard || ' asks each adult to earn in full-time work'
            || if(is_carried, ', carried to ' || year || ' by CPI-U', '')
    END AS reading
FROM worded
ORDER BY region, period, definition, sector, ownership, standard_area, standard_year, family_type
