-- Grain: one row: what the figures as a whole are of, and the day of their newest input file.
-- Why: a package is dated by its data, not by a clock: the same warehouse gives the same bytes.
SELECT
    (SELECT max(retrieved_at) FROM raw.captures) AS created,
    (SELECT coalesce(bool_or(source = 'sample'), false) FROM raw.captures) AS is_synthetic,
    (SELECT string_agg(DISTINCT data_origin, '; ' ORDER BY data_origin) FROM marts.figure_sources) AS data_origin,
    (SELECT min(year) FROM marts.sector_measures) AS first_year,
    (SELECT max(year) FROM marts.sector_measures) AS last_year
