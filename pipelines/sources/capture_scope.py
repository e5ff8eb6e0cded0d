"""What a board wants from the publishers: areas and years, read from capture.yaml.

Belongs here: the scope and its checks. Not here: the files that follow from it (bls_files, qualityinfo_files), or
which of them are asked for today (capture_plan).
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.sources.checked_yaml import CheckedYaml, FileProblem, read_checked_yaml
from pipelines.sources.definition_files import DefinitionError

SCOPE_FILE = "capture.yaml"
CAPTURABLE = ("nation", "state", "county", "unknown_county")
"""Kinds of areas whose slices have every industry, so that it shows whether one is whole."""


@dataclass(frozen=True)
class CaptureScope:
    """Areas by QCEW code, sorted; years before the one that is being published."""

    bls_areas: tuple[str, ...]
    bls_years: int
    qualityinfo_areas: tuple[str, ...]
    qualityinfo_years: int
    has_annual_workbooks: bool
    has_quarterly_workbooks: bool


def load_scope(folder: Path, shipped: Path, areas: pl.DataFrame) -> CaptureScope:
    """Reads the scope from `folder`, or from the shipped definitions where it has none.

    areas has the columns area_fips, area_kind and state_fips. Raises DefinitionError with every fault found.
    """
    own = folder / SCOPE_FILE
    schema = json.loads((shipped / "schemas" / "capture.schema.json").read_text("utf-8"))
    document = read_checked_yaml(own if own.exists() else shipped / SCOPE_FILE, schema)
    problems = list(document.problems) or list(_unknown_places(document, areas))
    if problems:
        raise DefinitionError(problems)
    bls, qualityinfo = document.value["bls"], document.value["qualityinfo"]
    return CaptureScope(
        bls_areas=tuple(sorted({*_areas_of_states(bls.get("states", ()), areas), *bls.get("areas", ())})),
        bls_years=bls["years"],
        qualityinfo_areas=tuple(sorted(qualityinfo["areas"])),
        qualityinfo_years=qualityinfo["years"],
        has_annual_workbooks="annual" in qualityinfo["periods"],
        has_quarterly_workbooks="quarterly" in qualityinfo["periods"],
    )


def _areas_of_states(states: Collection[str], areas: pl.DataFrame) -> list[str]:
    kinds = ["state", "county", "unknown_county"]
    wanted = pl.col("state_fips").is_in(list(states)) & pl.col("area_kind").is_in(kinds)
    return areas.filter(wanted).get_column("area_fips").to_list()


def _unknown_places(document: CheckedYaml, areas: pl.DataFrame) -> Iterator[FileProblem]:
    if not {"states", "areas"} & set(document.value["bls"]):
        advice = 'add a line such as states: ["41"]'
        yield document.problem(("bls",), "neither states nor areas", "states, areas, or both", advice)
    capturable = areas.filter(pl.col("area_kind").is_in(CAPTURABLE))
    codes, states = set(capturable.get_column("area_fips")), set(areas.get_column("state_fips"))
    lists = (("bls", "states", states), ("bls", "areas", codes), ("qualityinfo", "areas", codes))
    for source, key, known in lists:
        for position, code in enumerate(document.value[source].get(key, ())):
            if code not in known:
                expected = "a code of areas.csv: the nation, a state, a county or a county unknown"
                advice = "take one of these, in quotation marks, or YAML reads it as a number"
                yield document.problem((source, key, position), code, expected, advice)
