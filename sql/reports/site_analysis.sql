-- Grain: one row.
-- Why: the screening page says how firm a place is, and by what.
SELECT random_weightings, top_share
FROM reference.analysis
