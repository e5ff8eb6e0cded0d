-- Grain: one row a region, definition, ownership, measure, sector and period.
-- Why: every figure over time, each series in one piece, so that a chart can refer to it: whole years, then quarters.
-- Warnings: federal, state and local government are in marts.sector_measures only.
SELECT measures.*, make_date(year, greatest(3 * quarter - 2, 1), 1) AS begins_on,
    coarser.region_name AS coarser_region_name
FROM marts.sector_measures AS measures
JOIN reference.sectors AS sectors USING (sector)
LEFT JOIN (SELECT DISTINCT region, region_name FROM marts.region_availability) AS coarser
    ON coarser.region = measures.coarser_region
WHERE measures.ownership IN ('private', 'government', 'total_covered')
ORDER BY measures.region, measures.definition DESC,
    list_position(['private', 'government', 'total_covered'], measures.ownership), measures.measure,
    sectors.sort_order, measures.quarter > 0, measures.year, measures.quarter
