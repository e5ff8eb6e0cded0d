"""Industries of one NAICS vintage carried to another: what is certain, what is only possible, never a guess.

Belongs here: sets of six-digit codes and what holds them elsewhere. Not here: which codes a sector has
(`sector_definitions`), and figures of what is uncertain (`marts.sector_bridge`).

    541712 of 2012 holds what 541713 and 541715 of 2017 hold. Of 541715 carried back to 2012 nothing is certain, and
    541712 is possible; of 541713 and 541715 together 541712 is certain, if 541712 holds nothing else.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from pipelines.domain.naics import Concordance, NaicsTree

Membership = Literal["certain", "possible"]
StepKind = Literal["unchanged", "renamed", "merge", "split", "many_to_many"]
MEMBERSHIPS: tuple[Membership, ...] = get_args(Membership)
STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)


class NaicsBridgeError(ValueError):
    """A code that leads nowhere: the concordance and the industry trees do not fit together."""


@dataclass(frozen=True)
class Step:
    """One code of the target vintage: whether all it holds comes from the set, and from which codes of the set."""

    code: str
    membership: Membership
    kind: StepKind
    source_codes: tuple[str, ...]


@dataclass(frozen=True)
class Carried:
    """A set of codes carried to another vintage: a step for every code there that holds anything of it, in order."""

    steps: tuple[Step, ...]

    @cached_property
    def certain(self) -> frozenset[str]:
        """Codes all of whose content comes from the set."""
        return frozenset(step.code for step in self.steps if step.membership == "certain")

    @cached_property
    def possible(self) -> frozenset[str]:
        """Codes that hold anything of the set, the certain ones included."""
        return frozenset(step.code for step in self.steps)

    @property
    def is_exact(self) -> bool:
        """The codes hold the same establishments as the set. No code leads nowhere, so that none is lost on the way."""
        return self.certain == self.possible


class NaicsBridge:
    """The way from one vintage to another, by the concordance and the trees of both."""

    def __init__(self, source: NaicsTree, target: NaicsTree, concordance: Concordance) -> None:
        self.source, self.target = source, target
        self._concordance = concordance
        self._found: dict[tuple[int, str], frozenset[str]] = {}

    def carry(self, codes: Iterable[str]) -> Carried:
        """Carry six-digit codes of the source vintage over.

        Raises NaicsBridgeError for a code that is not of its vintage, or that leads to none of the other's.
        """
        held = frozenset(codes)
        found = frozenset[str]().union(*map(self.successors, held))
        return Carried(tuple(self._step(code, held) for code in sorted(found)))

    def successors(self, code: str) -> frozenset[str]:
        """The codes of the target vintage that hold anything of a code."""
        return self._across(code, self.source, self.target)

    def predecessors(self, code: str) -> frozenset[str]:
        """The codes of the source vintage that a code of the target vintage holds anything of."""
        return self._across(code, self.target, self.source)

    def kind(self, code: str) -> StepKind:
        """What became of a code of the source vintage, together with all codes that it shares content with."""
        old, new = {code}, set(self.successors(code))
        while grown := frozenset[str]().union(*map(self.predecessors, new)) - old:
            old |= grown
            new |= frozenset[str]().union(*map(self.successors, grown))
        if len(old) == len(new) == 1:
            return "unchanged" if old == new else "renamed"
        if len(new) == 1:
            return "merge"
        return "split" if len(old) == 1 else "many_to_many"

    def _step(self, code: str, held: frozenset[str]) -> Step:
        predecessors = self.predecessors(code)
        sources = tuple(sorted(predecessors & held))
        return Step(code, "certain" if predecessors <= held else "possible", self.kind(sources[0]), sources)

    def _across(self, code: str, here: NaicsTree, there: NaicsTree) -> frozenset[str]:
        key = here.vintage, code
        if key not in self._found:
            if code not in here.leaves:
                raise NaicsBridgeError(
                    f"{code} is no six-digit code of NAICS {here.vintage}: expected one of naics_{here.vintage}.csv; "
                    "correct the code, or the row of naics_concordance.csv that names it"
                )
            others = self._concordance.translate({code}, here.vintage, there.vintage)
            self._found[key] = frozenset[str]().union(*(self._as_published(code, other, there) for other in others))
        return self._found[key]

    def _as_published(self, code: str, other: str, there: NaicsTree) -> frozenset[str]:
        """A code of the concordance as QCEW publishes it: BLS has 238211 and 238212 where the Census has 238210."""
        if other in there.leaves:
            return frozenset({other})
        if re.fullmatch(r"238\d\d0", other) and other[:5] in there:
            return there.leaves_under(other[:5])
        here = self.source.vintage if there is self.target else self.target.vintage
        raise NaicsBridgeError(
            f"{code} of NAICS {here} leads to {other}, which is no six-digit code of NAICS {there.vintage}: expected "
            f"one of naics_{there.vintage}.csv; add a row to naics_concordance.csv that says where {code} went"
        )


def bridges(trees: Mapping[int, NaicsTree], concordance: Concordance) -> dict[tuple[int, int], NaicsBridge]:
    """The bridges between all vintages, by (source, target); one from a vintage to itself carries every code along."""
    return {
        (source.vintage, target.vintage): NaicsBridge(source, target, concordance)
        for source in trees.values()
        for target in trees.values()
    }


def continuity_faults(bridge: NaicsBridge, earlier: Iterable[str], later: Iterable[str]) -> Iterator[str]:
    """Say in sentences where the codes used in the later vintage do not hold exactly what those in the earlier one do.

    earlier: six-digit codes of the bridge's source vintage, later: of its target vintage. Nothing is yielded if the two
    hold the same. Raises NaicsBridgeError as `NaicsBridge.carry` does.
    """
    before, after = frozenset(earlier), frozenset(later)
    carried = bridge.carry(before)
    old, new = f"NAICS {bridge.source.vintage}", f"NAICS {bridge.target.vintage}"
    for step in carried.steps:
        if step.code not in after:
            yield f"{step.code} of {new} is left out and holds a part of {_enumerate(step.source_codes)} of {old}"
    for code in sorted(after - carried.certain):
        foreign = bridge.predecessors(code) - before
        yield f"{code} of {new} also holds a part of {_enumerate(foreign)} of {old}, which was left out"


def _enumerate(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))
