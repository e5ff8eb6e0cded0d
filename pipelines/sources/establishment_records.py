"""Reads establishment records, the confidential files of a state agency, in batches of bounded size.

Belongs here: the rules a record must keep, its typing, and which of repeated records and of masters count. Not here:
positions and columns (establishment_layouts), bytes into fields (establishment_fields), where confidential files may
lie (settings). No error and no rejected row says more of a record than file, line number and rule.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.domain.naics import FIRST_YEAR, SIX_DIGIT_LEVEL
from pipelines.sources.establishment_fields import (
    Characters,
    FieldBatch,
    Flags,
    Integers,
    are_blank,
    are_digits,
    are_numbers,
    numbers,
    read_fields,
    texts,
)
from pipelines.sources.establishment_layouts import (
    ACTIVE,
    FIELDS,
    MASTER,
    MEASURES,
    MULTI_ESTABLISHMENT_CODES,
    OPTIONAL_MEASURES,
    RECORD_OWN_CODES,
    RECORD_SCHEMA,
    UNIT_CODES,
    UNKNOWN_COUNTY,
)
from pipelines.sources.reading import REJECTED_SCHEMA

REPEATED_LATER = "repeated_later"

_FIRST_PERIOD, _LAST_PERIOD = 1975, 2099  # the programme's first year; more than any file can hold
_STATES, _COUNTIES, _INDUSTRIES = 100, 1_000, 10**6
_NINE = ord("9")


@dataclass(frozen=True)
class RecordBatch:
    """Records in RECORD_SCHEMA and rejected lines in REJECTED_SCHEMA, whose text is always empty."""

    records: pl.DataFrame
    rejected: pl.DataFrame


@dataclass(frozen=True)
class RecordCounts:
    """What became of the records of one file.

    read = kept + repeated + masters_left_out + the sum of rejected, which is by rule. Of the kept ones, masters_alone
    are masters that count as the establishment, as no unit of theirs does; unknown_county are in an ss999.
    """

    read: int
    kept: int
    rejected: Mapping[str, int]
    repeated: int
    masters_left_out: int
    masters_alone: int
    unknown_county: int


def read_records(
    source: Path | BinaryIO, naics: pl.DataFrame, areas: pl.DataFrame, member: str = ""
) -> Iterator[RecordBatch]:
    """Typed records of one file and its rejected lines, in batches of some ten thousands, in the file's order.

    source: a path, or an open file that can be wound back. naics: naics_vintage, industry_code, naics_level; areas:
    reference.areas. member: the file's name in rejected rows; that of the path unless given. Repeated records and
    masters are still all there. line_number counts records: from 1, in a CSV from 2, after its header.
    Raises RefusedFile where the file holds no establishment records, or is not one table of them from end to end.
    """
    member = member or (source.name if isinstance(source, Path) else "")
    codes = _Codes(naics, areas)
    for batch in read_fields(source, member):
        rules, broken = codes.first_broken(batch.fields)
        yield RecordBatch(_typed(batch, broken < 0, codes), _rejected(batch, rules, broken, member))


class _Codes:
    """Which industries each vintage has, and which counties each state, as tables that are looked up by number."""

    def __init__(self, naics: pl.DataFrame, areas: pl.DataFrame) -> None:
        finest = naics.filter(pl.col("naics_level").cast(pl.Int64) == SIX_DIGIT_LEVEL)
        self._vintages = sorted(set(finest["naics_vintage"].cast(pl.Int64)))
        self._industries = np.zeros((len(self._vintages) + 1, _INDUSTRIES), dtype=bool)
        for place, vintage in enumerate(self._vintages):
            codes = finest.filter(pl.col("naics_vintage") == vintage)["industry_code"]
            self._industries[place, codes.cast(pl.Int64).to_numpy()] = True
        counties = areas.filter(pl.col("area_kind") == "county")["area_fips"].cast(pl.Int64).to_numpy()
        self._counties = np.zeros(_STATES * _COUNTIES, dtype=bool)
        self._counties[counties] = True
        self._states = np.zeros(_STATES, dtype=bool)
        self._states[counties // _COUNTIES] = True

    def first_broken(self, fields: Mapping[str, Characters]) -> tuple[tuple[str, ...], NDArray[np.int8]]:
        """Names of all rules, and the place of the first that each record breaks; -1 for a good record."""
        year, quarter = numbers(fields["year"]), numbers(fields["quarter"])
        is_period = are_digits(fields["year"]) & are_digits(fields["quarter"])
        is_period &= (year >= _FIRST_PERIOD) & (year <= _LAST_PERIOD) & (quarter >= 1) & (quarter <= 4)
        vintage = self._vintage_places(year)
        is_industry = are_digits(fields["industry_code"])
        industry = np.where(is_industry, numbers(fields["industry_code"]), 0)
        state = np.where(are_digits(fields["state"]), numbers(fields["state"]), 0)
        status = fields["status"]
        keeps: dict[str, Flags] = {
            "state_fips": self._states[state],
            "status_is_active": are_blank(status) | _is_one_of(status, (ACTIVE,)),
            "year_and_quarter": is_period,
            "naics_vintage_is_known": vintage < len(self._vintages),
            "account_is_digits": are_digits(fields["account"]),
            "unit_is_digits": are_digits(fields["unit"]),
            "ein_is_digits": are_digits(fields["ein"]) | are_blank(fields["ein"]),
            "own_code": _is_one_of(fields["own_code"], RECORD_OWN_CODES),
            "industry_code": is_industry & self._industries[vintage, industry],
            "multi_establishment_code": _is_one_of(fields["multi_establishment_code"], MULTI_ESTABLISHMENT_CODES),
        }
        for name in MEASURES:
            is_blank = are_blank(fields[name])
            if name not in OPTIONAL_MEASURES:
                keeps[f"{name}_is_there"] = ~is_blank
            keeps[f"{name}_is_whole_number"] = is_blank | are_numbers(fields[name])
        broken = np.full(len(year), -1, dtype=np.int8)
        for place, is_kept in reversed(list(enumerate(keeps.values()))):
            broken[~is_kept] = place
        return tuple(keeps), broken

    def _vintage_places(self, year: Integers) -> Integers:
        """Place of the vintage in force in a year; one past the last where its vintage is not there."""
        in_force = sorted(FIRST_YEAR, key=lambda vintage: FIRST_YEAR[vintage])
        unknown = len(self._vintages)
        places = [self._vintages.index(each) if each in self._vintages else unknown for each in in_force]
        switches = [FIRST_YEAR[vintage] for vintage in in_force]
        return np.array([unknown, *places])[np.searchsorted(switches, year, side="right")]

    def area(self, state: Characters, county: Characters) -> Characters:
        """ssccc, and ss999 where the state has no such county."""
        place = np.where(are_digits(county), numbers(state) * _COUNTIES + numbers(county), 0)
        return np.concatenate([state, np.where(self._counties[place], county, _NINE).astype(np.uint8)])


def _is_one_of(field: Characters, codes: tuple[str, ...]) -> Flags:
    return np.isin(field[0], np.frombuffer("".join(codes).encode(), np.uint8))


def _typed(batch: FieldBatch, is_good: Flags, codes: _Codes) -> pl.DataFrame:
    fields = dict(batch.fields)
    lines = batch.line_numbers
    if not is_good.all():
        fields = {name: field[:, is_good] for name, field in fields.items()}
        lines = lines[is_good]
    ein = fields["ein"]
    columns: dict[str, pa.Array] = {
        "year": pa.array(numbers(fields["year"]).astype(np.int16)),
        "quarter": pa.array(numbers(fields["quarter"]).astype(np.int8)),
        "ein": texts(ein, are_blank(ein) | (numbers(ein) == 0)),
        "area_fips": texts(codes.area(fields["state"], fields["county"])),
        "line_number": pa.array(lines),
    }
    columns |= {name: pa.array(numbers(fields[name]), mask=are_blank(fields[name])) for name in MEASURES}
    as_they_are = {name: texts(fields[name]) for name in RECORD_SCHEMA if name not in columns}
    table = pa.table({name: (columns | as_they_are)[name] for name in RECORD_SCHEMA})
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _rejected(batch: FieldBatch, rules: tuple[str, ...], broken: NDArray[np.int8], member: str) -> pl.DataFrame:
    """One row a rejected line, in order."""
    is_broken = broken >= 0
    of_rules = pl.DataFrame(
        {"line_number": batch.line_numbers[is_broken], "rule": pl.Series(rules).gather(broken[is_broken])}
    )
    of_lines = pl.DataFrame({"line_number": batch.malformed}).with_columns(rule=pl.lit(batch.malformed_rule))
    return (
        pl.concat([of_rules, of_lines])
        .sort("line_number")
        .select(member=pl.lit(member), line_number="line_number", rule="rule", text=pl.lit(""))
        .cast(REJECTED_SCHEMA)
    )


def write_records(path: Path, folder: Path, naics: pl.DataFrame, areas: pl.DataFrame) -> RecordCounts:
    """Write a file's records as folder/records.parquet and folder/rejected_rows.parquet; return what became of them.

    Of valid records of one state, account, unit and quarter the last of the file counts; those before it are rejected
    as repeated_later. A master is left out where a unit of its account and quarter counts. Records stand by year,
    quarter, area, account and unit, rejected rows by line: the same file gives the same bytes. Both are readable by
    their owner only, and appear when they are whole. One quarter is in memory at a time; the others wait on disk, in a
    folder that is removed. Raises what read_records raises; nothing is written then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".part-") as temporary:
        part = Path(temporary)
        with _Quarters(part) as quarters:
            rejected = [quarters.add(batch) for batch in read_records(path, naics, areas)]
        counts = Counter[str]()
        records = part / "records.parquet"
        with pq.ParquetWriter(records, _arrow_schema(), compression="zstd", use_dictionary=_FEW_VALUES) as writer:
            for quarter in quarters.in_order():
                kept, repeated, masters_left_out = _resolved(quarter)
                rejected.append(_repeated_rows(repeated, path.name))
                counts += _counted(kept, masters_left_out)
                writer.write_table(kept.to_arrow().cast(_arrow_schema()))
        rows = pl.concat([REJECTED_SCHEMA.to_frame(), *rejected]).sort("line_number")
        rejected_rows = part / "rejected_rows.parquet"
        rows.write_parquet(rejected_rows)
        for whole in (records, rejected_rows):
            whole.chmod(0o600)
            whole.replace(folder / whole.name)
    by_rule = dict(rows["rule"].value_counts().sort("rule").iter_rows())
    repeated_later = by_rule.pop(REPEATED_LATER, 0)
    return RecordCounts(
        read=rows.height + counts["kept"] + counts["masters_left_out"],
        kept=counts["kept"],
        rejected=by_rule,
        repeated=repeated_later,
        masters_left_out=counts["masters_left_out"],
        masters_alone=counts["masters_alone"],
        unknown_county=counts["unknown_county"],
    )


_FEW_VALUES = ["year", "quarter", "area_fips", "own_code", "industry_code", "multi_establishment_code"]


@cache
def _arrow_schema() -> pa.Schema:
    """RECORD_SCHEMA as Arrow has it; at import it would start Polars' threads, which no forked process survives."""
    return RECORD_SCHEMA.to_frame().to_arrow().schema


class _Quarters:
    """Records waiting on disk, one file a quarter, so that each quarter can be looked at as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[tuple[int, int], pa.RecordBatchFileWriter] = {}

    def __enter__(self) -> "_Quarters":
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def add(self, batch: RecordBatch) -> pl.DataFrame:
        """Puts a batch's records to their quarters; returns its rejected rows."""
        for key, records in batch.records.partition_by("year", "quarter", as_dict=True).items():
            period = int(key[0]), int(key[1])
            if period not in self._writers:
                options = pa.ipc.IpcWriteOptions(compression="lz4")
                self._writers[period] = pa.ipc.new_file(self._file(period), _arrow_schema(), options=options)
            self._writers[period].write_table(records.to_arrow().cast(_arrow_schema()))
        return batch.rejected

    def in_order(self) -> Iterator[pl.DataFrame]:
        """The records of each quarter, in the file's order; only after all were added."""
        for period in sorted(self._writers):
            file = self._file(period)
            yield pl.read_ipc(file, memory_map=False)
            file.unlink()

    def _file(self, period: tuple[int, int]) -> Path:
        return self._folder / f"{period[0]}-{period[1]}.arrow"


def _resolved(quarter: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """The records of a quarter that count, in order; those repeated later; and how many masters are left out."""
    # digits as one number each: found and sorted several times faster than texts
    area, account, unit = (pl.col(name).cast(pl.Int64) for name in ("area_fips", "account", "unit"))
    state_account = area // _COUNTIES * 10 ** FIELDS["account"].width + account
    keys = quarter.select(
        area=area,
        account=state_account,
        unit=state_account * 10 ** FIELDS["unit"].width + unit,
        code="multi_establishment_code",
    )
    is_last = keys["unit"].is_last_distinct()
    accounts_with_units = keys.filter(is_last & keys["code"].is_in(UNIT_CODES))["account"].unique()
    is_left_out = (keys["code"] == MASTER) & keys["account"].is_in(accounts_with_units.implode())
    is_kept = is_last & ~is_left_out
    order = keys.filter(is_kept).select(pl.arg_sort_by("area", "unit")).to_series()
    return quarter.filter(is_kept)[order], quarter.filter(~is_last), int((is_last & is_left_out).sum())


def _counted(kept: pl.DataFrame, masters_left_out: int) -> Counter[str]:
    return Counter(
        kept=kept.height,
        masters_left_out=masters_left_out,
        masters_alone=int((kept["multi_establishment_code"] == MASTER).sum()),
        unknown_county=int(kept["area_fips"].str.ends_with(UNKNOWN_COUNTY).sum()),
    )


def _repeated_rows(repeated: pl.DataFrame, member: str) -> pl.DataFrame:
    rows = repeated.select(
        member=pl.lit(member), line_number="line_number", rule=pl.lit(REPEATED_LATER), text=pl.lit("")
    )
    return rows.cast(REJECTED_SCHEMA)
