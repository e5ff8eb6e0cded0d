-- Failing rows: quarters of which a release states less in total than it shows of the cells inside.
SELECT stated.group_key, stated.region, stated.period, stated.ownership, stated.employment, stated.wages_usd,
    sum(totals.employment_known) AS employment_of_cells, sum(totals.wages_known) AS wages_of_cells
FROM core.released_totals AS stated
JOIN core.region_periods AS places USING (source, region, period)
JOIN core.group_totals AS totals
    ON totals.source = places.source
    AND totals.area_fips = places.area_fips
    AND totals.period = places.period
    AND totals.group_key = stated.group_key
    AND totals.vintage = 'in_force'
JOIN reference.ownerships AS owners
    ON owners.ownership = stated.ownership AND owners.part_own_code = totals.own_code
WHERE stated.disclosure = 'disclosed'
GROUP BY ALL
HAVING employment_of_cells > stated.employment + 1e-6 OR wages_of_cells > stated.wages_usd
ORDER BY ALL
