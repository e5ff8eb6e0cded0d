-- Grain: one row: the figure that is asked for, with the words that explain its key.
-- Why: what is shown of a figure is what marts.sector_measures says, never more.
SELECT measures.*, sectors.lens_of, owners.ownership_name, owners.own_codes, naics.naics_vintage,
    naics.first_year AS naics_first_year, nullif(naics.last_year, 9999) AS naics_last_year
FROM marts.sector_measures AS measures
JOIN reference.sectors AS sectors USING (sector)
JOIN (
    SELECT ownership, any_value(ownership_name) AS ownership_name,
        list(part_own_code ORDER BY part_own_code) AS own_codes
    FROM reference.ownerships
    GROUP BY ownership
) AS owners USING (ownership)
JOIN reference.naics_vintages AS naics ON measures.year BETWEEN naics.first_year AND naics.last_year
WHERE measures.region = $region AND measures.sector = $sector AND measures.measure = $measure
    AND measures.period = $period AND measures.definition = $definition AND measures.ownership = $ownership
