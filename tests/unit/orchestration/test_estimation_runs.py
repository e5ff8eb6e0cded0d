"""Runs of the estimates: each state and year once while nothing has changed, whole or not at all."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from contract_rows import insert
from polars.testing import assert_frame_equal

from pipelines.domain.code_tables import ownerships
from pipelines.orchestration import added_up, estimation_runs
from pipelines.orchestration.estimation_runs import Inputs, Spread, code_fingerprint, estimate_everything, read_inputs
from pipelines.warehouse.build import build_from_frame, build_from_parquet, check_contract
from pipelines.warehouse.connection import open_database
from pipelines.warehouse.contracts import ALL_TABLES
from pipelines.warehouse.contracts.estimates import MADE_FROM

Row = tuple[int, int | None]
Frames = dict[str, pl.DataFrame]

TREE = [
    ("10", None, 0),
    ("23", "10", 4),
    ("236115", "23", 8),
    ("236116", "23", 8),
    ("62", "10", 4),
    ("621111", "62", 8),
]

# Of construction's 30 jobs, one or two builders hide which are whose.
COUNTY: dict[str, Row] = {
    "0 10": (9, 100),
    "5 10": (9, 100),
    "5 23": (5, 30),
    "5 236115": (3, None),
    "5 236116": (2, None),
    "5 62": (4, 70),
    "5 621111": (4, 70),
}
STATE: dict[str, Row] = {key: (2 * count, value and 2 * value) for key, (count, value) in COUNTY.items()}
CONTRADICTORY = COUNTY | {"5 621111": (4, 71)}


def add_area(
    connection: duckdb.DuckDBPyConnection,
    area: str,
    rows: Mapping[str, Row] = COUNTY,
    year: int = 2016,
    quarters: Sequence[int] = (1,),
    source: str = "bls",
) -> None:
    """Adds an area's private cells of construction and health, the same in each quarter."""
    place = {"source": source, "state_fips": area[:2], "naics_vintage": 2012, "area_fips": area, "year": year}
    cells: list[dict[str, object]] = []
    for quarter in quarters:
        for key, (establishments, value) in rows.items():
            own, industry = key.split()
            measures = dict.fromkeys(
                ("month1_employment", "month2_employment", "month3_employment", "wages_usd"), value
            )
            disclosure = "suppressed" if value is None else "disclosed"
            cell = {"own_code": own, "industry_code": industry, "quarter": quarter, "disclosure": disclosure}
            cells.append(place | cell | {"establishments": establishments} | measures)
    insert(connection, "estimates.network_cells", *cells)


def ask(connection: duckdb.DuckDBPyConnection, region: str, *areas: str, year: int = 2016, source: str = "bls") -> None:
    rows = [
        {"region": region, "source": source, "year": year, "state_fips": area[:2], "area_fips": area} for area in areas
    ]
    insert(connection, "estimates.asked_regions", *rows)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables that estimates are made from: definitions, and no cells yet."""
    with open_database(tmp_path / "some.duckdb") as connection:
        for name in {name for names in MADE_FROM.values() for name in names}:
            connection.execute(ALL_TABLES[name].create_statement())
        build_from_frame(connection, ALL_TABLES["reference.ownerships"], ownerships())
        tree = [
            {"naics_vintage": 2012, "industry_code": code, "parent_code": parent, "naics_level": level}
            for code, parent, level in TREE
        ]
        insert(connection, "reference.naics", *tree)
        leaves = {"homes": ["236115", "236116"], "single": ["236115"], "health": ["621111"]}
        shared = {"definition": "strict", "kind": "sector"}
        insert(connection, "core.industry_groups", *(shared | {"group_key": key} for key in leaves))
        insert(connection, "core.industry_groups", shared | {"group_key": "gross", "kind": "gross"})
        rows = [
            shared | {"naics_vintage": 2012, "group_key": key, "industry_code": code}
            for key, codes in leaves.items()
            for code in codes
        ]
        insert(connection, "core.industry_group_leaves", *rows)
        yield connection


@pytest.fixture
def oregon(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Two counties of Oregon with the state's rows, and a region of one."""
    for area, rows in (("41000", STATE), ("41001", COUNTY), ("41003", COUNTY)):
        add_area(warehouse, area, rows)
    ask(warehouse, "one", "41001")
    ask(warehouse, "oregon", "41000")
    return warehouse


def figure(frames: Frames, region: str, group: str, **where: object) -> dict[str, Any]:
    """Private jobs of a quarter."""
    usual = {"region": region, "group_key": group, "ownership": "private", "measure": "employment"}
    (row,) = frames["estimates.region_estimates"].filter(**(usual | where)).rows(named=True)
    return row


def folders(kept: Path) -> list[str]:
    return sorted(str(path.relative_to(kept)) for path in kept.glob("*/*") if path.name != "added_up")


def no_estimating(*_: object) -> None:
    raise AssertionError("estimated again")


# What comes out


def estimated_frames(
    connection: duckdb.DuckDBPyConnection, folder: Path, processes: int = 1, spread: Spread | None = None
) -> Frames:
    """All tables as frames."""
    frames = {}
    for name, files in estimate_everything(connection, folder, processes, spread).items():
        build_from_parquet(connection, ALL_TABLES[name], files)
        frames[name] = connection.execute(f"FROM {name} ORDER BY ALL").pl()
    return frames


def test_the_tables_are_those_of_the_contracts(oregon: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    frames = estimated_frames(oregon, tmp_path / "kept")
    assert set(frames) == set(MADE_FROM)
    for name, frame in frames.items():
        build_from_frame(oregon, ALL_TABLES[name], frame)
        assert check_contract(oregon, ALL_TABLES[name]) == []
    assert figure(frames, "one", "homes")["known"] == 30
    single = figure(frames, "one", "single")
    assert (single["known"], single["lower"], single["upper"], single["is_withheld"]) == (0, 0, 30, True)
    both = figure(frames, "oregon", "single")
    assert (both["known"], both["lower"], both["upper"], both["is_withheld"]) == (0, 0, 60, False)
    assert figure(frames, "one", "gross")["estimate"] == pytest.approx(100 + single["estimate"])
    assert frames["estimates.hidden_cells"]["source"].unique().to_list() == ["bls"]
    assert frames["estimates.contradictions"].is_empty()


def test_without_cells_the_tables_are_empty(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for name, frame in estimated_frames(warehouse, tmp_path / "kept").items():
        assert build_from_frame(warehouse, ALL_TABLES[name], frame) == 0
        assert check_contract(warehouse, ALL_TABLES[name]) == []


def test_a_region_of_two_states_is_their_sum(oregon: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_area(oregon, "53011")
    ask(oregon, "border", "41001", "53011")
    frames = estimated_frames(oregon, tmp_path / "kept")
    border = figure(frames, "border", "single")
    assert (border["known"], border["upper"], border["hidden_cells"]) == (0, 60, 2)
    assert figure(frames, "border", "health")["known"] == 140
    months = frames["estimates.monthly_employment"].filter(region="border", ownership="private", group_key="single")
    assert months.select("quarter", "month", "known", "lower", "upper").rows() == [
        (1, month, 0, 0, 60) for month in (1, 2, 3)
    ]
    assert "all_industries" not in frames["estimates.monthly_employment"]["group_key"]


def test_only_what_belongs_together_is_added_up_at_a_time(
    oregon: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[list[tuple[int, str]]] = []
    add_up = added_up.region_estimates

    def counted(totals: pl.DataFrame, sums: pl.Series) -> pl.DataFrame:
        parts.append(totals.select("year", "region").unique().sort("year", "region").rows())
        return add_up(totals, sums)

    monkeypatch.setattr(added_up, "region_estimates", counted)
    for year in (2016, 2017):
        add_area(oregon, "53011", year=year)
        ask(oregon, "border", "53011", year=year)
        ask(oregon, "clark", "53011", year=year)
    add_area(oregon, "41001", year=2017)
    ask(oregon, "border", "41001")
    ask(oregon, "border", "41001", year=2017)
    frames = estimated_frames(oregon, tmp_path / "kept")
    assert parts == [
        [(2016, "one"), (2016, "oregon")],
        [(2016, "clark")],
        [(2017, "clark")],
        [(2016, "border")],
        [(2017, "border")],
    ]
    assert figure(frames, "border", "health", year=2016)["known"] == 140
    assert figure(frames, "clark", "health", year=2017)["known"] == 70


def test_sources_are_estimated_each_by_itself(oregon: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    add_area(oregon, "41001", COUNTY | {"5 236115": (3, 21), "5 236116": (2, 9)}, source="sample")
    ask(oregon, "one", "41001", source="sample")
    frames = estimated_frames(oregon, tmp_path / "kept")
    assert figure(frames, "one", "single", source="sample")["estimate"] == 21
    assert figure(frames, "one", "single", source="bls")["upper"] == 30


# What goes in


def test_neighbouring_quarters_of_the_vintage_go_in(warehouse: duckdb.DuckDBPyConnection) -> None:
    for year in (2014, 2015, 2016, 2017):
        add_area(warehouse, "41001", year=year, quarters=(1, 2, 3, 4))
    ask(warehouse, "one", "41001")
    (inputs,) = read_inputs(warehouse)
    assert inputs.place == ("bls", "41", 2016)
    quarters = inputs.cells.select("year", "quarter").unique().sort("year", "quarter").rows()
    assert quarters == [(year, quarter) for year in (2015, 2016, 2017) for quarter in (1, 2, 3, 4)]
    warehouse.execute("UPDATE estimates.network_cells SET naics_vintage = 2017 WHERE year = 2017")
    (without,) = read_inputs(warehouse)
    assert without.cells["year"].unique().sort().to_list() == [2015, 2016]


def test_a_state_without_all_its_counties_stands_apart(oregon: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    oregon.execute("DELETE FROM estimates.network_cells WHERE area_fips = '41003'")
    regions = [inputs.asked.regions.rows() for inputs in read_inputs(oregon)]
    assert regions == [[("one", "41001")], [("oregon", "41000")]]
    frames = estimated_frames(oregon, tmp_path / "kept")
    assert figure(frames, "oregon", "health")["known"] == 140
    assert figure(frames, "one", "health")["known"] == 70


def test_a_state_nobody_asks_for_is_passed_over(oregon: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    oregon.execute("DELETE FROM estimates.network_cells WHERE area_fips = '41003'")
    oregon.execute("DELETE FROM estimates.asked_regions WHERE region = 'oregon'")
    frames = estimated_frames(oregon, tmp_path / "kept")
    assert frames["estimates.region_estimates"]["region"].unique().to_list() == ["one"]
    assert frames["estimates.contradictions"].is_empty()


def test_a_whole_state_is_the_sum_of_its_counties(oregon: duckdb.DuckDBPyConnection) -> None:
    (inputs,) = read_inputs(oregon)
    assert inputs.asked.regions.rows() == [("one", "41001"), ("oregon", "41001"), ("oregon", "41003")]


# What is kept


def test_a_second_run_reads_what_was_found(
    oregon: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    first = estimated_frames(oregon, kept)
    (folder,) = folders(kept)
    assert folder.startswith(f"{code_fingerprint()}/")
    assert sorted(path.name for path in (kept / folder).iterdir()) == [
        "cells.parquet",
        "conflicts.parquet",
        "months.parquet",
        "totals.parquet",
    ]
    monkeypatch.setattr(estimation_runs, "estimate_state_year", no_estimating)
    second = estimated_frames(oregon, kept)
    assert folders(kept) == [folder]
    for name, frame in first.items():
        assert_frame_equal(second[name], frame)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE estimates.network_cells SET wages_usd = 31 WHERE area_fips = '41001' AND industry_code = '23'",
        "DELETE FROM core.industry_group_leaves WHERE group_key = 'single'",
        "UPDATE estimates.asked_regions SET area_fips = '41003' WHERE region = 'one'",
        "INSERT INTO reference.trend_breaks BY NAME SELECT 'x' AS break_id, '41' AS area_prefix, '5' AS own_code, "
        "'62' AS industry_code, 2016 AS year, 1 AS quarter, '' AS reason, '' AS source, 'A' AS grade, '' AS note",
        "UPDATE reference.ownerships SET part_own_code = '1' WHERE ownership = 'private'",
    ],
    ids=["cells", "groups", "regions", "breaks", "ownerships"],
)
def test_what_has_changed_is_another_folder(oregon: duckdb.DuckDBPyConnection, change: str) -> None:
    (before,) = [inputs.content_sha256() for inputs in read_inputs(oregon)]
    assert [inputs.content_sha256() for inputs in read_inputs(oregon)] == [before]
    oregon.execute(change)
    (after,) = [inputs.content_sha256() for inputs in read_inputs(oregon)]
    assert after != before


def test_source_state_and_year_tell_inputs_apart(oregon: duckdb.DuckDBPyConnection) -> None:
    (inputs,) = read_inputs(oregon)
    changes: list[dict[str, Any]] = [{"source": "x"}, {"state_fips": "53"}, {"year": 1}]
    others = [dataclasses.replace(inputs, place=inputs.place._replace(**change)) for change in changes]
    assert len({each.content_sha256() for each in [inputs, *others]}) == 4


def test_only_the_changed_state_is_estimated_again(
    oregon: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    add_area(oregon, "53011")
    ask(oregon, "other", "53011")
    before = estimated_frames(oregon, kept)
    first = folders(kept)
    oregon.execute(
        "UPDATE estimates.network_cells SET wages_usd = wages_usd + 10 "
        "WHERE area_fips = '53011' AND industry_code IN ('10', '62', '621111')"
    )
    estimated, found = [], estimation_runs.estimate_state_year
    monkeypatch.setattr(estimation_runs, "estimate_state_year", lambda *given: estimated.append(given) or found(*given))
    after = estimated_frames(oregon, kept)
    assert len(estimated) == 1
    assert len(first) == 2
    assert set(folders(kept)) > set(first)
    assert figure(before, "other", "health", measure="wages")["known"] == 70
    assert figure(after, "other", "health", measure="wages")["known"] == 80


def test_several_processes_find_what_one_does(oregon: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for state in ("53", "16", "06"):
        add_area(oregon, f"{state}011")
        ask(oregon, f"of {state}", f"{state}011")
    alone = estimated_frames(oregon, tmp_path / "alone")
    together = estimated_frames(oregon, tmp_path / "together", processes=3)
    assert len(folders(tmp_path / "together")) == 4
    assert folders(tmp_path / "together") == folders(tmp_path / "alone")
    for name, frame in alone.items():
        assert_frame_equal(together[name], frame)


def test_wherever_they_are_spread_to_they_find_the_same_and_what_is_kept_is_not_asked_again(
    oregon: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    add_area(oregon, "53011")
    ask(oregon, "of 53", "53011")
    numbers: list[int] = []

    def spread(do: Callable[[bytes], object], asked: Sequence[bytes]) -> None:
        numbers.append(len(asked))
        for each in reversed(asked):
            do(each)

    alone = estimated_frames(oregon, tmp_path / "alone")
    for _ in range(2):
        elsewhere = estimated_frames(oregon, tmp_path / "elsewhere", spread=spread)
        for name, frame in alone.items():
            assert_frame_equal(elsewhere[name], frame)
    assert numbers == [2, 0]


def test_a_process_that_fails_fails_the_run(
    oregon: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_area(oregon, "53011")
    ask(oregon, "other", "53011")
    of_state = {"41": "no\0name", "53": "name"}
    monkeypatch.setattr(Inputs, "content_sha256", lambda inputs: of_state[inputs.place.state_fips])
    with pytest.raises(RuntimeError, match=r"estimating bls 41 2016 failed: (?s:.*)null byte"):
        estimated_frames(oregon, tmp_path / "kept", processes=2)


def test_what_other_code_found_is_forgotten(
    oregon: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setattr(estimation_runs, "code_fingerprint", lambda: "of other code")
    estimated_frames(oregon, kept)
    (kept / "note.txt").write_text("stays")
    monkeypatch.undo()
    estimated_frames(oregon, kept)
    assert sorted(path.name for path in kept.iterdir()) == sorted(["note.txt", code_fingerprint()])


def test_the_fingerprint_is_of_the_code_and_its_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = code_fingerprint()
    assert len(found) == 16
    assert int(found, 16) >= 0
    assert code_fingerprint() == found
    monkeypatch.setattr(estimation_runs, "version", lambda name: "0")
    of_other_packages = code_fingerprint()
    monkeypatch.undo()
    monkeypatch.setattr(estimation_runs.estimation, "__file__", str(tmp_path / "__init__.py"))
    (tmp_path / "priors.py").write_text("LEAST_JOBS = 2\n")
    of_other_code = code_fingerprint()
    (tmp_path / "priors.py").write_text("LEAST_JOBS = 3\n")
    assert len({found, of_other_packages, of_other_code, code_fingerprint()}) == 4


def test_what_is_half_written_is_never_read(
    oregon: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, write = tmp_path / "kept", pl.DataFrame.write_parquet

    def write_cells_only(frame: pl.DataFrame, path: Path) -> None:
        if path.name != "cells.parquet":
            raise OSError("disk full")
        write(frame, path)

    monkeypatch.setattr(pl.DataFrame, "write_parquet", write_cells_only)
    with pytest.raises(OSError, match="disk full"):
        estimated_frames(oregon, kept)
    assert folders(kept) == []
    monkeypatch.undo()
    (inputs,) = read_inputs(oregon)
    # As a run that was killed leaves it.
    left = kept / code_fingerprint() / ".part-killed" / inputs.content_sha256()
    left.mkdir(parents=True)
    (left / "cells.parquet").write_text("half of it")
    assert figure(estimated_frames(oregon, kept), "one", "health")["known"] == 70


# Contradictions


def test_a_quarter_that_contradicts_itself_is_named_and_the_others_are_estimated(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    add_area(warehouse, "41001", quarters=(1, 3, 4))
    add_area(warehouse, "41001", CONTRADICTORY, quarters=(2,))
    ask(warehouse, "one", "41001")
    frames = estimated_frames(warehouse, tmp_path / "kept")
    contradictions = frames["estimates.contradictions"]
    of_row = ("equation", "area_fips", "own_code", "industry_code", "measure", "residual")
    assert contradictions.select("source", "state_fips", "year", "quarter", "place", *of_row).rows() == [
        ("bls", "41", 2016, 2, place, "county", "41001", "5", "62", measure, -1)
        for place, measure in enumerate(
            ("month1_employment", "month2_employment", "month3_employment", "wages"), start=1
        )
    ]
    assert "41001 own 5 industry 62 (county equation) leaves -1 wages" in contradictions["reason"][0]
    assert frames["estimates.region_estimates"]["quarter"].unique().sort().to_list() == [1, 3, 4]
    build_from_frame(warehouse, ALL_TABLES["estimates.contradictions"], contradictions)
    assert check_contract(warehouse, ALL_TABLES["estimates.contradictions"]) == []


def test_rows_too_coarse_for_a_group_are_a_reason_without_a_row(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    coarse = {key: row for key, row in COUNTY.items() if key not in ("5 236115", "5 236116")}
    add_area(warehouse, "41001", coarse, quarters=(1, 2))
    ask(warehouse, "one", "41001")
    frames = estimated_frames(warehouse, tmp_path / "kept")
    contradictions = frames["estimates.contradictions"]
    assert contradictions.select("quarter", "place", "equation", "residual").rows() == [
        (1, 1, None, None),
        (2, 1, None, None),
    ]
    assert "41001 own 5 industry 23 has no finer rows" in contradictions["reason"][1]
    assert frames["estimates.region_estimates"].is_empty()
    for name, frame in frames.items():
        build_from_frame(warehouse, ALL_TABLES[name], frame)
        assert check_contract(warehouse, ALL_TABLES[name]) == []
