-- Grain: one row a region, definition, sector, ownership and period with jobs.
-- Why: average annual pay per job: wages of the period over its mean jobs, a quarter's times four. Where cells are
-- hidden, least wages over most jobs and most over least are proven; exact where nothing is hidden. A week's pay is a
-- 52nd of it, as BLS counts; real pay is in the dollars of one year, by consumer prices.
-- Warnings: part-time jobs are included. Sectors overlap: never add them up.
-- By year: estimates.pay_estimates, marts.sector_measures
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
),
annual AS (
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
        AND grouped.kind = levels.sector_kind
    LEFT JOIN estimates.pay_estimates AS pay
        ON pay.source = levels.source
        AND pay.region = levels.region
        AND pay.ownership = levels.ownership
        AND pay.group_key = grouped.group_key
        AND pay.year = levels.year
        AND pay.quarter = levels.quarter
    WHERE levels.most_employment > 0 OR levels.most_employment IS NULL
)
SELECT annual.region, annual.region_name, annual.definition, annual.sector, annual.sector_name, annual.sector_kind,
    annual.ownership, annual.period, annual.year, annual.quarter, annual.estimate_status, annual.revision_status,
    annual.lower, annual.estimate, annual.upper, annual.interval90_lower, annual.interval90_upper,
    annual.lower / 52 AS weekly_lower,
    annual.estimate / 52 AS weekly_estimate,
    annual.upper / 52 AS weekly_upper,
    annual.interval90_lower / 52 AS weekly_interval90_lower,
    annual.interval90_upper / 52 AS weekly_interval90_upper,
    annual.lower * of_price_year.cpi_u / of_period.cpi_u AS real_lower,
    annual.estimate * of_price_year.cpi_u / of_period.cpi_u AS real_estimate,
    annual.upper * of_price_year.cpi_u / of_period.cpi_u AS real_upper,
    annual.interval90_lower * of_price_year.cpi_u / of_period.cpi_u AS real_interval90_lower,
    annual.interval90_upper * of_price_year.cpi_u / of_period.cpi_u AS real_interval90_upper,
    analysis.price_year,
    of_price_year.cpi_u / of_period.cpi_u AS price_factor,
    CASE
        WHEN price_factor IS NOT NULL THEN NULL
        WHEN of_price_year.cpi_u IS NULL
            THEN 'no real pay: consumer prices of ' || analysis.price_year || ' are not complete'
        WHEN of_period.period IS NULL THEN 'no real pay: no consumer prices of ' || annual.year
        ELSE 'no real pay: no consumer prices of ' || of_period.missing_months
    END AS real_note,
    annual.source, annual.data_origin
FROM annual
CROSS JOIN reference.analysis AS analysis
LEFT JOIN core.period_prices AS of_price_year ON of_price_year.year = analysis.price_year AND of_price_year.quarter = 0
LEFT JOIN core.period_prices AS of_period ON of_period.period = annual.period
ORDER BY annual.region, annual.period, annual.definition, annual.sector, annual.ownership
