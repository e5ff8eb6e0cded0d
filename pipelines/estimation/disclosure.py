"""Complementary suppression: what must be hidden beside unsafe figures, and the audit of what is left.

Belongs here: the loop of hiding and looking over one table of one period, and the audit. Not here: the programs
(disclosure_programs), single sums (disclosure_sums), the rules (disclosure_rules), which outputs there are
(disclosure_outputs).

First every single sum is made wide enough; that is quick, and leaves only what several sums tell together. Then the
attacker's program looks for values far from the truth; what it does not move gets the cheapest shift that does, and
what that shift moves is hidden. A shift of hidden figures stays one when more is hidden: what is proven stays proven.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from pipelines.estimation.bounds import UNITS
from pipelines.estimation.cell_network import Flags
from pipelines.estimation.disclosure_programs import SLACK, AttackerProgram, Places, ShiftProgram
from pipelines.estimation.disclosure_sums import outer_ranges, widen_sums
from pipelines.estimation.disclosure_table import DisclosureTable
from pipelines.estimation.linear_programs import Floats

# The month that most outputs are judged by comes first: what it hides serves the others.
ORDER = ("month3_employment", "wages", "month1_employment", "month2_employment")
MOST_LOOKS = 12
"""Looks of the attacker at random wishes in one audit; what is not moved then is looked at by itself."""
WORTHWHILE_GAIN, IDLE_LOOKS = 0.01, 2
NEAR_FIGURES = 3_000
DEAR = 5.0
"""A shift that costs more than this many times the figure itself is looked for in the whole table."""
SHARE_KEPT, LOOKS_AT_TOLD = 0.5, 8
"""The part that must be left of what others' files are seen to leave of a figure that they tell too well."""
NEAR_HIDDEN = 600
"""Hidden figures around one among which a proof is looked for before the whole table is."""
SMALL_TABLE = 1_000
"""Up to so many figures, each complement is tried whether it can be shown after all."""


@dataclass(frozen=True)
class Audit:
    """How wide the attacker's ranges at least are, figure by figure, in one measure.

    lower, upper: the furthest values from the truth that all that is shown was seen to allow; the range is at least
    this wide. exposed: protected figures whose range is narrower than required, whatever the attacker is asked.
    """

    measure: str
    lower: Floats
    upper: Floats
    exposed: Places


def widths(table: DisclosureTable, measure: str, width: float) -> tuple[Floats, Floats]:
    """How far up and how far down the range of each figure must reach.

    That is `width` (0–1) of the value and at least 1, but not below 0; where others leave less, a part of what they do.
    """
    values = table.values[measure].astype(np.float64)
    up = np.maximum(np.ceil(width * values - SLACK), 1.0)
    left_up, left_down = table.left[measure]
    return np.minimum(up, SHARE_KEPT * left_up), np.minimum(np.minimum(up, values), SHARE_KEPT * left_down)


def suppress(table: DisclosureTable, width: float = 0.2, seed: int = 2016) -> Flags:
    """Which figures to hide so that no protected one is told within `width` of its value, either way.

    The same table gives the same answer. Raises ValueError for a width outside 0 to 1.
    """
    if not 0 < width <= 1:
        raise ValueError(f"width {width}: expected a share over 0 and at most 1")
    hidden = table.is_unsafe & ~table.is_public
    _widen_sums(table, hidden, width)
    program = ShiftProgram(table.equations)
    for measure in ORDER:
        range_ = _Range(table, measure, width)
        _look_around(table, hidden, range_, seed)
        for direction in (1, -1):
            _hide_more(table, hidden, range_, direction, program)
    return _shown_where_told(table, _shown_again(table, hidden, width, seed))


def audit(table: DisclosureTable, hidden: Flags, width: float = 0.2, seed: int = 2016) -> list[Audit]:
    """What an attacker can find out of what is shown, measure by measure; exact: none is exposed, or those that are."""
    program = ShiftProgram(table.equations)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(lambda measure: _audit(table, hidden, measure, width, seed, program), ORDER))


def told_by_others(table: DisclosureTable, width: float = 0.2, seed: int = 2016) -> DisclosureTable:
    """The table with what its public figures alone leave of those that they tell within `width`."""
    if not table.is_public.any():
        return table
    alone = audit(table, ~table.is_public, width, seed)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        left = threads.map(lambda one: _left(table, one, seed), alone)
    return replace(table, left={one.measure: ways for one, ways in zip(alone, left, strict=True)})


def _left(table: DisclosureTable, alone: Audit, seed: int) -> tuple[Floats, Floats]:
    """How far up and how far down exposed figures were seen to be able to be; infinite for all others."""
    unit = UNITS.get(alone.measure, 1)
    values = table.values[alone.measure] / unit
    attacker = AttackerProgram(table.equations, values, ~table.is_public)
    places = attacker.places
    is_told = np.isin(places, alone.exposed)
    ways = np.zeros((2, len(places)))

    def look(wish: Floats) -> None:
        shift = attacker.shift(wish)
        np.maximum(ways, [shift, -shift], out=ways)

    random = np.random.default_rng(seed)
    for _ in range(LOOKS_AT_TOLD):
        wish = is_told * random.random(len(places)) / np.maximum(values[places], 1)
        look(wish)
        look(-wish)
    for direction, way in ((1, ways[0]), (-1, ways[1])):
        for place in np.flatnonzero(is_told & (way <= SLACK)):
            if way[place] <= SLACK:
                look(direction * (np.arange(len(places)) == place).astype(np.float64))
    seen = np.where(ways > SLACK * np.maximum(values[places], 1), ways * unit, 0)
    left = np.full((2, table.figures), np.inf)
    left[:, places[is_told]] = seen[:, is_told]
    return left[0], left[1]


class _Range:
    """What the attacker's ranges of one measure are known to reach, in the units of the program."""

    def __init__(self, table: DisclosureTable, measure: str, width: float) -> None:
        self.unit = UNITS.get(measure, 1)
        self.values = table.values[measure] / self.unit
        self.up, self.down = (amount / self.unit for amount in widths(table, measure, width))
        self.least, self.most = self.values.copy(), self.values.copy()
        self.protected = table.protected

    def wanting(self, direction: int) -> Flags:
        """Protected figures whose range is not yet known to reach as far as it must; up 1, down -1."""
        if direction > 0:
            return np.asarray(self.protected & (self.most < self.values + self.up - SLACK))
        return np.asarray(self.protected & (self.least > self.values - self.down + SLACK))

    def take(self, shift: Floats, places: Places | slice = slice(None)) -> None:
        """Widens the ranges by a shift of hidden figures."""
        self.most[places] = np.maximum(self.most[places], self.values[places] + shift)
        self.least[places] = np.minimum(self.least[places], self.values[places] + shift)


def _look_around(table: DisclosureTable, hidden: Flags, range_: _Range, seed: int) -> AttackerProgram:
    """Asks the attacker for values far from the truth, of many figures at once, until little more comes of it."""
    attacker = AttackerProgram(table.equations, range_.values, hidden)
    places = attacker.places
    random = np.random.default_rng(seed)
    idle = 0
    for _ in range(MOST_LOOKS):
        before = sum(int(range_.wanting(direction).sum()) for direction in (1, -1))
        for direction in (1, -1):
            wish = range_.wanting(direction)[places] * random.random(len(places))
            if wish.any():
                range_.take(attacker.shift(direction * wish / np.maximum(range_.values[places], 1)), places)
        gain = before - sum(int(range_.wanting(direction).sum()) for direction in (1, -1))
        idle = idle + 1 if gain < WORTHWHILE_GAIN * before else 0
        if gain == before or idle == IDLE_LOOKS:
            break
    return attacker


def _audit(
    table: DisclosureTable, hidden: Flags, measure: str, width: float, seed: int, program: ShiftProgram
) -> Audit:
    range_ = _Range(table, measure, width)
    attacker = _look_around(table, hidden, range_, seed)
    is_narrow = _narrow_by_sums(table, hidden, measure, width)
    places, exposed = attacker.places, np.flatnonzero(is_narrow & table.protected).tolist()
    nothing = np.zeros(table.figures)
    for direction, amounts in ((1, range_.up), (-1, range_.down)):
        for figure in np.flatnonzero(range_.wanting(direction) & ~is_narrow):
            if not range_.wanting(direction)[figure]:
                continue
            amount = direction * amounts[figure]
            near = program.cheapest(int(figure), amount, range_.values, nothing, hidden, NEAR_HIDDEN)
            if near:
                range_.take(near[0])
            else:
                range_.take(attacker.shift(direction * (places == figure).astype(np.float64)), places)
                if range_.wanting(direction)[figure]:
                    exposed.append(int(figure))
    lower, upper = (reached * range_.unit for reached in (range_.least, range_.most))
    return Audit(measure, lower, upper, np.unique(np.array(exposed, dtype=np.intp)))


def _narrow_by_sums(table: DisclosureTable, hidden: Flags, measure: str, width: float) -> Flags:
    """The figures that their sums alone, one after the other, tell too closely."""
    values = table.values[measure].astype(np.float64)
    up, down = widths(table, measure, width)
    least, most = outer_ranges(table.equations, values, hidden)
    slack = SLACK * np.maximum(values, 1)  # what others leave is known as well as the solver knows it
    return np.asarray((most < values + up - slack) | (least > values - down + slack))


def _hide_more(table: DisclosureTable, hidden: Flags, range_: _Range, direction: int, program: ShiftProgram) -> None:
    """Hides what the cheapest shifts of the figures that still want one move, largest figure first."""
    wanting = np.flatnonzero(range_.wanting(direction))
    amounts = range_.up if direction > 0 else range_.down
    for figure in wanting[np.argsort(-range_.values[wanting], kind="stable")]:
        if not range_.wanting(direction)[figure]:
            continue
        shift = _cheap_shift(table, hidden, range_, figure, direction * amounts[figure], program)
        if shift is not None:
            hidden |= shift != 0
            range_.take(shift)


def _cheap_shift(
    table: DisclosureTable, hidden: Flags, range_: _Range, figure: int, amount: float, program: ShiftProgram
) -> Floats | None:
    """The cheapest shift near the figure, or where that is dear or there is none, of the whole table."""
    # What moves less than the whole amount is hidden all the same: a unit of it costs the more.
    price = np.where(hidden, 0.0, table.loss / np.clip(range_.values, 1 / range_.unit, abs(amount)))
    movable = ~table.is_public
    near = program.cheapest(figure, amount, range_.values, price, movable, NEAR_FIGURES)
    if near is not None and (near[1] <= DEAR * table.loss[figure] or table.figures <= NEAR_FIGURES):
        return near[0]
    whole = program.cheapest(figure, amount, range_.values, price, movable, table.figures)
    best = whole or near
    return best[0] if best else None


def _shown_again(table: DisclosureTable, hidden: Flags, width: float, seed: int) -> Flags:
    """Shows the complements of a small table that nothing needs after all, the dearest first."""
    complements = np.flatnonzero(hidden & ~table.is_unsafe)
    if table.figures > SMALL_TABLE or not len(complements):
        return hidden
    exposed = [set(one.exposed.tolist()) for one in audit(table, hidden, width, seed)]
    for figure in complements[np.argsort(-table.loss[complements], kind="stable")]:
        fewer = hidden.copy()
        fewer[figure] = False
        widened = fewer.copy()
        _widen_sums(table, widened, width)
        if (widened != fewer).any():
            continue  # a single sum needs it: much quicker told than by an audit
        found = audit(table, fewer, width, seed)
        if not any(set(one.exposed.tolist()) - before for one, before in zip(found, exposed, strict=True)):
            hidden = fewer
    return hidden


def _shown_where_told(table: DisclosureTable, hidden: Flags) -> Flags:
    """Shows complements whose value their sums tell: hiding these keeps nothing from an attacker."""
    is_told = hidden & ~table.is_unsafe
    for measure in ORDER:
        least, most = outer_ranges(table.equations, table.values[measure].astype(np.float64), hidden)
        is_told &= least == most
    return hidden & ~is_told


def _widen_sums(table: DisclosureTable, hidden: Flags, width: float) -> None:
    widen_sums(table, hidden, {name: widths(table, name, width) for name in ORDER})
