-- Grain: one row a region, year, vintage and 3- or 4-digit industry of private ownership that has a cell.
-- Why: what is published of every industry of a region, and how much of it hides: what a screening starts from.
-- Mean jobs are whole twelfths: added as twelfths the sum is exact, whatever the order of the rows.
-- Warnings: known figures leave hidden cells out; they are lower bounds, not estimates. Of a year before, the number of
-- establishments can be unknown: then it is null, never the sum of the others. Industries of three digits hold those of
-- four: never add both.
-- By year: core.industry_parts
WITH months AS (
    SELECT *, if(quarter = 0, 12, 3) AS months_told FROM core.industry_parts
),
known AS (
    SELECT region, year, vintage, naics_vintage, industry_code, naics_level,
        if(
            bool_or(establishments IS NULL) FILTER (is_topmost), NULL,
            sum(months_told * establishments) FILTER (is_topmost) / 12
        ) AS establishments,
        coalesce(sum(round(months_told * employment)) FILTER (is_known), 0) / 12 AS employment_known,
        coalesce(sum(wages_usd) FILTER (is_known), 0)::BIGINT AS wages_known,
        count(DISTINCT area_fips || cell_code) FILTER (is_hidden) AS hidden_cells,
        if(
            bool_or(establishments IS NULL) FILTER (is_hidden), NULL,
            coalesce(sum(months_told * establishments) FILTER (is_hidden), 0) / 12
        ) AS hidden_establishments
    FROM months
    GROUP BY ALL
)
SELECT known.region, known.year::VARCHAR AS period, known.year, known.vintage, known.naics_vintage,
    known.industry_code, industries.industry_title, known.naics_level, known.establishments, known.employment_known,
    known.wages_known, known.hidden_cells, known.hidden_establishments
FROM known
JOIN reference.naics AS industries USING (naics_vintage, industry_code)
ORDER BY known.region, known.year, known.vintage, known.industry_code
