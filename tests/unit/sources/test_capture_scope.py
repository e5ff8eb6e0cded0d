"""What is wanted from the publishers: the shipped scope, a board's own, and the faults of one."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.settings import SHIPPED_DEFINITIONS
from pipelines.sources.capture_scope import CAPTURABLE, CaptureScope, load_scope
from pipelines.sources.checked_yaml import FileProblem
from pipelines.sources.definition_files import DefinitionError

AREAS = pl.read_csv(SHIPPED_DEFINITIONS / "areas.csv", infer_schema=False)
QUALITYINFO = 'qualityinfo: {areas: ["41000"], periods: [annual], years: 5}\n'


def scope_of(folder: Path, text: str) -> CaptureScope:
    (folder / "capture.yaml").write_text(text, encoding="utf-8")
    return load_scope(folder, SHIPPED_DEFINITIONS, AREAS)


def faults(folder: Path, text: str) -> tuple[FileProblem, ...]:
    with pytest.raises(DefinitionError) as error:
        scope_of(folder, text)
    assert {fault.file for fault in error.value.problems} == {folder / "capture.yaml"}
    return error.value.problems


def test_the_shipped_scope_is_oregon_four_counties_of_washington_their_state_and_the_nation(tmp_path: Path) -> None:
    scope = load_scope(tmp_path, SHIPPED_DEFINITIONS, AREAS)
    assert len(scope.bls_areas) == 44
    assert list(scope.bls_areas) == sorted(set(scope.bls_areas))
    counties = AREAS.filter(area_kind="county", state_fips="41").get_column("area_fips").to_list()
    assert len(counties) == 36
    others = {"41000", "41999", "53000", "53011", "53015", "53059", "53069", "US000"}
    assert set(scope.bls_areas) == {*counties, *others}
    assert scope.bls_years == 5
    assert scope.qualityinfo_areas == ("41000", "41005", "41009", "41051", "41067", "41071")
    assert (scope.qualityinfo_years, scope.has_annual_workbooks, scope.has_quarterly_workbooks) == (5, True, False)


def test_every_area_of_the_shipped_regions_is_in_the_shipped_scope(tmp_path: Path) -> None:
    text = (SHIPPED_DEFINITIONS / "regions.yaml").read_text(encoding="utf-8")
    named = {code for code in AREAS.get_column("area_fips") if f'"{code}"' in text}
    assert named
    assert named <= set(load_scope(tmp_path, SHIPPED_DEFINITIONS, AREAS).bls_areas)


def test_a_boards_own_file_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    own = 'bls: {areas: [US000, "53033"], years: 0}\n'
    own += 'qualityinfo: {areas: ["41051", "41000"], periods: [quarterly], years: 2}\n'
    assert scope_of(tmp_path, own) == CaptureScope(("53033", "US000"), 0, ("41000", "41051"), 2, False, True)


def test_an_area_that_its_state_brings_already_is_asked_for_once(tmp_path: Path) -> None:
    whole = scope_of(tmp_path, f'bls: {{states: ["53"], years: 5}}\n{QUALITYINFO}')
    named = scope_of(tmp_path, f'bls: {{states: ["53"], areas: ["53011"], years: 5}}\n{QUALITYINFO}')
    assert whole == named
    assert {"53000", "53999", "53033"} <= set(whole.bls_areas)
    assert {code[:2] for code in whole.bls_areas} == {"53"}


def test_every_unknown_place_is_told_with_its_line(tmp_path: Path) -> None:
    text = f'bls:\n  states: ["41", "98"]\n  areas:\n    - "53000"\n    - "41052"\n  years: 5\n{QUALITYINFO}'
    told = faults(tmp_path, text.replace('"41000"]', '"41000", "41002"]'))
    assert [(fault.line, fault.found) for fault in told] == [(2, "98"), (5, "41052"), (7, "41002")]
    assert all("areas.csv" in str(fault) for fault in told)


def test_the_nation_states_counties_and_counties_unknown_can_be_asked_for(tmp_path: Path) -> None:
    codes = ("06000", "06037", "06999", "US000")
    own = f"bls: {{areas: {json.dumps(codes)}, years: 0}}\n{QUALITYINFO}"
    assert scope_of(tmp_path, own).bls_areas == codes
    kinds = AREAS.filter(pl.col("area_fips").is_in(codes)).get_column("area_kind")
    assert set(kinds) == set(CAPTURABLE)


@pytest.mark.parametrize("code", ["C3890", "CS440", "USCMS", "41998"])
def test_an_area_whose_slice_cannot_be_added_up_is_refused_though_areas_csv_has_it(tmp_path: Path, code: str) -> None:
    assert code in AREAS.get_column("area_fips")
    [fault] = faults(tmp_path, f'bls:\n  areas:\n    - "41000"\n    - "{code}"\n  years: 5\n{QUALITYINFO}')
    assert (fault.line, fault.found) == (4, code)
    assert "the nation, a state, a county or a county unknown" in str(fault)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("bls: {areas: [53000], years: 5}\n" + QUALITYINFO, 1, "53000"),
        ("bls: {years: 5}\n" + QUALITYINFO, 1, "neither states nor areas"),
        (QUALITYINFO + "bls:\n  years: 5\n", 2, "neither states nor areas"),
        ('bls: {states: ["41"], years: 31}\n' + QUALITYINFO, 1, "31"),
        ('bls: {states: ["41"], years: 5}\n', 1, "qualityinfo"),
        ('bls: {states: ["41"], years: 5, area: []}\n' + QUALITYINFO, 1, "area"),
        ('bls: {states: ["41"], years: 5}\n' + QUALITYINFO.replace("annual", "monthly"), 2, "monthly"),
        ('bls: {states: ["41"], years: 5}\n' + QUALITYINFO.replace("41000", "53000"), 2, "53000"),
        ('bls: {states: ["41"], years: 5}\n' + QUALITYINFO.replace("41000", "41998"), 2, "41998"),
        ('bls: {states: ["41"], years: 5}\n' + QUALITYINFO.replace("years: 5", "years: 0"), 2, "0"),
    ],
)
def test_a_fault_is_told_with_file_and_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    [fault] = faults(tmp_path, text)
    assert fault.line == line
    assert told in str(fault)
