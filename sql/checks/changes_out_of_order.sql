-- Failing rows: measures of change whose estimate or interval is not inside their bounds, or whose bounds are crossed.
WITH measures AS (
    SELECT region, definition, sector, ownership, measure, period,
        unnest([
            {'change': 'change', 'lower': lower_change, 'low': interval90_lower_change, 'middle': estimate_change,
                'high': interval90_upper_change, 'upper': upper_change},
            {'change': 'growth', 'lower': lower_growth, 'low': interval90_lower_growth, 'middle': estimate_growth,
                'high': interval90_upper_growth, 'upper': upper_growth},
            {'change': 'contribution', 'lower': lower_contribution, 'low': interval90_lower_contribution,
                'middle': estimate_contribution, 'high': interval90_upper_contribution, 'upper': upper_contribution},
            {'change': 'annualised_growth', 'lower': lower_annualised_growth,
                'low': interval90_lower_annualised_growth, 'middle': estimate_annualised_growth,
                'high': interval90_upper_annualised_growth, 'upper': upper_annualised_growth},
            {'change': 'index', 'lower': lower_index, 'low': interval90_lower_index, 'middle': estimate_index,
                'high': interval90_upper_index, 'upper': upper_index}
        ], recursive := true)
    FROM marts.sector_trends
)
SELECT *
FROM measures
WHERE NOT (lower <= low AND low <= middle AND middle <= high AND high <= upper)
ORDER BY ALL
