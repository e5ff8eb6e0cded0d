-- Grain: one row a region, definition, sector (lenses and all sectors together too), ownership, period and measure.
-- Why: what a sector of the NAICS vintage that its definition lists is in the vintage in force: exact where by the
-- concordance the codes there hold the same, else a range: what is certain, and what is possible at most. How a code
-- was split is not known and not guessed.
-- Warnings: upper is not a sum of certainties: it counts all that the uncertain codes hold. What would give away a
-- single cell, or one or two establishments, by itself or by the difference of the two ends, has no numbers.
WITH places AS (
    SELECT DISTINCT places.region, places.region_name, places.period, places.year, places.quarter, places.source,
        places.revision_status, vintages.naics_vintage
    FROM core.region_periods AS places
    JOIN reference.naics_vintages AS vintages ON places.year BETWEEN vintages.first_year AND vintages.last_year
),
carried AS (
    SELECT definition, sector, from_vintage, naics_vintage,
        coalesce(list(industry_code ORDER BY industry_code) FILTER (membership = 'possible'), []) AS uncertain_codes
    FROM reference.naics_bridge
    GROUP BY ALL
),
grouped AS (
    SELECT own.group_key, own.definition, own.sector, coalesce(certain.group_key, own.group_key) AS certain_key,
        coalesce(possible.group_key, own.group_key) AS possible_key
    FROM core.industry_groups AS own
    LEFT JOIN core.industry_groups AS certain
        ON certain.definition = own.definition AND certain.sector = own.sector AND certain.kind = 'bridge_certain'
    LEFT JOIN core.industry_groups AS possible
        ON possible.definition = own.definition AND possible.sector = own.sector AND possible.kind = 'bridge_possible'
    WHERE own.kind IN ('sector', 'lens', 'union')
),
figures AS (
    SELECT grouped.definition, grouped.sector, own.region, own.period, own.ownership, own.measure,
        CASE
            WHEN certain.estimate_status IS NULL OR possible.estimate_status IS NULL THEN 'source_too_coarse'
            ELSE list_min(list_transform(
                [own.estimate_status, certain.estimate_status, possible.estimate_status],
                lambda status: {
                    'rank': list_position(
                        ['withheld_single_cell', 'contradictory_rows', 'no_quarters', 'estimated', 'published'], status
                    ),
                    'status': status
                }
            )).status
        END AS estimate_status,
        certain.lower, certain.estimate AS certain_estimate, possible.estimate AS possible_estimate, possible.upper
    FROM grouped
    JOIN estimates.figure_estimates AS own USING (group_key)
    LEFT JOIN estimates.figure_estimates AS certain
        ON certain.group_key = grouped.certain_key
        AND certain.region = own.region
        AND certain.period = own.period
        AND certain.ownership = own.ownership
        AND certain.measure = own.measure
    LEFT JOIN estimates.figure_estimates AS possible
        ON possible.group_key = grouped.possible_key
        AND possible.region = own.region
        AND possible.period = own.period
        AND possible.ownership = own.ownership
        AND possible.measure = own.measure
)
SELECT places.region, places.region_name, figures.definition, figures.sector, sectors.sector_name,
    sectors.kind AS sector_kind, figures.ownership, places.period, places.year, places.quarter, figures.measure,
    carried.from_vintage AS listed_vintage, places.naics_vintage, len(carried.uncertain_codes) = 0 AS is_exact,
    figures.estimate_status, places.revision_status,
    if(figures.estimate_status IN ('withheld_single_cell', 'source_too_coarse'), NULL, figures.lower) AS lower,
    if(figures.estimate_status IN ('published', 'estimated'), figures.certain_estimate, NULL) AS certain_estimate,
    if(figures.estimate_status IN ('published', 'estimated'), figures.possible_estimate, NULL) AS possible_estimate,
    if(figures.estimate_status IN ('published', 'estimated'), figures.upper, NULL) AS upper,
    carried.uncertain_codes,
    nullif(concat_ws(
        '; ',
        if(is_exact, NULL, array_to_string(carried.uncertain_codes, ', ') || ' of NAICS ' || places.naics_vintage
            || ' holds other industries too: the lower end leaves all of it out, the upper end counts all of it'),
        CASE figures.estimate_status
            WHEN 'withheld_single_cell'
                THEN 'withheld: it would give away a single cell, or one or two establishments'
            WHEN 'source_too_coarse' THEN sources.data_origin || ' publishes no 6-digit industries, as this needs'
        END
    ), '') AS note,
    places.source, sources.data_origin
FROM figures
JOIN places USING (region, period)
JOIN carried
    ON carried.definition = figures.definition
    AND carried.sector = figures.sector
    AND carried.naics_vintage = places.naics_vintage
JOIN reference.sectors AS sectors ON sectors.sector = figures.sector
JOIN reference.sources AS sources ON sources.source = places.source
ORDER BY places.region, places.period, figures.definition, sectors.sort_order, figures.ownership, figures.measure
