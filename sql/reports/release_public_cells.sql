-- Grain: one row a cell of one state and quarter that BLS publishes with its values.
-- Why: what others publish cannot be hidden, and tells of what is hidden here.
SELECT area_fips, own_code, industry_code
FROM core.qcew_cells
WHERE source = 'bls' AND disclosure = 'disclosed' AND left(area_fips, 2) = $state_fips
    AND year = $year AND quarter = $quarter
ORDER BY ALL
