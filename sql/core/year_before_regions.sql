-- Grain: one row a region, period and area of it, of regions without figures of their own where the next year has some.
-- Why: what a region was a year before: areas with a whole file of that quarter as it has them, the others as the
-- changes over the year tell. Of the source and areas that the region is made from in the year after.
WITH whole_areas AS (
    SELECT DISTINCT source, area_fips, year, quarter
    FROM core.vintages
    WHERE is_in_force AND is_whole_area AND quarter > 0
),
told AS (SELECT DISTINCT source, area_fips, year, quarter FROM core.year_before_cells),
wanted AS (
    SELECT after.region, after.region_name,
        (after.year - 1) || if(after.quarter = 0, '', '-Q' || after.quarter) AS period,
        (after.year - 1)::SMALLINT AS year, after.quarter, after.source, after.area_fips
    FROM core.region_periods AS after
)
SELECT wanted.region, wanted.region_name, wanted.period, wanted.year, wanted.quarter, wanted.source, wanted.area_fips,
    if(whole.area_fips IS NULL, 'year_before', 'in_force') AS area_vintage
FROM wanted
LEFT JOIN whole_areas AS whole USING (source, area_fips, year, quarter)
LEFT JOIN told USING (source, area_fips, year, quarter)
ANTI JOIN core.region_periods AS own ON own.region = wanted.region AND own.period = wanted.period
QUALIFY bool_and(whole.area_fips IS NOT NULL OR told.area_fips IS NOT NULL) OVER (
    PARTITION BY wanted.region, wanted.period
)
ORDER BY wanted.region, wanted.period, wanted.area_fips
