"""The intake: what a run may use of what its source offers, and what it says about the rest."""

import errno
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from pipelines.domain.periods import Period
from pipelines.orchestration import intake, web_looks
from pipelines.orchestration.intake import NO_SPACE, NoSpaceLeft, NothingToBuildFrom, take_in, typed_files
from pipelines.orchestration.web_looks import request_log, scope_of
from pipelines.settings import Settings
from pipelines.sources import bls, sample_files, typed_cells
from pipelines.sources.bls_files import area_slice
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.qualityinfo_files import workbook
from pipelines.sources.raw_store import Capture, RawStore, sha256_of
from pipelines.sources.reading import MemberCells, RefusedFile
from pipelines.warehouse.build import build_from_frame, check_contract
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES


def table(rows: int = 1, **values: str) -> bytes:
    columns = bls.expected_columns("quarterly")
    row = dict.fromkeys(columns, "0") | dict.fromkeys([name for name in columns if "disclosure" in name], "")
    row |= {"area_fips": "41051", "own_code": "5", "agglvl_code": "78", "year": "2016", "qtr": "1"} | values
    lines = [",".join((row | {"industry_code": str(100_000 + number)}).values()) for number in range(rows)]
    return "\n".join([",".join(columns), *lines, ""]).encode()


def zip_of(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


shipped_definitions = cache(load_definitions)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for module in (intake, web_looks):
        monkeypatch.setattr(module, "load_definitions", shipped_definitions)  # the same for every test
    (tmp_path / "inbox").mkdir()
    return replace(Settings(), source="files", inbox=tmp_path / "inbox", data_dir=tmp_path / "data")


def put(settings: Settings, name: str, content: bytes) -> str:
    (settings.inbox / name).write_bytes(content)
    return str(settings.inbox / name)


# Files of the inbox


def test_a_run_captures_the_inbox_and_says_what_became_of_it(settings: Settings) -> None:
    put(settings, "a.csv", table(rows=3) + b"41051,5\n")
    page = put(settings, "page.csv", b"<html></html>")
    archive = put(settings, "z.zip", zip_of(**{"b.csv": table(qtr="2"), "readme.txt": b"see BLS"}))
    found = take_in(settings)
    assert sorted(capture.file_name for capture in found.captures) == ["a.csv", "z.zip"]
    assert found.rejected_rows == 1
    assert [row[:2] for row in found.refused.rows()] == [(page, "page.csv"), (archive, "readme.txt")]
    sentences = list(found.summary())
    assert sentences[0] == "2 captured files (2 new, 0 seen before), 2 refused, 1 rows rejected"
    assert sentences[1].startswith(f"refused: {page}: this is a web page")
    assert sentences[2].startswith(f"refused: {archive} (readme.txt): the first line is not a QCEW header")


def test_a_second_run_uses_the_captures_of_the_first(settings: Settings) -> None:
    put(settings, "a.csv", table(rows=3))
    first = take_in(settings)
    files = typed_files(settings)("quarterly_cells")
    written = [file.stat().st_mtime_ns for file in files]
    second = take_in(settings)
    assert next(second.summary()).startswith("1 captured files (0 new, 1 seen before), 0 refused")
    assert second.captures == first.captures
    assert typed_files(settings)("quarterly_cells") == files
    assert [file.stat().st_mtime_ns for file in files] == written


@pytest.mark.parametrize("gone", ["the file", "the inbox"])
def test_captures_stay_usable_when_the_inbox_is_emptied(settings: Settings, gone: str) -> None:
    path = Path(put(settings, "a.csv", table(rows=3)))
    captures = take_in(settings).captures
    path.unlink()
    if gone == "the inbox":
        settings.inbox.rmdir()
    assert take_in(settings).captures == captures


def test_typed_files_are_one_a_capture_oldest_first(settings: Settings) -> None:
    put(settings, "b.csv", table(rows=2))
    take_in(settings)
    put(settings, "a.csv", table(rows=3))
    captures = take_in(settings).captures
    files = typed_files(settings)("quarterly_cells")
    assert [pl.read_parquet(file).height for file in files] == [2, 3]
    assert [file.parent.name for file in files] == [capture.capture_sha256 for capture in captures]


def test_the_raw_tables_fit_their_contracts(settings: Settings, tmp_path: Path) -> None:
    put(settings, "a.csv", table())
    put(settings, "page.csv", b"<html></html>")
    with open_database(tmp_path / "x.duckdb") as connection:
        for name, frame in take_in(settings).tables().items():
            assert build_from_frame(connection, ALL_TABLES[name], frame) == (name != "raw.web_files")
            assert check_contract(connection, ALL_TABLES[name]) == []


def test_a_member_refused_again_and_again_fits_the_contract(settings: Settings, tmp_path: Path) -> None:
    for quarter, readme in (("1", b"Version of March"), ("2", b"Version of June"), ("3", b"Version of June")):
        address = put(settings, "2016.zip", zip_of(**{"a.csv": table(qtr=quarter), "readme.txt": readme}))
        found = take_in(settings)
    assert len(found.captures) == 3
    assert [row[:2] for row in found.refused.rows()] == [(address, "readme.txt")] * 2
    with open_database(tmp_path / "x.duckdb") as connection:
        contract = ALL_TABLES["raw.refused_files"]
        build_from_frame(connection, contract, found.refused)
        assert check_contract(connection, contract) == []


def test_rows_of_new_files_that_are_rejected_are_alerted_to_once(settings: Settings) -> None:
    put(settings, "a.csv", table() + b"41051,5\n" * 2)
    put(settings, "page.csv", b"<html></html>")
    assert list(take_in(settings).alerts()) == ["2 rows of new files were rejected: see raw.rejected_rows"]
    assert list(take_in(settings).alerts()) == []


# Vintages, and the knowledge of a day


def put_of(settings: Settings, day: str, **values: str) -> None:
    path = Path(put(settings, "a.csv", table(**values)))
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))


def on(day: str, settings: Settings) -> Settings:
    return replace(settings, today=date.fromisoformat(day))


def test_older_content_that_is_taken_in_later_is_an_earlier_vintage(settings: Settings) -> None:
    put_of(settings, "2017-06-02", month1_emplvl="2")
    take_in(settings)
    put_of(settings, "2016-09-07", month1_emplvl="1")
    manifest = take_in(settings).tables()["raw.captures"]
    assert manifest.select("vintage_order", pl.col("published_at").str.head(10)).rows() == [
        (1, "2016-09-07"),
        (2, "2017-06-02"),
    ]
    assert manifest["retrieved_at"].is_sorted(descending=True)
    jobs = [pl.read_parquet(file)["month1_employment"].item() for file in typed_files(settings)("quarterly_cells")]
    assert jobs == [1, 2]


def test_a_rebuilt_day_uses_what_was_captured_by_then_and_captures_nothing(settings: Settings) -> None:
    for day in ("2026-03-14", "2026-03-15", "2026-03-16"):
        put_of(settings, "2016-09-07", qtr=str(int(day[-1]) - 3))
        take_in(on(day, settings))
    put_of(settings, "2016-09-07", qtr="4")
    rebuilt = replace(settings, as_of=date(2026, 3, 15))
    found = take_in(rebuilt)
    assert [capture.retrieved_at[:10] for capture in found.captures] == ["2026-03-14", "2026-03-15"]
    assert len(typed_files(rebuilt)("quarterly_cells")) == 2
    assert next(found.summary()) == "as of 2026-03-15: nothing is captured, nothing later is used"
    assert len(typed_files(settings)("quarterly_cells")) == 3


def test_a_day_before_the_first_capture_cannot_be_rebuilt(settings: Settings) -> None:
    put(settings, "a.csv", table())
    take_in(on("2026-03-14", settings))
    early = replace(settings, source="bls", as_of=date(2026, 3, 13))
    with pytest.raises(
        NothingToBuildFrom, match="2026-03-13 nothing was captured yet; the first capture is of 2026-03-14"
    ):
        take_in(early)


# What was seen at a publisher

SLICE = area_slice(Settings().bls_address, Period(2016, 1), "41051")


def noon(day: str) -> str:
    return f"{day}T12:00:00.000000+00:00"


def seen_at_bls(settings: Settings, day: str, jobs: str) -> Capture:
    """BLS has a file with so many jobs on a day, and says that it was published then."""
    path = settings.data_dir.parent / "answer.csv"
    path.write_bytes(table(month1_emplvl=jobs))
    capture = Capture(sha256_of(path), "bls", SLICE.address, SLICE.name, "csv", path.stat().st_size, noon(day), "", "")
    capture = RawStore(settings.raw_dir).keep(path, capture)
    request_log(settings).captured(SLICE, capture, "captured", noon(day), None, None)
    return capture


def unchanged_at_bls(settings: Settings, day: str) -> None:
    answer = request_log(settings).last(SLICE.address)
    assert answer
    request_log(settings).unchanged(answer, noon(day))


def jobs_by_vintage(settings: Settings) -> list[int]:
    """The jobs that each capture says, from the oldest vintage to the one that serves."""
    order = take_in(settings).tables()["raw.captures"].sort("vintage_order")["capture_sha256"].to_list()
    files = {file.parent.name: file for file in typed_files(settings)("quarterly_cells")}
    return [pl.read_parquet(files[sha256])["month1_employment"].item() for sha256 in order]


def test_a_file_taken_in_by_hand_does_not_outrank_what_was_seen_at_its_publisher_later(settings: Settings) -> None:
    web = seen_at_bls(settings, "2026-03-02", jobs="1")
    put_of(settings, "2026-03-04", month1_emplvl="2")
    assert jobs_by_vintage(on("2026-03-05", settings)) == [1, 2]
    unchanged_at_bls(settings, "2026-03-09")
    assert jobs_by_vintage(settings) == [2, 1]
    found = take_in(settings)
    assert found.last_seen == {web.capture_sha256: noon("2026-03-09")}
    manifest = found.tables()["raw.captures"]
    assert manifest["last_seen_at"].to_list() == [
        "2026-03-04T00:00:00.000000+00:00",
        noon("2026-03-09"),
    ]
    assert manifest["published_at"].is_sorted(descending=True)


def test_a_publisher_that_goes_back_serves_the_earlier_file_again(settings: Settings) -> None:
    seen_at_bls(settings, "2026-03-02", jobs="1")
    seen_at_bls(settings, "2026-03-04", jobs="2")
    assert jobs_by_vintage(settings) == [1, 2]
    seen_at_bls(settings, "2026-03-06", jobs="1")
    assert jobs_by_vintage(settings) == [2, 1]
    for day, jobs in (("03-03", [1]), ("03-04", [1, 2]), ("03-05", [1, 2]), ("03-06", [2, 1]), ("03-07", [2, 1])):
        assert jobs_by_vintage(replace(settings, as_of=date.fromisoformat(f"2026-{day}"))) == jobs


def test_a_sample_was_never_seen_at_a_publisher(sample: Settings) -> None:
    seen_at_bls(sample, "2026-03-02", jobs="1")
    assert take_in(sample).last_seen == {}


def test_web_files_leave_out_failing_addresses_that_are_no_longer_asked_for(settings: Settings) -> None:
    settings = on("2026-12-09", settings)
    seen_at_bls(settings, "2026-03-02", jobs="1")  # of a quarter that slices are no longer asked for of
    log, newest = request_log(settings), Period(2026, 1)
    [area, *_] = scope_of(settings).qualityinfo_areas
    asked = [
        area_slice(settings.bls_address, newest, "41000"),
        workbook(settings.qualityinfo_address, Period(2025), area),
    ]
    gone = [
        area_slice(settings.bls_address, newest, "01001"),
        area_slice("https://earlier.example", newest, "41000"),
        workbook(settings.qualityinfo_address, Period(1990), area),
    ]
    for file in (*asked, *gone):
        log.bad(file, "failed", "503", noon("2026-12-08"))
    web_files = take_in(settings).web_files
    assert set(web_files["address"]) == {SLICE.address, *(file.address for file in asked)}
    log.bad(SLICE, "missing", "404", noon("2026-12-08"))  # what is in hand of it may be stale: it is asked for
    assert set(take_in(settings).web_files["address"]) == {SLICE.address, *(file.address for file in asked)}
    assert take_in(replace(settings, as_of=date(2026, 12, 9))).web_files.is_empty()


def test_a_day_of_a_store_without_captures_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(NothingToBuildFrom, match="as of 2026-03-13 nothing was captured yet; nor since: capture some"):
        take_in(replace(settings, as_of=date(2026, 3, 13)))


# The disk


@pytest.mark.parametrize("number", sorted(NO_SPACE))
def test_a_full_disk_is_said_in_words(settings: Settings, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, "what the system says")

    put(settings, "a.csv", table())
    monkeypatch.setattr(RawStore, "keep", fail)
    with pytest.raises(NoSpaceLeft, match="no space left for files under"):
        take_in(settings)


def test_another_fault_of_the_machine_is_not_called_a_full_disk(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    put(settings, "a.csv", table())
    monkeypatch.setattr(RawStore, "keep", fail)
    with pytest.raises(OSError, match="Input/output error") as error:
        take_in(settings)
    assert not isinstance(error.value, NoSpaceLeft)


# Nothing to build from


def test_an_empty_inbox_is_named(settings: Settings) -> None:
    with pytest.raises(NothingToBuildFrom, match=f"put QCEW files into {settings.inbox}, or set INBOX"):
        take_in(settings)


def test_if_every_file_is_refused_all_reasons_are_told(settings: Settings) -> None:
    page, text = put(settings, "a.csv", b"<html></html>"), put(settings, "b.csv", b"x\n")
    with pytest.raises(NothingToBuildFrom) as nothing:
        take_in(settings)
    assert f"{page}: this is a web page" in str(nothing.value)
    assert f"{text}: the first line is not a QCEW header" in str(nothing.value)


# Readers change


def test_a_capture_that_newer_readers_refuse_is_left_out_and_reported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = put(settings, "old.csv", table(area_fips="53011"))
    put(settings, "good.csv", table(rows=2))
    assert len(take_in(settings).captures) == 2

    def refuse_washington(stream: io.BytesIO, member: str) -> Iterator[MemberCells]:
        if member == "old.csv":
            raise RefusedFile(member, "no longer read")
        yield from read_member(stream, member)

    read_member = bls.read_member
    monkeypatch.setattr(bls, "read_member", refuse_washington)
    monkeypatch.setattr(typed_cells, "reader_fingerprint", lambda *_: "newer")
    found = take_in(settings)
    assert [capture.file_name for capture in found.captures] == ["good.csv"]
    assert found.refused.rows() == [(address, "old.csv", "no longer read")]
    assert [pl.read_parquet(file).height for file in typed_files(settings)("quarterly_cells")] == [2]
    assert found.tables()["raw.captures"]["file_name"].to_list() == ["good.csv"]


# The sample


@pytest.fixture
def sample(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a sample that is quickly made: zips like the real ones, but for what is in them."""

    def write_small_sample(folder: Path, naics: pl.DataFrame, areas: pl.DataFrame, seed: int) -> list[Path]:
        maker = sample_files.sample_fingerprint(naics, areas)
        return [
            sample_files._write_zip(folder / f"{number}.zip", [("a.csv", table(seed, qtr=str(number)))], maker)
            for number in range(1, 5)
        ]

    monkeypatch.setattr(intake, "write_sample", write_small_sample)
    return replace(settings, source="sample", sample_seed=7)


def rows(settings: Settings) -> list[int]:
    return [pl.read_parquet(file).height for file in typed_files(settings)("quarterly_cells")]


def test_the_sample_is_made_once_and_says_what_it_is(sample: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = take_in(sample)
    assert [len(first.offer.report.new), len(first.captures)] == [4, 4]
    assert all(capture.address.startswith("synthetic sample, seed 7, ") for capture in first.captures)
    monkeypatch.setattr(intake, "write_sample", None)
    assert take_in(sample).captures == first.captures


def test_samples_of_two_seeds_are_not_mixed(sample: Settings) -> None:
    other = replace(sample, sample_seed=8)
    take_in(sample)
    assert len(take_in(other).captures) == 4
    assert (rows(sample), rows(other)) == ([7] * 4, [8] * 4)


def test_a_sample_of_a_newer_maker_is_used_even_where_its_figures_are_the_same(
    sample: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = take_in(sample).captures
    for module in (intake, sample_files):
        monkeypatch.setattr(module, "sample_fingerprint", lambda *_: "newer maker")
    new = take_in(sample).captures
    assert len(new) == 4
    assert not {capture.capture_sha256 for capture in new} & {capture.capture_sha256 for capture in old}
    assert rows(sample) == [7] * 4


def test_sample_and_real_captures_are_never_used_together(sample: Settings) -> None:
    take_in(sample)
    real = replace(sample, source="files")
    with pytest.raises(NothingToBuildFrom):
        take_in(real)
    put(real, "real.csv", table(rows=2))
    assert [capture.file_name for capture in take_in(real).captures] == ["real.csv"]
    assert rows(real) == [2]
    assert len(take_in(sample).captures) == 4
    assert rows(sample) == [7] * 4


def test_the_samples_own_files_are_refused_as_real_ones(sample: Settings) -> None:
    real = replace(sample, source="files")
    take_in(sample)
    for capture in (sample.raw_dir / "captures").rglob("*.zip"):
        put(real, capture.name, capture.read_bytes())
    with pytest.raises(NothingToBuildFrom, match="file of the synthetic sample, not of BLS"):
        take_in(real)
