"""Files of a release: taken as their manifest says, or not at all."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import SHIPPED_DEFINITIONS
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.reading import QUARTERLY_SCHEMA, MemberCells, RefusedFile
from pipelines.sources.release_files import (
    CELLS_SCHEMA,
    TOTALS_SCHEMA,
    AuditFailed,
    MemberTotals,
    audit_note,
    file_hashes,
    read_manifest,
    read_released,
    require_audited,
)

SHOWN = {"disclosure": "disclosed", "establishments": 4, "month1_employment": 30, "month2_employment": 31,
         "month3_employment": 32, "wages_usd": 403_000}  # fmt: skip
HIDDEN = {"disclosure": "suppressed", "establishments": 2}
CELL = {"year": 2024, "quarter": 1, "area_fips": "41051", "own_code": "5"}
CELLS = ({"industry_code": "10"} | SHOWN, {"industry_code": "1012"} | SHOWN, {"industry_code": "236115"} | HIDDEN)


def write_release(folder: Path) -> Path:
    """Cells of one county, a total of one sector, and the manifest."""
    folder.mkdir(exist_ok=True)
    cells = pl.DataFrame([CELL | cell for cell in CELLS], schema=CELLS_SCHEMA)
    total = {"year": 2024, "quarter": 1, "region": "metro", "own_code": "5", "group_key": "strict:building"}
    totals = pl.DataFrame([total | SHOWN], schema=TOTALS_SCHEMA)
    for name, frame in (("cells", cells), ("totals", totals)):
        frame.write_parquet(folder / f"{name}.parquet")
        frame.write_csv(folder / f"{name}.csv")
    write_manifest(folder)
    return folder


def write_manifest(folder: Path, **changes: object) -> None:
    quarter = {"quarter": "2024-Q1", "set_by": "an officer", "set_on": "2026-11-26"}
    content = {"data_origin": "an agency", "audit": "passed: x", "quarters": [quarter], "files": file_hashes(folder)}
    (folder / "manifest.json").write_text(json.dumps(content | changes), encoding="utf-8")


def cells_of(path: Path) -> pl.DataFrame:
    tables = load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS).tables()
    (found,) = read_released(path, "cells.parquet", tables["reference.naics"], tables["reference.areas"])
    assert isinstance(found, MemberCells)
    assert found.cells.schema == QUARTERLY_SCHEMA
    assert found.publisher == "release"
    return found.cells


def test_cells_are_typed_as_those_of_any_publisher(tmp_path: Path) -> None:
    cells = cells_of(write_release(tmp_path) / "cells.parquet").filter(area_fips="41051")
    assert cells["agglvl_code"].to_list() == ["71", "73", "78"]
    # 403,000 dollars by 13 weeks and 31 jobs
    assert cells["average_weekly_wage_usd"].to_list() == [1000, 1000, None]
    assert cells["month1_employment"].to_list() == [30, 30, None]
    assert cells["establishments"].to_list() == [4, 4, 2]
    assert cells["line_number"].to_list() == [1, 2, 3]


def test_counties_without_a_cell_are_true_zeros(tmp_path: Path) -> None:
    others = cells_of(write_release(tmp_path) / "cells.parquet").filter(pl.col("area_fips") != "41051")
    assert others.height == 36  # Oregon's 35 other counties, and the unknown one
    assert set(others.select("own_code", "industry_code", "disclosure", "wages_usd").rows()) == {
        ("0", "10", "true_zero", 0)
    }


def test_totals_keep_their_lines(tmp_path: Path) -> None:
    path = write_release(tmp_path) / "totals.parquet"
    (found,) = read_released(path, path.name, pl.DataFrame(), pl.DataFrame())
    assert isinstance(found, MemberTotals)
    assert found.totals.select("region", "wages_usd", "member", "line_number").rows() == [
        ("metro", 403_000, "totals.parquet", 1)
    ]


def test_an_industry_of_another_vintage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cells.parquet"
    pl.DataFrame([CELL | SHOWN | {"industry_code": "999999X"}], schema=CELLS_SCHEMA).write_parquet(path)
    with pytest.raises(RefusedFile, match="industry 999999X is in no NAICS vintage of 2024"):
        cells_of(path)


def test_other_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cells.parquet"
    pl.DataFrame({"year": [2024]}).write_parquet(path)
    with pytest.raises(RefusedFile, match="those of no release; expected year, quarter"):
        list(read_released(path, path.name, pl.DataFrame(), pl.DataFrame()))


def test_a_release_is_what_its_manifest_says(tmp_path: Path) -> None:
    assert read_manifest(write_release(tmp_path))["data_origin"] == "an agency"


@pytest.mark.parametrize("name", ["cells.csv", "totals.parquet"])
def test_a_changed_or_missing_file_is_named(tmp_path: Path, name: str) -> None:
    file = write_release(tmp_path) / name
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(AuditFailed, match=f"{name} is not what was audited"):
        read_manifest(tmp_path)
    file.unlink()
    with pytest.raises(AuditFailed, match=f"{name} is not what was audited"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("changes", [{"audit": "not run"}, {"quarters": []}])
def test_without_an_audit_that_passed_nothing_is_read(tmp_path: Path, changes: dict[str, object]) -> None:
    write_manifest(write_release(tmp_path), **changes)
    with pytest.raises(AuditFailed, match="of no audit that it passed"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("text", [None, "{", "[]", "{}"])
def test_without_a_manifest_there_is_no_release(tmp_path: Path, text: str | None) -> None:
    (write_release(tmp_path) / "manifest.json").unlink()
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(AuditFailed, match="no release, for it has no manifest"):
        read_manifest(tmp_path)


def test_the_agency_can_tell_whether_it_was_audited(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "release")
    with pytest.raises(AuditFailed, match="no audit was run on exactly these outputs"):
        require_audited(tmp_path, folder)
    note = audit_note(tmp_path, folder)
    note.parent.mkdir()
    note.touch()
    require_audited(tmp_path, folder)
    write_manifest(folder, data_origin="somebody else")
    with pytest.raises(AuditFailed, match="no audit was run on exactly these outputs"):
        require_audited(tmp_path, folder)
