-- Grain: one row an area of the region and row of all its industries that the region's total is made of.
-- Why: the denominator: the ownership's own row where it is published, else its parts, as core.region_totals has it.
-- Warnings: an area without a row has no establishment of the ownership.
WITH places AS (
    SELECT source, area_fips, basis FROM core.region_periods WHERE region = $region AND period = $period
),
owners AS (SELECT total_own_code, part_own_code FROM reference.ownerships WHERE ownership = $ownership),
totals AS (
    SELECT source, area_fips, own_code, disclosure, establishments::DOUBLE AS establishments, average_employment,
        wages_usd, [capture_sha256] AS captures
    FROM core.qcew_cells
    WHERE industry_code = '10' AND year || '-Q' || quarter = $period
    UNION ALL
    SELECT source, area_fips, own_code, disclosure, establishments, average_employment, wages_usd, captures
    FROM core.qcew_annual
    WHERE industry_code = '10' AND year::VARCHAR = $period
),
published_whole AS (
    SELECT source, area_fips, own_code
    FROM totals
    WHERE own_code IN (SELECT total_own_code FROM owners) AND disclosure <> 'suppressed'
),
used AS (
    SELECT source, area_fips, own_code FROM published_whole
    UNION
    SELECT totals.source, totals.area_fips, totals.own_code
    FROM totals
    ANTI JOIN published_whole USING (source, area_fips)
    WHERE totals.own_code IN (SELECT part_own_code FROM owners)
)
SELECT places.area_fips, coalesce(areas.area_title, places.area_fips) AS area_title, places.basis, used.own_code,
    '10' AS industry_code, totals.* EXCLUDE (source, area_fips, own_code)
FROM places
LEFT JOIN used USING (source, area_fips)
LEFT JOIN totals USING (source, area_fips, own_code)
LEFT JOIN reference.areas AS areas ON areas.area_fips = places.area_fips
ORDER BY places.area_fips, used.own_code
