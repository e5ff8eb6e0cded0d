-- Grain: one row a figure that lies inside the one that is asked for, or has a part in common with it.
-- Why: sectors overlap and have lenses: both are shown beside a figure, and never added to it.
WITH asked AS (SELECT sector, kind FROM reference.sectors WHERE sector = $sector)
SELECT 'overlap' AS relation, pairs.sector, pairs.sector_name, pairs.other_sector, pairs.other_sector_name,
    pairs.known, pairs.known_share, pairs.hidden_cells, pairs.estimate_status,
    pairs.lower, pairs.estimate, pairs.upper, pairs.interval90_lower, pairs.interval90_upper,
    pairs.lower_share, pairs.estimate_share, pairs.upper_share,
    pairs.interval90_lower_share, pairs.interval90_upper_share
FROM marts.sector_overlap AS pairs
JOIN asked ON asked.kind IN ('union', 'gross') OR asked.sector IN (pairs.sector, pairs.other_sector)
WHERE pairs.region = $region AND pairs.period = $period AND pairs.definition = $definition
    AND pairs.ownership = $ownership AND pairs.measure = $measure
UNION ALL
SELECT 'lens', lenses.sector, lenses.sector_name, NULL, NULL, lenses.known, lenses.known_share, lenses.hidden_cells,
    lenses.estimate_status, lenses.lower, lenses.estimate, lenses.upper, lenses.interval90_lower,
    lenses.interval90_upper, lenses.lower_share, lenses.estimate_share, lenses.upper_share,
    lenses.interval90_lower_share, lenses.interval90_upper_share
FROM marts.sector_measures AS lenses
JOIN reference.sectors AS sectors USING (sector)
JOIN asked ON asked.sector = sectors.lens_of
WHERE lenses.region = $region AND lenses.period = $period AND lenses.definition = $definition
    AND lenses.ownership = $ownership AND lenses.measure = $measure
ORDER BY relation DESC, sector, other_sector
