-- Grain: one row a region, definition, sector, ownership and period with jobs.
-- Why: average annual pay per job: wages of the period over its mean jobs, a quarter's times four. Where cells are
-- hidden, least wages over most jobs and most over least are proven; exact where nothing is hidden.
-- Warnings: part-time jobs are included. Sectors overlap: never add them up.
WITH levels AS (
    SELECT region, region_name, definition, sector, sector_name, sector_kind, ownership, period, year, quarter, source,
        data_origin, revision_status,
        max(known) FILTER (measure = 'wages') AS wages,
        max(known) FILTER (measure = 'employment') AS employment,
        max(upper) FILTER (measure = 'employment') AS most_employment,
        bool_and(hidden_cells = 0) AS is_exact,
        max(estimate_status) FILTER (estimate_status <> 'published') AS worst_status
    FROM marts.sector_measures
    WHERE measure IN ('wages', 'employment')
    GROUP BY ALL
)
SELECT levels.region, levels.region_name, levels.definition, levels.sector, levels.sector_name, levels.sector_kind,
    levels.ownership, levels.period, levels.year, levels.quarter,
    CASE
        WHEN levels.is_exact THEN 'published'
        WHEN levels.worst_status = 'estimated' AND pay.is_withheld THEN 'withheld_single_cell'
        ELSE levels.worst_status
    END AS estimate_status,
    levels.revision_status,
    CASE WHEN levels.is_exact THEN exact.pay WHEN estimate_status = 'estimated' THEN pay.lower END AS lower,
    CASE WHEN levels.is_exact THEN exact.pay WHEN estimate_status = 'estimated' THEN pay.estimate END AS estimate,
    CASE WHEN levels.is_exact THEN exact.pay WHEN estimate_status = 'estimated' THEN pay.upper END AS upper,
    CASE WHEN levels.is_exact THEN exact.pay WHEN estimate_status = 'estimated' THEN pay.interval90_lower END
        AS interval90_lower,
    CASE WHEN levels.is_exact THEN exact.pay WHEN estimate_status = 'estimated' THEN pay.interval90_upper END
        AS interval90_upper,
    levels.source, levels.data_origin
FROM levels
CROSS JOIN LATERAL (
    SELECT levels.wages / nullif(levels.employment, 0) * if(levels.quarter = 0, 1, 4) AS pay
) AS exact
JOIN core.industry_groups AS grouped ON grouped.definition = levels.definition AND grouped.sector = levels.sector
    AND grouped.kind <> 'overlap'
LEFT JOIN estimates.pay_estimates AS pay
    ON pay.source = levels.source
    AND pay.region = levels.region
    AND pay.ownership = levels.ownership
    AND pay.group_key = grouped.group_key
    AND pay.year = levels.year
    AND pay.quarter = levels.quarter
WHERE levels.most_employment > 0 OR levels.most_employment IS NULL
ORDER BY levels.region, levels.period, levels.definition, levels.sector, levels.ownership
