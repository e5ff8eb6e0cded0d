"""The screening of the real files of 2016, recomputed from BLS's rows in plain Python.

Level minus change over the year (oty_ columns) is what 2015 was; Oregon is BLS's own statewide row.
"""

import csv
import io
import random
import statistics
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]
Rows = Mapping[tuple[str, str, str], Mapping[str, str]]

PORTLAND, OREGON = ("41051", "41067"), ("41000",)
INDUSTRIES = ("236", "238", "334", "524", "621", "722", "6211", "6244")
MONTHS = ("month1_emplvl", "month2_emplvl", "month3_emplvl")
CRITERIA = ("size", "growth", "concentration", "local_growth", "pay")


class Year(NamedTuple):
    """Mean establishments and jobs of 2016, its wages, and mean jobs a year before."""

    establishments: float
    jobs: float
    wages: int
    jobs_before: float


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> Rows:
    """BLS's private rows of the areas of this module by area, industry and quarter."""
    return read_rows(shared_data / "bls" / "2016_qtrly_by_area.zip")


@cache
def read_rows(path: Path) -> Rows:
    found = {}
    with zipfile.ZipFile(path) as archive:
        for area in (*PORTLAND, *OREGON):
            (name,) = (name for name in archive.namelist() if f" {area} " in name)
            for row in csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"))):
                if row["own_code"] == "5":
                    found[area, row["industry_code"], row["qtr"]] = row
    return found


def year(rows: Rows, areas: tuple[str, ...], industry: str) -> Year:
    quarters = [rows[area, industry, quarter] for area in areas for quarter in "1234"]
    assert {(row["disclosure_code"], row["oty_disclosure_code"]) for row in quarters} == {("", "")}, industry
    jobs = sum(int(row[month]) for row in quarters for month in MONTHS)
    change = sum(int(row[f"oty_{month}_chg"]) for row in quarters for month in MONTHS)
    return Year(
        sum(int(row["qtrly_estabs_count"]) for row in quarters) / 4,
        jobs / 12,
        sum(int(row["total_qtrly_wages"]) for row in quarters),
        (jobs - change) / 12,
    )


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_criteria_of_industries_are_recomputed_from_the_rows(
    industry: str, rows: Rows, real_run: Path, ask: Ask
) -> None:
    here, there = year(rows, PORTLAND, industry), year(rows, OREGON, industry)
    all_here, all_there = year(rows, PORTLAND, "10"), year(rows, OREGON, "10")
    query = """
        SELECT estimate_status, establishments, lower_jobs, upper_jobs, estimate_growth, estimate_location_quotient,
            estimate_local_growth, estimate_pay, lower_pay, before_basis, base_region
        FROM marts.sector_screening
        WHERE region = 'portland_metro' AND year = 2016 AND industry_code = ?
    """
    ((status, establishments, lower, upper, *found, basis, base_region),) = ask(real_run, query, industry)
    assert (status, basis, base_region) == ("published", "changes_over_the_year", "oregon")
    assert (establishments, lower, upper) == pytest.approx((here.establishments, here.jobs, here.jobs))
    pay = here.wages / here.jobs
    assert found == pytest.approx(
        [
            here.jobs / here.jobs_before - 1,
            (here.jobs / all_here.jobs) / (there.jobs / all_there.jobs),
            here.jobs - here.jobs_before * there.jobs / there.jobs_before,
            pay,
            pay,
        ]
    )


def test_scores_and_ranks_are_recomputed_from_the_criteria(real_run: Path, ask: Ask) -> None:
    query = """
        SELECT industry_code, estimate_jobs, estimate_growth, estimate_location_quotient, estimate_local_growth,
            estimate_pay, score, rank
        FROM marts.sector_screening
        WHERE region = 'portland_metro' AND year = 2016 AND naics_digits = 3
    """
    found = ask(real_run, query)
    scores: dict[str, list[float]] = {row[0]: [] for row in found}
    for place in range(1, 6):
        known = {row[0]: row[place] for row in found if row[place] is not None}
        for code, value in known.items():
            below = sum(other < value for other in known.values())
            ties = sum(other == value for other in known.values())
            scores[code].append((below + (ties - 1) / 2) / (len(known) - 1))
    whole = {code: statistics.fmean(ranks) for code, ranks in scores.items() if len(ranks) == len(CRITERIA)}
    assert {row[0]: row[6] for row in found if row[6] is not None} == pytest.approx(whole)
    # the first places are not disturbed by industries that lie above whatever is unknown of them
    first = sorted(whole, key=lambda code: -whole[code])[:5]
    assert [row[0] for row in sorted((row for row in found if row[7] is not None), key=lambda row: row[7])][:5] == first


def test_the_share_of_weightings_is_found_again_by_other_draws(real_run: Path, ask: Ask) -> None:
    query = """
        SELECT industry_code, percentile_size, percentile_growth, percentile_concentration, percentile_local_growth,
            percentile_pay, top_share_of_weightings
        FROM marts.sector_screening
        WHERE region = 'portland_metro' AND year = 2016 AND naics_digits = 3 AND rank IS NOT NULL
    """
    found = ask(real_run, query)
    draw, draws = random.Random(2016), 1000
    places = round(len(found) / 4)
    in_top = dict.fromkeys((row[0] for row in found), 0)
    for _ in range(draws):
        weights = [draw.expovariate(1) for _ in CRITERIA]  # in proportion they are Dirichlet (1, 1, 1, 1, 1)
        scores = {row[0]: sum(w * p for w, p in zip(weights, row[1:6], strict=True)) for row in found}
        for code in sorted(scores, key=lambda code: -scores[code])[:places]:
            in_top[code] += 1
    assert {row[0]: row[6] for row in found} == pytest.approx(
        {code: count / draws for code, count in in_top.items()}, abs=0.08
    )


def test_hidden_industries_are_never_given_away(real_run: Path, ask: Ask) -> None:
    """An industry with hidden cells shows its published part only, and nothing that follows from an estimate."""
    query = """
        SELECT count(*) FILTER (estimate_status = 'not_estimated'),
            count(*) FILTER (estimate_status = 'not_estimated' AND coalesce(
                estimate_jobs, upper_jobs, estimate_growth, estimate_location_quotient, estimate_local_growth,
                estimate_pay, score, rank) IS NOT NULL)
        FROM marts.sector_screening
    """
    ((hidden, given_away),) = ask(real_run, query)
    assert hidden > 0
    assert given_away == 0


def test_where_the_target_sectors_stand(real_run: Path, ask: Ask) -> None:
    query = """
        SELECT industry_code, strict_sectors FROM marts.sector_screening
        WHERE region = 'portland_metro' AND year = 2016 AND naics_digits = 3 AND len(strict_sectors) > 0
    """
    marked: dict[str, set[str]] = {}
    for code, sectors in ask(real_run, query):
        for sector in sectors:
            marked.setdefault(sector, set()).add(code)
    assert marked == {
        "advanced_manufacturing": {"331", "332", "333", "334", "335", "336"},
        "construction": {"236", "237", "238"},
        "healthcare_social_assistance": {"621", "622", "623", "624"},
    }
