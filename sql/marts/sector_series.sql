-- Grain: one row a region, definition, sector, ownership, measure and period, the year before the first files included.
-- Why: levels, shares and pay in one shape, so that every comparison is made in the same way.
-- A year before the first files is told by their changes over the year (basis changes_over_the_year): exact where
-- nothing of it is hidden, else unknown.
-- Warnings: pay is a ratio, shares are ratios: only levels add up, and only over regions that do not overlap.
WITH of_files AS (
    SELECT region, definition, sector, ownership, period, year, quarter, measure, estimate_status AS series_status,
        lower, estimate, upper, interval90_lower, interval90_upper, revision_status, source, data_origin
    FROM marts.sector_measures
    UNION ALL
    SELECT region, definition, sector, ownership, period, year, quarter, 'share_of_' || measure,
        if(estimate_status IN ('published', 'estimated') AND estimate_share IS NULL, 'no_total', estimate_status),
        lower_share, estimate_share, upper_share, interval90_lower_share, interval90_upper_share,
        revision_status, source, data_origin
    FROM marts.sector_measures
    UNION ALL
    SELECT region, definition, sector, ownership, period, year, quarter, 'average_annual_pay', estimate_status,
        lower, estimate, upper, interval90_lower, interval90_upper, revision_status, source, data_origin
    FROM marts.sector_pay
    UNION ALL
    SELECT region, definition, sector, ownership, period, year, quarter, 'real_average_annual_pay',
        if(price_factor IS NULL, 'no_prices', estimate_status),
        real_lower, real_estimate, real_upper, real_interval90_lower, real_interval90_upper,
        revision_status, source, data_origin
    FROM marts.sector_pay
),
regions_before AS (
    SELECT DISTINCT region, period, year, quarter, source FROM core.year_before_regions
),
before AS (
    SELECT measured.region, grouped.definition, grouped.sector, measured.ownership, measured.period,
        regions_before.year, regions_before.quarter, regions_before.source, measured.measure,
        if(measured.hidden_cells = 0, measured.known, NULL) AS level, measured.total
    FROM core.region_measures AS measured
    JOIN regions_before USING (region, period)
    JOIN core.industry_groups AS grouped
        ON grouped.group_key = measured.group_key AND grouped.kind IN ('sector', 'lens', 'union', 'gross')
    WHERE measured.vintage = 'year_before'
),
pay_before AS (
    SELECT region, definition, sector, ownership, period, year, quarter, source,
        max(level) FILTER (measure = 'wages') / max(level) FILTER (measure = 'employment' AND level > 0)
            * if(quarter = 0, 1, 4) AS pay
    FROM before
    GROUP BY region, definition, sector, ownership, period, year, quarter, source
    HAVING (max(level) FILTER (measure = 'employment') = 0) IS NOT TRUE  -- nobody is paid where nobody works
),
of_changes AS (
    SELECT region, definition, sector, ownership, period, year, quarter, source, measure, level AS figure,
        if(level IS NULL, 'hidden', 'published') AS series_status
    FROM before
    UNION ALL
    SELECT region, definition, sector, ownership, period, year, quarter, source, 'share_of_' || measure,
        level / nullif(total, 0),
        CASE WHEN level IS NULL THEN 'hidden' WHEN total > 0 THEN 'published' ELSE 'no_total' END
    FROM before
    UNION ALL
    SELECT region, definition, sector, ownership, period, year, quarter, source, 'average_annual_pay', pay,
        if(pay IS NULL, 'hidden', 'published')
    FROM pay_before
    UNION ALL
    SELECT pay_before.region, pay_before.definition, pay_before.sector, pay_before.ownership, pay_before.period,
        pay_before.year, pay_before.quarter, pay_before.source, 'real_average_annual_pay',
        pay_before.pay * of_price_year.cpi_u / of_period.cpi_u,
        CASE
            WHEN pay_before.pay IS NULL THEN 'hidden'
            WHEN of_price_year.cpi_u / of_period.cpi_u IS NULL THEN 'no_prices'
            ELSE 'published'
        END
    FROM pay_before
    CROSS JOIN reference.analysis AS analysis
    LEFT JOIN core.period_prices AS of_price_year
        ON of_price_year.year = analysis.price_year AND of_price_year.quarter = 0
    LEFT JOIN core.period_prices AS of_period ON of_period.period = pay_before.period
)
SELECT region, definition, sector, ownership, measure, period, year, quarter, 'files' AS basis, series_status,
    lower, estimate, upper, interval90_lower, interval90_upper, revision_status, source, data_origin
FROM of_files
UNION ALL
SELECT of_changes.region, of_changes.definition, of_changes.sector, of_changes.ownership, of_changes.measure,
    of_changes.period, of_changes.year, of_changes.quarter, 'changes_over_the_year' AS basis, of_changes.series_status,
    of_changes.figure, of_changes.figure, of_changes.figure, of_changes.figure, of_changes.figure, NULL,
    of_changes.source, sources.data_origin
FROM of_changes
JOIN reference.sources AS sources USING (source)
ORDER BY region, definition, sector, ownership, measure, period
