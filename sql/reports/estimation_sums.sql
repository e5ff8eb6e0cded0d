-- Grain: one row a gross sum and each sector that it adds up.
-- Why: a gross sum has no industries of its own.
SELECT gross.group_key, part.group_key AS part_key
FROM core.industry_groups AS gross
JOIN core.industry_groups AS part ON part.definition = gross.definition AND part.kind = 'sector'
WHERE gross.kind = 'gross'
ORDER BY ALL
