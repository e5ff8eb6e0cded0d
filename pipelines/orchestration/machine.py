"""The machine that a benchmark ran on, and how it counts memory.

Belongs here: what every benchmark says of its machine. Not here: what is measured (the benchmarks beside this module).
"""

import os
import sys
from collections.abc import Iterator

import duckdb
import polars as pl


def machine() -> Iterator[tuple[str, str]]:
    """What measured figures depend on, by name."""
    yield "cores", str(os.cpu_count())
    yield "memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
    yield "Python", ".".join(map(str, sys.version_info[:3]))
    yield "Polars", pl.__version__
    yield "DuckDB", duckdb.__version__


def megabytes(peak: int) -> float:
    """The most memory that a process has had, as the system counts it: in kilobytes, macOS in bytes."""
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
