-- Grain: one row a disclosed cell with location quotients, and measure.
-- Why: BLS's location quotient is a cell's share of its area by the nation's share, of all industries and ownerships in
-- both, to two decimals: each implies a range of the nation's share, which is known where the nation's file is in hand.
-- That of the average weekly wage compares wages already rounded to dollars: of unrounded ones a third of the rows of
-- real files would contradict each other, of rounded ones none.
-- Ends of ranges belong to them, whichever way BLS rounds halves, and so do the last digits of a division.
-- Warnings: a share of weekly wages is a ratio to the area's. Quotients of national totals (USCMS) have another base.
WITH figures AS (
    SELECT source, area_fips, own_code, industry_code, period, lq_disclosure = 'disclosed' AS has_quotient,
        figure.measure AS measure, figure.value AS value, figure.quotient AS quotient
    FROM (
        SELECT source, area_fips, own_code, industry_code, year || '-Q' || quarter AS period, lq_disclosure,
            unnest([
                {'measure': 'establishments', 'value': establishments, 'quotient': lq_establishments},
                {'measure': 'month1_employment', 'value': month1_employment, 'quotient': lq_month1_employment},
                {'measure': 'month2_employment', 'value': month2_employment, 'quotient': lq_month2_employment},
                {'measure': 'month3_employment', 'value': month3_employment, 'quotient': lq_month3_employment},
                {'measure': 'wages', 'value': wages_usd, 'quotient': lq_wages},
                {'measure': 'taxable_wages', 'value': taxable_wages_usd, 'quotient': lq_taxable_wages},
                {'measure': 'contributions', 'value': contributions_usd, 'quotient': lq_contributions},
                {'measure': 'average_weekly_wage', 'value': average_weekly_wage_usd,
                    'quotient': lq_average_weekly_wage}
            ]) AS figure
        FROM core.qcew_cells
        WHERE disclosure = 'disclosed' AND source <> 'qualityinfo' AND (area_fips = 'US000' OR area_fips NOT LIKE 'US%')
    )
),
shares AS (
    SELECT cell.*, cell.value / area.value AS share
    FROM figures AS cell
    JOIN figures AS area
        ON area.source = cell.source
        AND area.area_fips = cell.area_fips
        AND area.period = cell.period
        AND area.measure = cell.measure
        AND area.own_code = '0'
        AND area.industry_code = '10'
        AND area.value > 0
)
SELECT cell.source, cell.area_fips, cell.own_code, cell.industry_code, cell.period, cell.measure,
    cell.quotient, cell.share,
    cell.share / (cell.quotient + 0.005) * (1 - 1e-9) AS smallest_national_share,
    if(cell.quotient > 0.005, cell.share / (cell.quotient - 0.005), 'infinity'::DOUBLE) * (1 + 1e-9)
        AS largest_national_share,
    nation.share AS national_share
FROM shares AS cell
LEFT JOIN shares AS nation
    ON nation.source = cell.source
    AND nation.area_fips = 'US000'
    AND nation.own_code = cell.own_code
    AND nation.industry_code = cell.industry_code
    AND nation.period = cell.period
    AND nation.measure = cell.measure
WHERE cell.has_quotient AND cell.area_fips <> 'US000'
