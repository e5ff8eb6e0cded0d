"""The data dictionary: each table with its grain, key, warnings and columns, as Markdown and as part of a page.

Belongs here: wording and layout. Not here: the contracts themselves (warehouse), which fit the protocols below as they
are.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from jinja2 import Environment
from markupsafe import Markup, escape

RENEWAL = ".venv/bin/sectors docs"
LAYERS: Mapping[str, str] = {
    "marts": "What people read: the public tables.",
    "estimates": "What can be proven and estimated about hidden cells.",
    "core": "Typed cells, the classification, and the identities that the source must keep.",
    "reference": "The definitions that figures are made by, and the code tables of QCEW.",
    "raw": "What was received, by the hash of each file.",
}


class DictionaryColumn(Protocol):
    """What the dictionary tells of a column; the warehouse's contracts have it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def meaning(self) -> str: ...  # noqa: D102
    @property
    def is_nullable(self) -> bool: ...  # noqa: D102


class DictionaryTable(Protocol):
    """What the dictionary tells of a table: name is layer.table, cautions are sentences of a closed vocabulary,
    units those of columns of numbers, by name.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def grain(self) -> str: ...  # noqa: D102
    @property
    def key(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def columns(self) -> Sequence[DictionaryColumn]: ...  # noqa: D102
    @property
    def cautions(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def units(self) -> Mapping[str, str]: ...  # noqa: D102


def dictionary_markdown(tables: Iterable[DictionaryTable]) -> str:
    """The whole dictionary as Markdown: contents by layer, warnings, then a section a table."""
    by_layer = _by_layer(tables)
    names = {table.name for tables in by_layer.values() for table in tables}

    def text(words: str) -> str:
        return _linked(_markdown(words), names, lambda name: f"[{name}](#{name.replace('.', '')})")

    lines = [
        "# Data dictionary",
        "",
        f"Every table of the published warehouse. Made from the contracts by `{RENEWAL}`: change them, not this file.",
        "How to connect: [connecting.md](connecting.md). Which table answers which question: "
        "[analysis.md](analysis.md).",
        "",
        "Null is unknown, never zero; a figure that is null has its reason in a column whose name ends in `status`. "
        "Shares are 0–1. Types are DuckDB's.",
    ]
    for layer, layer_tables in by_layer.items():
        lines += ["", f"**{layer}**: {LAYERS.get(layer, '')}", ""]
        lines += [f"* [{table.name}](#{table.name.replace('.', '')}): {text(table.grain)}" for table in layer_tables]
    lines += [
        "",
        "## Warnings",
        "",
        "What a reader of a table must keep in mind; each table says which concern it.",
        "",
    ]
    lines += [f"* {text(caution)}" for caution in _vocabulary(by_layer)]
    for layer, layer_tables in by_layer.items():
        lines += ["", f"## {layer}"]
        for table in layer_tables:
            lines += ["", f"### {table.name}", "", text(table.grain), ""]
            lines += [f"Key: {', '.join(f'`{name}`' for name in table.key)}.", ""] if table.key else []
            lines += [f"**Mind**: {text(caution)}\n" for caution in table.cautions]
            lines += ["| column | type | unit | null | meaning |", "|---|---|---|---|---|"]
            lines += [
                f"| `{column.name}` | {column.type} | {table.units.get(column.name, '')} | "
                f"{'yes' if column.is_nullable else 'no'} | {text(column.meaning)} |"
                for column in table.columns
            ]
    return "\n".join(lines) + "\n"


def dictionary_html(tables: Iterable[DictionaryTable]) -> str:
    """The dictionary as the inner part of a page: headings from h2 on, all text escaped, an id for each table.

    A table's id is its name with - for the dot (marts-sector_pay), a column's that of its table, a dot and its name.
    """
    by_layer = _by_layer(tables)
    names = {table.name for tables in by_layer.values() for table in tables}

    def text(words: str) -> Markup:
        return Markup(_linked(str(escape(words)), names, lambda name: f'<a href="#{table_anchor(name)}">{name}</a>'))

    return _PAGE.render(
        layers=by_layer,
        about=LAYERS,
        cautions=_vocabulary(by_layer),
        text=text,
        anchor=table_anchor,
        unit=lambda table, column: table.units.get(column.name, "").replace("`", ""),
    )


def table_anchor(name: str) -> str:
    """The id of a table's section on a page."""
    return name.replace(".", "-")


def _by_layer(tables: Iterable[DictionaryTable]) -> dict[str, list[DictionaryTable]]:
    """Tables by layer, marts first, both in their order; layers that are not known come last."""
    places = {layer: place for place, layer in enumerate(LAYERS)}

    def layer_of(table: DictionaryTable) -> str:
        return table.name.partition(".")[0]

    ordered = sorted(tables, key=lambda table: (places.get(layer_of(table), len(places)), layer_of(table)))
    return {layer: list(group) for layer, group in groupby(ordered, layer_of)}


def _vocabulary(by_layer: Mapping[str, Sequence[DictionaryTable]]) -> list[str]:
    """Each warning once, in the order in which tables first have it."""
    found = (str(caution) for tables in by_layer.values() for table in tables for caution in table.cautions)
    return list(dict.fromkeys(found))


def _linked(text: str, names: Iterable[str], link: Callable[[str], str]) -> str:
    """An escaped text with a link wherever it names a table of the dictionary."""
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.sub(rf"\b(?:{'|'.join(longest_first)})\b", lambda found: link(found[0]), text) if longest_first else text


def _markdown(text: str) -> str:
    """A text as Markdown that shows it as it is, on one line."""
    one_line = " ".join(text.split())
    return re.sub(r"([\\`*\[\]|]|(?<!\w)_|_(?!\w))", r"\\\1", one_line.replace("&", "&amp;").replace("<", "&lt;"))


_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True).from_string(
    """\
<nav aria-label="Tables">
  {% for layer, tables in layers.items() %}
  <p><strong>{{ layer }}</strong>: {{ about.get(layer, "") }}</p>
  <ul>
    {% for table in tables %}
    <li><a href="#{{ anchor(table.name) }}">{{ table.name }}</a></li>
    {% endfor %}
  </ul>
  {% endfor %}
</nav>
<h2 id="warnings">Warnings</h2>
<ul>
  {% for caution in cautions %}
  <li>{{ text(caution) }}</li>
  {% endfor %}
</ul>
{% for layer, tables in layers.items() %}
<h2 id="layer-{{ layer }}">{{ layer }}</h2>
{% for table in tables %}
<section aria-labelledby="{{ anchor(table.name) }}">
<h3 id="{{ anchor(table.name) }}">{{ table.name }}</h3>
<p>{{ text(table.grain) }}</p>
{% if table.key %}
<p>Key: {% for name in table.key %}<code>{{ name }}</code>{{ ", " if not loop.last }}{% endfor %}.</p>
{% endif %}
{% for caution in table.cautions %}
<p><strong>Mind</strong>: {{ text(caution) }}</p>
{% endfor %}
<table>
  <caption>Columns of {{ table.name }}</caption>
  <thead>
    <tr><th scope="col">column</th><th scope="col">type</th><th scope="col">unit</th><th scope="col">null</th>\
<th scope="col">meaning</th></tr>
  </thead>
  <tbody>
    {% for column in table.columns %}
    <tr id="{{ anchor(table.name) }}.{{ column.name }}"><th scope="row"><code>{{ column.name }}</code></th>\
<td>{{ column.type }}</td><td>{{ unit(table, column) }}</td><td>{{ "yes" if column.is_nullable else "no" }}</td>\
<td>{{ text(column.meaning) }}</td></tr>
    {% endfor %}
  </tbody>
</table>
</section>
{% endfor %}
{% endfor %}
"""
)
