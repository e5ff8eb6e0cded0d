import csv
import re
from pathlib import Path

import pytest

from pipelines.domain.qcew_codes import (
    ADDITIVE_OWNERSHIP_CODES,
    AGGREGATION_LEVEL_CODES,
    AGGREGATION_LEVELS,
    AREA_PATTERN,
    DISCLOSURE_BY_CODE,
    OWNERSHIP_BY_CODE,
    SIZE_CODES,
    STATE_FIPS,
    area_kind,
    state_fips,
)

REFERENCE = Path(__file__).parents[3] / "data" / "reference"


def codes_of(path: Path, column: str) -> set[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


def test_ownership_keys() -> None:
    assert {code: ownership.key for code, ownership in OWNERSHIP_BY_CODE.items() if code in "012358"} == {
        "0": "total_covered",
        "1": "federal_government",
        "2": "state_government",
        "3": "local_government",
        "5": "private",
        "8": "government",
    }


def test_sums_of_ownerships_are_not_added_to_their_parts() -> None:
    assert set(OWNERSHIP_BY_CODE) - set(ADDITIVE_OWNERSHIP_CODES) == {"0", "8", "9"}


def test_three_disclosure_states() -> None:
    assert DISCLOSURE_BY_CODE == {"": "disclosed", "N": "suppressed", "-": "true_zero"}


@pytest.mark.parametrize(
    ("code", "geography", "industry_level"),
    [
        ("10", "nation", "total_covered"),
        ("28", "nation_by_size", "naics_6_digit"),
        ("30", "combined", "total_covered"),
        ("44", "metropolitan", "sector"),
        ("51", "state", "total_by_ownership"),
        ("64", "state_by_size", "sector"),
        ("72", "county", "domain"),
        ("78", "county", "naics_6_digit"),
        ("80", "micropolitan", "total_covered"),
        ("92", "us_special", "total_covered"),
        ("96", "state", "total_by_ownership"),
    ],
)
def test_aggregation_levels(code: str, geography: str, industry_level: str) -> None:
    level = AGGREGATION_LEVELS[code]
    assert (level.geography, level.industry_level) == (geography, industry_level)


@pytest.mark.parametrize("code", ["20", "29", "31", "49", "59", "65", "79", "81", "97", ""])
def test_codes_that_bls_does_not_have(code: str) -> None:
    assert code not in AGGREGATION_LEVELS


def test_states_are_the_fifty_and_three_more() -> None:
    assert len(STATE_FIPS) == 53
    assert {"11", "41", "53", "72", "78"} <= STATE_FIPS
    assert STATE_FIPS.isdisjoint({"00", "03", "07", "14", "43", "52", "57"})


@pytest.mark.parametrize(
    ("code", "title", "kind", "state"),
    [
        ("US000", "U.S. TOTAL", "nation", None),
        ("USMSA", "U.S. Metropolitan Statistical Areas (combined)", "us_special", None),
        ("41000", "Oregon -- Statewide", "state", "41"),
        ("41051", "Multnomah County, Oregon", "county", "41"),
        ("41999", "Unknown Or Undefined, Oregon", "unknown_county", "41"),
        ("41997", "Multicounty, Not Statewide -- Oregon", "other_statewide", "41"),
        ("09110", "Capitol Planning Region, Connecticut", "county", "09"),
        ("C3890", "Portland-Vancouver-Hillsboro, OR-WA MSA", "metropolitan", None),
        ("C257A", "Hereford, TX MicroSA", "micropolitan", None),
        ("CS440", "Portland-Vancouver-Salem, OR-WA CSA", "combined", None),
        ("57000", "Federal Bureau of Investigation -- undesignated", "us_special", None),
    ],
)
def test_area_kinds(code: str, title: str, kind: str, state: str | None) -> None:
    assert area_kind(code, title) == kind
    assert state_fips(code) == state
    assert re.fullmatch(AREA_PATTERN, code)


@pytest.mark.parametrize("code", ["1001", "4105", "US001", "C389", "C38900", "CS44", "410510", "", "c3890"])
def test_a_code_of_no_kind_is_refused(code: str) -> None:
    assert not re.fullmatch(AREA_PATTERN, code)
    with pytest.raises(ValueError, match="is not a QCEW area code"):
        area_kind(code)


def test_shipped_areas() -> None:
    with (REFERENCE / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["area_fips"]: row for row in csv.DictReader(file)}
    oregon = [code for code, row in rows.items() if row["state_fips"] == "41" and row["area_kind"] == "county"]
    assert len(oregon) == 36
    assert sum(row["area_kind"] == "state" for row in rows.values()) == 53
    assert sum(row["area_kind"] == "unknown_county" for row in rows.values()) == 53
    assert {f"09{region}" for region in range(110, 200, 10)} <= rows.keys()
    assert rows["C3890"]["area_kind"] == "metropolitan"
    assert rows["72055"]["area_title"] == "Guanica Municipio, Puerto Rico"


def test_codes_are_those_of_bls_title_files(shared_data: Path) -> None:
    titles = shared_data / "titles" / "2017"
    assert codes_of(titles / "agglevel_titles.csv", "agglvl_code") == AGGREGATION_LEVEL_CODES
    assert codes_of(titles / "ownership_titles.csv", "own_code") == set(OWNERSHIP_BY_CODE)
    assert codes_of(titles / "size_titles.csv", "size_code") == SIZE_CODES
