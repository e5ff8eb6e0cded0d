-- Grain: one row a table.
-- Why: people who look for a table see what each holds.
SELECT schema_name || '.' || table_name AS table_name, estimated_size AS row_count, comment AS description
FROM duckdb_tables()
ORDER BY
    list_position(['marts', 'estimates', 'core', 'reference', 'raw'], schema_name),
    schema_name || '.' || table_name
