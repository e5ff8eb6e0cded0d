"""What must be true of every table: expectation suites as code, one module a layer, and the one runner that checks.

`vocabulary` is what suites are written in, `runner` evaluates them with Great Expectations inside DuckDB, `data_docs`
writes the results as a site that opens from disk. Only `runner` and `great_expectations_on_duckdb` import
great_expectations, and only when suites are run: it takes seconds. Assets, Dagster and SQL models do not belong here.
"""
