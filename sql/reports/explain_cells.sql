-- Grain: one row a sector of the figure, area, own_code and industry that is counted in it, or hidden in it.
-- Why: the rows behind a figure, judged as core.group_totals judges them. Known are the topmost published cells wholly
-- inside the sector; hidden are the finest ones that no published cell of the sector covers. Establishments are
-- published on hidden cells too, so that businesses are those of all topmost cells. The gross sum has the cells of each
-- sector.
-- Warnings: a hidden cell has no value here, nor anywhere that is published.
WITH asked AS (
    SELECT group_key, definition, kind
    FROM core.industry_groups
    WHERE definition = $definition AND sector = $sector AND kind IN ('sector', 'lens', 'union', 'gross')
),
parts AS (
    SELECT part.group_key, part.sector
    FROM asked
    JOIN core.industry_groups AS part
        ON part.definition = asked.definition
        AND if(asked.kind = 'gross', part.kind = 'sector', part.group_key = asked.group_key)
),
places AS (
    SELECT source, area_fips FROM core.region_periods WHERE region = $region AND period = $period
),
owners AS (SELECT part_own_code AS own_code FROM reference.ownerships WHERE ownership = $ownership),
cells AS (
    SELECT area_fips, own_code, industry_code, naics_level, naics_vintage, disclosure,
        establishments::DOUBLE AS establishments, average_employment, wages_usd, 'quarter' AS basis,
        [capture_sha256] AS captures
    FROM core.qcew_cells
    SEMI JOIN places USING (source, area_fips)
    SEMI JOIN owners USING (own_code)
    WHERE year || '-Q' || quarter = $period
    UNION ALL
    SELECT area_fips, own_code, industry_code, naics_level, naics_vintage, disclosure, establishments,
        average_employment, wages_usd, basis, captures
    FROM core.qcew_annual
    SEMI JOIN places USING (source, area_fips)
    SEMI JOIN owners USING (own_code)
    WHERE year::VARCHAR = $period
),
inside AS (
    SELECT parts.group_key, parts.sector, cells.*
    FROM cells
    JOIN core.industry_group_codes USING (naics_vintage, industry_code)
    JOIN parts USING (group_key)
),
families AS (
    SELECT cell.group_key, cell.area_fips, cell.own_code, cell.industry_code,
        ancestor.industry_code AS ancestor_code, ancestor.disclosure <> 'suppressed' AS is_published
    FROM inside AS cell
    JOIN core.naics_ancestry AS tree
        ON tree.naics_vintage = cell.naics_vintage
        AND tree.industry_code = cell.industry_code
        AND tree.ancestor_code <> cell.industry_code
    JOIN inside AS ancestor
        ON ancestor.group_key = cell.group_key
        AND ancestor.area_fips = cell.area_fips
        AND ancestor.own_code = cell.own_code
        AND ancestor.industry_code = tree.ancestor_code
),
covered AS (
    SELECT group_key, area_fips, own_code, industry_code, bool_or(is_published) AS by_published
    FROM families
    GROUP BY ALL
),
broken_down AS (SELECT DISTINCT group_key, area_fips, own_code, ancestor_code AS industry_code FROM families),
judged AS (
    SELECT inside.*,
        covered.by_published IS NULL AS is_topmost,
        inside.disclosure <> 'suppressed' AND NOT coalesce(covered.by_published, false) AS is_known,
        inside.disclosure = 'suppressed' AND NOT coalesce(covered.by_published, false)
            AND broken_down.industry_code IS NULL AS is_hidden
    FROM inside
    LEFT JOIN covered USING (group_key, area_fips, own_code, industry_code)
    LEFT JOIN broken_down USING (group_key, area_fips, own_code, industry_code)
),
containing AS (  -- the nearest published row above, which lies outside the sector too
    SELECT cell.group_key, cell.area_fips, cell.own_code, cell.industry_code,
        arg_max(tree.ancestor_code, tree.ancestor_level) AS ancestor_code
    FROM judged AS cell
    JOIN core.naics_ancestry AS tree
        ON tree.naics_vintage = cell.naics_vintage AND tree.industry_code = cell.industry_code
    JOIN cells AS ancestor
        ON ancestor.area_fips = cell.area_fips
        AND ancestor.own_code = cell.own_code
        AND ancestor.industry_code = tree.ancestor_code
        AND ancestor.disclosure <> 'suppressed'
    WHERE cell.is_hidden
    GROUP BY ALL
)
SELECT judged.sector, sectors.sector_name, judged.area_fips, coalesce(areas.area_title, judged.area_fips) AS area_title,
    judged.own_code, judged.industry_code, naics.industry_title, judged.is_topmost, judged.is_known, judged.is_hidden,
    judged.disclosure, judged.establishments, judged.average_employment, judged.wages_usd, judged.basis,
    judged.captures, containing.ancestor_code AS nearest_published_code,
    above.industry_title AS nearest_published_title
FROM judged
JOIN reference.sectors AS sectors USING (sector)
LEFT JOIN containing USING (group_key, area_fips, own_code, industry_code)
LEFT JOIN reference.areas AS areas ON areas.area_fips = judged.area_fips
LEFT JOIN reference.naics AS naics
    ON naics.naics_vintage = judged.naics_vintage AND naics.industry_code = judged.industry_code
LEFT JOIN reference.naics AS above
    ON above.naics_vintage = judged.naics_vintage AND above.industry_code = containing.ancestor_code
WHERE judged.is_topmost OR judged.is_known OR judged.is_hidden
ORDER BY sectors.sort_order, judged.area_fips, judged.own_code, judged.industry_code
