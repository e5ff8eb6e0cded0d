"""Location quotients and diversity of the real files of 2016, worked out once more from the lines of three of them.

Plain Python on the published rows of Multnomah, Washington and Oregon; nothing of the project's own but its answers.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]

METRO, OREGON = ("41051", "41067"), ("41000",)
SECTORS = {
    "construction": ("23",),
    "advanced_manufacturing": ("331", "332", "333", "334", "335", "336"),
}
MEASURES = ("businesses", "employment", "wages")


@pytest.fixture(scope="module")
def years(shared_data: Path) -> Mapping[str, Mapping[tuple[str, str], Mapping[str, Fraction | None]]]:
    """Of each area and (own_code, industry): means of quarters and months, sum of wages; None where hidden."""
    found = {}
    with zipfile.ZipFile(shared_data / "bls" / "2016_qtrly_by_area.zip") as archive:
        for name in archive.namelist():
            area = name.split(" ")[1]
            if area in (*METRO, *OREGON):
                rows = list(csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8")))
                found[area] = of_the_year(rows)
    return found


def of_the_year(rows: Iterable[Mapping[str, str]]) -> Mapping[tuple[str, str], Mapping[str, Fraction | None]]:
    sums: dict[tuple[str, str], Counter[str]] = {}
    hidden = set()
    for row in rows:
        cell = row["own_code"], row["industry_code"]
        months = sum(int(row[f"month{month}_emplvl"]) for month in (1, 2, 3))
        added = {"businesses": int(row["qtrly_estabs_count"]), "employment": months}
        sums.setdefault(cell, Counter()).update({**added, "wages": int(row["total_qtrly_wages"])})
        if row["disclosure_code"] == "N":
            hidden.add(cell)
    parts = {"businesses": 4, "employment": 12, "wages": 1}
    return {
        cell: {
            measure: None if cell in hidden and measure != "businesses" else Fraction(total[measure], parts[measure])
            for measure in MEASURES
        }
        for cell, total in sums.items()
    }


def added_up(years: Any, areas: Iterable[str], own_code: str, codes: Iterable[str], measure: str) -> Fraction:
    cells = [years[area].get((own_code, code), dict.fromkeys(MEASURES, 0)) for area in areas for code in codes]
    values = [cell[measure] for cell in cells]
    assert None not in values, "these cells are published"
    return sum(values, Fraction(0))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("sector", SECTORS)
@pytest.mark.parametrize(("base_ownership", "own_code"), [("total_covered", "0"), ("private", "5")])
def test_a_published_sector_against_oregon(
    sector: str, base_ownership: str, own_code: str, measure: str, years: Any, real_run: Path, ask: Ask
) -> None:
    shares = [
        added_up(years, areas, "5", SECTORS[sector], measure) / added_up(years, areas, own_code, ("10",), measure)
        for areas in (METRO, OREGON)
    ]
    query = """
        SELECT estimate, lower, upper, concentration_status FROM marts.sector_concentration
        WHERE region = 'portland_metro' AND base_region = 'oregon' AND base_ownership = ? AND definition = 'strict'
            AND sector = ? AND ownership = 'private' AND period = '2016' AND measure = ?
    """
    ((*found, status),) = ask(real_run, query, base_ownership, sector, measure)
    assert status == "measured"
    assert found == [pytest.approx(float(shares[0] / shares[1]), rel=1e-12)] * 3


@pytest.mark.parametrize("measure", ["employment", "wages"])
def test_a_hidden_sector_is_bounded_by_the_bounds_of_its_shares(measure: str, real_run: Path, ask: Ask) -> None:
    """Clean Energy: the smallest share in the region by the largest in Oregon, and the other way round."""
    place = "sector = 'clean_energy' AND definition = 'strict' AND ownership = 'private' AND period = '2016'"
    query = (
        f"SELECT lower_share, estimate_share, upper_share FROM marts.share_of_{measure} WHERE region = ? AND {place}"
    )
    ((low, middle, high),), ((base_low, base_middle, base_high),) = (
        ask(real_run, query, region) for region in ("portland_metro", "oregon")
    )
    assert low < middle < high
    quotients = f"""
        SELECT lower, estimate, upper, interval90_lower, interval90_upper FROM marts.sector_concentration
        WHERE region = 'portland_metro' AND base_region = 'oregon' AND base_ownership = 'private' AND measure = ?
            AND {place}
    """
    ((lower, estimate, upper, likely_lower, likely_upper),) = ask(real_run, quotients, measure)
    assert (lower, estimate, upper) == pytest.approx((low / base_high, middle / base_middle, high / base_low))
    assert lower <= likely_lower < estimate < likely_upper <= upper


def test_the_nation_is_not_there(real_run: Path, ask: Ask) -> None:
    assert ask(real_run, "SELECT DISTINCT base_region FROM marts.sector_concentration") == [("oregon",)]


@pytest.mark.parametrize(("digits", "industries", "hidden"), [(3, 91, 17), (4, 293, 123)])
def test_diversity_of_businesses_and_bounds_of_jobs(
    digits: int, industries: int, hidden: int, years: Any, real_run: Path, ask: Ask
) -> None:
    businesses: Counter[str] = Counter()
    without_jobs = set()
    for area in METRO:
        for (own_code, code), values in years[area].items():
            if own_code == "5" and len(code) == digits and code.isdecimal() and not code.startswith("10"):
                businesses[code] += values["businesses"]
                without_jobs |= {code} if values["employment"] is None else set()
    everything = sum(businesses.values())
    index = float(sum(value**2 for value in businesses.values()) / everything**2)
    query = """
        SELECT measure, industries, hidden_industries, lower_herfindahl, estimate_herfindahl, upper_herfindahl
        FROM marts.region_diversity
        WHERE region = 'portland_metro' AND ownership = 'private' AND period = '2016' AND naics_digits = ?
    """
    found = {measure: rest for measure, *rest in ask(real_run, query, digits)}
    assert found["businesses"] == [industries, 0, *[pytest.approx(index, rel=1e-9)] * 3]
    assert len(without_jobs) == hidden
    assert found["employment"][:2] == [industries, hidden]
    assert found["employment"][2] < found["employment"][4] < 1.2 * found["employment"][2]
    assert found["employment"][3] is None
