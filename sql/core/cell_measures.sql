-- Grain: one row a quarterly cell, with a list of its measures; a value is null where it is suppressed.
-- Why: the identities of the source are the same for every measure, but cells are joined once for all of them. previous
-- is the value a year before, from the published change over the year.
SELECT source, area_fips, own_code, industry_code, naics_level, naics_vintage, year, quarter,
    year || '-Q' || quarter AS period,
    [
        {'measure': 'establishments', 'value': establishments,
            'previous': establishments - oty_establishments_change},
        {'measure': 'month1_employment', 'value': month1_employment,
            'previous': month1_employment - oty_month1_employment_change},
        {'measure': 'month2_employment', 'value': month2_employment,
            'previous': month2_employment - oty_month2_employment_change},
        {'measure': 'month3_employment', 'value': month3_employment,
            'previous': month3_employment - oty_month3_employment_change},
        {'measure': 'wages', 'value': wages_usd, 'previous': wages_usd - oty_wages_change_usd},
        {'measure': 'taxable_wages', 'value': taxable_wages_usd,
            'previous': taxable_wages_usd - oty_taxable_wages_change_usd},
        {'measure': 'contributions', 'value': contributions_usd,
            'previous': contributions_usd - oty_contributions_change_usd}
    ] AS figures
FROM core.qcew_cells
WHERE source <> 'qualityinfo'
