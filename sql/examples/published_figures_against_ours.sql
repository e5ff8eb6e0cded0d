-- Question: Do we come to the figures that others have published about the sectors?
-- Reads: marts.published_figures
-- Columns: publisher, statistic, region, sector, published_year, published_value, our_year, our_value, is_complete,
-- is_reproduced, note
-- Never null: publisher, statistic, region, sector, published_year, published_value
-- Note: the nearest of our readings for each figure. A sample reproduces nothing: its economy is made up.
SELECT
    publisher,
    statistic,
    region,
    sector,
    published_year,
    published_value,
    our_year,
    our_value,
    is_complete,
    is_reproduced,
    note
FROM marts.published_figures
QUALIFY row_number() OVER (PARTITION BY figure_id ORDER BY abs(difference) NULLS LAST, definition DESC, reading) = 1
ORDER BY publisher, published_year, figure_id
