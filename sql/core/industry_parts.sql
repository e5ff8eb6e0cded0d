-- Grain: one row a region, year, vintage, 3- or 4-digit industry, and private cell and period that tells of it.
-- Why: which published rows an industry is known from, and which hidden cells they leave out: as for groups of
-- industries (core.group_totals), a published cell counts for every industry that it lies in and that no published row
-- between the two covers. A year is told by its four quarters, for a cell may be hidden in some of them only; by the
-- year's own rows where quarters are missing.
-- Warnings: parts of the industries of one level only may be added up, and the topmost ones for establishments only.
-- By year: core.period_cells, core.region_periods, core.year_before_regions
WITH places AS (
    SELECT region, year, quarter, period, source, area_fips, 'in_force' AS vintage, 'in_force' AS area_vintage
    FROM core.region_periods
    UNION ALL
    SELECT region, year, quarter, period, source, area_fips, 'year_before', area_vintage
    FROM core.year_before_regions
),
whole_years AS (
    SELECT region, year, vintage
    FROM places
    GROUP BY ALL
    HAVING count(DISTINCT quarter) FILTER (quarter > 0) = 4
),
told AS (
    SELECT places.*
    FROM places
    LEFT JOIN whole_years USING (region, year, vintage)
    WHERE (places.quarter > 0) = (whole_years.region IS NOT NULL)
),
cells AS MATERIALIZED (  -- numbered, for numbers are joined faster than names
    SELECT row_number() OVER () AS cell, cells.source, cells.area_fips, cells.period, cells.vintage,
        cells.naics_vintage, cells.naics_level, cells.industry_code, cells.disclosure <> 'suppressed' AS is_published,
        cells.establishments, cells.employment, cells.wages_usd
    FROM core.period_cells AS cells
    SEMI JOIN told
        ON told.source = cells.source
        AND told.area_fips = cells.area_fips
        AND told.period = cells.period
        AND told.area_vintage = cells.vintage
    WHERE cells.own_code = '5' AND cells.naics_level >= 5
),
above AS (
    SELECT naics_vintage, industry_code, ancestor_code
    FROM core.naics_ancestry
    WHERE ancestor_level >= 5 AND ancestor_level < naics_level
),
families AS (
    SELECT finer.cell, row_above.cell AS cell_above, row_above.naics_level, row_above.is_published
    FROM cells AS finer
    JOIN above ON above.naics_vintage = finer.naics_vintage AND above.industry_code = finer.industry_code
    JOIN cells AS row_above
        ON row_above.source = finer.source
        AND row_above.area_fips = finer.area_fips
        AND row_above.period = finer.period
        AND row_above.vintage = finer.vintage
        AND row_above.industry_code = above.ancestor_code
),
covers AS (
    SELECT cell, max(naics_level) AS row_above, max(naics_level) FILTER (is_published) AS published_above
    FROM families
    GROUP BY cell
),
broken_down AS (SELECT DISTINCT cell_above AS cell FROM families),
judged AS (
    SELECT cells.*, coalesce(covers.row_above, 0) AS row_above, coalesce(covers.published_above, 0) AS published_above,
        broken_down.cell IS NULL AS is_finest
    FROM cells
    LEFT JOIN covers USING (cell)
    LEFT JOIN broken_down USING (cell)
)
SELECT told.region, told.year, told.quarter, told.period, told.vintage, told.source, told.area_fips,
    judged.naics_vintage, tree.ancestor_code AS industry_code, tree.ancestor_level AS naics_level,
    judged.industry_code AS cell_code,
    judged.row_above < tree.ancestor_level AS is_topmost,
    judged.is_published AS is_known,
    judged.is_finest AND NOT judged.is_published AS is_hidden,
    judged.establishments, judged.employment, judged.wages_usd
FROM told
JOIN judged
    ON judged.source = told.source
    AND judged.area_fips = told.area_fips
    AND judged.period = told.period
    AND judged.vintage = told.area_vintage
JOIN core.naics_ancestry AS tree
    ON tree.naics_vintage = judged.naics_vintage
    AND tree.industry_code = judged.industry_code
    AND tree.ancestor_level IN (5, 6)
WHERE judged.published_above < tree.ancestor_level
    AND (judged.is_published OR judged.is_finest OR judged.row_above < tree.ancestor_level)
