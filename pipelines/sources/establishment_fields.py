"""Cuts files of establishment records into fields of characters, many records at once, whatever the layout.

Belongs here: fixed records, CSV and Parquet into the same arrays of bytes, and what such arrays hold (digits, numbers,
texts). Not here: which values are right (establishment_records). A field is an array [place in the field, record], so
that each step runs over whole batches; nothing is decoded that is not taken over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines.sources.establishment_layouts import (
    FIELDS,
    HEAD_BYTES,
    MEASURES,
    OPTIONAL_COLUMNS,
    RECORD_BYTES,
    TABLE_COLUMNS,
    header_columns,
    line_end,
    recognise_stream,
)
from pipelines.sources.reading import RefusedFile

Characters = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

BATCH_RECORDS = 2**16
WRONG_LENGTH, WRONG_NUMBER_OF_FIELDS = "record_length", "number_of_fields"
_ZERO, _BLANK, _NOT_A_DIGIT = (ord(character) for character in "0 ?")
_STATE_DIGITS = 2
_LOOK_AHEAD = 16
# The three stretches of a fixed record that hold all fields: copied at once, as each is in other lines of the cache.
_TAKEN = (slice(1, 32), slice(543, 544), slice(590, 660))
_TAKEN_BYTES = np.concatenate([np.arange(RECORD_BYTES)[stretch] for stretch in _TAKEN])
_TAKEN_FROM = {name: int(np.searchsorted(_TAKEN_BYTES, place.first - 1)) for name, place in FIELDS.items()}
_CSV_BLOCK_BYTES = 16 * 2**20
_ONE_LINE_EACH = "each record must be one line: look for a quote that is not closed, and take line ends out of texts"


@dataclass(frozen=True)
class FieldBatch:
    """Some records of a file, field by field, and the numbers of the lines between them that are no records."""

    fields: Mapping[str, Characters]
    line_numbers: Integers
    malformed: Integers
    malformed_rule: str


def read_fields(source: Path | BinaryIO, member: str) -> Iterator[FieldBatch]:
    """The fields of all records of a file in batches, in the file's order.

    Raises RefusedFile where the file holds no establishment records or its table is not the documented one.
    """
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield from read_fields(stream, member)
        return
    match recognise_stream(source):
        case "fixed":
            yield from _read_fixed(source, member)
        case "csv":
            yield from _read_csv(source, member)
        case "parquet":
            yield from _read_parquet(source, member)
        case None:
            reason = (
                f"it holds no establishment records: expected fixed records of {RECORD_BYTES:,} bytes that begin with "
                f"a transaction code, state, year and quarter, or a CSV or Parquet table with the columns "
                f"{', '.join(TABLE_COLUMNS)}"
            )
            raise RefusedFile(member, reason)


def are_digits(field: Characters) -> Flags:
    """Which records have digits only."""
    return np.asarray((field - _ZERO).max(axis=0) <= 9)


def are_blank(field: Characters) -> Flags:
    """Which records have nothing but blanks."""
    return np.asarray((field ^ _BLANK).max(axis=0) == 0)


def are_numbers(field: Characters) -> Flags:
    """Which records have digits up to the field's end, padded with zeros or blanks before them, if at all."""
    is_digit = (field - _ZERO) <= 9
    stays_digit = is_digit[1:] | ~is_digit[:-1]
    is_known = is_digit | (field == _BLANK)
    return np.asarray(is_digit[-1] & stays_digit.min(axis=0) & is_known.min(axis=0))


def numbers(field: Characters) -> Integers:
    """The numbers that digits make, blanks before them counting nothing; without meaning for other characters."""
    value = np.zeros(field.shape[1], dtype=np.int64)
    for characters in field:
        value *= 10
        value += characters & 0xF  # in ASCII the last four bits of a digit are its value, those of a blank are 0
    return value


def texts(field: Characters, is_missing: Flags | None = None) -> pa.Array:
    """The fields as texts, null where missing; for fields known to hold ASCII."""
    width, records = field.shape
    offsets = np.arange(0, (records + 1) * width, width, dtype=np.int64)
    known = None if is_missing is None else pa.py_buffer(np.packbits(~is_missing, bitorder="little"))
    buffers = [known, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(field.T))]
    return pa.Array.from_buffers(pa.large_string(), records, buffers)


def _read_fixed(stream: BinaryIO, member: str) -> Iterator[FieldBatch]:
    end = line_end(stream.read(HEAD_BYTES)) or b""
    stream.seek(0)
    capacity = BATCH_RECORDS * (RECORD_BYTES + len(end))
    buffer = bytearray(capacity + len(end))
    held, first_line, is_last = 0, 1, False
    while not is_last:
        while held < capacity and (read := _read_into(stream, memoryview(buffer)[held:capacity])):
            held += read
        is_last = held < capacity
        if is_last and held and not buffer.endswith(end, 0, held):
            buffer[held : held + len(end)] = end
            held += len(end)
        runs, malformed, used = _records_in(buffer, held, end, is_last)
        if used == 0 and not is_last:
            raise RefusedFile(member, f"no line ends within {held:,} bytes after record {first_line - 1:,}")
        lines = np.arange(first_line, first_line + sum(map(len, runs)) + len(malformed))
        is_record = np.ones(len(lines), dtype=bool)
        is_record[malformed] = False
        yield FieldBatch(_fields_of_runs(runs), lines[is_record], lines[~is_record], WRONG_LENGTH)
        first_line += len(lines)
        held -= used
        buffer[:held] = buffer[used : used + held]


def _read_into(stream: BinaryIO, room: memoryview) -> int:
    read: int = stream.readinto(room)  # type: ignore[attr-defined]  # all binary streams have it but their type
    return read


def _records_in(
    buffer: bytearray, held: int, end: bytes, is_last: bool
) -> tuple[list[Characters], NDArray[np.intp], int]:
    """Runs of whole records [record, byte]; places, from 0, of the lines that are none; and the bytes used.

    A record is right where a line end stands just behind it, whatever its names hold. Where none does, the line goes
    to its next line feed and is malformed; records are whole again after it.
    """
    block = np.frombuffer(buffer, np.uint8)
    stride, mark = RECORD_BYTES + len(end), np.frombuffer(end, np.uint8)
    runs: list[Characters] = []
    malformed: list[int] = []
    start, place = 0, 0
    look_ahead = _LOOK_AHEAD  # grows while all is well, so that a malformed line does not cost a look at all the rest
    while held - start >= stride or (is_last and start < held):
        looked_at = min((held - start) // stride, look_ahead)
        view = block[start : start + looked_at * stride].reshape(looked_at, stride)
        is_right = (view[:, RECORD_BYTES:] == mark).all(axis=1)
        right = looked_at if is_right.all() else int(is_right.argmin())
        if right:
            runs.append(view[:right])
            start, place, look_ahead = start + right * stride, place + right, look_ahead * 4
            continue
        line_feed = buffer.find(b"\n", start, held) if end else -1
        if line_feed < 0 and not is_last:
            break
        start = line_feed + 1 if line_feed >= 0 else held
        malformed.append(place)
        place, look_ahead = place + 1, _LOOK_AHEAD
    return runs, np.array(malformed, dtype=np.intp), start


def _fields_of_runs(runs: list[Characters]) -> dict[str, Characters]:
    """The fields of runs of records, each contiguous by place."""
    taken = [np.concatenate([run[:, columns] for columns in _TAKEN], axis=1) for run in runs]
    places = np.ascontiguousarray(np.concatenate([np.empty((0, len(_TAKEN_BYTES)), np.uint8), *taken]).T)
    return {name: places[start : start + FIELDS[name].width] for name, start in _TAKEN_FROM.items()}


def _read_csv(stream: BinaryIO, member: str) -> Iterator[FieldBatch]:
    columns = header_columns(stream.read(HEAD_BYTES))
    stream.seek(0)
    _refuse_repeated(columns, member)
    # columns left unread are named by place: their own names may be empty or repeated
    names = [name if name in TABLE_COLUMNS else f"unread_{place}" for place, name in enumerate(columns)]
    taken = [name for name in names if name in TABLE_COLUMNS]
    skipped: set[int] = set()

    def leave_out(row: pa_csv.InvalidRow) -> str:
        skipped.add(row.number)
        return "skip"

    counted = _CountedLines(stream)
    next_line = 2
    try:
        batches = pa_csv.open_csv(
            counted,
            pa_csv.ReadOptions(use_threads=False, column_names=names, skip_rows=1, block_size=_CSV_BLOCK_BYTES),
            pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=leave_out),
            pa_csv.ConvertOptions(
                check_utf8=False,
                include_columns=taken,
                column_types=dict.fromkeys(taken, pa.large_binary()),
                strings_can_be_null=False,
            ),
        )
        for batch in batches:
            there = np.arange(next_line, next_line + batch.num_rows + len(skipped))
            lines = there[~np.isin(there, list(skipped))][: batch.num_rows]
            next_line = int(lines[-1]) + 1 if len(lines) else next_line
            malformed = np.array(sorted(line for line in skipped if line < next_line), dtype=np.int64)
            skipped.difference_update(malformed.tolist())
            yield FieldBatch(_fields_of_table(batch, member), lines, malformed, WRONG_NUMBER_OF_FIELDS)
    except pa.ArrowInvalid:  # its message may quote a record
        raise RefusedFile(member, f"it cannot be read as CSV after line {next_line - 1}; {_ONE_LINE_EACH}") from None
    last_line = max(next_line - 1, *skipped, 1)
    if counted.lines > last_line:
        raise RefusedFile(member, f"it has {counted.lines:,} lines but {last_line:,} records; {_ONE_LINE_EACH}")
    malformed = np.array(sorted(skipped), dtype=np.int64)
    yield FieldBatch(_fields_of_runs([]), malformed[:0], malformed, WRONG_NUMBER_OF_FIELDS)


class _CountedLines:
    """A stream for Arrow that counts the lines it hands over."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._last, self._ended = stream, b"\n", 0

    @property
    def lines(self) -> int:
        return self._ended + (self._last != b"\n")

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._ended += block.count(b"\n")
        self._last = block[-1:] or self._last
        return block


def _read_parquet(stream: BinaryIO, member: str) -> Iterator[FieldBatch]:
    try:
        table = pq.ParquetFile(stream)
        columns = {name.lower(): name for name in table.schema_arrow.names if name.lower() in TABLE_COLUMNS}
        _refuse_repeated([name.lower() for name in table.schema_arrow.names], member)
        missing = [name for name in TABLE_COLUMNS if name not in columns and name not in OPTIONAL_COLUMNS]
        if missing:
            raise RefusedFile(member, f"its table lacks {', '.join(missing)}: export it with these columns")
        next_row = 1
        for batch in table.iter_batches(BATCH_RECORDS, columns=list(columns.values())):
            rows = np.arange(next_row, next_row + batch.num_rows)
            next_row += batch.num_rows
            batch = batch.rename_columns([name.lower() for name in batch.schema.names])
            yield FieldBatch(_fields_of_table(batch, member), rows, rows[:0], WRONG_NUMBER_OF_FIELDS)
    except (pa.ArrowInvalid, OSError):  # its message may quote a record
        raise RefusedFile(member, "it is damaged or cut short: export it again") from None


def _refuse_repeated(columns: list[str], member: str) -> None:
    repeated = [name for name in TABLE_COLUMNS if columns.count(name) > 1]
    if repeated:
        raise RefusedFile(member, f"it has {', '.join(repeated)} more than once: keep one column of each name")


def _fields_of_table(batch: pa.RecordBatch, member: str) -> dict[str, Characters]:
    """Columns of a table as fields, padded on the left; optional columns that are not there are blank."""
    fields = {
        name: _padded(_as_bytes(batch.column(name), name, member), width, _BLANK if name in MEASURES else _ZERO)
        if name in batch.schema.names
        else np.full((width, batch.num_rows), _BLANK, np.uint8)
        for name, width in TABLE_COLUMNS.items()
    }
    area = fields.pop("area_fips")
    return fields | {"state": area[:_STATE_DIGITS], "county": area[_STATE_DIGITS:]}


def _as_bytes(column: pa.Array, name: str, member: str) -> pa.Array:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if not (is_text or pa.types.is_integer(kind) or pa.types.is_null(kind) or pa.types.is_large_binary(kind)):
        raise RefusedFile(member, f"its column {name} is {kind}: export it as text or as whole numbers")
    text = column if pa.types.is_large_binary(kind) else column.cast(pa.large_string()).cast(pa.large_binary())
    return pc.fill_null(text, b"")


def _padded(values: pa.Array, width: int, padding: int) -> Characters:
    """Texts right-aligned in fields of a width; empty ones all blank, too long ones made unreadable."""
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset :][: len(values) + 1]
    content = np.frombuffer(values.buffers()[2] or b"", np.uint8)
    length = np.diff(offsets)
    field = np.full((width, len(values)), padding, np.uint8)
    for place in range(min(width, int(length.max(initial=0)))):
        has = length > place
        field[width - 1 - place, has] = content[offsets[1:][has] - 1 - place]
    field[:, length == 0] = _BLANK
    field[:, length > width] = _NOT_A_DIGIT
    return field
