-- Grain: one row a quarterly cell of a state or of an area in it, of a source that publishes six digits.
-- Why: what hidden cells are bounded and estimated from. Only whole areas: a file of some industries leaves others out.
WITH whole_areas AS (
    SELECT DISTINCT vintages.source, vintages.area_fips, vintages.year, vintages.quarter
    FROM core.vintages AS vintages
    JOIN reference.sources AS sources ON sources.source = vintages.source AND sources.deepest_naics_level = 8
    WHERE vintages.is_in_force AND vintages.is_whole_area AND regexp_full_match(vintages.area_fips, '\d{5}')
)
SELECT cells.source, left(cells.area_fips, 2) AS state_fips, cells.naics_vintage, cells.area_fips, cells.own_code,
    cells.industry_code, cells.year, cells.quarter, cells.disclosure, cells.establishments,
    cells.month1_employment, cells.month2_employment, cells.month3_employment, cells.wages_usd
FROM core.qcew_cells AS cells
SEMI JOIN whole_areas USING (source, area_fips, year, quarter)
WHERE cells.naics_vintage IS NOT NULL
