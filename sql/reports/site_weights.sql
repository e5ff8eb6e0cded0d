-- Grain: one row a criterion by which industries are ranked.
-- Why: the screening page says what it ranks by.
SELECT criterion, weight
FROM reference.screening_weights
ORDER BY criterion
