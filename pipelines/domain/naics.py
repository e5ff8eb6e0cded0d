"""The industry tree: which NAICS codes QCEW publishes in a vintage, how they nest, and which vintage is in force.

A tree is built from rows somebody has read; where they come from (data/reference/naics_*.csv) is not known here.
Which industries a target sector consists of belongs to `sector_definitions`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

NAICS_VINTAGES: tuple[int, ...] = (2012, 2017, 2022)
# QCEW changed over with the first quarter of each of these years, without retabulating earlier ones.
FIRST_YEAR: Mapping[int, int] = {2012: 2011, 2017: 2017, 2022: 2022}

ROOT_LEVEL, DOMAIN_LEVEL, SUPERSECTOR_LEVEL, SECTOR_LEVEL = 0, 2, 3, 4
# NAICS 3 to 6 digits are levels 5 to 8: a level is the last digit of agglvl_code.
FIVE_DIGIT_LEVEL, SIX_DIGIT_LEVEL = 7, 8

RANGE_SECTORS: Mapping[str, tuple[str, ...]] = {
    "31-33": ("31", "32", "33"),
    "44-45": ("44", "45"),
    "48-49": ("48", "49"),
}


def lineage(parents: Mapping[str, str | None]) -> pl.DataFrame:
    """industry_code, ancestor_code: every code with itself and each code above it.

    parents: the code above each code; none above the root.
    """
    pairs: list[tuple[str, str]] = []
    for code in parents:
        above: str | None = code
        while above:
            pairs.append((code, above))
            above = parents[above]
    return pl.DataFrame(pairs, {"industry_code": pl.String, "ancestor_code": pl.String}, orient="row")


def vintage_in_force(year: int) -> int:
    """Return the NAICS vintage by which QCEW classifies a year: 2012 from 2011, 2017 from 2017, 2022 from 2022 on.

    Raises ValueError before 2011, whose vintages (2007, 2002) have no tree here.
    """
    in_force = [vintage for vintage, first_year in FIRST_YEAR.items() if first_year <= year]
    if not in_force:
        raise ValueError(
            f"{year} is classified by a NAICS vintage before 2012; this project holds 2012, 2017 and 2022: "
            "use data from 2011 on"
        )
    return max(in_force)


@dataclass(frozen=True)
class Industry:
    """One code of the tree. `parent_code` is None for '10', all industries; `level` runs from 0 to 8."""

    code: str
    title: str
    parent_code: str | None
    level: int


class NaicsTreeError(ValueError):
    """Rows that make no tree. `problems` are (position of the row, what is wrong with it)."""

    def __init__(self, vintage: int, problems: list[tuple[int, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"NAICS {vintage}: " + "; ".join(message for _, message in problems))


class NaicsTree:
    """The codes of one NAICS vintage as QCEW publishes them, from '10' down to six digits.

    Raises NaicsTreeError, naming every offending code, unless the rows form one tree: each code once, each parent
    listed, each level the next one down, and each code of three digits or more inside its parent's digits.
    """

    def __init__(self, vintage: int, industries: Iterable[Industry]) -> None:
        rows = tuple(industries)
        problems = list(_problems(rows))
        if problems:
            raise NaicsTreeError(vintage, problems)
        self.vintage = vintage
        self.industries: tuple[Industry, ...] = rows
        self._by_code = {industry.code: industry for industry in rows}
        children: dict[str, list[str]] = {code: [] for code in self._by_code}
        for industry in rows:
            if industry.parent_code is not None:
                children[industry.parent_code].append(industry.code)
        self._children = {code: tuple(sorted(codes)) for code, codes in children.items()}

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    def industry(self, code: str) -> Industry:
        """Return one code's row. Raises KeyError naming the code and the vintage."""
        try:
            return self._by_code[code]
        except KeyError:
            raise KeyError(f"{code!r} is not a code of NAICS {self.vintage} as QCEW publishes it") from None

    def title(self, code: str) -> str:
        """BLS's title of a code."""
        return self.industry(code).title

    def level(self, code: str) -> int:
        """Level of a code: 0 all industries, 2 domain, 3 supersector, 4 sector, 5 to 8 three to six digits."""
        return self.industry(code).level

    def parent(self, code: str) -> str | None:
        """The code one level up; None for '10'."""
        return self.industry(code).parent_code

    def children(self, code: str) -> tuple[str, ...]:
        """The codes one level down, in order; empty for a leaf."""
        self.industry(code)
        return self._children[code]

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes above, nearest first, ending with '10'."""
        parent = self.parent(code)
        return () if parent is None else (parent, *self.ancestors(parent))

    def ancestor_at(self, code: str, level: int) -> str:
        """The code itself if it lies at or above `level`, else its ancestor at that level."""
        return next(line for line in (code, *self.ancestors(code)) if self.level(line) <= level)

    def leaves_under(self, code: str) -> frozenset[str]:
        """The six-digit codes inside a code, itself if it is one. Raises KeyError for an unknown code."""
        self.industry(code)
        return self._leaves[code]

    def codes_covering(self, leaves: Iterable[str], top_level: int) -> tuple[str, ...]:
        """Return the fewest codes, none above `top_level`, that hold exactly these six-digit codes, in order."""
        left, covering = set(leaves), []
        for industry in sorted(self.industries, key=lambda each: (each.level, each.code)):
            inside = self._leaves[industry.code]
            if industry.level >= top_level and inside <= left:
                covering.append(industry.code)
                left -= inside
        return tuple(sorted(covering))

    @cached_property
    def leaves(self) -> frozenset[str]:
        """All six-digit codes."""
        return frozenset(code for code, children in self._children.items() if not children)

    @cached_property
    def _leaves(self) -> Mapping[str, frozenset[str]]:
        leaves: dict[str, frozenset[str]] = {}
        for industry in sorted(self.industries, key=lambda each: each.level, reverse=True):
            below = [leaves[child] for child in self._children[industry.code]]
            leaves[industry.code] = frozenset().union(*below) if below else frozenset({industry.code})
        return leaves


class Concordance:
    """Which six-digit codes of one vintage hold what a six-digit code of another held.

    Built from rows that give one code for each of NAICS_VINTAGES, for the codes that changed; a code in no row is the
    same in all vintages. Many to many and without weights: it tells what a code may hold, never how much.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self._successors: dict[tuple[int, int, str], set[str]] = {}
        for row in rows:
            codes = dict(zip(NAICS_VINTAGES, row, strict=True))
            for source, code in codes.items():
                for target, successor in codes.items():
                    self._successors.setdefault((source, target, code), set()).add(successor)

    def translate(self, leaves: Iterable[str], source: int, target: int) -> frozenset[str]:
        """The six-digit codes of vintage `target` that hold anything of `leaves`, codes of vintage `source`."""
        if source == target:
            return frozenset(leaves)
        return frozenset[str]().union(*(self._successors.get((source, target, leaf), {leaf}) for leaf in leaves))


def _problems(rows: tuple[Industry, ...]) -> Iterator[tuple[int, str]]:
    by_code = {industry.code: industry for industry in rows}
    parents = {industry.parent_code for industry in rows}
    seen: set[str] = set()
    for position, row in enumerate(rows):
        if row.code in seen:
            yield position, f"{row.code} is listed twice"
        seen.add(row.code)
        if not re.fullmatch(r"\d{2,6}", row.code) and row.code not in RANGE_SECTORS:
            yield position, f"{row.code!r} is not an industry code: expected 2 to 6 digits, 31-33, 44-45 or 48-49"
            continue
        if row.parent_code is None:
            if row.code != "10":
                yield position, f"{row.code} has no parent: only 10, all industries, has none"
            continue
        parent = by_code.get(row.parent_code)
        if parent is None:
            yield position, f"{row.code} has the parent {row.parent_code}, which is not listed"
            continue
        expected = DOMAIN_LEVEL if parent.level == ROOT_LEVEL else parent.level + 1
        if row.level != expected:
            yield position, f"{row.code} has level {row.level}, expected {expected}: its parent {parent.code} is one up"
        elif row.level > SECTOR_LEVEL and not _is_inside(row, parent):
            yield position, f"{row.code} (level {row.level}) does not belong under {parent.code}"
        elif row.level < SIX_DIGIT_LEVEL and row.code not in parents:
            yield position, f"{row.code} (level {row.level}) has no code under it down to six digits"
    if "10" not in by_code:
        yield 0, "10, all industries, is missing"


def _is_inside(row: Industry, parent: Industry) -> bool:
    prefixes = RANGE_SECTORS.get(parent.code, (parent.code,))
    return len(row.code) == row.level - 2 and row.code[: len(prefixes[0])] in prefixes
