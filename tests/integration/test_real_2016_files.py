"""BLS's files of 2016, all Oregon areas and their neighbours: figures known from elsewhere, and every identity.

Truth: totals and numbers of groups of private ownership in 2016, worked out once from the same files by other programs,
and figures of whole areas that BLS publishes itself.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Ask = Callable[..., list[tuple[Any, ...]]]

YEAR = "period = '2016' AND ownership = 'private'"
TOTALS: Mapping[str, tuple[int, int, int]] = {
    # region: businesses (mean of quarters), jobs (mean of months), wages in dollars
    "portland_tri_county": (64_496, 817_697, 46_972_579_594),
    "clackamas": (13_860, 140_824, 6_991_381_221),
    "41005": (13_860, 140_824, 6_991_381_221),
    "41051": (32_489, 416_708, 22_522_649_523),
    "41067": (18_146, 260_165, 17_458_548_850),
}
PORTLAND_MSA = ["41005", "41009", "41051", "41067", "41071", "53011", "53059"]
IDENTITIES = {
    "industries_add_up",
    "residual_not_negative",
    "ownerships_add_up",
    "counties_add_up_to_state",
    "counties_add_up_to_metropolitan_area",
    "average_weekly_wage",
    "location_quotients_agree",
    "last_year_adds_up",
    "last_year_weekly_wage",
}


@pytest.mark.parametrize("region", TOTALS)
def test_totals_are_the_reference_totals(region: str, real_run: Path, ask: Ask) -> None:
    query = f"SELECT DISTINCT measure, total FROM marts.sector_measures WHERE region = ? AND {YEAR}"
    found: dict[str, float] = dict(ask(real_run, query, region))
    assert tuple(half_up(found[measure]) for measure in ("businesses", "employment", "wages")) == TOTALS[region]


def test_construction_of_the_three_counties_is_fully_published(real_run: Path, ask: Ask) -> None:
    query = f"""
        SELECT measure, known, hidden_cells, coverage_establishments FROM marts.sector_measures
        WHERE region = 'portland_tri_county' AND definition = 'strict' AND sector = 'construction' AND {YEAR}
    """
    rows = {measure: rest for measure, *rest in ask(real_run, query)}
    assert all(rest[1:] == [0, 1.0] for rest in rows.values()), rows
    assert rows["businesses"][0] == 5_168.5
    assert rows["employment"][0] == pytest.approx(46_711.5)
    assert rows["wages"][0] == 2_920_772_907


def test_construction_manufacturing_and_health_are_the_shares_known_of_them(real_run: Path, ask: Ask) -> None:
    """20.6 % of businesses, 30.7 % of jobs, 36.0 % of wages of the board's two counties, from core alone."""
    query = """
        WITH added AS (
            SELECT industry_code = '10' AS is_all, sum(establishments), sum(average_employment), sum(wages_usd)
            FROM core.qcew_annual
            WHERE area_fips IN ('41051', '41067') AND own_code = '5' AND year = 2016
                AND industry_code IN ('10', '23', '31-33', '62')
            GROUP BY is_all
        )
        SELECT * EXCLUDE (is_all) FROM added ORDER BY is_all
    """
    sectors, everything = ask(real_run, query)
    shares = [part / whole for part, whole in zip(sectors, everything, strict=True)]
    assert [round(100 * share, 1) for share in shares] == [20.6, 30.7, 36.0]


def test_every_identity_of_the_source_was_checked_in_every_quarter_and_holds(real_run: Path, ask: Ask) -> None:
    query = "SELECT identity, sum(groups_failed)::INT, min(groups_checked), count(DISTINCT period) FROM core.identities"
    found = {identity: rest for identity, *rest in ask(real_run, f"{query} GROUP BY identity")}
    assert found.keys() == IDENTITIES
    assert {identity: failed for identity, (failed, _, _) in found.items() if failed} == {}
    assert {(fewest > 0, periods) for _, fewest, periods in found.values()} == {(True, 4)}


@pytest.mark.parametrize(
    ("identity", "measure", "groups"),
    [
        ("counties_add_up_to_state", "establishments", 11_464),
        ("counties_add_up_to_state", "month1_employment", 786),
        ("counties_add_up_to_state", "wages", 786),
        ("last_year_weekly_wage", "average_weekly_wage", 82_423),
    ],
)
def test_as_many_groups_were_checked_as_there_are(
    identity: str, measure: str, groups: int, real_run: Path, ask: Ask
) -> None:
    query = "SELECT sum(groups_checked)::INT FROM core.identities WHERE identity = ? AND measure = ?"
    assert ask(real_run, query, identity, measure) == [(groups,)]


def test_the_weekly_wage_of_every_published_cell_was_recomputed(real_run: Path, ask: Ask) -> None:
    published = """
        SELECT count(*) FROM core.qcew_cells
        WHERE disclosure = 'disclosed' AND month1_employment + month2_employment + month3_employment > 0
    """
    checked = "SELECT sum(groups_checked)::INT FROM core.identities WHERE identity = 'average_weekly_wage'"
    assert ask(real_run, published) == ask(real_run, checked)


def test_all_of_the_location_quotients_agree_on_the_nation(real_run: Path, ask: Ask) -> None:
    """90,398 rows have quotients, 1,355 of them alone in their industry; without the nation's file."""
    counts = ", ".join(
        f"sum({name})::INT" for name in ("rows_with_quotient", "rows_compared", "rows_agreeing", "rows_disagreeing")
    )
    query = f"SELECT measure, any_value(basis), {counts} FROM core.quotient_agreement GROUP BY measure"
    found = {measure: tuple(rest) for measure, *rest in ask(real_run, query)}
    assert len(found) == 8
    assert set(found.values()) == {("implied", 90_398, 89_043, 89_043, 0)}


def test_percentages_over_the_year_come_out(shared_data: Path) -> None:
    """82,858 rows × 8 measures: change by last year's level, one decimal, halves to even; from 0 it is 0 or 100."""
    agreeing = checked = 0
    for row in disclosed_over_the_year(shared_data):
        for name in list(row)[list(row).index("size_title") + 1 : list(row).index("lq_disclosure_code")]:
            change = int(row[f"oty_{name}_chg"])
            last_year = int(row[name]) - change
            checked += 1
            agreeing += float(row[f"oty_{name}_pct_chg"]) == percentage(change, last_year)
    assert (agreeing, checked) == (662_864, 662_864)


def disclosed_over_the_year(shared_data: Path) -> Iterator[dict[str, str]]:
    """Rows of the files of which values and changes are published."""
    with zipfile.ZipFile(shared_data / "bls" / "2016_qtrly_by_area.zip") as archive:
        for name in archive.namelist():
            rows = csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8"))
            yield from (row for row in rows if not row["disclosure_code"] + row["oty_disclosure_code"])


def percentage(change: int, last_year: int) -> float:
    """The change in per cent of last year's level, rounded to one decimal without a float on the way."""
    if last_year == 0:
        return 100.0 * (change > 0)
    tenths, rest = divmod(1000 * abs(change), last_year)
    tenths += 2 * rest > last_year or (2 * rest == last_year and tenths % 2)
    return (tenths if change > 0 else -tenths) / 10


def test_seven_counties_are_the_metropolitan_area_in_every_cell(real_run: Path, ask: Ask) -> None:
    query = """
        WITH metropolitan AS (SELECT * FROM core.qcew_cells WHERE area_fips = 'C3890'),
        counties AS (
            SELECT own_code, industry_code, quarter, sum(establishments) AS establishments
            FROM core.qcew_cells WHERE list_contains(?, area_fips) GROUP BY ALL
        )
        SELECT count(*), count(*) FILTER (metropolitan.establishments = counties.establishments)
        FROM metropolitan JOIN counties USING (own_code, industry_code, quarter)
    """
    assert ask(real_run, query, PORTLAND_MSA) == [(8_036, 8_036)]


def test_no_published_parent_in_oregon_has_a_single_hidden_child(real_run: Path, ask: Ask) -> None:
    query = """
        SELECT parent.area_fips, parent.own_code, parent.industry_code, parent.quarter
        FROM core.qcew_cells AS parent
        JOIN reference.naics AS tree
            ON tree.naics_vintage = parent.naics_vintage AND tree.parent_code = parent.industry_code
        JOIN core.qcew_cells AS child
            ON (child.area_fips, child.own_code, child.quarter) = (parent.area_fips, parent.own_code, parent.quarter)
            AND child.industry_code = tree.industry_code
        WHERE parent.area_fips LIKE '41%' AND parent.wages_usd IS NOT NULL
        GROUP BY ALL
        HAVING count(*) - count(child.wages_usd) = 1
    """
    assert ask(real_run, query) == []
    checked = json.loads((real_run / "exports" / "data_docs" / "run.json").read_text("utf-8"))["tables"]
    assert checked["core.period_cells"]["warnings"] == 0


@pytest.mark.parametrize(("region", "area"), [("oregon", "41000"), ("portland_vancouver_hillsboro_msa", "C3890")])
def test_a_region_equals_the_area_that_bls_publishes(region: str, area: str, real_run: Path, ask: Ask) -> None:
    ours = f"SELECT DISTINCT measure, total FROM marts.sector_measures WHERE region = ? AND {YEAR} ORDER BY measure"
    theirs = """
        SELECT establishments, average_employment, wages_usd FROM core.qcew_annual
        WHERE area_fips = ? AND own_code = '5' AND industry_code = '10' AND year = 2016
    """
    (published,) = ask(real_run, theirs, area)
    assert [total for _, total in ask(real_run, ours, region)] == pytest.approx(published, rel=1e-12)


def test_oregon_is_its_own_rows_and_its_counties_add_up_to_them(real_run: Path, ask: Ask) -> None:
    taken = "SELECT DISTINCT area_fips, basis FROM core.region_periods WHERE region = 'oregon'"
    assert ask(real_run, taken) == [("41000", "statewide")]
    parts = """
        SELECT area_fips = '41000' AS is_state, sum(establishments), count(*) FROM core.qcew_annual
        WHERE regexp_full_match(area_fips, '41[0-9]{3}') AND own_code = '5' AND industry_code = '10'
        GROUP BY is_state ORDER BY is_state
    """
    (_, counties, count), (_, state, _) = ask(real_run, parts)
    assert (counties, count) == (state, 37)


def test_all_target_sectors_are_the_sum_less_what_lies_in_two(real_run: Path, ask: Ask) -> None:
    """By the strict definition no business lies in three sectors, and counts of businesses are never hidden."""
    place = f"region = 'portland_tri_county' AND definition = 'strict' AND measure = 'businesses' AND {YEAR}"
    known: dict[str, float] = dict(ask(real_run, f"SELECT sector, known FROM marts.sector_measures WHERE {place}"))
    ((overlaps,),) = ask(real_run, f"SELECT sum(known) FROM marts.sector_overlap WHERE {place}")
    assert overlaps > 0
    assert known["all_target_sectors"] == known["sum_of_sectors"] - overlaps


def test_no_reading_claims_to_reproduce_the_published_figures(real_run: Path, ask: Ask) -> None:
    """They are of 2023: the figures of 2016 stand beside them and are not compared."""
    columns = "published_year, our_year, is_reproduced, is_reproduced_by_any"
    rows = ask(real_run, f"SELECT {columns} FROM marts.published_figures WHERE statistic LIKE 'share_of_%'")
    assert len(rows) == 3 * 2 * 2, "three shares, two definitions, union and gross"
    assert set(rows) == {(2023, 2016, None, None)}
    claimed = "SELECT count(*) FROM marts.published_figures WHERE is_reproduced OR is_reproduced_by_any"
    assert ask(real_run, claimed) == [(0,)]


def half_up(value: float) -> int:
    return int(value + 0.5)


# Hidden cells


def test_every_figure_is_exact_estimated_or_withheld(real_run: Path, ask: Ask) -> None:
    statuses = ask(
        real_run,
        "SELECT estimate_status, hidden_cells > 0, count(*), count(estimate), count(upper_share) "
        "FROM marts.sector_measures WHERE measure <> 'businesses' GROUP BY ALL",
    )
    shown = {(status, is_hidden): (rows, estimates, shares) for status, is_hidden, rows, estimates, shares in statuses}
    assert {status for status, _ in shown} == {"published", "estimated", "withheld_single_cell"}
    for (status, _), (rows, estimates, _) in shown.items():
        assert estimates == (0 if status == "withheld_single_cell" else rows), status
    assert not ask(real_run, "FROM estimates.contradictions")


def test_hidden_figures_have_ranges_that_nest(real_run: Path, ask: Ask) -> None:
    query = """
        SELECT count(*), count(*) FILTER (lower <= interval90_lower + 1e-6 AND interval90_lower <= estimate + 1e-6
            AND estimate <= interval90_upper + 1e-6 AND interval90_upper <= upper + 1e-6),
            count(*) FILTER (known IS NULL OR lower >= known - 1e-6)
        FROM marts.sector_measures WHERE estimate_status = 'estimated'
    """
    ((rows, nested, above_known),) = ask(real_run, query)
    assert rows == nested == above_known > 8_000


def test_the_state_is_the_sum_of_what_its_regions_may_be(real_run: Path, ask: Ask) -> None:
    """Oregon's clean energy is exact as a sum, though BLS hides parts of it; its counties' bounds surround it."""
    query = """
        SELECT lower, upper FROM marts.sector_measures
        WHERE region = 'oregon' AND sector = 'clean_energy' AND definition = 'strict' AND ownership = 'private'
            AND period = '2016' AND measure = 'employment'
    """
    ((lower, upper),) = ask(real_run, query)
    assert lower == pytest.approx(upper) == pytest.approx(4729.75)


def test_single_cells_never_leave_the_working_database(real_run: Path, ask: Ask) -> None:
    tables = {name for (name,) in ask(real_run, "SELECT table_name FROM duckdb_tables()")}
    assert "figure_estimates" in tables
    assert not {"hidden_cells", "region_estimates", "pay_estimates"} & tables
    withheld = ask(
        real_run,
        "SELECT count(*), count(coarser_region) FROM marts.sector_measures "
        "WHERE estimate_status = 'withheld_single_cell' AND left(region, 2) = '41'",
    )
    assert 0 < withheld[0][1] <= withheld[0][0]


def test_figures_of_2016_are_final(real_run: Path, ask: Ask) -> None:
    assert ask(real_run, "SELECT DISTINCT revision_status FROM marts.sector_measures") == [("final",)]
