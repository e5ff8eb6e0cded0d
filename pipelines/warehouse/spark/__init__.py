"""The relational steps on Apache Spark: the same SQL files, translated, and run where one machine is not enough.

translation: a model as Spark SQL · rewrites: where the dialects differ · session: PySpark, imported when called ·
engine: a model's result as Parquet, and from there into the working database.
"""
