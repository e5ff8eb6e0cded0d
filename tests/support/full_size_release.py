"""The release of a whole synthetic state, proven by sums and by an attacker who shares no code with what makes it.

Belongs here: a proof that takes minutes a quarter and is run by hand; its result stands in docs/establishments.md:

    python tests/support/full_size_release.py FOLDER [--seeds N] [--quarters N] [--attacked N]

Not here: the small proofs of the test suite (tests/unit/estimation). FOLDER keeps one JSON file a seed and quarter;
what is there is not made anew, so that a run that was broken off goes on.

Outputs are worked out again from the records by plain joins. The unknowns of the attacker are the cells of county,
ownership and six-digit industry in which there are establishments; all that is shown, and BLS's published cells, are
sums of them.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

import highspy
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from pipelines.domain.disclosure_policy import PrimaryRules
from pipelines.estimation.cell_network import MEASURES as MEASURES_OF
from pipelines.estimation.disclosure import audit, suppress, told_by_others
from pipelines.estimation.disclosure_outputs import Outputs, release_outputs
from pipelines.estimation.disclosure_table import DisclosureTable
from pipelines.settings import SHIPPED_DEFINITIONS
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.sample_cells import publish_cells
from pipelines.sources.sample_economy import simulate_economy
from pipelines.sources.sample_establishments import sample_records
from pipelines.sources.sample_files import DEFAULT_SEED

WIDTH = 0.2
STATE, VINTAGE, MASTER = "41000", 2022, "2"
KEY = ("region", "own_code", "group_key", "industry_code")
LEAF = ("area_fips", "own_code", "industry_code")
MONTHS = ("month1_employment", "month2_employment", "month3_employment")
MEASURES = (*MONTHS, "wages_usd")
UNITS = {"wages_usd": 1000.0}
LOOKS = 8
"""Times that the attacker wishes for all figures at once, before he asks for each."""
FEW = 25
"""Protected figures attacked where only unsafe ones are hidden, to show that the attacker can see."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Fact = dict[str, object]


@dataclass(frozen=True)
class Definitions:
    """What a release is made by, worked out of the shipped definitions without the warehouse's models."""

    naics: pl.DataFrame
    areas: pl.DataFrame
    tree: pl.DataFrame
    regions: pl.DataFrame
    groups: pl.DataFrame

    @cached_property
    def above(self) -> dict[str, list[str]]:
        """Each six-digit industry, and all industries it is in, finest first."""
        parent = dict(self.tree.iter_rows())
        chains = {}
        for code in self.naics.filter(pl.col("level") == 8)["code"]:
            chain = [code]
            while parent[chain[-1]] is not None:
                chain.append(parent[chain[-1]])
            chains[code] = chain
        return chains


def read_definitions() -> Definitions:
    """The shipped sectors, lenses, overlaps and unions as sets of six-digit industries, and Oregon's regions."""
    tables = load_definitions(SHIPPED_DEFINITIONS, SHIPPED_DEFINITIONS).tables()
    naics = (
        tables["reference.naics"]
        .filter(pl.col("naics_vintage") == VINTAGE)
        .select(code="industry_code", title="industry_title", parent_code="parent_code", level="naics_level")
    )
    regions = tables["reference.region_areas"].join(
        tables["reference.regions"].filter(pl.col("statewide_area").is_null()), on="region", how="semi"
    )
    is_inside = pl.col("area_fips").str.starts_with(STATE[:2]).all().over("region")
    tree = naics.select(industry_code="code", parent_code="parent_code")
    bare = Definitions(naics, tables["reference.areas"], tree, regions.filter(is_inside), pl.DataFrame())
    kinds = dict(tables["reference.sectors"].select("sector", "kind").iter_rows())
    leaves: dict[tuple[str, str], set[str]] = {}
    for definition, sector, code in (
        tables["reference.sector_codes"]
        .filter(pl.col("naics_vintage") == VINTAGE)
        .select("definition", "sector", "industry_code")
        .iter_rows()
    ):
        found = {leaf for leaf, chain in bare.above.items() if code in chain}
        leaves.setdefault((definition, sector), set()).update(found)
    groups = {f"{definition}:{sector}": codes for (definition, sector), codes in leaves.items()}
    for definition in sorted({definition for definition, _ in leaves}):
        sectors = {name: leaves[definition, name] for name in kinds if kinds[name] == "sector"}
        groups[f"{definition}:union"] = set().union(*sectors.values())
        for one, other in combinations(sectors, 2):
            if both := sectors[one] & sectors[other]:
                groups[f"{definition}:{one}+{other}"] = both
    rows = [(key, code) for key, codes in groups.items() for code in sorted(codes)]
    frame = pl.DataFrame(rows, schema=["group_key", "industry_code"], orient="row")
    return Definitions(naics, bare.areas, tree, bare.regions, frame)


@dataclass(frozen=True)
class PlainSums:
    """Every output as a set of leaf cells, by plain joins over the records of a quarter.

    leaves: LEAF and the measures, sorted. outputs: KEY and the measures and establishments, sorted. chain: the cells
    only: output, leaf, is_state, and depth, 0 for the finest. members: one row an output, one column a leaf.
    """

    leaves: pl.DataFrame
    outputs: pl.DataFrame
    chain: pl.DataFrame
    members: sparse.csr_array


def plain_sums(records: pl.DataFrame, definitions: Definitions) -> PlainSums:
    """Adds up the records to every cell and total; own_code 8, all government of the state, is one of BLS's."""
    leaves = records.group_by(LEAF).agg(pl.len().alias("establishments"), pl.col(MEASURES).sum()).sort(LEAF)
    numbered = leaves.select(*LEAF, leaf=pl.int_range(pl.len()))
    chains = pl.DataFrame(
        [(code, above, depth) for code, chain in definitions.above.items() for depth, above in enumerate(chain)],
        schema=["industry_code", "above", "depth"],
        orient="row",
    )
    by_own = numbered.join(chains, on="industry_code").drop("industry_code").rename({"above": "industry_code"})
    top = by_own.filter(pl.col("industry_code") == "10")
    cells = pl.concat([by_own, top.with_columns(pl.col("depth") + 2, own_code=pl.lit("0"))])
    government = top.filter(pl.col("own_code") != "5").with_columns(pl.col("depth") + 1, own_code=pl.lit("8"))
    cells = pl.concat(
        [
            cells.with_columns(region="area_fips", is_state=pl.lit(False)),
            pl.concat([cells, government]).with_columns(region=pl.lit(STATE), is_state=pl.lit(True)),
        ]
    ).with_columns(group_key=pl.lit(None, pl.String))
    places = numbered.select("area_fips").unique()
    regions = pl.concat(
        [
            places.select(region="area_fips", area_fips="area_fips"),
            places.select(region=pl.lit(STATE), area_fips="area_fips"),
            definitions.regions.select("region", "area_fips"),
        ]
    )
    totals = numbered.join(definitions.groups, on="industry_code").join(regions, on="area_fips")
    totals = pl.concat([totals, totals.with_columns(own_code=pl.lit("0"))]).with_columns(
        industry_code=pl.lit(None, pl.String)
    )
    pairs = pl.concat([cells.select(*KEY, "leaf"), totals.select(*KEY, "leaf")])
    values = leaves.select("establishments", *MEASURES).with_row_index("leaf").cast({"leaf": pl.Int64})
    outputs = pairs.join(values, on="leaf").group_by(KEY).agg(pl.col("establishments", *MEASURES).sum()).sort(KEY)
    number = outputs.select(*KEY, output=pl.int_range(pl.len()))
    placed = pairs.join(number, on=KEY, nulls_equal=True)
    chain = cells.join(number, on=KEY, nulls_equal=True).select("output", "leaf", "is_state", "depth")
    where = (placed["output"].to_numpy(), placed["leaf"].to_numpy())
    members = sparse.csr_array((np.ones(placed.height), where), shape=(outputs.height, leaves.height))
    return PlainSums(leaves, outputs, chain, members)


class Attacker:
    """One linear program of one measure over the hidden leaf cells, kept warm while what is wished for changes.

    Of a cell that is shown, what lies in shown cells below is taken away, so that each hidden leaf stands in the
    equation of the finest shown cell around it in its county, and of that in the state; and in each shown total.
    """

    def __init__(self, sums: PlainSums, is_shown: Flags, measure: str) -> None:
        """is_shown: by output of `sums`."""
        self._unit = UNITS.get(measure, 1.0)
        whole = sums.leaves[measure].to_numpy().astype(float)
        shown = pl.Series(is_shown)
        chain = sums.chain.filter(shown.gather(pl.Series(sums.chain["output"])))
        known = chain.filter(pl.col("depth") == 0, ~pl.col("is_state"))["leaf"].to_numpy()
        self._is_unknown = np.ones(len(whole), dtype=bool)
        self._is_unknown[known] = False
        nearest = chain.sort("depth").unique(("leaf", "is_state"), keep="first", maintain_order=True)
        size = sums.members.shape
        cells = sparse.csr_array((np.ones(nearest.height), (nearest["output"], nearest["leaf"])), shape=size)
        is_total = sums.outputs["group_key"].is_not_null().to_numpy()
        every = sparse.vstack([cells, sums.members[is_total & is_shown]]).tocsr()[:, self._is_unknown]
        self._equations = _distinct_rows(sparse.csr_array(every))
        self._truth = whole[self._is_unknown] / self._unit
        self._members = sparse.csr_array(sums.members[:, self._is_unknown])
        self._solver = self._program()

    def _program(self) -> highspy.Highs:
        matrix = sparse.csc_array(self._equations)
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = matrix.shape
        program.col_cost_ = np.zeros(matrix.shape[1])
        program.col_lower_ = np.zeros(matrix.shape[1])
        program.col_upper_ = np.full(matrix.shape[1], 10.0 * (1 + self._truth.max(initial=0)))
        program.row_lower_ = program.row_upper_ = matrix @ self._truth
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
        program.a_matrix_.value_ = matrix.data
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.silent()
        for name, value in (("threads", 1), ("parallel", "off"), ("presolve", "off")):
            solver.setOptionValue(name, value)
        assert solver.passModel(program) == highspy.HighsStatus.kOk
        return solver

    def shifts(self, wish: Floats) -> Floats:
        """What the outputs differ by from the truth, where all that is shown allows most of the wish; by output.

        wish: how much each output is to be above the truth, by output.
        """
        cost = -(self._members.T @ wish)
        self._solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS found no optimum: its status is {status.name}")
        found = np.maximum(np.array(self._solver.getSolution().col_value), 0)
        shift = found - self._truth
        off = np.abs(self._equations @ shift)
        assert (off <= 1e-5 * (1 + self._equations @ self._truth)).all(), "what the solver found fits nothing shown"
        moved: Floats = self._unit * (self._members @ shift)
        return moved

    def narrow(self, truth: Floats, asked: Flags, left: Floats, seed: int = 0) -> tuple[NDArray[np.intp], int]:
        """Outputs among those asked whose range is narrower than required; and how many were asked alone.

        truth: by output. left: how far up and down others' files leave an output: half of that is required where it is
        less than the width. What one question finds proves ranges of other outputs too.
        """
        up = np.maximum(np.ceil(WIDTH * truth - 1e-6), 1)
        slack = 1e-5 * np.maximum(truth, 1)
        needs = {
            1: np.minimum(up, left[0] / 2) - slack,
            -1: np.minimum(np.minimum(up, truth), left[1] / 2) - slack,
        }
        is_open = {direction: asked & (need > 0) for direction, need in needs.items()}
        random = np.random.default_rng(seed)

        def ask(wish: Floats) -> None:
            found = self.shifts(wish)
            for direction, need in needs.items():
                is_open[direction] &= direction * found < need

        for _ in range(LOOKS):
            for direction in (1, -1):
                ask(direction * is_open[direction] * random.random(len(truth)) / np.maximum(truth, 1))
        exposed, alone = set(), 0
        for direction in (1, -1):
            while (left := np.flatnonzero(is_open[direction])).size:
                wish = np.zeros(len(truth))
                wish[left[0]] = direction
                ask(wish)
                alone += 1
                if is_open[direction][left[0]]:
                    exposed.add(int(left[0]))
                    is_open[direction][left[0]] = False
        return np.array(sorted(exposed), dtype=np.intp), alone


def _distinct_rows(rows: sparse.csr_array) -> sparse.csr_array:
    rows.sort_indices()
    ends = rows.indptr
    seen = {rows.indices[ends[row] : ends[row + 1]].tobytes(): row for row in range(rows.shape[0])}
    return sparse.csr_array(rows[sorted(row for indices, row in seen.items() if indices)])


def prove(records: pl.DataFrame, public: pl.DataFrame, definitions: Definitions, attacked: int | None) -> Fact:
    """Makes the release of a quarter as the command does, and compares and attacks it.

    public: area_fips, own_code, industry_code of BLS's published cells. attacked: how many protected figures at most.
    """
    clock = time.monotonic()
    by_employer = (
        records.group_by(*LEAF, "employer").agg(pl.len().alias("establishments"), pl.col(MEASURES).sum()).sort(pl.all())
    )
    outputs = release_outputs(
        by_employer, definitions.tree, definitions.regions, definitions.groups, public, PrimaryRules()
    )
    table = told_by_others(outputs.table(), WIDTH)
    hidden = suppress(table, WIDTH)
    suppressed = time.monotonic() - clock
    found_by_audit = sum(len(one.exposed) for one in audit(table, hidden, WIDTH))
    made = time.monotonic() - clock
    clock = time.monotonic()
    sums = plain_sums(records, definitions)
    facts = _loss(outputs, table, hidden) | {
        "found by the project's audit": found_by_audit,
        "wrong sums": _wrong_sums(outputs, sums, hidden[table.figure]),
        "seconds to hide": round(suppressed),
        "seconds with audit": round(made),
    }
    return (
        facts
        | _attack(outputs, table, hidden, sums, public, attacked)
        | {"seconds to attack": round(time.monotonic() - clock)}
    )


def _wrong_sums(outputs: Outputs, sums: PlainSums, is_hidden: Flags) -> int:
    """Outputs that are missing, too many, or not the plain sums by any measure that is shown."""
    plain = sums.outputs.filter(pl.col("own_code") != "8")
    released = outputs.frame.with_columns(is_hidden=pl.Series(is_hidden))
    both = released.join(plain, on=KEY, how="full", nulls_equal=True, suffix="_plain")
    same = pl.col("establishments") == pl.col("establishments_plain")
    for name in MEASURES:
        same = same & (pl.col("is_hidden") | (pl.col(name) == pl.col(f"{name}_plain")))
    return both.filter(~same.fill_null(False)).height


def _attack(
    outputs: Outputs, table: DisclosureTable, hidden: Flags, sums: PlainSums, public: pl.DataFrame, attacked: int | None
) -> Fact:
    """How many protected outputs the attacker finds narrower than required."""
    ways_left = [
        pl.Series(f"{MEASURES_OF[name]} {way}", by_figure[table.figure])
        for name, ways in table.left.items()
        for way, by_figure in zip(("up", "down"), ways, strict=True)
    ]
    released = outputs.frame.select(
        *KEY,
        "is_unsafe",
        *ways_left,
        is_hidden=pl.Series(hidden[table.figure]),
        is_protected=pl.Series(table.protected[table.figure]),
        is_told=pl.Series((table.is_told & table.protected)[table.figure]),
    )
    of_others = public.select(region="area_fips", own_code="own_code", industry_code="industry_code").unique()
    of_others = of_others.with_columns(group_key=pl.lit(None, pl.String), is_public=pl.lit(True))
    known = (
        sums.outputs.join(released, on=KEY, how="left", nulls_equal=True, maintain_order="left")
        .join(of_others, on=KEY, how="left", nulls_equal=True, maintain_order="left")
        .select(
            pl.col("is_unsafe", "is_protected", "is_told", "is_public").fill_null(False),
            pl.col("^.* (up|down)$").fill_null(np.inf),
            is_shown=pl.col("is_public").fill_null(False) | ~pl.col("is_hidden").fill_null(True),
        )
    )
    flags = {name: known[name].to_numpy() for name in known.columns}
    asked, few = _some(flags["is_protected"], attacked), _some(flags["is_protected"], FEW)
    narrow, alone, seen = {}, 0, 0
    for measure in MEASURES:
        truth = sums.outputs[measure].to_numpy().astype(float)
        left = np.stack([flags[f"{measure} up"], flags[f"{measure} down"]])
        found, questions = Attacker(sums, flags["is_shown"], measure).narrow(truth, asked, left)
        narrow[measure], alone = sums.outputs.select(KEY)[found[:20]].rows(), alone + questions
        careless = Attacker(sums, flags["is_public"] | ~flags["is_unsafe"], measure)
        seen += len(careless.narrow(truth, few, left)[0])
    return {
        "protected": int(flags["is_protected"].sum()),
        "attacked": int(asked.sum()),
        "asked alone": alone,
        "narrower": sum(map(len, narrow.values())),
        "which": narrow,
        "told by BLS": int(flags["is_told"].sum()),
        "found if only unsafe were hidden": seen / (len(MEASURES) * few.sum()),
    }


def _some(flags: Flags, most: int | None) -> Flags:
    """All of them, or so many drawn at random."""
    if most is None:
        return flags
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(flags))[:most]
    return np.isin(np.arange(len(flags)), chosen)


def _loss(outputs: Outputs, table: DisclosureTable, hidden: Flags) -> Fact:
    """What is hidden because it is unsafe and beyond that, as shares of cells, of their jobs, and of totals."""
    frame = outputs.frame.with_columns(
        hidden=pl.Series(hidden[table.figure]), jobs=pl.mean_horizontal(MONTHS), one=pl.lit(1)
    )
    is_cell = pl.col("industry_code").is_not_null()
    is_finest = is_cell & (pl.col("industry_code").str.len_chars() == 6) & ~pl.col("region").str.ends_with("000")
    unsafe, beyond = pl.col("hidden") & pl.col("is_unsafe"), pl.col("hidden") & ~pl.col("is_unsafe")
    cells, finest = frame.filter(is_cell), frame.filter(is_finest)
    totals = frame.filter(~is_cell, pl.col("own_code") == "5")

    def shares(rows: pl.DataFrame, name: str, weight: str) -> Fact:
        of = pl.col(weight)
        every, of_unsafe, others = rows.select(
            every=of.sum(), unsafe=of.filter(unsafe).sum(), others=of.filter(beyond).sum()
        ).row(0)
        return {f"{name}: unsafe": of_unsafe / every, f"{name}: beyond": others / every}

    return (
        {"establishments": int(finest["establishments"].sum()), "outputs": frame.height}
        | shares(cells, "cells", "one")
        | shares(finest, "jobs", "jobs")
        | shares(totals, "private totals", "one")
    )


def quarters_of(seed: int, quarters: int, definitions: Definitions) -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame]]:
    """Name of each quarter, its records, and the keys of the cells that the sample's BLS-like file publishes of it."""
    economy = simulate_economy(definitions.naics, definitions.areas, seed)
    published = publish_cells(economy, definitions.naics).quarterly.filter(pl.col("disclosure") == "disclosed")
    records = sample_records(economy).filter(pl.col("multi_establishment_code") != MASTER)
    records = records.with_columns(employer="ein")
    periods = records.select("year", "quarter").unique().sort(pl.all()).rows()
    for year, quarter in periods[:quarters]:
        of_period = (pl.col("year") == year, pl.col("quarter") == quarter)
        yield f"{year}-Q{quarter}", records.filter(*of_period), published.filter(*of_period).select(LEAF)


def loss_table(results: Mapping[str, Fact]) -> str:
    """The results as Markdown, one line a seed and quarter; shares are of what is hidden as unsafe, and beyond that."""
    counts = ("establishments", "outputs", "wrong sums", "protected", "attacked", "narrower")
    shares = ("cells", "jobs", "private totals")
    lines = [
        "| seed, quarter | " + " | ".join((*counts, "careless", *shares)) + " |",
        "|---" + "|--:" * (len(counts) + 1 + len(shares)) + "|",
    ]
    for name, one in results.items():
        figures = [f"{one[count]:,}" for count in counts] + [f"{one['found if only unsafe were hidden']:.0%}"]
        figures += [f"{one[f'{share}: unsafe']:.1%} + {one[f'{share}: beyond']:.1%}" for share in shares]
        lines.append(f"| {name} | " + " | ".join(figures) + " |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """1 where any figure is wrong or narrower than required."""
    parser = argparse.ArgumentParser(description="Prove releases of whole synthetic states.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=10, help="how many, from 2016 on")
    parser.add_argument("--quarters", type=int, default=1, help="how many of each, from the first on")
    parser.add_argument("--attacked", type=int, help="protected figures attacked at most, drawn at random; default all")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    definitions = read_definitions()
    results: dict[str, Fact] = {}
    for seed in range(DEFAULT_SEED, DEFAULT_SEED + asked.seeds):
        for period, records, public in quarters_of(seed, asked.quarters, definitions):
            path = asked.folder / f"{seed}-{period}.json"
            if not path.exists():
                path.write_text(json.dumps(prove(records, public, definitions, asked.attacked), indent=2))
            results[f"{seed}, {period}"] = json.loads(path.read_text())
            print(f"{seed}, {period}: {results[f'{seed}, {period}']}", flush=True)
    print(loss_table(results))
    return int(any(one["wrong sums"] or one["narrower"] for one in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
