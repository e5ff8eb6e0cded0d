-- Grain: one row a region, period, vintage and ownership: all industries together.
-- Why: the denominator of every share. Taken from the ownership's own row where it is published, else from its parts;
-- an ownership without row in an area that is there has no establishment in it.
-- Mean jobs are whole twelfths: added as twelfths the sum is exact, whatever the order of the rows.
-- Warnings: the private total itself can be hidden (small counties): then it is null, and so is every share.
-- By year: core.period_cells, core.region_periods, core.replaced_regions, core.year_before_regions
WITH places AS (
    SELECT region, period, source, area_fips, 'in_force' AS vintage, 'in_force' AS area_vintage
    FROM core.region_periods
    UNION ALL
    SELECT region, period, source, area_fips, 'replaced', area_vintage
    FROM core.replaced_regions
    UNION ALL
    SELECT region, period, source, area_fips, 'year_before', area_vintage
    FROM core.year_before_regions
),
totals AS (
    SELECT source, area_fips, own_code, period, vintage, disclosure, establishments, employment, wages_usd
    FROM core.period_cells
    WHERE industry_code = '10'
),
by_area AS (
    SELECT places.region, places.period, places.vintage, owners.ownership, places.area_fips,
        any_value(whole.establishments) AS whole_establishments,
        any_value(whole.employment) AS whole_employment,
        any_value(whole.wages_usd) AS whole_wages,
        bool_or(coalesce(part.disclosure = 'suppressed', false))
            OR (count(whole.area_fips) > 0 AND count(part.area_fips) = 0) AS is_part_hidden,
        coalesce(sum(part.establishments), 0) AS establishments,
        coalesce(sum(round(12 * part.employment)), 0) / 12 AS employment,
        coalesce(sum(part.wages_usd), 0) AS wages
    FROM places
    CROSS JOIN reference.ownerships AS owners
    LEFT JOIN totals AS part
        ON part.source = places.source
        AND part.area_fips = places.area_fips
        AND part.period = places.period
        AND part.vintage = places.area_vintage
        AND part.own_code = owners.part_own_code
    LEFT JOIN totals AS whole
        ON whole.source = places.source
        AND whole.area_fips = places.area_fips
        AND whole.period = places.period
        AND whole.vintage = places.area_vintage
        AND whole.own_code = owners.total_own_code
    GROUP BY ALL
),
resolved AS (
    SELECT region, period, vintage, ownership,
        coalesce(whole_establishments, establishments) AS establishments,
        coalesce(whole_employment, if(is_part_hidden, NULL, employment)) AS employment,
        coalesce(whole_wages, if(is_part_hidden, NULL, wages)) AS wages_usd
    FROM by_area
)
SELECT region, period, vintage, ownership,
    sum(establishments) AS establishments,
    if(bool_or(employment IS NULL), NULL, sum(round(12 * employment)) / 12) AS employment,
    if(bool_or(wages_usd IS NULL), NULL, sum(wages_usd))::BIGINT AS wages_usd
FROM resolved
GROUP BY ALL
ORDER BY region, period, vintage, ownership
