-- Grain: one row a period that has figures.
-- Why: the choice of periods, the latest first and years before their quarters; and how final each is.
SELECT period, year, quarter, arg_min(revision_status, position(revision_status IN 'preliminary revised final'))
    AS revision_status
FROM marts.sector_measures
GROUP BY period, year, quarter
ORDER BY year DESC, quarter = 0 DESC, quarter DESC
