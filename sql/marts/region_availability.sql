-- Grain: one row a region and period that the warehouse holds data of.
-- Why: a region that cannot be computed is named with what is missing, not left out in silence.
SELECT coverage.region, min(coverage.region_name) AS region_name, coverage.period, min(coverage.year) AS year,
    min(coverage.quarter) AS quarter,
    bool_or(coverage.missing_areas IS NULL) AS is_available,
    CASE
        WHEN bool_or(coverage.missing_areas IS NULL) THEN NULL
        ELSE array_to_string(
            arg_min(coverage.missing_areas, (len(coverage.missing_areas), coverage.missing_areas)), ', '
        )
    END AS missing_areas
FROM core.region_coverage AS coverage
GROUP BY coverage.region, coverage.period
ORDER BY coverage.region, coverage.period
