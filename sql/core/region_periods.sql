-- Grain: one row a region, period and area whose rows are added up for it.
-- Why: one source and one way of adding up a region and period: the preferred source first, then the state's own rows.
WITH chosen AS (
    SELECT coverage.*
    FROM core.region_coverage AS coverage
    JOIN reference.sources AS sources USING (source)
    WHERE coverage.missing_areas IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY coverage.region, coverage.period
        ORDER BY sources.preference, coverage.basis = 'statewide' DESC
    ) = 1
)
SELECT region, region_name, period, year, quarter, source, unnest(areas) AS area_fips, basis
FROM chosen
ORDER BY region, period, area_fips
