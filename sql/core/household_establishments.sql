-- Grain: one row a group of industries, region, period and ownership.
-- Why: establishments that are households or serve one at a time swell the count of businesses; beside each count
-- stands what of it, and of the region's, they are.
-- Warnings: of a source without six digits the next coarser row is taken, of which the industry is the only child.
-- By year: core.period_cells, core.region_measures, core.region_periods
WITH households AS (
    SELECT DISTINCT sources.source, tree.naics_vintage, households.industry_code AS household_code,
        tree.ancestor_code AS industry_code
    FROM reference.household_industries AS households
    JOIN core.naics_ancestry AS tree USING (industry_code)
    JOIN reference.sources AS sources ON sources.deepest_naics_level = tree.ancestor_level
),
counted AS (
    SELECT places.region, places.period, owners.ownership, households.naics_vintage, households.household_code,
        sum(cells.establishments) AS establishments
    FROM core.region_periods AS places
    JOIN core.period_cells AS cells
        ON cells.source = places.source AND cells.area_fips = places.area_fips AND cells.period = places.period
        AND cells.vintage = 'in_force'
    JOIN households
        ON households.source = cells.source AND households.naics_vintage = cells.naics_vintage
        AND households.industry_code = cells.industry_code
    JOIN reference.ownerships AS owners ON owners.part_own_code = cells.own_code
    GROUP BY ALL
),
of_groups AS (
    SELECT leaves.group_key, counted.region, counted.period, counted.ownership,
        sum(counted.establishments) AS establishments
    FROM counted
    JOIN core.industry_group_leaves AS leaves
        ON leaves.naics_vintage = counted.naics_vintage AND leaves.industry_code = counted.household_code
    GROUP BY ALL
),
of_sums AS (
    SELECT gross.group_key, of_groups.region, of_groups.period, of_groups.ownership,
        sum(of_groups.establishments) AS establishments
    FROM of_groups
    JOIN core.industry_groups AS part ON part.group_key = of_groups.group_key AND part.kind = 'sector'
    JOIN core.industry_groups AS gross ON gross.definition = part.definition AND gross.kind = 'gross'
    GROUP BY ALL
),
of_regions AS (
    SELECT region, period, ownership, sum(establishments) AS establishments FROM counted GROUP BY ALL
)
SELECT measured.group_key, measured.region, measured.period, measured.ownership,
    coalesce(parts.establishments, 0) AS establishments,
    coalesce(of_regions.establishments, 0) AS region_establishments
FROM core.region_measures AS measured
LEFT JOIN (SELECT * FROM of_groups UNION ALL SELECT * FROM of_sums) AS parts
    USING (group_key, region, period, ownership)
LEFT JOIN of_regions USING (region, period, ownership)
WHERE measured.vintage = 'in_force' AND measured.measure = 'businesses'
ORDER BY measured.group_key, measured.region, measured.period, measured.ownership
