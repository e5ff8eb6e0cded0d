-- Failing rows: sectors of which more is known than of all target sectors together, unless it is a release that states
-- the one and hides the other.
-- Averages of annual files are rounded cell by cell: years that have some may differ by half a unit a cell.
SELECT part.region, part.definition, part.sector, part.ownership, part.period, part.measure,
    part.known AS part_known, "union".known AS union_known
FROM marts.sector_measures AS part
JOIN marts.sector_measures AS "union" USING (region, definition, ownership, period, measure)
ANTI JOIN (
    SELECT grouped.definition, totals.region, totals.period, totals.ownership
    FROM core.released_totals AS totals
    JOIN core.industry_groups AS grouped ON grouped.group_key = totals.group_key AND grouped.kind = 'union'
    WHERE totals.disclosure = 'suppressed'
) AS hidden USING (definition, region, period, ownership)
WHERE part.sector_kind = 'sector' AND "union".sector_kind = 'union' AND part.known > "union".known
        + if(
            part.quarter = 0 AND part.measure <> 'wages'
            AND part.year IN (SELECT year FROM core.qcew_annual WHERE basis = 'annual_file'),
            (part.total_cells + 1) / 2, 1e-6
        )
ORDER BY ALL
