-- Grain: one row a cell and quarter of one source, state and vintage: a year's quarters and their neighbours.
-- Why: what hidden cells of a year are bounded and estimated from.
SELECT * EXCLUDE (source, state_fips, naics_vintage)
FROM estimates.network_cells
WHERE source = $source AND state_fips = $state_fips AND naics_vintage = $naics_vintage
    AND year * 4 + quarter BETWEEN $year * 4 + 1 - $most_quarters_apart AND $year * 4 + 4 + $most_quarters_apart
ORDER BY year, quarter, area_fips, own_code, industry_code
