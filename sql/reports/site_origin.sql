-- Grain: one row a publisher of the data, or SYNTHETIC SAMPLE.
-- Why: who published what the dashboard shows stands on every page, picture and data file.
SELECT DISTINCT data_origin
FROM marts.sector_measures
ORDER BY data_origin
