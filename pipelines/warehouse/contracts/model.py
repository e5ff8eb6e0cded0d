"""What a contract is: a table, its grain and key, and each column once with type, meaning and warnings.

Belongs here: the value objects and the SQL that follows from them (DDL, comments, the contract check). Not here: the
tables themselves (raw, reference, core, marts beside this module).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from pipelines.warehouse.contracts.units import unit_of


class Caution(StrEnum):
    """The closed vocabulary of what a reader of a table must keep in mind."""

    HIDDEN_CELLS = "What is known is the published part: hidden cells are not in it; the truth is at least this large."
    OVERLAPS = "Sectors overlap: never add them up; use all_target_sectors."
    BREAKS = "Levels are not comparable across a NAICS switch or a listed break."
    VINTAGES = "Holds what was replaced too: read one vintage only, in_force for the figures of today."
    PLAIN_ROWS = "As received: sizes, levels and vintages are mixed; do not sum."


@dataclass(frozen=True)
class Column:
    """One column: its DuckDB type, its meaning (with unit where it has one), and whether it may be null."""

    name: str
    type: str
    meaning: str
    is_nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One table: schema.name, its grain in a sentence, its key, its columns in order."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    cautions: tuple[Caution, ...] = ()
    is_view: bool = False
    is_published: bool = True
    is_confidential: bool = False
    """Holds establishment records: no row of it is ever shown or published."""

    @property
    def schema(self) -> str:
        """The layer: raw, reference, core or marts."""
        return self.name.split(".")[0]

    @property
    def table(self) -> str:
        """The name without its layer."""
        return self.name.split(".")[1]

    @property
    def description(self) -> str:
        """Grain and warnings, as the database comment and the asset say them."""
        return " ".join([self.grain, *(caution.value for caution in self.cautions)])

    @cached_property
    def units(self) -> Mapping[str, str]:
        """The units of its columns of numbers, by name."""
        names = [column.name for column in self.columns]
        found = {each.name: unit_of(each.name, each.type, each.meaning, self.grain, names) for each in self.columns}
        return {name: unit for name, unit in found.items() if unit}

    def create_statement(self) -> str:
        """The CREATE TABLE of an empty table of this contract."""
        columns = ", ".join(
            f'"{column.name}" {column.type}{"" if column.is_nullable else " NOT NULL"}' for column in self.columns
        )
        return f"CREATE OR REPLACE TABLE {self.name} ({columns})"

    def comment_statements(self, prefix: str = "") -> Iterator[str]:
        """COMMENT ON statements for the table and each column; prefix goes before the table's own."""
        kind = "VIEW" if self.is_view else "TABLE"
        yield f"COMMENT ON {kind} {self.name} IS {literal(prefix + self.description)}"
        for column in self.columns:
            yield f'COMMENT ON COLUMN {self.name}."{column.name}" IS {literal(column.meaning)}'


def literal(text: object) -> str:
    """A text, or a path, as SQL takes it where no parameter can stand."""
    return "'" + str(text).replace("'", "''") + "'"
