-- Failing rows: shift-share parts that do not add up to the change (beyond the last digits of a division), that lie
-- outside their bounds, or that are missing without a reason.
SELECT region, base_region, definition, sector, ownership, measure, year, comparison, method, shift_share_status,
    estimate_change, estimate_national, estimate_mix, estimate_local, lower_local, upper_local
FROM marts.shift_share
WHERE abs(estimate_national + estimate_mix + estimate_local - estimate_change)
        > 1e-9 * (abs(estimate_national) + abs(estimate_mix) + abs(estimate_local) + abs(estimate) + 1)
    OR NOT (
        lower_national <= estimate_national AND estimate_national <= upper_national
        AND lower_mix <= estimate_mix AND estimate_mix <= upper_mix
        AND lower_local <= estimate_local AND estimate_local <= upper_local
    )
    OR (estimate_local IS NOT NULL) <> (shift_share_status = 'measured')
ORDER BY ALL
