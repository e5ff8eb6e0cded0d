-- Grain: one row a source, state and quarter with establishment records in force.
-- Why: each is released by itself: its sums tie no figure of another one.
SELECT DISTINCT source, state_fips, naics_vintage, year, quarter
FROM core.establishments
ORDER BY ALL
