-- Grain: one row an identity that the source's figures must keep.
-- Why: the methods page says how much of the input was held against itself.
SELECT identity, sum(groups_checked)::BIGINT AS groups_checked, sum(groups_failed)::BIGINT AS groups_failed
FROM core.identities
GROUP BY identity
ORDER BY identity
