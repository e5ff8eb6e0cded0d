"""Measures how fast establishment records are read, on made-up ones.

Belongs here: the file that is read, and the clock. Not here: reading (sources.establishment_records), printing
(pipelines.cli).
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.orchestration.intake import sample_frames
from pipelines.settings import Settings
from pipelines.sources.establishment_records import read_records
from pipelines.sources.sample_economy import simulate_economy
from pipelines.sources.sample_establishments import write_sample_records
from pipelines.sources.sample_files import DEFAULT_SEED

_YEAR, _SCALE = 2024, 0.1


@dataclass(frozen=True)
class ReadingSpeed:
    """Records of the fixed layout that were read and typed, and how long that took."""

    records: int
    seconds: float

    @property
    def records_a_second(self) -> float:
        """The whole file, from opening it to its last batch."""
        return self.records / self.seconds


def reading_speed(settings: Settings, records: int = 4_000_000) -> ReadingSpeed:
    """Read at least this many fixed records, 1 GB a million on disk for the time being; none is kept.

    A tenth of one year's sample stands in the file again and again: what a record holds does not change the time.
    """
    tree, areas = sample_frames(settings)
    naics = tree.select(pl.lit(2022).alias("naics_vintage"), industry_code="code", naics_level="level")
    with tempfile.TemporaryDirectory() as folder:
        economy = simulate_economy(tree, areas, DEFAULT_SEED, (_YEAR,), _SCALE)
        sample = write_sample_records(Path(folder), economy, ["fixed"])[0]
        content = sample.read_bytes()
        with sample.open("ab") as stream:
            for _ in range(records // content.count(b"\n")):
                stream.write(content)
        start = time.perf_counter()
        read = sum(batch.records.height for batch in read_records(sample, naics, areas))
        return ReadingSpeed(read, time.perf_counter() - start)
