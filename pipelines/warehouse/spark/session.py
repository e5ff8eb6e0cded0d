"""One Spark session a run, started when first needed and closed at the end; the only module that imports PySpark.

Belongs here: how a session is made, and spreading work over it. Not here: what is run on it (engine).
PySpark is an extra of the project, and imported inside functions: runs on DuckDB need neither it nor Java.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

CONNECT = "sc://"
OPTIONS = {
    # the words and sums of DuckDB: overflow and what cannot be cast are errors, days are those of UTC
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Spark 4.3 leaves unions and self joins of these models unresolved by it, and stops
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases",
}
LOCAL_OPTIONS = {
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.autoBroadcastJoinThreshold": "64m",
    "spark.driver.memory": "4g",
}
_KEPT: list[SparkSession] = []


def session(master: str, scratch: Path) -> SparkSession:
    """The session of this process: local[N], a cluster's master address, or sc://HOST:PORT of a Spark Connect server.

    scratch: where Spark keeps what does not fit into memory; what is confidential stays in its folder so.
    Raises RuntimeError, saying what to install, where PySpark or Java is missing.
    """
    if _KEPT:
        return _KEPT[0]
    require_pyspark()
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # builders of PySpark share their options: what another session was given is overwritten here
    builder = SparkSession.builder.appName("target-sectors")
    options = dict(OPTIONS)
    if master.startswith(CONNECT):
        builder = builder.remote(master)
    else:
        scratch.mkdir(parents=True, exist_ok=True)
        builder = builder.master(master)
        options |= {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.local.dir": str(scratch),
            "spark.sql.warehouse.dir": str(scratch / "tables"),
            "spark.log.level": "ERROR",
        }
    if master.startswith("local"):
        options |= LOCAL_OPTIONS | {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    for name, value in options.items():
        builder = builder.config(name, value)
    try:
        _KEPT.append(builder.getOrCreate())
    except Exception as error:
        raise RuntimeError(f"Spark did not start at {master}: it needs Java 17 or later ({error})") from error
    return _KEPT[0]


def require_pyspark() -> None:
    """Imports it. Raises RuntimeError, saying what to install, where it is missing."""
    try:
        import pyspark.sql  # noqa: F401
    except ImportError as error:
        raise RuntimeError("SECTORS_ENGINE=spark needs PySpark: pip install 'target-sectors[spark]'") from error


@contextmanager
def closed_at_the_end() -> Iterator[None]:
    """Whatever session is started in this context is stopped with it."""
    try:
        yield
    finally:
        while _KEPT:
            _KEPT.pop().stop()


def spread(spark: SparkSession, do: Callable[[bytes], object], asked: Sequence[bytes], folder: Path) -> None:
    """Calls a function of a module with each of these, each in a task of its own; what one raises stops all.

    folder: where what is asked lies meanwhile; each worker must see it, as it must see the tables.
    """
    if not asked:
        return
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"asked-{number}" for number in range(len(asked))]
    try:
        for file, content in zip(files, asked, strict=True):
            file.write_bytes(content)
        tasks = spark.range(0, len(files), 1, len(files))
        tasks.mapInArrow(partial(_do_each, do, [str(file) for file in files]), "id long").collect()
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def _do_each(do: Callable[[bytes], object], files: list[str], batches: Iterator[pa.RecordBatch]) -> Iterator[Any]:
    for batch in batches:
        for number in batch.column(0).to_pylist():
            do(Path(files[number]).read_bytes())
        yield batch
