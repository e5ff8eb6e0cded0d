-- Grain: one row a disclosed cell whose derived figures can be recomputed; for location quotients one row an industry.
-- Why: the average weekly wage is wages by the mean of the three months by 13 weeks, rounded half up. A location
-- quotient is a cell's share of its area by the nation's share, all industries and ownerships, two decimals: each
-- implies a range of the nation's share, and all areas' ranges must have a common point. Quotients of national
-- totals (USCMS) have another base.
WITH wages AS (
    SELECT source, year || '-Q' || quarter AS period, average_weekly_wage_usd,
        area_fips || ' own ' || own_code || ' industry ' || industry_code AS group_name,
        3 * wages_usd AS numerator, 13 * (month1_employment + month2_employment + month3_employment) AS denominator
    FROM core.qcew_cells
    WHERE disclosure = 'disclosed' AND source <> 'qualityinfo'
),
quotients AS (
    SELECT source, area_fips, own_code, industry_code, period,
        figure.measure AS measure, figure.value AS value, figure.quotient AS quotient
    FROM (
        SELECT source, area_fips, own_code, industry_code, year || '-Q' || quarter AS period,
            unnest([
                {'measure': 'establishments', 'value': establishments, 'quotient': lq_establishments},
                {'measure': 'month1_employment', 'value': month1_employment, 'quotient': lq_month1_employment},
                {'measure': 'month2_employment', 'value': month2_employment, 'quotient': lq_month2_employment},
                {'measure': 'month3_employment', 'value': month3_employment, 'quotient': lq_month3_employment},
                {'measure': 'wages', 'value': wages_usd, 'quotient': lq_wages},
                {'measure': 'taxable_wages', 'value': taxable_wages_usd, 'quotient': lq_taxable_wages},
                {'measure': 'contributions', 'value': contributions_usd, 'quotient': lq_contributions}
            ]) AS figure
        FROM core.qcew_cells
        WHERE lq_disclosure = 'disclosed' AND disclosure = 'disclosed' AND area_fips NOT LIKE 'US%'
    )
),
implied AS (
    SELECT cell.source, cell.own_code, cell.industry_code, cell.period, cell.measure,
        cell.value / area.value / (cell.quotient + 0.005) AS smallest,
        if(cell.quotient > 0.005, cell.value / area.value / (cell.quotient - 0.005), 'infinity'::DOUBLE) AS largest
    FROM quotients AS cell
    JOIN quotients AS area
        ON area.source = cell.source
        AND area.area_fips = cell.area_fips
        AND area.period = cell.period
        AND area.measure = cell.measure
        AND area.own_code = '0'
        AND area.industry_code = '10'
    WHERE cell.value > 0 AND area.value > 0
)
SELECT 'average_weekly_wage' AS identity, source, 'average_weekly_wage' AS measure, period, group_name,
    average_weekly_wage_usd AS expected, (2 * numerator + denominator) // (2 * denominator) AS found,
    expected = found AS holds
FROM wages
WHERE denominator > 0
UNION ALL
SELECT 'location_quotients_agree', source, measure, period, 'own ' || own_code || ' industry ' || industry_code,
    max(smallest), min(largest), max(smallest) <= min(largest) * (1 + 1e-9)
FROM implied
GROUP BY source, measure, period, own_code, industry_code
HAVING count(*) > 1
