"""What Dagster shows of a table: columns, row count, column lineage, where its code is.

Belongs here: contracts and SQL models turned into Dagster metadata. Not here: assets and checks (factories).
"""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from pipelines.settings import PROJECT_ROOT
from pipelines.warehouse.contracts import ALL_TABLES, Table
from pipelines.warehouse.contracts.marts import MEASURED
from pipelines.warehouse.sql_models import SqlModel, column_lineage, load_model

SOURCE_PAGE = "https://www.bls.gov/cew/downloadable-data-files.htm"


def asset_key(name: str) -> dg.AssetKey:
    """The two-level key of a table: schema, table."""
    return dg.AssetKey(name.split("."))


def table_spec(table: Table, deps: Iterable[str] = (), model: SqlModel | None = None) -> dg.AssetSpec:
    """The asset of a table: key, group, description and column schema from its contract."""
    metadata: dict[str, object] = {"dagster/column_schema": column_schema(table), "key": ", ".join(table.key)}
    if table.schema == "raw":
        metadata["source"] = dg.MetadataValue.url(SOURCE_PAGE)
    if model:
        metadata["sql_file"] = str(model.path.relative_to(PROJECT_ROOT))
        metadata["sql"] = dg.MetadataValue.md(f"```sql\n{model.sql}```")
    return dg.AssetSpec(
        key=asset_key(table.name),
        deps=[asset_key(name) for name in deps],
        group_name=table.schema,
        description=table.description,
        kinds={"duckdb", "sql"} if model else {"duckdb"},
        metadata=metadata,
    )


def with_column_lineage(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The asset with the columns behind each of its own, where its SQL tells them; for all of them it takes seconds.

    Columns that a function makes of a model's rows have no lineage in SQL.
    """
    name = ".".join(spec.key.path)
    if "sql_file" not in spec.metadata or name in MEASURED:
        return spec
    return spec.merge_attributes(metadata={"dagster/column_lineage": table_lineage(load_model(name))})


def column_schema(table: Table) -> dg.TableSchema:
    """Columns of a contract as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                description=column.meaning,
                constraints=dg.TableColumnConstraints(nullable=column.is_nullable),
            )
            for column in table.columns
        ]
    )


def table_lineage(model: SqlModel) -> dg.TableColumnLineage:
    """The columns behind each column of a SQL model."""
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(asset_key=asset_key(table), column_name=name) for table, name in origins]
            for column, origins in column_lineage(model).items()
        }
    )


def rows_as_metadata(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    """Failing rows as a table that people can look at."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    records = [dg.TableRecord({name: _shown(row.get(name)) for name in names}) for row in rows]
    return dg.MetadataValue.table(
        records, schema=dg.TableSchema(columns=[dg.TableColumn(name, "string") for name in names])
    )


def hides_rows(table: Table, is_confidential: bool) -> bool:
    """Whether findings on a table say rule and count only: in a confidential run of every table but definitions."""
    return table.is_confidential or (is_confidential and table.schema != "reference")


def _shown(value: object) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else str(value)


def published_tables() -> Mapping[str, Table]:
    """The tables that leave the working database."""
    return {name: table for name, table in ALL_TABLES.items() if table.is_published}
