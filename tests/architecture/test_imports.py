"""Imports run one way through the rooms of the house, and heavy libraries stay in theirs."""

import ast
import sys
from collections.abc import Iterator, Mapping

MIDDLE = ("pipelines.sources", "pipelines.estimation", "pipelines.warehouse", "pipelines.reporting")
BELOW_ASSETS = ("pipelines.domain", *MIDDLE, "expectations", "pipelines.settings", "pipelines.orchestration")
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "pipelines.domain": (),
    **dict.fromkeys(MIDDLE, ("pipelines.domain",)),
    "expectations": ("pipelines.domain", *MIDDLE),
    "pipelines.settings": (),
    "pipelines.orchestration": ("pipelines.domain", *MIDDLE, "expectations", "pipelines.settings"),
    "assets": BELOW_ASSETS,
    "pipelines.definitions": (*BELOW_ASSETS, "assets"),
    "pipelines.cli": (*BELOW_ASSETS, "pipelines.definitions"),
}
"""Each room, and the others it may import; assets are imported by pipelines.definitions alone."""

DAGSTER_ROOMS = ("pipelines.orchestration", "assets", "pipelines.definitions")
GREAT_EXPECTATIONS_MODULE = "expectations.great_expectations_on_duckdb"


def test_imports_run_one_way(modules: Mapping[str, ast.Module]) -> None:
    assert breaches(modules) == []


def test_a_breach_is_found() -> None:
    sources = {
        "pipelines.domain.regions": "from pipelines.sources import bls",
        "pipelines.sources.bls": "def read():\n    import pipelines.warehouse.build",
        "pipelines.cli": "from assets import core",
        "pipelines.attic": "import os",
        "assets.core": "from . import raw\nfrom pipelines.orchestration.factories import sql_table_asset",
    }
    assert breaches({name: ast.parse(text) for name, text in sources.items()}) == [
        "pipelines.domain.regions imports pipelines.sources.bls",
        "pipelines.sources.bls imports pipelines.warehouse.build",
        "pipelines.cli imports assets.core",
        "pipelines.attic is in no room of the house",
        "assets.core imports a neighbour by dots",
    ]


def test_domain_knows_only_the_standard_library_polars_and_numpy(modules: Mapping[str, ast.Module]) -> None:
    allowed = {*sys.stdlib_module_names, "polars", "numpy", "pipelines"}
    strangers = [
        f"{name} imports {imported}"
        for name, tree in modules.items()
        if room_of(name) == "pipelines.domain"
        for imported, _ in imports(tree)
        if imported.split(".")[0] not in allowed
    ]
    assert strangers == []


def test_dagster_stays_in_its_rooms(modules: Mapping[str, ast.Module]) -> None:
    importers = [
        (room_of(name), is_inside)
        for name, tree in modules.items()
        for imported, is_inside in imports(tree)
        if imported.split(".")[0].startswith("dagster")
    ]
    assert importers
    assert {room for room, _ in importers} <= {*DAGSTER_ROOMS, "pipelines.cli"}
    assert all(is_inside for room, is_inside in importers if room == "pipelines.cli")


def test_great_expectations_is_imported_by_one_module_and_only_when_called(modules: Mapping[str, ast.Module]) -> None:
    importers = {
        name
        for name, tree in modules.items()
        for imported, _ in imports(tree)
        if imported.split(".")[0] == "great_expectations"
    }
    assert importers == {GREAT_EXPECTATIONS_MODULE}
    calls = {
        (name, is_inside)
        for name, tree in modules.items()
        for imported, is_inside in imports(tree)
        if imported.startswith(GREAT_EXPECTATIONS_MODULE)
    }
    assert calls == {("expectations.runner", True)}


def breaches(modules: Mapping[str, ast.Module]) -> list[str]:
    """What breaks the rule, a sentence each."""
    found = []
    for name, tree in modules.items():
        room = room_of(name)
        if room is None:
            found += [f"{name} is in no room of the house"] if tree.body and name != "pipelines" else []
            continue
        for imported, _ in imports(tree):
            if imported.startswith("."):
                found.append(f"{name} imports a neighbour by dots")
            elif imported.split(".")[0] in ("pipelines", "assets", "expectations") and room_of(imported) not in (
                room,
                *MAY_IMPORT[room],
            ):
                found.append(f"{name} imports {imported}")
    return found


def room_of(name: str) -> str | None:
    """The room a module, or a name imported from one, is in."""
    return next((room for room in MAY_IMPORT if f"{name}.".startswith(f"{room}.")), None)


def imports(node: ast.AST, is_inside: bool = False) -> Iterator[tuple[str, bool]]:
    """Names imported anywhere in a module, with their module, and whether only when a function is called."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names):
                yield from ((alias.name, is_inside) for alias in names)
            case ast.ImportFrom(module, names, level):
                yield from (("." * level + f"{module or ''}.{alias.name}", is_inside) for alias in names)
            case _:
                yield from imports(child, is_inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))
