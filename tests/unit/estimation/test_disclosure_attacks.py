"""Differencing: what works where only unsafe figures are hidden, and tells nothing of a release as it is made.

An attack knows little, one kind of figure and its sums, and has to succeed on the careless release; against the release
as made the attacker knows everything, and the attack's figures with it. He shares no code with what protects them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from scipy.linalg import block_diag

from pipelines.domain.disclosure_policy import DisclosurePolicy, PrimaryRules
from pipelines.estimation.disclosure import suppress, told_by_others
from pipelines.estimation.disclosure_outputs import KEY, Outputs, release_outputs
from pipelines.orchestration.releases import make_release
from pipelines.settings import Settings
from tests.support.small_release import (
    GROUPS,
    MEASURES,
    METROPOLITAN,
    NONE_PUBLIC,
    REGIONS,
    TREE,
    Attacker,
    Knowledge,
    contributions,
    fill_warehouses,
    outputs,
)

WIDTH = 0.2
SEEDS = range(2)
OWNS = ("3", "5")
Flags = np.ndarray
Found = list[tuple[object, ...]]


@dataclass(frozen=True)
class Release:
    """One quarter of a small state: its outputs, who attacks them, and what is hidden, with care and without."""

    outputs: Outputs
    attacker: Attacker
    careless: Flags
    made: Flags
    protected: Flags

    @property
    def frame(self) -> pl.DataFrame:
        return self.outputs.frame

    def where(self, condition: pl.Expr) -> Flags:
        """The outputs of which it is true."""
        return self.frame.select(condition.fill_null(False)).to_series().to_numpy()


@cache
def state(seed: int) -> Release:
    """A quarter without any public file."""
    return released(contributions(seed, OWNS))


@cache
def told_of_all(seed: int) -> int:
    """How many protected outputs somebody can tell too closely who knows all of the release as made."""
    return len(found(state(seed), ~state(seed).made))


def released(records: pl.DataFrame, public: pl.DataFrame = NONE_PUBLIC) -> Release:
    of_state = release_outputs(records, TREE, REGIONS, GROUPS, public, PrimaryRules())
    table = told_by_others(of_state.table(), WIDTH)
    assert not table.is_told.any(), "the public file of these tests tells of nobody by itself"
    protected = table.protected[table.figure]
    return Release(of_state, Attacker(of_state, records), protected, suppress(table, WIDTH)[table.figure], protected)


def too_close(truth: float, least: float, most: float) -> bool:
    width = max(np.ceil(WIDTH * truth - 1e-6), 1)
    slack = 1e-5 * max(truth, 1)
    return bool(least > max(truth - width, 0) + slack or most < truth + width - slack)


def found(release: Release, known: Flags) -> Found:
    """Protected outputs that somebody who knows these outputs can tell too closely, with what he can tell."""
    result: Found = []
    for measure in (MEASURES[2], "wages_usd"):
        truth = release.attacker.values(measure)
        knowledge = Knowledge(release.attacker.sums[known], truth[known])
        for number in np.flatnonzero(release.protected).tolist():
            least, most = knowledge.range_of(release.attacker.sums[number])
            if too_close(truth[number], least, most):
                result.append((measure, release.frame.row(number), least, most))
    return result


def exact(results: Found) -> Found:
    return [one for one in results if float(str(one[3])) - float(str(one[2])) < 0.5]


IS_TOTAL = pl.col("group_key").is_not_null()


def test_a_sector_less_its_known_cells() -> None:
    """Told: the sector's total, and all of its six-digit cells but one."""
    by_difference: Found = []
    for seed in SEEDS:
        release = state(seed)
        sectors_and_cells = release.where(IS_TOTAL | (pl.col("industry_code").str.len_chars() == 6))
        by_difference += exact(found(release, sectors_and_cells & ~release.careless))
        assert told_of_all(seed) == 0
    assert by_difference


def test_two_regions_that_overlap() -> None:
    """Told: both regions and the state. Their sum less the state is the county that they share."""
    by_difference: Found = []
    for seed in SEEDS:
        release = state(seed)
        regions = release.where(IS_TOTAL & pl.col("region").is_in(["both", "west", "99000"]))
        counties = replace(release, protected=release.protected & release.where(pl.col("region") == "99003"))
        by_difference += exact(found(counties, regions & ~release.careless))
        assert told_of_all(seed) == 0
    assert by_difference


def of_bls(records: pl.DataFrame) -> pl.DataFrame:
    """The cells that BLS publishes of a state, by the same rules and other preferences: it hides large cells first."""
    cells = release_outputs(records, TREE, REGIONS, GROUPS.clear(), NONE_PUBLIC, PrimaryRules())
    table = cells.table()
    hidden = suppress(replace(table, loss=1 / table.loss), WIDTH)[table.figure]
    shown = cells.frame.filter(~pl.Series(hidden))
    return shown.select(area_fips="region", own_code="own_code", industry_code="industry_code")


def is_public(release: Release, public: pl.DataFrame) -> Flags:
    keys = set(public.rows())
    rows = release.frame.select("region", "own_code", "industry_code").rows()
    return np.array([row in keys for row in rows])


def test_outputs_against_the_file_of_bls() -> None:
    """Two files, each safe by itself, tell together what either hides; a release is made with the other in sight."""
    together: Found = []
    for seed in SEEDS:
        records = contributions(seed, OWNS)
        public = of_bls(records)
        alone, beside = state(seed), released(records, public)
        shown_by_bls = is_public(alone, public)
        careless = found(beside, shown_by_bls | ~beside.careless)
        assert len(careless) > len(found(beside, shown_by_bls)) == 0
        together += found(beside, shown_by_bls | ~alone.made)
        assert found(beside, shown_by_bls | ~beside.made) == []
    assert together


class Year:
    """Four quarters of a state as one: the unknowns of all of them, side by side."""

    def __init__(self, seed: int, public: Sequence[pl.DataFrame] = (NONE_PUBLIC,) * 4) -> None:
        self.records = [contributions(4 * seed + number, OWNS) for number in range(4)]
        self.quarters = [released(*each) for each in zip(self.records, public, strict=True)]
        of_year = release_outputs(pl.concat(self.records), TREE, REGIONS, GROUPS, NONE_PUBLIC, PrimaryRules())
        self.frame = of_year.frame
        self.sums = np.hstack([self._members(quarter) for quarter in self.quarters])

    def _members(self, quarter: Release) -> np.ndarray:
        """Of each output of the year, its part in the quarter."""
        number = {key: place for place, key in enumerate(quarter.frame.select(KEY).rows())}
        nothing = np.zeros(quarter.attacker.sums.shape[1])
        keys = self.frame.select(KEY).rows()
        return np.array([quarter.attacker.sums[number[key]] if key in number else nothing for key in keys])

    def found(self, hidden: Iterable[Flags], of_year: Flags) -> Found:
        """Protected outputs of any quarter that all that is shown and these sums of the year tell too closely."""
        shown = [~flags for flags in hidden]
        values = [quarter.attacker.values("wages_usd") for quarter in self.quarters]
        sums = [quarter.attacker.sums[flags] for quarter, flags in zip(self.quarters, shown, strict=True)]
        known = [value[flags] for value, flags in zip(values, shown, strict=True)]
        knowledge = Knowledge(
            np.vstack([block_diag(*sums), self.sums[of_year]]),
            np.concatenate([*known, self.frame["wages_usd"].to_numpy()[of_year]]),
        )
        cells = [quarter.attacker.sums.shape[1] for quarter in self.quarters]
        result: Found = []
        for place, quarter in enumerate(self.quarters):
            beside = sum(cells[:place]), sum(cells[place + 1 :])
            for number in np.flatnonzero(quarter.protected).tolist():
                least, most = knowledge.range_of(np.pad(quarter.attacker.sums[number], beside))
                if too_close(values[place][number], least, most):
                    result.append((place, quarter.frame.row(number), least, most))
        return result


def test_a_county_against_its_metropolitan_area() -> None:
    """BLS shows an area of two counties of which it hides both; less the one that is shown here it is the other."""
    careless: Found = []
    for seed in SEEDS:
        records = contributions(seed, OWNS)
        cells = records.select(pl.lit("C9999").alias("area_fips"), "own_code", "industry_code").unique()
        of_area = outputs(seed, OWNS, cells, METROPOLITAN).frame.filter(~pl.col("is_output"), ~pl.col("is_unsafe"))
        public = of_area.select("own_code", "industry_code", area_fips="region")
        of_state = outputs(seed, OWNS, public, METROPOLITAN)
        attacker, table = Attacker(of_state, records), told_by_others(of_state.table(), WIDTH)
        protected = (table.protected & ~table.is_told)[table.figure]
        made = suppress(table, WIDTH)[table.figure]
        assert found(Release(of_state, attacker, protected, made, protected), ~made) == []
        alone = state(seed).frame.with_columns(is_hidden=pl.Series(state(seed).made)).select(*KEY, "is_hidden")
        blind = of_state.frame.join(alone, on=KEY, how="left", nulls_equal=True, maintain_order="left")
        blind_hidden = blind["is_hidden"].fill_null(False).to_numpy()
        careless += found(Release(of_state, attacker, protected, blind_hidden, protected), ~blind_hidden)
    assert exact(careless)


def test_a_quarter_against_the_year() -> None:
    """The year less three quarters is the fourth. A release tells of years what its quarters tell, and no sums."""
    year = Year(1)
    careless, made = ([getattr(quarter, name) for quarter in year.quarters] for name in ("careless", "made"))
    safe, none = ~year.frame["is_unsafe"].to_numpy(), np.zeros(year.frame.height, dtype=bool)
    quarters_alone = {one[:2] for one in year.found(careless, none)}
    assert [one for one in exact(year.found(careless, safe)) if one[:2] not in quarters_alone]
    assert year.found(made, none) == []
    assert year.found(made, safe), "sums of years are not protected: they may not leave beside a release"


def test_a_quarter_against_the_annual_file_of_bls() -> None:
    """BLS hides a year of which it hides a quarter. If it did not, its file would tell the quarter."""
    published = [of_bls(contributions(number, OWNS)) for number in range(4)]
    year = Year(0, published)
    cells = year.frame.select("region", "own_code", "industry_code").rows()
    in_file = np.array([[key in set(public.rows()) for key in cells] for public in published])
    made = [quarter.made for quarter in year.quarters]
    assert in_file.all(axis=0).any()
    assert year.found(made, np.asarray(in_file.all(axis=0))) == []
    assert exact(year.found(made, np.asarray(in_file.sum(axis=0) >= 3)))


def cells_of(records: pl.DataFrame, data_dir: Path, folder: Path) -> pl.DataFrame:
    """What the command releases of a quarter; data_dir: the confidential folder with its ledger."""
    settings = Settings(source="establishments", data_dir=data_dir, inbox=data_dir / "inbox", exports=())
    settings.working_database.unlink(missing_ok=True)
    public = folder.with_suffix(".duckdb")
    fill_warehouses(settings.working_database, public, {(2024, 1): records})
    policy = DisclosurePolicy(PrimaryRules(), WIDTH, "an officer", date(2026, 11, 26))
    make_release(settings, policy, public, folder, lambda _: None, needs_public_file=False)
    return pl.read_parquet(folder / "cells.parquet")


def differences(last: pl.DataFrame, this: pl.DataFrame) -> set[tuple[int, ...]]:
    """What any shown cell has more of, measure by measure."""
    both = this.join(last, on=("area_fips", "own_code", "industry_code"), suffix="_last")
    more = both.select(pl.col(name) - pl.col(f"{name}_last") for name in MEASURES)
    return set(more.drop_nulls().rows()) - {(0,) * len(MEASURES)}


def test_this_release_against_the_last(tmp_path: Path) -> None:
    """Told: a quarter before and after one employer reported late. What was released stays as it was."""
    records = contributions(0, OWNS)
    late = records.row(0, named=True)
    before = records.filter(pl.col("employer") != late["employer"])
    last = cells_of(before, tmp_path / "agency", tmp_path / "last")
    anew = cells_of(records, tmp_path / "forgetful", tmp_path / "anew")
    this = cells_of(records, tmp_path / "agency", tmp_path / "this")
    assert tuple(late[name] for name in MEASURES) in differences(last, anew)
    assert differences(last, this) == set()
    assert this.equals(last)
