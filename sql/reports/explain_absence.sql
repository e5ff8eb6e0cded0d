-- Grain: one row: what stands in the way of a figure that is not there.
-- Why: a figure that cannot be had says what is missing, not only that it is not there.
SELECT
    (SELECT bool_or(is_available) FROM marts.region_availability WHERE region = $region AND period = $period)
        AS is_available,
    (SELECT any_value(missing_areas) FROM marts.region_availability WHERE region = $region AND period = $period)
        AS missing_areas,
    (
        SELECT list(period ORDER BY year, quarter) FROM marts.region_availability
        WHERE region = $region AND is_available
    ) AS periods,
    (SELECT list(DISTINCT definition ORDER BY definition) FROM core.industry_groups WHERE sector = $sector)
        AS definitions,
    (
        SELECT any_value(refused.reason)
        FROM marts.refused_definitions AS refused
        JOIN reference.naics_vintages AS naics USING (naics_vintage)
        JOIN core.region_periods AS places
            ON places.source = refused.source AND places.year BETWEEN naics.first_year AND naics.last_year
        WHERE refused.definition = $definition AND refused.sector = $sector
            AND places.region = $region AND places.period = $period
    ) AS refusal
