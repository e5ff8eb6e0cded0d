"""The reference layer: the definitions of data/reference, validated, and the code tables of QCEW."""

from functools import partial

import dagster as dg

from pipelines.domain.code_tables import code_tables
from pipelines.orchestration.factories import Report, build_tables, check_specs
from pipelines.orchestration.metadata import table_spec
from pipelines.settings import SHIPPED_DEFINITIONS, Settings
from pipelines.sources.definition_files import load_definitions
from pipelines.warehouse.build import build_from_frame
from pipelines.warehouse.contracts import reference


@dg.multi_asset(
    specs=[table_spec(table) for table in reference.TABLES],
    check_specs=check_specs(*(table.name for table in reference.TABLES)),
)
def definitions(context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]) -> Report:
    """Sectors, regions, published figures, breaks, industries and areas, as an analyst edits them."""
    loaded = load_definitions(settings.definitions_dir, SHIPPED_DEFINITIONS)
    depths = code_tables()["reference.sources"].get_column("deepest_naics_level").unique().sort()
    too_fine = {"reference.codes_too_fine": loaded.codes_too_fine(depths)}
    frames = code_tables() | loaded.tables() | too_fine
    yield from build_tables(
        context, settings, {name: partial(build_from_frame, frame=frame) for name, frame in frames.items()}
    )
