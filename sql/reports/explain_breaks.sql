-- Grain: one row a break, and first quarter of a new series, in cells of the figure.
-- Why: across a break a level is not comparable: jobs moved between cells without moving in the economy.
WITH asked AS (
    SELECT grouped.group_key
    FROM core.industry_groups AS one
    JOIN core.industry_groups AS grouped
        ON grouped.definition = one.definition
        AND if(one.kind = 'gross', grouped.kind = 'sector', grouped.group_key = one.group_key)
    WHERE one.definition = $definition AND one.sector = $sector AND one.kind IN ('sector', 'lens', 'union', 'gross')
),
leaves AS (
    SELECT DISTINCT industry_code FROM core.industry_group_codes SEMI JOIN asked USING (group_key) WHERE naics_level = 8
)
SELECT breaks.break_id, breaks.year || '-Q' || breaks.quarter AS first_quarter, breaks.reason,
    list(DISTINCT breaks.industry_code ORDER BY breaks.industry_code) AS industry_codes,
    list(DISTINCT places.area_fips ORDER BY places.area_fips) AS areas, breaks.grade, breaks.source, breaks.note
FROM reference.trend_breaks AS breaks
JOIN core.region_periods AS places
    ON places.region = $region AND places.period = $period AND starts_with(places.area_fips, breaks.area_prefix)
JOIN reference.ownerships AS owners ON owners.ownership = $ownership AND owners.part_own_code = breaks.own_code
JOIN leaves ON starts_with(leaves.industry_code, breaks.industry_code)
GROUP BY ALL
ORDER BY first_quarter, breaks.break_id
