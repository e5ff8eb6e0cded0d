-- Grain: one row an identity, source, measure and period.
-- Why: how many groups were checked is shown, and the first that fail are named; a check stops publication then.
WITH groups AS (
    SELECT * FROM core.industry_identities
    UNION ALL
    SELECT * FROM core.area_identities
    UNION ALL
    SELECT * FROM core.row_identities
    UNION ALL
    SELECT * FROM core.annual_identities
)
SELECT identity, source, measure, period,
    count(*) AS groups_checked,
    count(*) FILTER (holds IS NOT TRUE) AS groups_failed,
    coalesce(
        list(
            -- said of those that fail only: an argument of an aggregate is worked out for every row
            CASE
                WHEN holds IS NOT TRUE
                    THEN format('{}: expected {}, found {}', group_name, expected::VARCHAR, found::VARCHAR)
            END
            ORDER BY group_name
        ) FILTER (holds IS NOT TRUE),
        []
    )[:20] AS failing_groups
FROM groups
GROUP BY identity, source, measure, period
ORDER BY identity, source, measure, period
