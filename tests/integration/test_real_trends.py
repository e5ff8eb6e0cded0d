"""Changes and shift-share of the real files of 2016, recomputed from BLS's rows in plain Python.

BLS says of each row how it changed over the year (oty_ columns): for published industries of whole sectors these add up
to ours, and level minus change is what 2015 was.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]
Rows = Mapping[tuple[str, str, str, str], Mapping[str, str]]

PORTLAND = ("41051", "41067")
OREGON = ("41000",)
# sectors by published rows of both counties: the whole of construction and health, three digits of manufacturing
SECTORS = {
    "construction": ("23",),
    "healthcare_social_assistance": ("62",),
    "advanced_manufacturing": ("331", "332", "333", "334", "335", "336"),
}
ALL = ("10",)


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> Rows:
    """BLS's rows of the areas of this module by area, own_code, industry and quarter."""
    return read_rows(shared_data / "bls" / "2016_qtrly_by_area.zip")


@cache
def read_rows(path: Path) -> Rows:
    return {
        (row["area_fips"], row["own_code"], row["industry_code"], row["qtr"]): row
        for area in (*PORTLAND, *OREGON)
        for row in read_area(path, area)
    }


def read_area(path: Path, area: str) -> Iterator[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if f" {area} " in name)
        yield from csv.DictReader(io.StringIO(archive.read(name).decode("utf-8")))


def added(
    rows: Rows, areas: tuple[str, ...], industries: tuple[str, ...], quarters: tuple[int, ...] = (1, 2, 3, 4)
) -> dict[str, tuple[float, float]]:
    """Each measure now and a year before, private: means of quarters and months, sums of wages."""
    months = ("month1_emplvl", "month2_emplvl", "month3_emplvl")
    now = dict.fromkeys(("businesses", "employment", "wages"), 0)
    change = dict.fromkeys(now, 0)
    for area in areas:
        for industry in industries:
            for quarter in quarters:
                row = rows[area, "5", industry, str(quarter)]
                assert (row["disclosure_code"], row["oty_disclosure_code"]) == ("", ""), (area, industry, quarter)
                now["businesses"] += int(row["qtrly_estabs_count"])
                change["businesses"] += int(row["oty_qtrly_estabs_count_chg"])
                now["employment"] += sum(int(row[month]) for month in months)
                change["employment"] += sum(int(row[f"oty_{month}_chg"]) for month in months)
                now["wages"] += int(row["total_qtrly_wages"])
                change["wages"] += int(row["oty_total_qtrly_wages_chg"])
    count = {"businesses": len(quarters), "employment": 3 * len(quarters), "wages": 1}
    return {name: (now[name] / count[name], (now[name] - change[name]) / count[name]) for name in now}


@pytest.mark.parametrize("sector", SECTORS)
@pytest.mark.parametrize(("period", "quarters"), [("2016", (1, 2, 3, 4)), ("2016-Q1", (1,)), ("2016-Q4", (4,))])
def test_changes_over_the_year_are_what_bls_says_of_its_rows(
    sector: str, period: str, quarters: tuple[int, ...], rows: Rows, real_run: Path, ask: Ask
) -> None:
    of_sector, of_region = added(rows, PORTLAND, SECTORS[sector], quarters), added(rows, PORTLAND, ALL, quarters)
    query = """
        SELECT measure, change_status, lower_change, estimate_change, upper_change, estimate_growth,
            estimate_contribution, region_growth, base_estimate, base_basis
        FROM marts.sector_trends
        WHERE region = 'portland_metro' AND definition = 'strict' AND ownership = 'private'
            AND sector = ? AND period = ?
    """
    found = {measure: rest for measure, *rest in ask(real_run, query, sector, period)}
    for measure, (now, before) in of_sector.items():
        status, lower, change, upper, growth, contribution, region_growth, base, basis = found[measure]
        whole, whole_before = of_region[measure]
        assert (status, basis) == ("measured", "changes_over_the_year")
        assert (base, change) == (pytest.approx(before), pytest.approx(now - before))
        assert lower == change == upper, "nothing of it is hidden"
        assert growth == pytest.approx(now / before - 1)
        assert contribution == pytest.approx((now - before) / whole_before)
        assert region_growth == pytest.approx(whole / whole_before - 1)
        share = found[f"share_of_{measure}"]
        assert share[2] == pytest.approx(now / whole - before / whole_before)
    pay = [of_sector["wages"][year] / of_sector["employment"][year] * (4 / len(quarters)) for year in (0, 1)]
    assert found["average_annual_pay"][2] == pytest.approx(pay[0] - pay[1])


@pytest.mark.parametrize("sector", SECTORS)
def test_shift_share_against_oregon_is_recomputed_from_the_rows(
    sector: str, rows: Rows, real_run: Path, ask: Ask
) -> None:
    of_sector, of_state = added(rows, PORTLAND, SECTORS[sector]), added(rows, OREGON, SECTORS[sector])
    of_all = added(rows, OREGON, ALL)
    query = """
        SELECT measure, method, comparison, estimate_national, estimate_mix, estimate_local, estimate_change
        FROM marts.shift_share
        WHERE region = 'portland_metro' AND base_region = 'oregon' AND definition = 'strict' AND ownership = 'private'
            AND sector = ? AND year = 2016
    """
    found = ask(real_run, query, sector)
    assert len(found) == 3 * 3, "over the year, and since 2015 by both methods"
    for measure, _, _, *parts in found:
        (now, before), (state, state_before) = of_sector[measure], of_state[measure]
        growth, ratio = of_all[measure][0] / of_all[measure][1] - 1, state / state_before
        expected = [before * growth, before * (ratio - 1 - growth), now - before * ratio]
        assert parts == [*map(pytest.approx, expected), pytest.approx(sum(expected))]


def test_what_was_hidden_a_year_before_has_no_change(real_run: Path, ask: Ask) -> None:
    query = """
        SELECT measure, change_status, lower_change, estimate_change, upper_change FROM marts.sector_trends
        WHERE region = 'portland_metro' AND definition = 'strict' AND ownership = 'private'
            AND sector = 'clean_energy' AND period = '2016' AND measure IN ('employment', 'wages')
    """
    assert {row[1:] for row in ask(real_run, query)} == {("hidden_base", None, None, None)}


def test_an_area_whose_private_total_was_hidden_has_no_growth_of_shares(real_run: Path, ask: Ask) -> None:
    query = """
        SELECT DISTINCT trends.change_status FROM marts.sector_trends AS trends
        WHERE trends.measure IN ('share_of_employment', 'share_of_wages') AND trends.series_status = 'published'
            AND (trends.region, trends.period, trends.ownership) IN (
                SELECT region, replace(period, '2015', '2016'), ownership FROM core.region_totals
                WHERE vintage = 'year_before' AND employment IS NULL
            )
    """
    assert ask(real_run, query) in ([("hidden_base",)], [])


def test_bounds_of_changes_are_those_of_the_figures(sample_runs: Any, ask: Ask) -> None:
    """The sample has two years of its own, with hidden cells in both."""
    query = """
        SELECT region, definition, sector, ownership, measure, period, lower, estimate, upper, interval90_lower,
            interval90_upper
        FROM marts.sector_measures
        WHERE quarter = 0 AND estimate_status = 'estimated' AND measure IN ('employment', 'wages')
    """
    figures = {row[:6]: row[6:] for row in ask(sample_runs.data_dir, query)}
    query = """
        SELECT region, definition, sector, ownership, measure, lower_change, estimate_change, upper_change,
            lower_growth, upper_growth, interval90_lower_change, interval90_upper_change
        FROM marts.sector_trends WHERE period = '2024' AND change_status = 'measured' AND growth_status = 'measured'
    """
    compared = 0
    for row in ask(sample_runs.data_dir, query):
        key, measures = row[:5], row[5:]
        if (now := figures.get((*key, "2024"))) and (before := figures.get((*key, "2023"))):
            compared += 1
            low = ((now[1] - now[3]) ** 2 + (before[4] - before[1]) ** 2) ** 0.5
            expected = (
                *(now[0] - before[2], now[1] - before[1], now[2] - before[0]),
                *(now[0] / before[2] - 1, now[2] / before[0] - 1),
                max(now[0] - before[2], now[1] - before[1] - low),
            )
            assert measures[:6] == pytest.approx(expected, rel=1e-9, abs=1e-6), key
    assert compared > 100
