-- Grain: one row a region that has figures, named ones first.
-- Why: each has a workbook; the periods and the publisher are told on its first sheet.
SELECT measures.region, any_value(measures.region_name) AS region_name,
    arg_min(measures.period, (measures.year, measures.quarter)) AS first_period,
    arg_max(measures.period, (measures.year, if(measures.quarter = 0, 5, measures.quarter))) AS last_period,
    string_agg(DISTINCT measures.data_origin, '; ' ORDER BY measures.data_origin) AS data_origin,
    bool_or(measures.data_origin = 'SYNTHETIC SAMPLE') AS is_synthetic
FROM marts.sector_measures AS measures
LEFT JOIN reference.regions AS regions USING (region)
GROUP BY measures.region
ORDER BY any_value(regions.sort_order) NULLS LAST, measures.region
