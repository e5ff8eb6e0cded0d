-- Grain: one row a sector, lens, or way of adding sectors up.
-- Why: names and order of the dashboard's pages and bars.
SELECT sector, sector_name, kind, lens_of
FROM reference.sectors
ORDER BY sort_order
