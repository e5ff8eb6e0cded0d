-- Grain: one row an establishment, quarter and region that it lies in.
-- Why: the regions of the definitions; a state that is a region has establishments of unknown county, too.
-- Warnings: confidential. Regions overlap.
SELECT one.source, one.state_fips, one.account, one.unit, one.year, one.quarter, places.region
FROM core.establishments AS one
JOIN reference.region_areas AS places USING (area_fips)
UNION
SELECT one.source, one.state_fips, one.account, one.unit, one.year, one.quarter, regions.region
FROM core.establishments AS one
JOIN reference.regions AS regions ON regions.statewide_area = one.state_fips || '000'
