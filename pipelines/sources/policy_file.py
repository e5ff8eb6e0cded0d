"""The agency's rules on what may leave, read from disclosure.yaml in its confidential folder.

Belongs here: the file and its faults. Not here: what the rules are (domain.disclosure_policy). There is no default: the
agency that holds the records sets the numbers.
"""

import json
from datetime import date
from pathlib import Path

from pipelines.domain.disclosure_policy import DisclosurePolicy, PrimaryRules
from pipelines.sources.checked_yaml import read_checked_yaml
from pipelines.sources.definition_files import DefinitionError

POLICY_FILE = "disclosure.yaml"


def load_policy(folder: Path, shipped: Path) -> DisclosurePolicy:
    """The rules of a confidential folder; `shipped` holds the schemas.

    Raises FileNotFoundError, with lines to write, where there are none, and DefinitionError with every fault found.
    """
    path = folder / POLICY_FILE
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: no such file. Nothing may leave before the agency has set its rules: write them as "
            "docs/establishments.md shows"
        )
    document = read_checked_yaml(path, json.loads((shipped / "schemas" / "disclosure.schema.json").read_text("utf-8")))
    if document.problems:
        raise DefinitionError(list(document.problems))
    found = document.value
    try:
        rules = PrimaryRules(found["minimum_employers"], found["dominance_share"], found["p_percent"])
        return DisclosurePolicy(rules, found["width"], found["set_by"], date.fromisoformat(found["set_on"]))
    except ValueError as error:
        problem = document.problem(
            (), str(error), "rules of which one at least is set, on a day there is", "correct it"
        )
        raise DefinitionError([problem]) from error
