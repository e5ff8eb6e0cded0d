"""DuckDB: how tables are declared, built from SQL, checked against their contracts and published.

Belongs here: connections, contracts, SQL models, publication. Not here: what the figures mean (sql/), Dagster.
"""
