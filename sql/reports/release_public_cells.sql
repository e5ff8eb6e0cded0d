-- Grain: one row a cell of one quarter that is published with its values: of a state, its counties, or one of these
-- metropolitan areas.
-- Why: what others publish cannot be hidden, and tells of what is hidden here. Made-up records have a made-up file.
SELECT area_fips, own_code, industry_code
FROM core.qcew_cells
WHERE source = $publisher AND disclosure = 'disclosed' AND year = $year AND quarter = $quarter
    AND (left(area_fips, 2) = $state_fips OR list_contains($metropolitan_areas, area_fips))
ORDER BY ALL
