-- Grain: one row a group of industries, region, period, vintage and ownership; zero where it has no establishment.
-- Why: adds areas and ownerships up; groups that the source is too coarse for are left out. A total that an agency
-- released is exact, whatever it hides of the cells inside.
-- Mean jobs are whole twelfths: added as twelfths the sum is exact, whatever the order of the rows.
-- By year: core.group_totals, core.region_periods, core.released_totals
-- By year: core.replaced_regions, core.year_before_regions
WITH places AS (
    SELECT region, period, year, source, area_fips, 'in_force' AS vintage, 'in_force' AS area_vintage
    FROM core.region_periods
    UNION ALL
    SELECT region, period, year, source, area_fips, 'replaced', area_vintage
    FROM core.replaced_regions
    UNION ALL
    SELECT region, period, year, source, area_fips, 'year_before', area_vintage
    FROM core.year_before_regions
),
regions AS (
    SELECT DISTINCT places.region, places.period, places.source, places.vintage, vintages.naics_vintage
    FROM places
    JOIN reference.naics_vintages AS vintages ON places.year BETWEEN vintages.first_year AND vintages.last_year
),
asked AS (
    SELECT grouped.group_key, grouped.definition, grouped.kind, grouped.sector, regions.region, regions.period,
        regions.vintage, owners.ownership
    FROM regions
    CROSS JOIN core.industry_groups AS grouped
    CROSS JOIN (SELECT DISTINCT ownership FROM reference.ownerships) AS owners
    ANTI JOIN core.refused_groups AS refused
        ON refused.source = regions.source
        AND refused.naics_vintage = regions.naics_vintage
        AND refused.group_key = grouped.group_key
),
added_up AS (
    SELECT totals.group_key, places.region, places.period, places.vintage, owners.ownership,
        if(bool_or(totals.establishments IS NULL), NULL, sum(totals.establishments)) AS establishments,
        sum(totals.establishments_published) AS establishments_published,
        sum(round(12 * totals.employment_known)) / 12 AS employment_known,
        sum(totals.wages_known) AS wages_known,
        sum(totals.hidden_cells) AS hidden_cells,
        sum(totals.total_cells) AS total_cells
    FROM places
    JOIN core.group_totals AS totals
        ON totals.source = places.source
        AND totals.area_fips = places.area_fips
        AND totals.period = places.period
        AND totals.vintage = places.area_vintage
    JOIN reference.ownerships AS owners ON owners.part_own_code = totals.own_code
    GROUP BY ALL
),
found AS (
    SELECT added_up.* REPLACE (
            if(released.group_key IS NULL, establishments_published, establishments) AS establishments_published,
            coalesce(released.employment, employment_known) AS employment_known,
            coalesce(released.wages_usd, wages_known) AS wages_known,
            if(released.group_key IS NULL, hidden_cells, 0) AS hidden_cells
        )
    FROM added_up
    LEFT JOIN core.released_totals AS released
        ON released.group_key = added_up.group_key
        AND released.region = added_up.region
        AND released.period = added_up.period
        AND released.ownership = added_up.ownership
        AND released.disclosure = 'disclosed'
        AND added_up.vintage <> 'year_before'
),
added AS (
    SELECT gross.group_key, found.region, found.period, found.vintage, found.ownership,
        if(bool_or(found.establishments IS NULL), NULL, sum(found.establishments)) AS establishments,
        sum(found.establishments_published) AS establishments_published,
        sum(round(12 * found.employment_known)) / 12 AS employment_known,
        sum(found.wages_known) AS wages_known,
        sum(found.hidden_cells) AS hidden_cells,
        sum(found.total_cells) AS total_cells
    FROM found
    JOIN core.industry_groups AS part ON part.group_key = found.group_key AND part.kind = 'sector'
    JOIN core.industry_groups AS gross ON gross.definition = part.definition AND gross.kind = 'gross'
    GROUP BY ALL
)
SELECT asked.group_key, asked.region, asked.period, asked.vintage, asked.ownership,
    if(parts.group_key IS NULL, 0, parts.establishments) AS establishments,
    coalesce(parts.establishments_published, 0) AS establishments_published,
    coalesce(parts.employment_known, 0) AS employment_known,
    coalesce(parts.wages_known, 0)::BIGINT AS wages_known,
    coalesce(parts.hidden_cells, 0)::BIGINT AS hidden_cells,
    coalesce(parts.total_cells, 0)::BIGINT AS total_cells
FROM asked
LEFT JOIN (SELECT * FROM found UNION ALL SELECT * FROM added) AS parts
    USING (group_key, region, period, vintage, ownership)
ORDER BY asked.group_key, asked.region, asked.period, asked.vintage, asked.ownership
