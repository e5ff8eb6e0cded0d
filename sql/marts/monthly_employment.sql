-- Grain: one row a region, definition, sector, ownership and month.
-- Why: QCEW counts the jobs of each month, and seasons do not show in quarters. A month is shown as far as the jobs of
-- its quarter are: exact where these are published, estimated where they are, and neither estimate nor bounds where
-- they are withheld, as three months would give the quarter back. Months of a released total are exact.
-- Warnings: only of sources and regions whose hidden cells are estimated: annual files and QualityInfo have no months,
-- and the nation (US000) has none here, as its hidden cells are not estimated. A quarter whose rows contradict
-- themselves has no months, even where the quarter's own figure is published.
-- By year: core.released_totals, estimates.asked_regions, estimates.contradictions
-- By year: estimates.monthly_employment, marts.sector_measures
WITH conflicts AS (
    SELECT DISTINCT asked.source, asked.region, contradictions.year, contradictions.quarter
    FROM estimates.contradictions AS contradictions
    JOIN estimates.asked_regions AS asked USING (source, state_fips, year)
),
places AS (
    SELECT DISTINCT source, region, year, quarter FROM estimates.monthly_employment
    UNION
    SELECT source, region, year, quarter FROM conflicts
),
figures AS (
    SELECT figures.* EXCLUDE (known, estimate_status), grouped.group_key, figures.known IS NULL AS is_all_hidden,
        figures.estimate_status = 'published' AND figures.known = 0 AND conflicts.region IS NULL AS is_none,
        if(conflicts.region IS NULL, figures.estimate_status, 'contradictory_rows') AS estimate_status,
        unnest(range(3 * figures.quarter - 2, 3 * figures.quarter + 1)) AS month
    FROM marts.sector_measures AS figures
    JOIN core.industry_groups AS grouped
        ON grouped.definition = figures.definition
        AND grouped.sector = figures.sector
        AND grouped.kind = figures.sector_kind
    LEFT JOIN conflicts USING (source, region, year, quarter)
    SEMI JOIN places
        ON places.source = figures.source
        AND places.region = figures.region
        AND places.year = figures.year
        AND places.quarter = figures.quarter
    WHERE figures.measure = 'employment'
),
months AS (
    SELECT estimated.* EXCLUDE (lower, estimate, upper),
        coalesce(released.jobs, estimated.lower) AS lower,
        coalesce(released.jobs, estimated.estimate) AS estimate,
        coalesce(released.jobs, estimated.upper) AS upper
    FROM estimates.monthly_employment AS estimated
    LEFT JOIN (
        SELECT source, region, ownership, group_key, year, quarter, told.month AS month, told.jobs::DOUBLE AS jobs
        FROM (
            SELECT source, region, ownership, group_key, year, quarter,
                unnest([
                    {'month': 3 * quarter - 2, 'jobs': month1_employment},
                    {'month': 3 * quarter - 1, 'jobs': month2_employment},
                    {'month': 3 * quarter, 'jobs': month3_employment}
                ]) AS told
            FROM core.released_totals
            WHERE disclosure = 'disclosed' AND quarter > 0
        )
    ) AS released USING (source, region, ownership, group_key, year, quarter, month)
)
SELECT figures.region, figures.region_name, figures.definition, figures.sector, figures.sector_name,
    figures.sector_kind, figures.ownership, figures.period, figures.year, figures.quarter,
    figures.month::TINYINT AS month,
    figures.hidden_cells, figures.total_cells, figures.estimate_status,
    CASE
        WHEN figures.is_none THEN 0
        WHEN figures.estimate_status = 'published' THEN months.lower
        WHEN figures.estimate_status <> 'contradictory_rows' AND NOT figures.is_all_hidden THEN months.known
    END AS known,
    CASE WHEN figures.is_none THEN 0 WHEN figures.estimate_status IN ('published', 'estimated') THEN months.lower END
        AS lower,
    CASE WHEN figures.is_none THEN 0 WHEN figures.estimate_status IN ('published', 'estimated') THEN months.estimate END
        AS estimate,
    CASE WHEN figures.is_none THEN 0 WHEN figures.estimate_status IN ('published', 'estimated') THEN months.upper END
        AS upper,
    figures.revision_status, figures.source, figures.data_origin
FROM figures
LEFT JOIN months USING (source, region, ownership, group_key, year, quarter, month)
ORDER BY figures.region, figures.definition, figures.sector, figures.ownership, figures.year, figures.month
