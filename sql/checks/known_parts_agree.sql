-- Failing rows: quarters whose published part, as the network of equations has it, is not the one that SQL adds up.
-- A state's own rows publish more of it than those of its counties; no bound may be below what they publish.
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
WHERE found.quarter > 0
    AND (
        abs(found.known - coalesce(measured.known, 0)) > 1e-3 AND places.basis <> 'statewide'
        OR found.known > coalesce(measured.known, found.known) + 1e-3
        OR found.lower < coalesce(measured.known, 0) - 1e-3
        OR found.upper < coalesce(measured.known, 0) - 1e-3
        OR (measured.hidden_cells = 0 AND abs(found.upper - measured.known) > 1e-3)
    )
ORDER BY ALL
