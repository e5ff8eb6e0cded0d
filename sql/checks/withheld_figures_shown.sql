-- Failing rows: figures that are withheld, or could not be estimated, and yet tell more than their published part.
SELECT region, definition, sector, ownership, period, measure, estimate_status, lower, estimate, upper, estimate_share
FROM marts.sector_measures
WHERE estimate_status NOT IN ('published', 'estimated') AND hidden_cells > 0
    AND (
        coalesce(
            estimate, upper, interval90_lower, interval90_upper,
            estimate_share, upper_share, interval90_lower_share, interval90_upper_share
        ) IS NOT NULL
        OR lower > coalesce(known, 0)
        OR lower_share > coalesce(known_share, 0)
    )
    OR (hidden_cells = 0 AND estimate IS DISTINCT FROM known)
    OR (estimate_status = 'estimated' AND (estimate IS NULL OR upper IS NULL))
ORDER BY ALL
