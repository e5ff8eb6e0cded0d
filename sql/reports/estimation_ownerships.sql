-- Grain: one row an ownership and each own_code that adds up to it.
-- Why: totals are asked for by ownership, cells have an own_code.
SELECT ownership, part_own_code AS own_code
FROM reference.ownerships
ORDER BY ALL
