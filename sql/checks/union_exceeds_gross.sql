-- Failing rows: all target sectors together, each business once, larger than the plain sum of the sectors.
-- Averages of annual files are rounded cell by cell: years that have some may differ by half a unit a cell.
-- the sum, more may be known of the union: a published row that several sectors fill together lies in it alone.
SELECT "union".region, "union".definition, "union".ownership, "union".period, "union".measure,
    "union".known AS union_known, gross.known AS gross_known, "union".total_cells AS union_cells,
    gross.total_cells AS gross_cells
FROM marts.sector_measures AS "union"
JOIN marts.sector_measures AS gross USING (region, definition, ownership, period, measure)
WHERE "union".sector_kind = 'union' AND gross.sector_kind = 'gross'
    AND ("union".total_cells > gross.total_cells OR (gross.hidden_cells = 0 AND "union".known > gross.known
        + if(
            "union".quarter = 0 AND "union".measure <> 'wages'
            AND "union".year IN (SELECT year FROM core.qcew_annual WHERE basis = 'annual_file'),
            ("union".total_cells + 1) / 2, 1e-6
        )))
ORDER BY ALL
