-- Question: Where is how much hidden: what part of each sector's jobs can be read from published cells, by county?
-- Reads: marts.sector_measures
-- Columns: period, region, region_name, sector_name, hidden_cells, total_cells, published_share_of_establishments,
-- published_share_of_jobs, estimate_status, data_origin
-- Never null: period, region, region_name, sector_name, hidden_cells, total_cells, estimate_status, data_origin
-- Note: hidden is not zero; a sector without any establishment in a county has no cells, and nothing is hidden of it.
SELECT
    period,
    region,
    region_name,
    sector_name,
    hidden_cells,
    total_cells,
    coverage_establishments AS published_share_of_establishments,
    coverage AS published_share_of_jobs,
    estimate_status,
    data_origin
FROM marts.sector_measures
WHERE regexp_full_match(region, '[0-9]{5}') AND definition = 'strict' AND ownership = 'private'
    AND measure = 'employment' AND sector_kind = 'sector' AND hidden_cells > 0
    AND period = (SELECT max(period) FROM marts.sector_measures WHERE quarter = 0)
ORDER BY coverage_establishments NULLS FIRST, region, sector_name
