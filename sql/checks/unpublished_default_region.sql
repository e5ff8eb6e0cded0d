-- Failing rows: the default region, if there is no period for which it can be shown.
SELECT regions.region, regions.region_name
FROM reference.regions AS regions
ANTI JOIN marts.sector_measures AS measures USING (region)
WHERE regions.is_default
