-- Grain: one row a source, group of industries, area, own_code, period and vintage that has at least one cell.
-- Why: what of a sector is published. Of the cells wholly inside it, those without a published ancestor inside it are
-- the fewest published rows that cover it; each establishment is counted once.
-- Mean jobs are whole twelfths: added as twelfths the sum is exact, whatever the order of the rows.
-- Of a year before, the number of establishments can be unknown: then it is null, never the sum of the others.
-- Warnings: known figures leave hidden cells out; they are lower bounds, not estimates. A suppressed cell below a
-- published row that lies wholly inside the group is not hidden from the group's total. Cells are counted as fine as
-- there are rows: six digits in whole files of BLS. Establishments of annual files are rounded cell by cell, so that
-- those of the published rows may add up to more than there are.
WITH inside AS (
    SELECT cells.source, grouped.group_key, cells.area_fips, cells.own_code, cells.period, cells.year, cells.quarter,
        cells.vintage, cells.naics_vintage, cells.industry_code, cells.naics_level,
        cells.disclosure <> 'suppressed' AS is_published,
        cells.establishments, cells.employment, cells.wages_usd
    FROM core.period_cells AS cells
    JOIN core.industry_group_codes AS grouped USING (naics_vintage, industry_code)
),
families AS (
    SELECT cell.source, cell.group_key, cell.area_fips, cell.own_code, cell.period, cell.vintage,
        cell.industry_code, ancestor.industry_code AS ancestor_code, ancestor.is_published
    FROM inside AS cell
    JOIN core.naics_ancestry AS tree
        ON tree.naics_vintage = cell.naics_vintage
        AND tree.industry_code = cell.industry_code
        AND tree.ancestor_code <> cell.industry_code
    JOIN inside AS ancestor
        ON ancestor.source = cell.source
        AND ancestor.group_key = cell.group_key
        AND ancestor.area_fips = cell.area_fips
        AND ancestor.own_code = cell.own_code
        AND ancestor.period = cell.period
        AND ancestor.vintage = cell.vintage
        AND ancestor.industry_code = tree.ancestor_code
),
covered AS (
    SELECT source, group_key, area_fips, own_code, period, vintage, industry_code,
        bool_or(is_published) AS by_published
    FROM families
    GROUP BY ALL
),
broken_down AS (
    SELECT source, group_key, area_fips, own_code, period, vintage, ancestor_code AS industry_code,
        count(families.industry_code) AS finer_cells
    FROM families
    GROUP BY ALL
),
judged AS (
    SELECT inside.*,
        covered.by_published IS NULL AS is_topmost,
        broken_down.finer_cells IS NULL AS is_finest,
        inside.is_published AND NOT coalesce(covered.by_published, false) AS is_known,
        NOT inside.is_published AND NOT coalesce(covered.by_published, false) AS is_hidden
    FROM inside
    LEFT JOIN covered USING (source, group_key, area_fips, own_code, period, vintage, industry_code)
    LEFT JOIN broken_down USING (source, group_key, area_fips, own_code, period, vintage, industry_code)
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
