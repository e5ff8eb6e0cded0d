-- Failing rows: groups whose derived columns (changes over the year, location quotients) contradict each other.
SELECT identity, source, measure, period, groups_checked, groups_failed, unnest(failing_groups) AS failing_group
FROM core.identities
WHERE groups_failed > 0 AND identity IN (
        'last_year_adds_up', 'last_year_weekly_wage', 'location_quotients_agree', 'location_quotients_recomputed'
    )
ORDER BY identity, source, measure, period, failing_group
