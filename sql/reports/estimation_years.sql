-- Grain: one row a source, state, NAICS vintage and year that has cells and regions asked for.
-- Why: these are estimated one by one.
SELECT DISTINCT source, state_fips, naics_vintage, year
FROM estimates.network_cells
SEMI JOIN estimates.asked_regions USING (source, state_fips, year)
ORDER BY ALL
