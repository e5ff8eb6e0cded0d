"""Labor statistics, pure: periods, codes, the industry tree, sectors, regions.

Nothing here reads a file, a database, a clock or the environment; nothing here knows Dagster. Only the standard
library, Polars and NumPy are imported.
"""
