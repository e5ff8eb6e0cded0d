-- Grain: one row a source, group of industries, area, own_code, period and vintage that has at least one cell.
-- Why: what of a sector is published. Of the cells wholly inside it, those without a published ancestor inside it are
-- the fewest published rows that cover it; each establishment is counted once.
-- Mean jobs are whole twelfths: added as twelfths the sum is exact, whatever the order of the rows.
-- Of a year before, the number of establishments can be unknown: then it is null, never the sum of the others.
-- Warnings: known figures leave hidden cells out; they are lower bounds, not estimates. A suppressed cell below a
-- published row that lies wholly inside the group is not hidden from the group's total. Cells are counted as fine as
-- there are rows: six digits in whole files of BLS. Establishments of annual files are rounded cell by cell, so that
-- those of the published rows may add up to more than there are.
-- By year: core.period_cells
WITH cells AS MATERIALIZED (  -- numbered, for numbers are joined faster than names
    SELECT row_number() OVER () AS cell, source, area_fips, own_code, period, year, quarter, vintage, naics_vintage,
        industry_code, naics_level, disclosure <> 'suppressed' AS is_published, establishments, employment, wages_usd
    FROM core.period_cells
    SEMI JOIN core.industry_group_codes USING (naics_vintage, industry_code)
),
lines AS MATERIALIZED (  -- of descent, inside each group
    SELECT finer.group_key, tree.naics_vintage, tree.industry_code, tree.ancestor_code
    FROM core.naics_ancestry AS tree
    JOIN core.industry_group_codes AS finer USING (naics_vintage, industry_code)
    JOIN core.industry_group_codes AS around
        ON around.naics_vintage = tree.naics_vintage
        AND around.industry_code = tree.ancestor_code
        AND around.group_key = finer.group_key
    WHERE tree.ancestor_code <> tree.industry_code
),
above AS MATERIALIZED (
    SELECT finer.cell, row_above.cell AS cell_above, row_above.is_published, tree.naics_vintage, tree.industry_code,
        tree.ancestor_code
    FROM cells AS finer
    JOIN core.naics_ancestry AS tree
        ON tree.naics_vintage = finer.naics_vintage
        AND tree.industry_code = finer.industry_code
        AND tree.ancestor_code <> finer.industry_code
    JOIN cells AS row_above
        ON row_above.source = finer.source
        AND row_above.area_fips = finer.area_fips
        AND row_above.own_code = finer.own_code
        AND row_above.period = finer.period
        AND row_above.vintage = finer.vintage
        AND row_above.industry_code = tree.ancestor_code
),
inside AS (
    SELECT cells.cell, grouped.group_key
    FROM cells
    JOIN core.industry_group_codes AS grouped USING (naics_vintage, industry_code)
),
families AS MATERIALIZED (
    SELECT lines.group_key, above.cell, above.cell_above, above.is_published
    FROM above
    JOIN lines USING (naics_vintage, industry_code, ancestor_code)
),
covered AS (
    SELECT group_key, cell, bool_or(is_published) AS by_published
    FROM families
    GROUP BY ALL
),
broken_down AS (SELECT DISTINCT group_key, cell_above AS cell FROM families),
judged AS (
    SELECT inside.group_key, cells.*,
        covered.cell IS NULL AS is_topmost,
        broken_down.cell IS NULL AS is_finest,
        cells.is_published AND NOT coalesce(covered.by_published, false) AS is_known,
        NOT cells.is_published AND NOT coalesce(covered.by_published, false) AS is_hidden
    FROM inside
    JOIN cells ON cells.cell = inside.cell
    LEFT JOIN covered ON covered.group_key = inside.group_key AND covered.cell = inside.cell
    LEFT JOIN broken_down ON broken_down.group_key = inside.group_key AND broken_down.cell = inside.cell
)
SELECT source, group_key, area_fips, own_code, period, year, quarter, vintage,
    if(bool_or(establishments IS NULL) FILTER (is_topmost), NULL, sum(establishments) FILTER (is_topmost))
        AS establishments,
    least(coalesce(sum(establishments) FILTER (is_known), 0), sum(establishments) FILTER (is_topmost))
        AS establishments_published,
    coalesce(sum(round(12 * employment)) FILTER (is_known), 0) / 12 AS employment_known,
    coalesce(sum(wages_usd) FILTER (is_known), 0)::BIGINT AS wages_known,
    count(*) FILTER (is_hidden AND is_finest) AS hidden_cells,
    count(*) FILTER (is_finest) AS total_cells
FROM judged
GROUP BY ALL
ORDER BY source, group_key, area_fips, own_code, period, vintage
