"""What a run's models run on, by its settings: DuckDB in this process, or Spark; the tables are the same.

Belongs here: the choice, for SQL models and for estimates. Not here: either engine (pipelines.warehouse).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import polars as pl
from duckdb import DuckDBPyConnection

from pipelines.orchestration.estimation_runs import Spread
from pipelines.settings import Settings
from pipelines.warehouse.contracts import Table
from pipelines.warehouse.incremental import build_where_changed
from pipelines.warehouse.spark.engine import SparkEngine
from pipelines.warehouse.spark.session import closed_at_the_end, require_pyspark, session, spread
from pipelines.warehouse.sql_models import SqlModel

_OPEN: dict[Settings, SparkEngine] = {}


def prepare_engine(settings: Settings) -> None:
    """Raises RuntimeError, saying what to install, where the engine is not there; before a run has done anything."""
    if settings.engine == "spark":
        require_pyspark()


@contextmanager
def engine_of_run(settings: Settings) -> Iterator[None]:
    """One engine in this context, opened with the first model and closed at the end."""
    with closed_at_the_end():
        try:
            yield
        finally:
            _OPEN.pop(settings, None)


def model_build(settings: Settings, model: SqlModel) -> Callable[[DuckDBPyConnection, Table], int]:
    """What brings the table of a model up to date; on Spark it is replaced."""
    if settings.engine == "duckdb":
        return partial(build_where_changed, model=model)
    return lambda connection, table: _spark(settings).build(connection, table, model)


def model_rows(settings: Settings, connection: DuckDBPyConnection, model: SqlModel) -> pl.DataFrame:
    """The rows of a model that is no table."""
    return connection.sql(model.sql).pl() if settings.engine == "duckdb" else _spark(settings).frame(connection, model)


def spread_of(settings: Settings) -> Spread | None:
    """How states and years are estimated elsewhere; None: in processes of this machine."""
    if settings.engine == "duckdb":
        return None
    spark = session(settings.spark_master, settings.spark_dir / "scratch")
    return lambda do, asked: spread(spark, do, asked, settings.spark_dir / "asked")


def _spark(settings: Settings) -> SparkEngine:
    if settings not in _OPEN:
        spark = session(settings.spark_master, settings.spark_dir / "scratch")
        _OPEN[settings] = SparkEngine(spark, settings.spark_dir)
    return _OPEN[settings]
