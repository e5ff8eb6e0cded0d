-- Failing rows: figures on which BLS and the Oregon Employment Department differ, and no known reason says why.
SELECT area_fips, own_code, industry_code, period, measure, bls, qualityinfo, difference, tolerance
FROM marts.source_reconciliation
WHERE cause = 'unexplained'
ORDER BY ALL
