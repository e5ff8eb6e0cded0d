"""Breaks that make a trend lie, read from trend_breaks.yaml: cells coded otherwise, areas cut otherwise.

What makes a break sound belongs to `pipelines.domain.trend_breaks`; how YAML is read with its lines, to `checked_yaml`.
"""

from collections.abc import Mapping

from pipelines.domain.periods import Period
from pipelines.domain.qcew_codes import AreaKind
from pipelines.domain.sector_definitions import Classification
from pipelines.domain.trend_breaks import AreaChange, BrokenCell, TrendBreak, check_area_changes, check_trend_breaks
from pipelines.sources.checked_yaml import CheckedYaml, FileProblem, unknown_key


def read_trend_breaks(
    document: CheckedYaml,
    classification: Classification | None,
    area_kinds: Mapping[str, AreaKind] | None,
    problems: list[FileProblem],
) -> tuple[TrendBreak, ...]:
    """The breaks of a sound document, checked; none of an unsound one, or where areas or industries are unreadable."""
    if document.problems or area_kinds is None or classification is None:
        return ()
    sources, entries = document.value["sources"], document.value["breaks"]
    for key, entry in entries.items():
        problems += unknown_key(document, ("breaks", key, "source"), entry, sources)
    breaks = tuple(
        TrendBreak(
            break_id=key,
            cells=tuple(BrokenCell(**cell) for cell in entry["cells"]),
            quarters=tuple(map(Period.parse, entry["quarters"])),
            source=sources.get(entry["source"], ""),
            note=entry.get("note"),
            **{name: entry[name] for name in ("area_prefix", "reason", "grade")},
        )
        for key, entry in entries.items()
    )
    problems += [
        document.problem(problem.where, problem.found, problem.expected, problem.advice)
        for problem in check_trend_breaks(breaks, area_kinds, classification.trees.values())
    ]
    return breaks


def read_area_changes(
    document: CheckedYaml, area_kinds: Mapping[str, AreaKind] | None, problems: list[FileProblem]
) -> tuple[AreaChange, ...]:
    """The area changes of a sound document, checked; none of an unsound one, or where the areas are unreadable."""
    if document.problems or area_kinds is None:
        return ()
    sources, entries = document.value["sources"], document.value.get("area_changes", {})
    for key, entry in entries.items():
        problems += unknown_key(document, ("area_changes", key, "source"), entry, sources)
    changes = tuple(
        AreaChange(
            break_id=key,
            areas=tuple(entry["areas"]),
            quarter=Period.parse(entry["quarter"]),
            source=sources.get(entry["source"], ""),
            note=entry.get("note"),
            **{name: entry[name] for name in ("reason", "grade")},
        )
        for key, entry in entries.items()
    )
    problems += [
        document.problem(problem.where, problem.found, problem.expected, problem.advice)
        for problem in check_area_changes(changes, document.value["breaks"], area_kinds)
    ]
    return changes
