-- Failing rows: sectors of which more is known than the whole region has.
-- Averages of annual files are rounded cell by cell: years that have some may differ by half a unit a cell.
SELECT region, definition, sector, ownership, period, measure, known, total
FROM marts.sector_measures
WHERE sector_kind <> 'gross' AND known > total
        + if(
            quarter = 0 AND measure <> 'wages'
            AND year IN (SELECT year FROM core.qcew_annual WHERE basis = 'annual_file'),
            (total_cells + 1) / 2, 1e-6
        )
ORDER BY ALL
