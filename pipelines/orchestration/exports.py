"""What a run makes of the published warehouse for people: the dashboard, the workbooks, open data.

Belongs here: where each goes, and what Dagster is told of it. Not here: how each is made (sites, workbooks, open_data).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.orchestration.metadata import published_tables
from pipelines.orchestration.open_data import write_open_data
from pipelines.orchestration.sites import NothingToShow, write_site
from pipelines.orchestration.workbooks import write_workbooks
from pipelines.reporting.data_dictionary import dictionary_html
from pipelines.settings import Export, Settings
from pipelines.warehouse.connection import open_database

Write = Callable[[duckdb.DuckDBPyConnection, Settings], Path]
WAREHOUSE = dg.AssetKey(["published", "warehouse"])


def site(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Path:
    """The dashboard, a folder of pages that open from disk; its first page."""
    dictionary = dictionary_html(published_tables().values())
    return write_site(connection, settings.exports_dir / "site", settings.exports_dir / "data_docs", dictionary)


def workbooks(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Path:
    """One workbook a region; their folder."""
    write_workbooks(connection, settings.exports_dir / "workbooks")
    return settings.exports_dir / "workbooks"


def open_data(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Path:
    """Every published table as Parquet and CSV, with a descriptor; their folder."""
    write_open_data(connection, settings.exports_dir / "open_data")
    return settings.exports_dir / "open_data"


WRITERS: Mapping[Export, Write] = {"site": site, "workbooks": workbooks, "open_data": open_data}


def export_asset(name: Export, write: Write) -> dg.AssetsDefinition:
    """The asset of one export; it is passed over where the settings do not ask for it, or there is nothing to show."""
    key = dg.AssetKey(["published", name])

    @dg.multi_asset(
        name=f"published__{name}",
        specs=[
            dg.AssetSpec(key, deps=[WAREHOUSE], group_name="published", description=write.__doc__, skippable=True),
        ],
    )
    def export(
        context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[dg.MaterializeResult[object]]:
        if name not in settings.exports:
            context.log.info(f"SECTORS_EXPORTS does not ask for {name}")
            return
        try:
            with open_database(settings.published_database, read_only=True) as connection:
                path = write(connection, settings)
        except NothingToShow as nothing:
            context.log.warning(f"no {name}: {nothing}")
            return
        yield dg.MaterializeResult(asset_key=key, metadata={"path": dg.MetadataValue.path(str(path))})

    return export
