-- Grain: one row a source, group of industries, area, own_code and period that has at least one cell.
-- Why: what of a sector is published. Of the cells wholly inside it, those without a published ancestor inside it are
-- the fewest published rows that cover it; each establishment is counted once.
-- Warnings: known figures leave hidden cells out; they are lower bounds, not estimates. A suppressed cell below a
-- published row that lies wholly inside the group is not hidden from the group's total.
WITH inside AS (
    SELECT cells.source, grouped.group_key, cells.area_fips, cells.own_code, cells.period, cells.year, cells.quarter,
        cells.naics_vintage, cells.industry_code, cells.naics_level,
        cells.disclosure <> 'suppressed' AS is_published,
        cells.establishments, cells.employment, cells.wages_usd
    FROM core.period_cells AS cells
    JOIN core.industry_group_codes AS grouped USING (naics_vintage, industry_code)
),
covered AS (
    SELECT cell.source, cell.group_key, cell.area_fips, cell.own_code, cell.period, cell.industry_code,
        bool_or(ancestor.is_published) AS by_published
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
        AND ancestor.industry_code = tree.ancestor_code
    GROUP BY ALL
)
SELECT inside.source, inside.group_key, inside.area_fips, inside.own_code, inside.period, inside.year, inside.quarter,
    coalesce(sum(inside.establishments) FILTER (covered.by_published IS NULL), 0) AS establishments,
    coalesce(sum(inside.establishments) FILTER (inside.is_published AND NOT coalesce(covered.by_published, false)), 0)
        AS establishments_published,
    coalesce(sum(inside.employment) FILTER (inside.is_published AND NOT coalesce(covered.by_published, false)), 0)
        AS employment_known,
    coalesce(sum(inside.wages_usd) FILTER (inside.is_published AND NOT coalesce(covered.by_published, false)), 0)::BIGINT
        AS wages_known,
    count(*) FILTER (
        inside.naics_level = sources.deepest_naics_level
        AND NOT inside.is_published AND NOT coalesce(covered.by_published, false)
    ) AS hidden_cells,
    count(*) FILTER (inside.naics_level = sources.deepest_naics_level) AS total_cells
FROM inside
JOIN reference.sources AS sources USING (source)
LEFT JOIN covered USING (source, group_key, area_fips, own_code, period, industry_code)
GROUP BY ALL
ORDER BY inside.source, inside.group_key, inside.area_fips, inside.own_code, inside.period
