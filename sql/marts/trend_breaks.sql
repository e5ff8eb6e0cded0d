-- Grain: one row a region, definition, sector, ownership, series (level or share), first quarter of a new series and
-- break that concerns it.
-- Why: what was coded or cut otherwise moves jobs between series without moving them in the economy. A recoding breaks
-- a series that holds some of its cells and not the others; where it holds all of them, jobs moved within. A share
-- breaks with its sector, and with all industries of the ownership that it is a share of. A switch of the NAICS vintage
-- breaks a sector whose codes before and after do not hold the same. The gross sum breaks with any of its sectors.
-- Warnings: breaks are listed whether or not there are figures on both sides of them.
WITH region_areas AS (
    SELECT region, area_fips FROM core.region_periods
    UNION
    SELECT region, area_fips FROM reference.region_areas SEMI JOIN core.region_periods USING (region)
),
series AS (
    SELECT regions.region, grouped.group_key, grouped.definition, grouped.sector, grouped.kind AS sector_kind,
        owners.ownership, unnest(['level', 'share']) AS series
    FROM (SELECT DISTINCT region FROM region_areas) AS regions
    CROSS JOIN core.industry_groups AS grouped
    CROSS JOIN (SELECT DISTINCT ownership FROM reference.ownerships) AS owners
    WHERE grouped.kind IN ('sector', 'lens', 'union')
),
recodings AS (
    SELECT DISTINCT break_id, area_prefix, year, quarter, reason, grade, source, note FROM reference.trend_breaks
),
cells AS (  -- six digits of the vintages before and after
    SELECT DISTINCT breaks.break_id, breaks.year, breaks.quarter, owners.part_own_code, leaf.naics_vintage,
        leaf.industry_code
    FROM reference.trend_breaks AS breaks
    JOIN reference.ownerships AS owners ON owners.total_own_code = breaks.own_code
    JOIN reference.naics_vintages AS vintages
        ON breaks.year BETWEEN vintages.first_year AND vintages.last_year
        OR (breaks.quarter = 1 AND breaks.year - 1 BETWEEN vintages.first_year AND vintages.last_year)
    JOIN reference.naics AS leaf
        ON leaf.naics_vintage = vintages.naics_vintage
        AND leaf.naics_level = 8
        AND starts_with(leaf.industry_code, breaks.industry_code)
),
all_cells AS (
    SELECT break_id, year, quarter, count(*) AS all_cells FROM cells GROUP BY ALL
),
owned AS (
    SELECT cells.break_id, cells.year, cells.quarter, owners.ownership, count(*) AS owned_cells
    FROM cells
    JOIN reference.ownerships AS owners USING (part_own_code)
    GROUP BY ALL
),
inside AS (
    SELECT cells.break_id, cells.year, cells.quarter, owners.ownership, leaf.group_key, count(*) AS inside_cells
    FROM cells
    JOIN reference.ownerships AS owners USING (part_own_code)
    JOIN core.industry_group_leaves AS leaf USING (naics_vintage, industry_code)
    GROUP BY ALL
),
recoded AS (
    SELECT series.*, recodings.* EXCLUDE (area_prefix), all_cells.all_cells, owned.owned_cells,
        coalesce(inside.inside_cells, 0) AS inside_cells,
        coalesce(inside.inside_cells, 0) BETWEEN 1 AND all_cells.all_cells - 1 AS breaks_level,
        owned.owned_cells < all_cells.all_cells AS breaks_total
    FROM series
    JOIN recodings
        ON EXISTS (
            FROM region_areas AS areas
            WHERE areas.region = series.region AND (
                starts_with(areas.area_fips, recodings.area_prefix)
                -- the nation's own rows hold every state, and neither Puerto Rico nor the Virgin Islands
                OR (areas.area_fips = 'US000' AND left(recodings.area_prefix, 2) NOT IN ('72', '78'))
            )
        )
    JOIN all_cells USING (break_id, year, quarter)
    JOIN owned USING (break_id, year, quarter, ownership)
    LEFT JOIN inside USING (break_id, year, quarter, ownership, group_key)
),
held AS (
    SELECT break_id, year, quarter, region_areas.region
    FROM reference.area_changes AS changes
    LEFT JOIN region_areas USING (area_fips)
    GROUP BY ALL
    HAVING region IS NOT NULL AND count(*) < any_value((
        SELECT count(*) FROM reference.area_changes AS whole WHERE whole.break_id = changes.break_id
    ))
),
listed AS (
    SELECT region, definition, sector, sector_kind, ownership, series, year, quarter, break_id, 'recoding' AS kind,
        breaks_level OR (series = 'share' AND breaks_total) AS breaks_series,
        CASE
            WHEN breaks_level THEN 'some of what moved lies in it, some outside'
            WHEN breaks_series THEN 'all industries, of which it is a share, hold some of what moved'
            ELSE 'all that moved stayed in it'
        END AS effect,
        reason, grade, source, note
    FROM recoded
    WHERE inside_cells > 0 OR (series = 'share' AND breaks_total)
    UNION ALL
    SELECT series.region, series.definition, series.sector, series.sector_kind, series.ownership, series.series,
        vintages.first_year, 1, 'naics_' || switches.later_vintage, 'naics_switch', NOT switches.is_exact,
        NULL, coalesce(
            switches.reason,
            'Its codes of NAICS ' || switches.earlier_vintage || ' and ' || switches.later_vintage || ' hold the same'
        ),
        'A', 'U.S. Census Bureau, NAICS concordances, held against the codes of the definition', NULL
    FROM series
    JOIN reference.sector_continuity AS switches USING (definition, sector)
    JOIN reference.naics_vintages AS vintages ON vintages.naics_vintage = switches.later_vintage
    UNION ALL
    SELECT DISTINCT series.region, series.definition, series.sector, series.sector_kind, series.ownership,
        series.series, held.year, held.quarter, held.break_id, 'area_change', true, NULL, changes.reason, changes.grade,
        changes.source, changes.note
    FROM series
    JOIN held USING (region)
    JOIN reference.area_changes AS changes USING (break_id)
)
SELECT region, definition, sector, ownership, series, year, quarter, break_id, kind, breaks_series,
    concat_ws(': ', reason, effect) AS reason, grade, source, note
FROM listed
UNION ALL
SELECT listed.region, listed.definition, gross.sector, listed.ownership, listed.series, listed.year, listed.quarter,
    listed.break_id, listed.kind, bool_or(listed.breaks_series),
    concat_ws(
        ': ',
        coalesce(
            string_agg(DISTINCT listed.reason, '; ' ORDER BY listed.reason) FILTER (listed.breaks_series),
            min(listed.reason)
        ),
        coalesce(
            string_agg(DISTINCT listed.effect, '; ' ORDER BY listed.effect) FILTER (listed.breaks_series),
            min(listed.effect)
        )
    ),
    listed.grade, listed.source, listed.note
FROM listed
JOIN core.industry_groups AS gross ON gross.definition = listed.definition AND gross.kind = 'gross'
WHERE listed.sector_kind = 'sector'
GROUP BY ALL
ORDER BY region, definition, sector, ownership, series, year, quarter, break_id
