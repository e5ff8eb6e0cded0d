-- Failing rows: ranges beside a sector's own figure that is withheld, or of a sector that is carried exactly with other
-- bounds than its own.
SELECT bridge.region, bridge.definition, bridge.sector, bridge.ownership, bridge.period, bridge.measure,
    bridge.estimate_status, own.estimate_status AS own_status, bridge.lower, own.lower AS own_lower,
    bridge.upper, own.upper AS own_upper
FROM marts.sector_bridge AS bridge
JOIN core.industry_groups AS grouped
    ON grouped.definition = bridge.definition AND grouped.sector = bridge.sector AND grouped.kind = bridge.sector_kind
JOIN estimates.figure_estimates AS own
    ON own.group_key = grouped.group_key
    AND own.region = bridge.region
    AND own.ownership = bridge.ownership
    AND own.period = bridge.period
    AND own.measure = bridge.measure
WHERE (
        'withheld_single_cell' IN (bridge.estimate_status, own.estimate_status)
        AND coalesce(bridge.lower, bridge.certain_estimate, bridge.possible_estimate, bridge.upper) IS NOT NULL
    )
    OR (
        bridge.is_exact AND bridge.estimate_status IN ('published', 'estimated')
        AND (
            abs(bridge.lower - own.lower) > 1e-6 * own.lower + 1e-6
            OR abs(bridge.upper - own.upper) > 1e-6 * own.upper + 1e-6
            OR bridge.certain_estimate IS DISTINCT FROM bridge.possible_estimate
        )
    )
ORDER BY ALL
