-- Grain: one row a region and 3- or 4-digit industry of its latest year, by rank; those without one by their best.
-- Why: which industries else a board might look at.
SELECT ranks.* EXCLUDE (missing_criteria, strict_sectors, strict_sectors_in_part, broad_sectors, broad_sectors_in_part),
    array_to_string(missing_criteria, ', ') AS missing_criteria,
    array_to_string(strict_sectors, ', ') AS strict_sectors,
    array_to_string(strict_sectors_in_part, ', ') AS strict_sectors_in_part,
    array_to_string(broad_sectors, ', ') AS broad_sectors,
    array_to_string(broad_sectors_in_part, ', ') AS broad_sectors_in_part
FROM marts.sector_screening AS ranks
SEMI JOIN (SELECT region, max(year) AS year FROM marts.sector_screening GROUP BY region) AS latest USING (region, year)
ORDER BY ranks.region, ranks.naics_digits, ranks.rank NULLS LAST, ranks.rank_best, ranks.industry_code
