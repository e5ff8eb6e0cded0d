"""YAML that people edit: read with the line of every value, held against a JSON Schema, every fault told at once.

What a file means is not known here; `definition_files` builds definitions from it.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class FileProblem:
    """A fault in a file: where, what was found, what was expected, what to do. `line` is None for a whole file."""

    file: Path
    line: int | None
    key: str
    found: str
    expected: str
    advice: str

    def __str__(self) -> str:
        place = f"{self.file}" + (f", line {self.line}" if self.line else "") + (f", {self.key}" if self.key else "")
        return f"{place}\n  found: {self.found}\n  expected: {self.expected}\n  to do: {self.advice}"


@dataclass(frozen=True)
class CheckedYaml:
    """A YAML file's content, the line of every place in it, and its faults; `value` is sound if there are none.

    Keys of mappings are text as written. `written` holds scalars as written, so `023` is not yet 19.
    """

    file: Path
    value: Any
    lines: Mapping[Place, int]
    written: Mapping[Place, str]
    problems: tuple[FileProblem, ...]

    def problem(self, place: Place, found: str, expected: str, advice: str) -> FileProblem:
        """Describe a fault at a place, or at the nearest place around it that the file has."""
        nearest = next(place[:length] for length in range(len(place), -1, -1) if place[:length] in self.lines)
        return FileProblem(self.file, self.lines[nearest], key_path(place), found, expected, advice)


def key_path(place: Place) -> str:
    """Write a place as people do: sectors.clean_energy.strict[2].code, counted from 1."""
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


def unknown_key(
    document: CheckedYaml, place: Place, entry: Mapping[str, Any], known: Iterable[str]
) -> Iterator[FileProblem]:
    """Yield a problem if the value at the last step of `place` is not one of the keys defined elsewhere."""
    found, keys = entry[str(place[-1])], list(known)
    if found not in keys:
        close = difflib.get_close_matches(found, keys, n=1)
        advice = f"did you mean {close[0]}?" if close else "use one of these, or define it"
        yield document.problem(place, found, f"one of {', '.join(keys)}", advice)


def read_checked_yaml(path: Path, schema: Mapping[str, Any]) -> CheckedYaml:
    """Read a YAML file and hold it against a schema. Faults are returned, never raised."""
    lines: dict[Place, int] = {(): 1}
    written: dict[Place, str] = {}
    repeated: list[tuple[Place, int]] = []
    try:
        loader = _Loader(path.read_bytes().decode("utf-8-sig"))
        node = loader.get_single_node()
        value = None if node is None else _value(loader, node, (), lines, written, repeated)
    except UnicodeDecodeError:
        return _unreadable(path, None, "bytes that are not UTF-8", "save the file as UTF-8 text")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        found = getattr(error, "problem", None) or str(error)
        return _unreadable(path, mark.line + 1 if mark else None, found, "correct the line; indent with spaces only")
    document = CheckedYaml(path, value, lines, written, ())
    problems = [
        document.problem(
            place, "this key a second time", f"each key once (first on line {line})", "merge the two, or rename one"
        )
        for place, line in repeated
    ]
    errors = sorted(Draft202012Validator(schema).iter_errors(value), key=lambda error: list(map(str, error.path)))
    problems += [problem for error in errors for problem in _explain(document, error)]
    problems.sort(key=lambda problem: problem.line or 0)
    return CheckedYaml(path, value, lines, written, tuple(problems))


class _Loader(yaml.SafeLoader):
    """SafeLoader that leaves dates as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _value(
    loader: _Loader,
    node: yaml.Node,
    place: Place,
    lines: dict[Place, int],
    written: dict[Place, str],
    repeated: list[tuple[Place, int]],
) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    match node:
        case yaml.MappingNode():
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "a key that is no text"
                if key in mapping:
                    repeated.append(((*place, key), lines[(*place, key)]))
                lines[(*place, key)] = key_node.start_mark.line + 1
                mapping[key] = _value(loader, value_node, (*place, key), lines, written, repeated)
            return mapping
        case yaml.SequenceNode():
            return [
                _value(loader, item, (*place, position), lines, written, repeated)
                for position, item in enumerate(node.value)
            ]
        case _:
            written[place] = node.value
            return loader.construct_object(node)


def _unreadable(path: Path, line: int | None, found: str, advice: str) -> CheckedYaml:
    return CheckedYaml(path, None, {(): 1}, {}, (FileProblem(path, line, "", found, "a YAML file", advice),))


def _explain(document: CheckedYaml, error: ValidationError) -> Iterator[FileProblem]:
    place: Place = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    expected = schema.get("description", error.message)
    allowed: Any = error.validator_value
    instance: Any = error.instance
    found = document.written.get(place) or _outline(error.instance)
    if "propertyNames" in error.absolute_schema_path:
        yield document.problem((*place, str(error.instance)), f"the key {error.instance}", expected, "rename it")
        return
    match error.validator:
        case "required":
            (missing,) = (key for key in allowed if f"{key!r} is" in error.message)
            of_key = schema.get("properties", {}).get(missing, {})
            yield document.problem(
                (*place, missing), f"no {missing}", of_key.get("description", missing), f"add {missing}: to this entry"
            )
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            for key in sorted(set(instance).difference(known)):
                yield document.problem(
                    (*place, key), f"the key {key}", f"one of {', '.join(known)}", _nearest(key, known)
                )
        case "type" if schema.get("type") == "string" and isinstance(error.instance, bool | int | float):
            kind = "truth value" if isinstance(error.instance, bool) else "number"
            yield document.problem(place, f"{found}, which YAML takes for a {kind}", expected, f'write "{found}"')
        case "enum":
            choices = [str(choice) for choice in allowed]
            yield document.problem(place, found, f"{', '.join(choices)} ({expected})", _nearest(found, choices))
        case "oneOf":
            yield document.problem(place, found, expected, "give one of the two, and only one")
        case _:
            yield document.problem(place, found, expected, "correct the value")


def _outline(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "an entry with " + (", ".join(value) or "no keys")
        case list():
            return f"a list of {len(value)}"
        case _:
            return str(value)


def _nearest(found: str, known: list[str]) -> str:
    close = difflib.get_close_matches(found, known, n=1)
    return f"did you mean {close[0]}?" if close else "use one of these"
