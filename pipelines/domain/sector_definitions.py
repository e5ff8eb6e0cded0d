"""What a target sector consists of: lists of NAICS codes, strict and broad, and what makes them sound.

Here belong the definitions as data, their codes in each NAICS vintage, and the checks against the industry trees.
Definition them from files belongs to `pipelines.sources.definition_files`; counting with them to the marts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from pipelines.domain.naics import (
    RANGE_SECTORS,
    SECTOR_LEVEL,
    Concordance,
    NaicsTree,
)

Definition = Literal["strict", "broad"]
DEFINITIONS: tuple[Definition, ...] = get_args(Definition)

Equivalence = Literal["same", "exact", "wider"]
Grade = Literal["A", "B", "C"]
GRADES: Mapping[Grade, str] = {"A": "read at the publisher", "B": "arithmetic on such figures", "C": "inference"}

Place = tuple[str | int, ...]

UNION, GROSS = "all_target_sectors", "sum_of_sectors"


@dataclass(frozen=True)
class DefinitionLine:
    """One code of a definition, with all that lies under it, in the vintage that the definition names.

    `equivalents` gives the codes of other vintages where the code itself does not do. `equivalence` says what those
    hold: 'exact' the same establishments in sum; 'wider' not quite the same, because the vintages cannot be told
    apart exactly (`note` says what is held besides, or left out); 'same' where there are no equivalents.
    """

    code: str
    source: str
    grade: Grade
    equivalents: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    equivalence: Equivalence = "same"
    note: str = ""


@dataclass(frozen=True)
class Sector:
    """A target sector: the lines of its strict and of its broad definition."""

    key: str
    name: str
    strict: tuple[DefinitionLine, ...]
    broad: tuple[DefinitionLine, ...]

    def lines(self, definition: Definition) -> tuple[DefinitionLine, ...]:
        """The lines of one definition."""
        return self.strict if definition == "strict" else self.broad


@dataclass(frozen=True)
class Lens(Sector):
    """A part of a sector, shown beside it and never added to anything. `lens_of` is the sector's key."""

    lens_of: str


@dataclass(frozen=True)
class Problem:
    """Something unsound in a definition: where (keys and positions from the file's top), and what to do about it."""

    where: Place
    found: str
    expected: str
    advice: str


@dataclass(frozen=True)
class Classification:
    """The industry trees of all vintages, by vintage, and how the vintages correspond."""

    trees: Mapping[int, NaicsTree]
    concordance: Concordance


def codes_in_vintage(line: DefinitionLine, vintage: int) -> tuple[str, ...]:
    """The codes that stand for a line in a vintage: its equivalents there, or else the code itself."""
    return line.equivalents.get(vintage, (line.code,))


def equivalence_in_vintage(line: DefinitionLine, vintage: int) -> Equivalence:
    """How those codes' content compares with the line's: 'same' where the code itself is used."""
    return line.equivalence if vintage in line.equivalents else "same"


def leaves_of(codes: Iterable[str], tree: NaicsTree) -> frozenset[str]:
    """The six-digit codes inside any of `codes`. Raises KeyError for a code the tree has not."""
    return frozenset[str]().union(*(tree.leaves_under(code) for code in codes))


def codes_finer_than(codes: Iterable[str], tree: NaicsTree, deepest_level: int) -> tuple[str, ...]:
    """Name the codes that a source without rows below `deepest_level` cannot represent exactly, in order.

    Levels are those of the tree (7: five digits). A finer code is representable after all where the codes listed fill
    its ancestor at that level, as an only child does. Raises KeyError for a code the tree has not.
    """
    listed = tuple(codes)
    leaves = leaves_of(listed, tree)
    finer = {code for code in listed if tree.level(code) > deepest_level}
    return tuple(
        sorted(code for code in finer if not tree.leaves_under(tree.ancestor_at(code, deepest_level)) <= leaves)
    )


def check_sectors(
    sectors: Iterable[Sector], lenses: Iterable[Lens], listed_vintage: int, classification: Classification
) -> list[Problem]:
    """Check every definition against the industry trees of all vintages; an empty list means sound.

    Found are: codes that do not exist, or not in the vintage listed; missing or misstated equivalents; a code listed
    twice or inside another; a broad definition that leaves out part of the strict one; a lens outside its sector.
    Places begin ('sectors' | 'lenses', key, definition, position of the line).
    """
    by_key = {sector.key: sector for sector in sectors}
    problems: list[Problem] = []
    for sector in by_key.values():
        problems += _check_sector(("sectors", sector.key), sector, listed_vintage, classification)
    for lens in lenses:
        place = ("lenses", lens.key)
        if lens.key in by_key:
            problems.append(Problem(place, f"the key {lens.key}, which a sector has too", "each key once", "rename it"))
        own = _check_sector(place, lens, listed_vintage, classification)
        problems += own or _check_lens(place, lens, by_key, classification.trees[listed_vintage])
    return problems


def check_line(line: DefinitionLine, listed_vintage: int, classification: Classification) -> list[Problem]:
    """Check one line by itself; places are within the line."""
    unusable: list[tuple[Place, tuple[str, str, str] | None]] = [
        (("code",), _unusable(line.code, listed_vintage, classification))
    ]
    unusable += [
        (("equivalents", str(vintage)), _unusable(code, vintage, classification))
        for vintage, codes in line.equivalents.items()
        for code in codes
    ]
    problems = [Problem(where, *problem) for where, problem in unusable if problem]
    problems += _check_equivalence(line, listed_vintage)
    if not problems:
        others = [vintage for vintage in classification.trees if vintage != listed_vintage]
        problems = [
            problem for vintage in others for problem in _compare(line, listed_vintage, vintage, classification)
        ]
    return problems


def _check_equivalence(line: DefinitionLine, listed_vintage: int) -> Iterator[Problem]:
    if listed_vintage in line.equivalents:
        yield Problem(
            ("equivalents", str(listed_vintage)),
            f"equivalents of {line.code} in {listed_vintage}, the vintage it is listed in",
            "equivalents in other vintages only",
            "list the codes themselves as lines of the definition",
        )
    if line.equivalents and line.equivalence == "same":
        yield Problem(
            ("equivalents",),
            f"equivalents of {line.code} without saying what they hold",
            "equivalence: exact or equivalence: wider",
            "exact if the equivalents hold the same establishments in sum, wider if others too",
        )
    if line.equivalence != "same" and not line.equivalents:
        yield Problem(
            ("equivalence",),
            f"equivalence: {line.equivalence} of {line.code} without equivalents",
            "equivalents by vintage",
            "name the codes of the other vintages, or leave equivalence out",
        )
    if line.equivalence == "wider" and not line.note:
        yield Problem(
            ("equivalence",),
            f"wider equivalents of {line.code} without a note",
            "note: what they hold besides, or leave out",
            "add the note",
        )


def _compare(
    line: DefinitionLine, listed_vintage: int, vintage: int, classification: Classification
) -> Iterator[Problem]:
    """Hold a line's codes of another vintage against the concordance."""
    listed, other = classification.trees[listed_vintage], classification.trees[vintage]
    translate = classification.concordance.translate
    leaves = listed.leaves_under(line.code)
    counterpart = translate(leaves, listed_vintage, vintage) & other.leaves
    is_exact = translate(counterpart, vintage, listed_vintage) == leaves
    held = leaves_of((code for code in codes_in_vintage(line, vintage) if code in other), other)
    title = f"{line.code} {listed.title(line.code)!r} of NAICS {listed_vintage}"
    codes = other.codes_covering(counterpart, listed.level(line.code))
    quoted = ", ".join(f'"{code}"' for code in codes)
    remedy = f"equivalents: {{{vintage}: [{quoted}]}}, equivalence: {'exact' if is_exact else 'wider, and a note'}"
    if vintage not in line.equivalents:
        if held != counterpart or not is_exact:
            beyond = translate(counterpart, vintage, listed_vintage) - leaves
            yield Problem(
                ("code",),
                f"{title}, whose content NAICS {vintage} has in {_enumerate(codes)}"
                + (f", together with that of {_enumerate(beyond)}" if beyond else ""),
                f"its equivalents in NAICS {vintage}",
                f"by the concordance: {remedy}",
            )
        return
    foreign = [code for code in line.equivalents[vintage] if not other.leaves_under(code) & counterpart]
    if foreign:
        yield Problem(
            ("equivalents", str(vintage)),
            f"{_enumerate(foreign)}, which hold nothing of {title}",
            "codes that hold a part of it",
            f"by the concordance: {remedy}",
        )
    elif line.equivalence == "exact" and not (is_exact and held == counterpart):
        yield Problem(
            ("equivalents", str(vintage)),
            f"{_enumerate(line.equivalents[vintage])} as exact equivalents of {title}",
            "the same establishments in sum, which these are not",
            f"by the concordance: {remedy}",
        )


def _check_sector(place: Place, sector: Sector, listed_vintage: int, classification: Classification) -> list[Problem]:
    tree = classification.trees[listed_vintage]
    problems: list[Problem] = []
    for definition in DEFINITIONS:
        lines = sector.lines(definition)
        taken_over = len(sector.strict) if definition == "broad" and lines[: len(sector.strict)] == sector.strict else 0
        for position, line in enumerate(lines[taken_over:], start=taken_over):
            at = (*place, definition, position)
            problems += [
                Problem((*at, *found.where), found.found, found.expected, found.advice)
                for found in check_line(line, listed_vintage, classification)
            ]
            problems += _repetitions(at, line, lines[:position], tree)
    if problems:
        return problems
    missing = leaves_of(_codes(sector.strict), tree) - leaves_of(_codes(sector.broad), tree)
    if missing:
        problems.append(
            Problem(
                (*place, "broad"),
                f"a broad definition without {_enumerate(missing)} of the strict one",
                "the strict definition and what is added to it",
                "write includes: strict",
            )
        )
    return problems


def _check_lens(place: Place, lens: Lens, sectors: Mapping[str, Sector], tree: NaicsTree) -> Iterator[Problem]:
    sector = sectors.get(lens.lens_of)
    if sector is None:
        yield Problem(
            (*place, "lens_of"), lens.lens_of, "one of " + ", ".join(sectors), "name the sector this lens is a part of"
        )
        return
    known = all(line.code in tree for definition in DEFINITIONS for line in sector.lines(definition))
    for definition in DEFINITIONS if known else ():
        outside = leaves_of(_codes(lens.lines(definition)), tree) - leaves_of(_codes(sector.lines(definition)), tree)
        if outside:
            yield Problem(
                (*place, definition),
                f"{_enumerate(outside)}, outside the {definition} definition of {sector.key}",
                "a part of its sector",
                "take the codes out of the lens or add them to the sector",
            )


def _codes(lines: Iterable[DefinitionLine]) -> tuple[str, ...]:
    return tuple(line.code for line in lines)


def _repetitions(
    at: Place, line: DefinitionLine, before: Iterable[DefinitionLine], tree: NaicsTree
) -> Iterator[Problem]:
    for other in before:
        if line.code == other.code:
            yield Problem((*at, "code"), f"{line.code} a second time", "each code once", "take one of the lines out")
        elif line.code in tree and other.code in tree:
            inner, outer = sorted((line.code, other.code), key=tree.level, reverse=True)
            if outer in tree.ancestors(inner):
                yield Problem(
                    (*at, "code"),
                    f"{line.code}: {inner} lies inside {outer} of the same definition",
                    "codes that do not contain each other",
                    f"take {inner} out, or replace {outer} by the codes meant",
                )


def _unusable(code: str, vintage: int, classification: Classification) -> tuple[str, str, str] | None:
    """(found, expected, advice) if `code` cannot stand in a definition for `vintage`, else None."""
    tree = classification.trees[vintage]
    expected = f"a code of NAICS {tree.vintage} as BLS publishes it, of a sector or finer"
    if code in tree:
        if tree.level(code) >= SECTOR_LEVEL:
            return None
        return f"{code} {tree.title(code)!r}, a BLS aggregate and no NAICS code", expected, "list its NAICS sectors"
    if re.fullmatch(r"238\d\d0", code):
        return (
            f"{code}, a code of the Census Bureau that BLS splits by residential and nonresidential work",
            expected,
            f"use the 5-digit prefix {code[:5]}, which holds both parts",
        )
    whole_sector = next((sector for sector, parts in RANGE_SECTORS.items() if code in parts), None)
    if whole_sector:
        return f"{code}, a part of the sector {whole_sector}", expected, f"use {whole_sector} or 3-digit codes"
    elsewhere = [other for other in classification.trees.values() if code in other]
    if elsewhere:
        titles = ", ".join(f"NAICS {other.vintage} {other.title(code)!r}" for other in elsewhere)
        nearest = min(elsewhere, key=lambda other: abs(other.vintage - vintage))
        successors = classification.concordance.translate(nearest.leaves_under(code), nearest.vintage, vintage)
        covering = tree.codes_covering(successors, nearest.level(code))
        return (
            f"{code}, not of NAICS {vintage} but of {titles}",
            expected,
            f"by the concordance its content is in {_enumerate(f'{each} {tree.title(each)!r}' for each in covering)}",
        )
    return f"{code}, unknown in NAICS {', '.join(map(str, classification.trees))}", expected, _neighbours(code, tree)


def _neighbours(code: str, tree: NaicsTree) -> str:
    above = next((code[:digits] for digits in range(len(code) - 1, 1, -1) if code[:digits] in tree), None)
    if above is None:
        return f"look the code up in naics_{tree.vintage}.csv"
    children = _enumerate(f"{child} {tree.title(child)!r}" for child in tree.children(above))
    return f"under {above} NAICS {tree.vintage} has {children}"


def _enumerate(codes: Iterable[str], most: int = 12) -> str:
    ordered = sorted(codes)
    rest = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + rest
