"""Figures in plain words, with their uncertainty in words.

Belongs here: numbers as text, patterns of sentences, which pattern a row takes. Not here: which rows there are (rows),
and where they stand (pages). static/words.js does the same in the browser with the same patterns; a test holds the two
against each other.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from pipelines.reporting.uncertainty import is_open

Row = Mapping[str, Any]

NOUNS: Mapping[str, str] = {"businesses": "businesses", "employment": "jobs", "wages": "in wages"}
KINDS: Mapping[str, str] = {"businesses": "businesses", "employment": "jobs", "wages": "wages"}
WHOLES: Mapping[str, str] = {"businesses": "businesses", "employment": "employment", "wages": "wages"}
QUARTERS = ("first", "second", "third", "fourth")
OWNERSHIPS: Mapping[str, str] = {
    "private": "private",
    "total_covered": "all covered",
    "government": "government",
    "federal_government": "federal government",
    "state_government": "state government",
    "local_government": "local government",
}
RANGE = "nine in ten times {likely}; certainly {proven}"
REST: Mapping[str, str] = {
    "withheld_single_cell": "the rest is hidden for confidentiality",
    "contradictory_rows": "the rest is hidden, and not estimated, for published rows contradict each other",
    "no_quarters": "the rest is hidden, and not estimated, for the source has no quarterly detail",
}
PATTERNS: Mapping[str, str] = {
    "between": "between {low} and {high}",
    "above": "at least {low}",
    "published": "{name}: {level} {noun} {when}, {share} of {whole}.",
    "published_alone": "{name}: {level} {noun} {when}; the total of {whole} is hidden, or there is none.",
    "estimated": "{name}: about {level} {noun} {when} (" + RANGE + "), {share} of {whole}.",
    "estimated_alone": "{name}: about {level} {noun} {when} (" + RANGE + "); the total of {whole} is hidden.",
    "none": "{name}: none {when}.",
    "at_least": "{name}: at least {level} {noun} {when}, {share} of {whole}; {rest}.",
    "at_least_alone": "{name}: at least {level} {noun} {when}; {rest}.",
    "hidden": "{name}: hidden for confidentiality {when}; nothing of its {kind} is published.",
    "absent": "{name}: no figure {when}.",
    "pay": "A job in {name} paid {level} a year on average {when}.",
    "pay_estimated": "A job in {name} paid about {level} a year on average {when} (" + RANGE + ").",
    "pay_absent": "What a job in {name} paid {when} is hidden, or there was none.",
    "quotient": "{name} has {level} times the part of {whole} {when} that it has in {base}.",
    "quotient_estimated": "{name} has about {level} times the part of {whole} {when} that it has in {base} ("
    + RANGE
    + ").",
    "quotient_none": "{name} has no part of {whole} {when}.",
    "quotient_absent": "How concentrated {name} is {when}, by {whole}, is not known: {reason}.",
    "overlap": "{level} {noun} {when} lie in both {name} and {other}; all target sectors together count them once.",
    "overlap_estimated": "About {level} {noun} {when} lie in both {name} and {other} ("
    + RANGE
    + "); all target sectors together count them once.",
    "overlap_at_least": "At least {level} {noun} {when} lie in both {name} and {other}; {rest}.",
    "overlap_absent": "What lies in both {name} and {other} {when} is hidden for confidentiality.",
    "overlap_none": "Nothing lies in both {name} and {other} {when}.",
    "gross": "Counted once, they are {once} of {whole}; a plain sum of the sectors, overlaps counted twice, would give "
    "{twice}.",
    "cells": "{hidden} of {total} cells of the finest detail are hidden; {coverage} of the {counted} lie in published "
    "ones.",
    "cells_open": "Nothing of this figure is hidden.",
}
NO_QUOTIENT: Mapping[str, str] = {
    "hidden": "its figure is hidden",
    "no_total": "the figure of all industries is hidden, or there is none",
    "hidden_base": "the figure it is compared with is hidden",
    "no_base_total": "there is no total to compare with",
    "zero_base": "there is nothing of it to compare with",
    "base_may_be_zero": "there may be nothing of it to compare with",
}
_TURNS = re.compile("[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def number(value: float, digits: int = 0) -> str:
    """A number with thousands separated and halves rounded up, as static/words.js does."""
    scaled = math.floor(value * 10**digits + 0.5)
    whole, rest = divmod(abs(scaled), 10**digits)
    sign = "−" if scaled < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:0{digits}}" if digits else "")


def percent(share: float, digits: int = 1) -> str:
    """A share of 0–1 as people read it: 5.7 %. Less than all is never shown as 100 %, more than none never as 0 %."""
    shown = number(100 * share, digits)
    if share < 1 and shown == number(100, digits):
        shown = number(100 - 10**-digits, digits)
    if share > 0 and shown == number(0, digits):
        return f"under {number(10**-digits, digits)} %"
    return f"{shown} %"


def level(measure: str, value: float) -> str:
    """A figure in its unit: whole businesses and jobs, wages in millions or whole dollars; pay in whole dollars."""
    if measure == "pay":
        return f"${number(value)}"
    if measure == "quotient":
        return "under 0.01" if 0 < value < 0.005 else number(value, 2)
    if measure == "share":
        return percent(value)
    if measure == "wages":
        return f"${number(value / 1e6, 1)} million" if value >= 1e6 else f"${number(value)}"
    return number(value)


def share_digits(row: Row, total: float) -> int:
    """As many digits of a percentage as it takes to see its 90 % interval, one to three."""
    if not is_open(row):
        return 1
    low, high = (100 * row[f"interval90_{end}"] / total for end in ("lower", "upper"))
    return next((digits for digits in (1, 2) if number(low, digits) != number(high, digits)), 3)


def when(period: str) -> str:
    """`in 2024`, or `in the first quarter of 2024`."""
    year, _, quarter = period.partition("-Q")
    return f"in the {QUARTERS[int(quarter) - 1]} quarter of {year}" if quarter else f"in {year}"


def whole(measure: str, ownership: str) -> str:
    """What a share is a part of: private employment."""
    return f"{OWNERSHIPS.get(ownership, ownership)} {called(WHOLES[measure], ownership)}"


def called(text: str, ownership: str) -> str:
    """Our own words for an ownership: governments have establishments, no businesses."""
    if not ownership.endswith("government"):
        return text
    return text.replace("businesses", "establishments").replace("Businesses", "Establishments")


def firsts(count: int) -> str:
    """How the title of a ranking begins: with how many industries it shows, if any."""
    return {0: "Industries", 1: "The first industry"}.get(count, f"The first {count} industries")


def apart(name: str) -> str:
    """A name that turns the direction of writing, set apart so that it turns nothing but itself."""
    return f"\u2068{name}\u2069" if _TURNS.search(name) else name


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """A pattern with its {names} replaced; values are text, whatever they hold."""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], pattern)


def range_values(row: Row, measure: str) -> dict[str, str]:
    """Both ranges of a row in words, for RANGE."""
    return {"likely": _between(row, "interval90_", measure), "proven": _between(row, "", measure)}


def _between(row: Row, prefix: str, measure: str) -> str:
    low, high = row[f"{prefix}lower"], row[f"{prefix}upper"]
    ends = {"low": level(measure, low), "high": "" if high is None else level(measure, high)}
    return fill(PATTERNS["above" if high is None else "between"], ends)


def measure_sentence(row: Row | None, name: str, measure: str, ownership: str, period: str) -> str:
    """What one row of marts.sector_measures says: level, range and share, or why there is none."""
    values = {
        "name": apart(name),
        "noun": called(NOUNS[measure], ownership),
        "kind": called(KINDS[measure], ownership),
        "when": when(period),
        "whole": whole(measure, ownership),
    }
    if row is None:
        return fill(PATTERNS["absent"], values)
    total = row["total"]
    shown = row["estimate"] if row["estimate"] is not None else row["known"]
    if shown is None:
        return fill(PATTERNS["hidden"], values)
    values["level"] = level(measure, shown)
    if total:
        values["share"] = percent(shown / total, share_digits(row, total))
    if row["estimate"] is None:
        key = "at_least"
        values["rest"] = REST.get(row["estimate_status"], REST["withheld_single_cell"])
    elif is_open(row):
        key = "estimated"
        values |= range_values(row, measure)
    elif shown == 0:
        return fill(PATTERNS["none"], values)
    else:
        key = "published"
    return fill(PATTERNS[key if total else f"{key}_alone"], values)


def share_label(row: Row) -> str:
    """The share as a chart bears it: 5.7 %, ≈ 0.30 %, ≥ 4.1 %, hidden, share unknown."""
    total = row["total"]
    shown = row["estimate"] if row["estimate"] is not None else row["known"]
    if shown is None:
        return "hidden"
    if not total:
        return "share unknown"
    sign = "≥ " if row["estimate"] is None else "≈ " if is_open(row) else ""
    return sign + percent(shown / total, share_digits(row, total))


def level_label(row: Row, measure: str) -> str:
    """The figure itself as a chart bears it: 35,536, ≈ 1,406, ≥ 460, hidden."""
    shown = row["estimate"] if row["estimate"] is not None else row.get("known")
    if shown is None:
        return "hidden"
    sign = "≥ " if row["estimate"] is None else "≈ " if is_open(row) else ""
    return sign + level(measure, shown)
