-- Failing rows: quarters whose published part, as the network of equations has it, is not the one that SQL adds up.
-- Totals that were released, and the plain sums they are in, are more than what follows from the cells.
-- A state's own rows publish more of it than those of its counties; no bound may be below what they publish.
-- A release may hide a state's row and show some of its counties'.
WITH released AS (
    SELECT group_key, region, period, ownership
    FROM core.released_totals
    WHERE disclosure = 'disclosed'
    UNION
    SELECT gross.group_key, totals.region, totals.period, totals.ownership
    FROM core.released_totals AS totals
    JOIN core.industry_groups AS gross ON gross.kind = 'gross'
    WHERE totals.disclosure = 'disclosed'
)
SELECT found.region, found.ownership, found.group_key, measured.period, found.measure,
    measured.known AS added_up, found.known AS in_the_network, found.lower, found.upper
FROM estimates.region_estimates AS found
JOIN (SELECT DISTINCT region, period, year, quarter, source, basis FROM core.region_periods) AS places
    ON places.region = found.region
    AND places.source = found.source
    AND places.year = found.year
    AND places.quarter = found.quarter
JOIN core.region_measures AS measured
    ON measured.region = found.region
    AND measured.period = places.period
    AND measured.ownership = found.ownership
    AND measured.group_key = found.group_key
    AND measured.measure = found.measure
    AND measured.vintage = 'in_force'
CROSS JOIN (SELECT count(*) > 0 AS is_release FROM core.released_totals)
ANTI JOIN released
    ON released.region = found.region
    AND released.period = places.period
    AND released.ownership = found.ownership
    AND released.group_key = found.group_key
WHERE found.quarter > 0
    AND (
        abs(found.known - coalesce(measured.known, 0)) > 1e-3 AND places.basis <> 'statewide'
        OR (NOT is_release AND found.known > coalesce(measured.known, found.known) + 1e-3)
        OR found.lower < coalesce(measured.known, 0) - 1e-3
        OR found.upper < coalesce(measured.known, 0) - 1e-3
        OR (measured.hidden_cells = 0 AND abs(found.upper - measured.known) > 1e-3)
    )
ORDER BY ALL
