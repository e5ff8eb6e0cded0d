-- Failing rows: measures of change with a break between the two periods: jobs that moved between cells are no growth.
SELECT region, definition, sector, ownership, measure, period, breaks_over_the_year, estimate_change, estimate_growth,
    estimate_contribution, breaks_since_first_year, estimate_index, estimate_annualised_growth
FROM marts.sector_trends
WHERE (
        breaks_over_the_year IS NOT NULL
        AND coalesce(estimate_change, estimate_growth, estimate_contribution) IS NOT NULL
    )
    OR (
        breaks_since_first_year IS NOT NULL AND index_status <> 'first_year'
        AND coalesce(estimate_index, estimate_annualised_growth) IS NOT NULL
    )
ORDER BY ALL
