"""The words by which people name a figure: portland_metro clean_energy employment 2016, in any order.

Belongs here: which word says what. Not here: where the words there are come from (warehouse), or the figure itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches

MEASURES = ("businesses", "employment", "wages")
DEFAULTS: Mapping[str, str] = {"definition": "strict", "ownership": "private"}
EXAMPLE = "portland_metro clean_energy employment 2016"
_SHARE = "share_of_"
_MEASURE_WORDS = (*MEASURES, *(f"{_SHARE}{measure}" for measure in MEASURES))
_MOST_LISTED = 12
_LIKE_A_PERIOD = re.compile(r"\d{4}(\D.*)?")


class UnknownFigure(ValueError):  # noqa: N818 - it names the situation
    """Words that do not name one figure: says which, what was expected, and the nearest words there are."""


@dataclass(frozen=True)
class FigureName:
    """One figure of marts.sector_measures, by the parts of its key."""

    region: str
    sector: str
    measure: str
    period: str
    definition: str = DEFAULTS["definition"]
    ownership: str = DEFAULTS["ownership"]


KINDS = tuple(field.name for field in fields(FigureName))


def parse_figure_name(words: Iterable[str], vocabularies: Mapping[str, Sequence[str]]) -> FigureName:
    """The figure that the words name; they come in any order, `-` and capitals as people write them.

    vocabularies: the words there are for region, sector, period, definition and ownership, in the order in which people
    are told them. A measure may be written as its share (share_of_wages): it is the same figure. `sector=energy` says
    which of two vocabularies with the same word is meant. Raises UnknownFigure.
    """
    known = {kind: {_plain(word): word for word in words} for kind, words in _all_words(vocabularies).items()}
    found: dict[str, str] = {}
    for word in (part for text in words for part in text.split()):
        kind, value = _recognise(word, known)
        if found.setdefault(kind, value) != value:
            raise UnknownFigure(f"{found[kind]} and {value} both name a {kind}: expected one, as in {EXAMPLE!r}")
    for kind in KINDS:
        if kind not in found and DEFAULTS.get(kind) not in known[kind].values():
            raise UnknownFigure(f"no {kind} given: expected one of {_listed(known[kind].values())}; as in {EXAMPLE!r}")
    return FigureName(**{**DEFAULTS, **found, "measure": found["measure"].removeprefix(_SHARE)})


def _all_words(vocabularies: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    return {kind: _MEASURE_WORDS if kind == "measure" else vocabularies.get(kind, ()) for kind in KINDS}


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")


def _recognise(word: str, known: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """The vocabulary that a word is of, and the word as it is written there."""
    named, _, rest = word.partition("=")
    is_named = named in known and bool(rest)
    asked = {named: known[named]} if is_named else known
    plain = _plain(rest if is_named else word)
    found = [(kind, words[plain]) for kind, words in asked.items() if plain in words]
    if len(found) > 1:
        ways = " or ".join(f"{kind}={value}" for kind, value in found)
        raise UnknownFigure(f"{word} can be a {' or a '.join(kind for kind, _ in found)}: write {ways}")
    if not found:
        raise UnknownFigure(_unknown(word, plain, asked))
    return found[0]


def _unknown(word: str, plain: str, asked: Mapping[str, Mapping[str, str]]) -> str:
    """What is said of a word that no vocabulary has."""
    if plain in ("pay", "average_annual_pay"):
        return f"{word} is wages by employment: ask for each of the two; marts.sector_pay has their quotient"
    if _LIKE_A_PERIOD.fullmatch(plain) and "period" in asked:
        return f"{word} is no period there is: expected one of {_listed(asked['period'].values())}"
    kinds = list(asked)
    named = {key: f"{value} ({kind})" for kind, words in asked.items() for key, value in words.items()}
    if near := [named[key] for key in get_close_matches(plain, named, n=3)]:
        hint = f"did you mean {' or '.join(near)}?"
    else:
        told = [kind for kind in ("region", "sector") if kind in asked] or kinds
        hint = "; ".join(f"{kind}s there are: {_listed(asked[kind].values())}" for kind in told)
    return f"{word} is no {' or '.join(filter(None, [', '.join(kinds[:-1]), kinds[-1]]))}: {hint}"


def _listed(words: Iterable[str]) -> str:
    every = list(words) or ["none: the warehouse is empty"]
    more = len(every) - _MOST_LISTED
    return ", ".join(every[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
