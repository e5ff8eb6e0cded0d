-- Grain: one row a group of industries, region, period, vintage, ownership and measure.
-- Why: businesses, employment and wages in one shape, each beside the region's total. Establishments are published
-- for every cell, so that nothing of businesses is ever hidden, but of industries that closed since the year before.
-- Warnings: known leaves hidden cells out: the truth is at least that; it is null where all there is is hidden.
-- By year: core.region_groups, core.region_totals
WITH facts AS (
    SELECT parts.*, totals.establishments AS all_establishments, totals.employment AS all_employment,
        totals.wages_usd AS all_wages,
        parts.establishments_published / nullif(parts.establishments, 0) AS coverage,
        parts.hidden_cells > 0 AND parts.establishments_published = 0 AND parts.employment_known = 0
            AND parts.wages_known = 0 AS is_all_hidden
    FROM core.region_groups AS parts
    JOIN core.region_totals AS totals USING (region, period, vintage, ownership)
),
measured AS (
    SELECT group_key, region, period, vintage, ownership, 'businesses' AS measure, establishments AS known,
        all_establishments AS total, if(establishments > 0, 1.0, NULL) AS coverage_establishments,
        0 AS hidden_cells, total_cells
    FROM facts
    UNION ALL
    SELECT group_key, region, period, vintage, ownership, 'employment', if(is_all_hidden, NULL, employment_known),
        all_employment, coverage, hidden_cells, total_cells
    FROM facts
    UNION ALL
    SELECT group_key, region, period, vintage, ownership, 'wages', if(is_all_hidden, NULL, wages_known), all_wages,
        coverage, hidden_cells, total_cells
    FROM facts
)
SELECT *, known / nullif(total, 0) AS known_share
FROM measured
ORDER BY group_key, region, period, vintage, ownership, measure
