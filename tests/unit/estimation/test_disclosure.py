"""What is hidden hides what it must, by an attacker of his own, and little more than it need."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from pipelines.estimation import disclosure
from pipelines.estimation.disclosure import audit, suppress, told_by_others
from pipelines.estimation.disclosure_outputs import Outputs
from pipelines.estimation.disclosure_sums import outer_ranges
from pipelines.estimation.disclosure_table import DisclosureTable, disclosure_table
from tests.support.small_release import MEASURES, Attacker, contributions, outputs

WIDTH = 0.2
Sum = tuple[int, list[int]]


def narrow(released: Outputs, attacker: Attacker, hidden: np.ndarray, protected: np.ndarray) -> list[object]:
    """Protected outputs that the attacker knows better than he may."""
    found: list[object] = []
    for measure in MEASURES:
        truth = attacker.values(measure)
        for number, least, most in attacker.ranges(measure, hidden, protected):
            width = max(np.ceil(WIDTH * truth[number] - 1e-6), 1)
            slack = 1e-5 * max(truth[number], 1)
            if least > max(truth[number] - width, 0) + slack or most < truth[number] + width - slack:
                found.append((measure, released.frame.row(number), least, most))
    return found


def table_of(values: list[int], sums: list[Sum], unsafe: set[int], public: set[int] = frozenset()) -> DisclosureTable:  # type: ignore[assignment]
    """A table of one number an output, the same for all measures but wages."""
    numbers = range(len(values))
    frame = pl.DataFrame(
        dict.fromkeys(MEASURES[:3], values)
        | {"wages_usd": [1000 * value for value in values]}
        | {"is_unsafe": [number in unsafe for number in numbers], "is_public": [number in public for number in numbers]}
        | {"loss": [1.0 + value for value in values]}
    )
    rows = [(number, whole, part) for number, (whole, parts) in enumerate(sums) for part in parts]
    return disclosure_table(frame, pl.DataFrame(rows, schema=["equation", "whole", "part"], orient="row"))


@pytest.mark.parametrize("seed", range(10))
def test_an_attacker_with_all_outputs_finds_no_protected_cell(seed: int) -> None:
    owns = ("5",) if seed % 2 else ("3", "5")
    released = outputs(seed, owns)
    table = released.table()
    hidden = suppress(table, WIDTH)[table.figure]
    protected = released.frame["is_unsafe"].to_numpy()
    assert protected.any()
    assert hidden[protected].all()
    assert narrow(released, Attacker(released, contributions(seed, owns)), hidden, protected) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_attacker_finds_something_where_only_unsafe_cells_are_hidden(seed: int) -> None:
    """So the attacker of these tests can see; and the audit sees the same outputs as he."""
    released = outputs(seed)
    table = released.table()
    unsafe = released.frame["is_unsafe"].to_numpy()
    found = narrow(released, Attacker(released, contributions(seed)), unsafe, unsafe)
    exposed = {(one.measure.replace("wages", "wages_usd"), figure) for one in audit(table, table.is_unsafe, WIDTH)
               for figure in one.exposed.tolist()}  # fmt: skip
    numbers = {row: number for number, row in enumerate(released.frame.rows())}
    assert found
    assert {(measure, int(table.figure[numbers[row]])) for measure, row, *_ in found} == exposed  # type: ignore[misc, has-type]


@pytest.mark.parametrize("seed", range(4))
def test_with_public_cells_only_what_they_tell_themselves_is_found(seed: int) -> None:
    everything = outputs(seed)
    cells = everything.frame.filter(pl.col("group_key").is_null() & ~pl.col("is_unsafe"))
    public = cells.select(area_fips="region", own_code="own_code", industry_code="industry_code")
    released = outputs(seed, public=public)
    table = told_by_others(released.table(), WIDTH)
    hidden = suppress(table, WIDTH)[table.figure]
    protected, is_public = table.protected[table.figure], table.is_public[table.figure]
    assert not hidden[is_public].any()
    attacker, told = Attacker(released, contributions(seed)), 0
    for measure in MEASURES:
        truth = attacker.values(measure)
        alone = {number: ends for number, *ends in attacker.ranges(measure, ~is_public, protected)}
        for number, least, most in attacker.ranges(measure, hidden, protected):
            up = max(np.ceil(WIDTH * truth[number] - 1e-6), 1)
            down, slack = min(up, truth[number]), 1e-5 * max(truth[number], 1)
            left_down, left_up = truth[number] - alone[number][0], alone[number][1] - truth[number]
            assert most - truth[number] >= min(up, left_up / 2) - slack
            assert truth[number] - least >= min(down, left_down / 2) - slack
            told += left_up < up - slack or left_down < down - slack
    assert told


def test_what_others_tell_of_one_measure_opens_no_other() -> None:
    """BLS tells month 1 within 2 of 50 upwards, and leaves wages between 0 and 100,000."""
    table = table_of([100, 50, 50], [(0, [1, 2])], unsafe={1}, public={0})
    table.values["month1_employment"][:] = [52, 50, 2]
    hidden = suppress(told_by_others(table))
    assert hidden.tolist() == [False, True, True]


def test_a_release_leaves_half_of_what_others_leave() -> None:
    """Of 50 jobs others tell that they are 0 to 52; to show the 2 beside them would tell that they are 50."""
    table = told_by_others(table_of([52, 50, 2], [(0, [1, 2])], unsafe={1}, public={0}))
    assert table.is_told.tolist() == [False, True, False]
    assert suppress(table).tolist() == [False, True, True]


def test_a_sum_of_two_hides_both_or_the_whole() -> None:
    table = table_of([30, 10, 20], [(0, [1, 2])], unsafe={1})
    assert suppress(table).tolist() == [False, True, True]


def test_a_complement_is_large_enough() -> None:
    """Of 100 = 50 + 2 + 48 with 50 unsafe, hiding the 2 would leave it known within 2."""
    table = table_of([100, 50, 2, 48], [(0, [1, 2, 3])], unsafe={1})
    assert suppress(table).tolist() == [False, True, False, True]


def test_quarter_sums_over_two_ways_are_seen_together() -> None:
    """A square with margins: one unsafe cell takes a rectangle of four."""
    cells = [5, 40, 41, 42, 43, 44, 45, 46, 47]
    margins = [sum(cells[0:3]), sum(cells[3:6]), sum(cells[6:9]), *(sum(cells[i::3]) for i in range(3))]
    sums = [*((9 + row, [3 * row, 3 * row + 1, 3 * row + 2]) for row in range(3)),
            *((12 + column, [column, column + 3, column + 6]) for column in range(3))]  # fmt: skip
    hidden = suppress(table_of(cells + margins, sums, unsafe={0}))
    assert hidden[:9].sum() == 4
    assert not hidden[9:].any()


@pytest.mark.parametrize("seed", [3, 4, 6])
def test_no_complement_is_hidden_that_sums_tell_all_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure, "SMALL_TABLE", 0)  # small tables are looked over complement by complement
    table = outputs(seed, ("3", "5")).table()
    hidden = suppress(table, WIDTH)
    is_told = hidden & ~table.is_unsafe
    for values in table.values.values():
        least, most = outer_ranges(table.equations, values.astype(np.float64), hidden)
        is_told &= least == most
    assert (hidden & ~table.is_unsafe).any()
    assert not is_told.any()


def test_nothing_unsafe_hides_nothing() -> None:
    assert not suppress(table_of([30, 10, 20], [(0, [1, 2])], unsafe=set())).any()


def test_a_cell_told_by_others_is_marked_and_stays_hidden() -> None:
    table = told_by_others(table_of([30, 10, 20], [(0, [1, 2])], unsafe={1}, public={0, 2}))
    assert [ways[1] for way in table.left.values() for ways in way] == [0] * 8
    assert table.is_told.tolist() == [False, True, False]
    assert suppress(table).tolist() == [False, True, False]


def test_a_cell_that_nothing_can_hide_is_exposed() -> None:
    table = table_of([30, 10, 20], [(0, [1, 2])], unsafe={1}, public={0, 2})
    assert [one.exposed.tolist() for one in audit(table, suppress(table))] == [[1]] * 4


def test_the_loss_is_near_the_least_possible() -> None:
    """Against every choice of complements of small tables of random cells with two margins."""
    losses, least = 0.0, 0.0
    for seed in range(6):
        random = np.random.default_rng(seed)
        cells = random.integers(1, 60, 9).tolist()
        sums = [*((9 + row, [3 * row, 3 * row + 1, 3 * row + 2]) for row in range(3)),
                *((12 + column, [column, column + 3, column + 6]) for column in range(3))]  # fmt: skip
        values = cells + [sum(cells[part] for part in parts) for _, parts in sums]
        table = table_of(values, sums, unsafe=set(random.choice(9, 2, replace=False).tolist()))
        hidden = suppress(table, WIDTH)
        assert not any(len(one.exposed) for one in audit(table, hidden, WIDTH))
        losses += float(table.loss[hidden & ~table.is_unsafe].sum())
        least += least_loss(table)
    assert losses <= 1.5 * least


def least_loss(table: DisclosureTable) -> float:
    """The loss of the cheapest complements that leave nothing exposed, by trying all, cheapest first."""
    others = np.flatnonzero(~table.is_unsafe)
    choices = [choice for count in range(5) for choice in combinations(others.tolist(), count)]
    for choice in sorted(choices, key=lambda choice: float(table.loss[list(choice)].sum())):
        hidden = table.is_unsafe.copy()
        hidden[list(choice)] = True
        if not any(len(one.exposed) for one in audit(table, hidden, WIDTH)):
            return float(table.loss[list(choice)].sum())
    raise AssertionError("no choice of up to four complements protects the table")


@pytest.mark.parametrize("seed", range(3))
def test_what_sums_alone_tell_is_no_more_than_the_attacker_finds(seed: int) -> None:
    """Ranges by sums hold the attacker's ranges, and are as narrow for many figures."""
    released = outputs(seed)
    table, attacker = released.table(), Attacker(released, contributions(seed))
    is_hidden = released.frame["is_unsafe"].to_numpy()
    same = 0
    for measure, column in (("month1_employment", "month1_employment"), ("wages", "wages_usd")):
        values = table.values[measure].astype(float)
        least, most = outer_ranges(table.equations, values, table.is_unsafe)
        for number, low, high in attacker.ranges(column, is_hidden, is_hidden):
            figure = table.figure[number]
            slack = 1e-6 * max(values[figure], 1)
            assert least[figure] <= low + slack
            assert most[figure] >= high - slack
            same += abs(least[figure] - low) <= slack and abs(most[figure] - high) <= slack
    assert same > 0


def test_the_same_table_gives_the_same_answer() -> None:
    table = outputs(1).table()
    assert np.array_equal(suppress(table), suppress(table))


def test_a_width_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="width 0"):
        suppress(outputs(1).table(), 0)
