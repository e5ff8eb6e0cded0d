-- Failing rows: totals of a release that are not used, for the group has other establishments in the release's own
-- cells, or is no group of today. Regions that are not of today are not asked for.
SELECT stated.region, stated.group_key, stated.year, stated.quarter, stated.own_code, stated.establishments
FROM raw.released_totals AS stated
LEFT JOIN reference.regions AS states ON states.statewide_area = stated.region
JOIN (SELECT DISTINCT region, year, quarter FROM core.region_periods) AS asked
    ON asked.region = coalesce(states.region, stated.region)
    AND asked.year = stated.year
    AND asked.quarter = stated.quarter
JOIN reference.ownerships AS owners
    ON owners.total_own_code = stated.own_code
ANTI JOIN core.released_totals AS used
    ON used.region = asked.region
    AND used.group_key = stated.group_key
    AND used.year = stated.year
    AND used.quarter = stated.quarter
    AND used.ownership = owners.ownership
GROUP BY ALL
ORDER BY ALL
