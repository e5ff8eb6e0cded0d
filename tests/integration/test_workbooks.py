"""The workbooks of a warehouse, read back by another library: figures, words, charts, and nothing but text and numbers.

Figures are asked of the database by their keys, not by the queries that the workbooks are made from.
"""

import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from contract_rows import insert
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.orchestration import workbooks
from pipelines.orchestration.workbooks import workbook_name, write_workbooks
from pipelines.reporting.workbook.cells import CUT
from pipelines.settings import Settings
from pipelines.warehouse.connection import LAYERS
from pipelines.warehouse.contracts import ALL_TABLES

HOSTILE_REGION = "../../etc/=x"
HOSTILE_NAME = "=cmd|' /C calc'!A0 & </script>\u202e\x07"
HOSTILE_SECTOR = "+1 \"</script>\" & 'so'\u200f"
LONG_SOURCE = "=" + "long " * 8_000
SHEETS = [
    *("Notes", "Summary", "Time series", "Pay", "Pay against standard", "Trends", "Concentration", "Overlaps"),
    *("Screening", "Published figures"),
]
NAMES_ROW = 5

Row = dict[str, Any]


def measure_rows(region: str, name: str, data_origin: str) -> Iterator[Row]:
    """Two sectors in two quarters and a year: one published whole, of the other the jobs are withheld."""
    for period, year, quarter in (("2016", 2016, 0), ("2016-Q1", 2016, 1), ("2016-Q2", 2016, 2)):
        for sector, sector_name in (("construction", "Construction"), ("hostile", HOSTILE_SECTOR)):
            for measure in ("businesses", "employment", "wages"):
                is_shown = sector == "construction" or measure == "businesses"
                figure = {"businesses": 12.0, "employment": 345.5, "wages": 6_789_012.0}[measure] + quarter
                ends = ("lower", "estimate", "upper", "interval90_lower", "interval90_upper")
                yield {
                    "region": region,
                    "region_name": name,
                    "definition": "strict",
                    "sector": sector,
                    "sector_name": sector_name,
                    "sector_kind": "sector",
                    "ownership": "private",
                    "period": period,
                    "year": year,
                    "quarter": quarter,
                    "measure": measure,
                    "known": figure if is_shown else None,
                    "total": 10 * figure,
                    "total_cells": 3,
                    "known_share": 0.1 if is_shown else None,
                    "hidden_cells": 0 if is_shown else 1,
                    "estimate_status": "published" if is_shown else "withheld_single_cell",
                    "coarser_region": None if is_shown else "other",
                    **dict.fromkeys(ends, figure if is_shown else None),
                    **{f"{end}_share": 0.1 if is_shown else None for end in ends},
                    "revision_status": "final",
                    "source": "bls",
                    "data_origin": data_origin,
                }


def build(path: Path, data_origin: str) -> Path:
    """A small warehouse: two regions, one of a hostile key and name, with a hostile sector and a source of 40 kB."""
    with duckdb.connect(path) as connection:
        for layer in LAYERS:
            connection.execute(f"CREATE SCHEMA {layer}")
        for table in ALL_TABLES.values():
            connection.execute(table.create_statement())
        insert(
            connection,
            "reference.sectors",
            {"sector": "construction", "sector_name": "Construction", "kind": "sector", "sort_order": 1},
            {"sector": "hostile", "sector_name": HOSTILE_SECTOR, "kind": "sector", "sort_order": 2},
        )
        insert(connection, "reference.regions", {"region": "other", "region_name": "Other", "sort_order": 1})
        insert(connection, "reference.naics_vintages", {"naics_vintage": 2012, "first_year": 2011, "last_year": 2016})
        code = {"definition": "strict", "naics_vintage": 2012, "grade": "A", "equivalence": "same"}
        insert(
            connection,
            "reference.sector_codes",
            {**code, "sector": "construction", "industry_code": "23", "source": "A title"},
            {**code, "sector": "hostile", "industry_code": "62", "source": LONG_SOURCE},
        )
        insert(
            connection,
            "raw.captures",
            {"vintage_order": 1, "capture_sha256": "a" * 64, "file_name": "@evil.csv", "periods": "2016-Q1"},
        )
        for region, name in (("other", "Other"), (HOSTILE_REGION, HOSTILE_NAME)):
            insert(connection, "marts.sector_measures", *measure_rows(region, name, data_origin))
            insert(connection, "marts.region_availability", {"region": region, "region_name": name, "is_available": 1})
            insert(
                connection,
                "marts.figure_sources",
                {
                    "region": region,
                    "period": "2016",
                    "capture_sha256": "a" * 64,
                    "address": "/folder/@evil.csv",
                    "published_at": "2017-09-06T10:00:00.000000+00:00",
                    "revision_status": "final",
                    "retrieved_at": "2017-10-01T10:00:00.000000+00:00",
                    "data_origin": data_origin,
                },
            )
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("small") / "warehouse.duckdb", "U.S. Bureau of Labor Statistics, QCEW")


@pytest.fixture(scope="module")
def written(small: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    with duckdb.connect(small, read_only=True) as connection:
        return write_workbooks(connection, tmp_path_factory.mktemp("workbooks"))


@pytest.fixture(scope="module")
def hostile(written: list[Path]) -> Workbook:
    return openpyxl.load_workbook(written[1], rich_text=False)


def rows_of(sheet: Worksheet) -> list[Row]:
    """The rows of a sheet by the mart's column names, which stand above the headings."""
    names = [cell.value for cell in sheet[NAMES_ROW]]
    rows = sheet.iter_rows(min_row=NAMES_ROW + 2, max_col=len(names), values_only=True)
    return [dict(zip(names, values, strict=True)) for values in rows]


def rounded(values: Iterable[float | None]) -> tuple[str, ...]:
    """Figures to the twelve digits that a workbook surely holds; unknown ones stay so."""
    return tuple("unknown" if value is None else f"{value:.12g}" for value in values)


def texts_of(workbook: Workbook) -> set[str]:
    return {value for sheet in workbook for row in sheet.iter_rows(values_only=True) for value in row if value}


def cells_of(workbook: Workbook, reference: str) -> list[Any]:
    sheet, _, area = reference.replace("'", "").partition("!")
    left, top, right, bottom = range_boundaries(area)
    cells = workbook[sheet].iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right, values_only=True)
    return [value for row in cells for value in row]


def test_each_region_has_a_workbook_of_its_own_in_the_folder(written: list[Path]) -> None:
    folder = written[0].parent
    assert [path.parent for path in written] == [folder, folder]
    assert sorted(folder.iterdir()) == sorted(written)
    assert written[0].name == "sectors_other.xlsx"
    assert [openpyxl.load_workbook(path).sheetnames for path in written] == [SHEETS, SHEETS]


@pytest.mark.parametrize("keys", [("a/b", "a_b", "a-b", "A_B"), ("con", "41051"), ("é", "è", "", "x" * 300, "..")])
def test_file_names_are_safe_and_of_one_region_each(keys: tuple[str, ...]) -> None:
    names = [workbook_name(key) for key in keys]
    assert len({name.lower() for name in names}) == len(keys)
    assert all(len(name) < 100 and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.") for name in names)


def test_hostile_text_is_text_and_no_cell_is_a_formula(hostile: Workbook) -> None:
    cells = [cell for sheet in hostile for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(cell.hyperlink is None for cell in cells)
    assert {HOSTILE_SECTOR, "@evil.csv"} <= texts_of(hostile)
    shown = HOSTILE_NAME.replace("\x07", "\ufffd")
    assert hostile["Summary"]["A1"].value.endswith(f" — {shown}")
    assert shown[:20] in (hostile["Summary"].oddHeader.left.text or "").replace("＆", "&")


def test_text_that_a_cell_cannot_hold_is_told_in_the_notes(hostile: Workbook) -> None:
    texts = texts_of(hostile)
    assert any(text.startswith("A: =long long") and text.endswith(CUT) for text in texts if isinstance(text, str))
    (told,) = (text for text in texts if str(text).startswith("Texts with characters"))
    assert re.search(r"replaced by �: [1-9]\d*\. .* cut: 1\. ", told)


def test_a_file_is_named_without_the_folder_of_a_machine(hostile: Workbook) -> None:
    assert not any("/folder/" in str(text) for text in texts_of(hostile))


def test_an_unknown_figure_is_empty_beside_its_status(hostile: Workbook) -> None:
    for name in ("Summary", "Time series"):
        unknown = [
            row for row in rows_of(hostile[name]) if row["sector_name"] == HOSTILE_SECTOR and row["measure"] == "Jobs"
        ]
        assert unknown
        for row in unknown:
            shown = {key: row[key] for key in row if key.startswith(("estimate", "interval90", "lower", "upper"))}
            assert shown.pop("estimate_status").startswith("withheld")
            assert set(shown.values()) == {None}
            assert row["coarser_region_name"] == "Other"


def test_a_sheet_without_rows_says_why(hostile: Workbook) -> None:
    for name in SHEETS[3:]:
        assert str(hostile[name]["A6"].value).startswith("No rows: ")


def test_charts_refer_to_the_cells_that_they_show(hostile: Workbook) -> None:
    shares, lines = hostile["Summary"]._charts[:3], hostile["Summary"]._charts[3:]
    assert [len(shares), len(lines)] == [3, 3]
    sectors = ["Construction", HOSTILE_SECTOR]
    for chart, known in zip(shares, ([0.1, 0.1], [0.1, None], [0.1, None]), strict=True):
        (series,) = chart.series
        assert cells_of(hostile, series.cat.strRef.f) == sectors
        assert cells_of(hostile, series.val.numRef.f) == known
        ends = [cells_of(hostile, end.numRef.f) for end in (series.errBars.minus, series.errBars.plus)]
        assert ends == [[None if share is None else 0 for share in known]] * 2
    for chart, figure in zip(lines, (12.0, 345.5, 6_789_012.0), strict=True):
        construction, other = chart.series
        assert cells_of(hostile, construction.tx.strRef.f) == ["Construction"]
        assert cells_of(hostile, construction.cat.strRef.f) == ["2016-Q1", "2016-Q2"]
        assert cells_of(hostile, construction.val.numRef.f) == [figure + 1, figure + 2]
        assert cells_of(hostile, other.tx.strRef.f) == [HOSTILE_SECTOR]


def test_real_figures_are_not_marked_as_the_sample(hostile: Workbook) -> None:
    assert not any("SYNTHETIC" in str(text) for text in texts_of(hostile))


def test_the_sample_is_marked_on_every_sheet_and_in_print_and_on_charts(tmp_path: Path) -> None:
    with duckdb.connect(build(tmp_path / "sample.duckdb", "SYNTHETIC SAMPLE"), read_only=True) as connection:
        path, _ = write_workbooks(connection, tmp_path / "workbooks")
    workbook = openpyxl.load_workbook(path)
    for sheet in workbook:
        assert "SYNTHETIC SAMPLE" in sheet["A2"].value
        assert "SYNTHETIC SAMPLE" in sheet.oddHeader.center.text
    with zipfile.ZipFile(path) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == 6
        assert all(b"SYNTHETIC SAMPLE: " in archive.read(name) for name in charts)


def test_the_same_warehouse_makes_the_same_bytes(small: Path, written: list[Path], tmp_path: Path) -> None:
    with duckdb.connect(small, read_only=True) as connection:
        again = write_workbooks(connection, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


def test_a_workbook_of_a_region_that_is_gone_goes_and_other_files_stay(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "workbooks"
    shutil.copy(small, tmp_path / "copy.duckdb")
    with duckdb.connect(tmp_path / "copy.duckdb") as connection:
        other, _ = write_workbooks(connection, folder)
        for name in ("board.xlsx", "sectors_notes.txt", "sectors_x.xlsx.unfinished"):
            (folder / name).write_bytes(b"own")
        connection.execute("DELETE FROM marts.sector_measures WHERE region <> 'other'")
        assert write_workbooks(connection, folder) == [other]
    assert {path.name for path in folder.iterdir()} == {other.name, "board.xlsx", "sectors_notes.txt"}


def test_a_run_that_breaks_off_leaves_the_workbook_as_it_was(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_off(path: Path, *_: object) -> None:
        path.write_bytes(b"half a workb")
        raise OSError("no space left")

    with duckdb.connect(small, read_only=True) as connection:
        before = {path: path.read_bytes() for path in write_workbooks(connection, tmp_path)}
        monkeypatch.setattr(workbooks, "write_workbook", breaks_off)
        with pytest.raises(OSError, match="no space"):
            write_workbooks(connection, tmp_path)
        assert {path: path.read_bytes() for path in before} == before
        monkeypatch.undo()
        write_workbooks(connection, tmp_path)
    assert set(tmp_path.iterdir()) == set(before)


@pytest.fixture(scope="module")
def of_sample(sample_runs: Any, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    warehouse = Settings(data_dir=sample_runs.data_dir).published_database
    with duckdb.connect(warehouse, read_only=True) as connection:
        return write_workbooks(connection, tmp_path_factory.mktemp("workbooks"))


@pytest.mark.slow
def test_every_region_of_the_sample_has_a_workbook(
    sample_runs: Any, of_sample: list[Path], ask: Callable[..., list[tuple[Any, ...]]]
) -> None:
    regions = ask(sample_runs.data_dir, "SELECT DISTINCT region FROM marts.share_of_wages")
    assert {path.name for path in of_sample} == {f"sectors_{region}.xlsx" for (region,) in regions}
    assert len(of_sample) == len(regions) > 30
    assert of_sample[0].name == "sectors_portland_metro.xlsx"


@pytest.mark.slow
def test_the_figures_of_the_sample_are_those_of_the_warehouse(
    sample_runs: Any, of_sample: list[Path], ask: Callable[..., list[tuple[Any, ...]]]
) -> None:
    workbook = openpyxl.load_workbook(of_sample[0], read_only=False)
    measures = {"businesses": "Businesses", "employment": "Jobs", "wages": "Wages"}
    owners = {"private": "Private", "government": "Government", "total_covered": "All ownerships"}
    figures = ("estimate", "interval90_lower", "interval90_upper", "lower", "upper")
    columns = (*figures, *(f"{figure}_share" for figure in figures), "known", "known_share", "total")
    asked = {
        (definition, name, owners[ownership], measures[measure], period): rounded(values)
        for definition, name, ownership, measure, period, *values in ask(
            sample_runs.data_dir,
            f"SELECT definition, sector_name, ownership, measure, period, {', '.join(columns)} "
            "FROM marts.sector_measures WHERE region = 'portland_metro'",
        )
        if ownership in owners
    }
    keys = ("definition", "sector_name", "ownership", "measure", "period")
    series = {
        tuple(row[key] for key in keys): rounded(row[name] for name in columns)
        for row in rows_of(workbook["Time series"])
    }
    assert series == asked
    assert any("unknown" in values for values in series.values())
    latest = max(period for *_, period in asked if len(period) == 4)
    summary = rows_of(workbook["Summary"])
    assert {row["period"] for row in summary} == {latest}
    for row in summary:
        key = (row["definition"], row["sector_name"], "Private", row["measure"], latest)
        shown = dict(zip(columns, asked[key], strict=True))
        assert rounded(row[name] for name in columns[:10]) == tuple(shown[name] for name in columns[:10])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sheet", "mart", "columns", "condition"),
    [
        ("Pay", "sector_pay", ("estimate", "weekly_estimate", "real_estimate", "upper"), "quarter = 0"),
        ("Pay against standard", "pay_against_standard", ("estimate_multiple", "carried_usd_per_year"), "quarter = 0"),
        ("Trends", "sector_trends", ("estimate_growth", "estimate_change", "estimate_index"), "quarter = 0"),
        ("Concentration", "sector_concentration", ("estimate", "lower", "upper"), "quarter = 0"),
        ("Overlaps", "sector_overlap", ("estimate", "known", "estimate_share"), "quarter = 0"),
        ("Screening", "sector_screening", ("rank", "score", "upper_jobs", "estimate_pay"), "year = 2024"),
        ("Published figures", "published_figures", ("published_value", "our_value", "difference"), "true"),
    ],
)
def test_the_other_sheets_hold_what_their_marts_hold(
    sample_runs: Any,
    of_sample: list[Path],
    ask: Callable[..., list[tuple[Any, ...]]],
    sheet: str,
    mart: str,
    columns: tuple[str, ...],
    condition: str,
) -> None:
    rows = rows_of(openpyxl.load_workbook(of_sample[0])[sheet])
    owners = "" if "ownership" not in rows[0] else "AND ownership IN ('private', 'total_covered')"
    query = f"SELECT {', '.join(columns)} FROM marts.{mart} WHERE region = 'portland_metro' AND {condition} {owners}"

    assert rows
    shown = (rounded(row[name] for name in columns) for row in rows)
    assert Counter(shown) == Counter(map(rounded, ask(sample_runs.data_dir, query)))
