"""What must be true of figures: shares are shares, the union is not more than the sum, parts not more than all."""

from expectations.vocabulary import (
    Expectation,
    TableSuite,
    column_between,
    column_in_set,
    column_matches,
    column_not_null,
    no_rows,
    pair_ordered,
    row_count_between,
)
from pipelines.domain.release_calendar import REVISION_STATUSES
from pipelines.warehouse.sql_models import load_model

_MEASURES = column_in_set("measure", ["businesses", "employment", "wages"], meaning="There are three measures.")
_COVERAGE = column_between("coverage_establishments", 0, 1, meaning="Coverage is a share.")
_REVISION_STATUS = column_in_set(
    "revision_status", REVISION_STATUSES, meaning="Figures are the first, revised or final."
)
_SHARE = column_between("known_share", 0, meaning="A share is not negative; sector_exceeds_region keeps it at most 1.")


def _share_suite(table: str, *more: Expectation) -> TableSuite:
    return TableSuite(
        table,
        (
            *more,
            row_count_between(1, meaning="Some region can be shown.", severity="warning"),
            _COVERAGE,
            _SHARE,
            _REVISION_STATUS,
            pair_ordered("total_cells", "hidden_cells", meaning="Hidden cells are cells."),
        ),
    )


SUITES = (
    TableSuite(
        "marts.sector_measures",
        (
            row_count_between(1, meaning="Some region can be shown.", severity="warning"),
            _MEASURES,
            _COVERAGE,
            _SHARE,
            _REVISION_STATUS,
            column_between("known", 0, meaning="Known figures are not negative."),
            pair_ordered("total_cells", "hidden_cells", meaning="Hidden cells are cells."),
            no_rows(
                "sector_exceeds_region",
                load_model("checks.sector_exceeds_region").sql,
                meaning="A sector is not larger than its region.",
            ),
            no_rows(
                "estimates_out_of_order",
                load_model("checks.estimates_out_of_order").sql,
                meaning="Estimates and intervals lie inside their proven bounds.",
            ),
            no_rows(
                "withheld_figures_shown",
                load_model("checks.withheld_figures_shown").sql,
                meaning="What is withheld has no estimate, and what is published is exact.",
            ),
            no_rows(
                "union_exceeds_gross",
                load_model("checks.union_exceeds_gross").sql,
                meaning="Each business once is not more than overlaps counted twice.",
            ),
            no_rows(
                "union_below_part",
                load_model("checks.union_below_part").sql,
                meaning="All sectors together are not less than one of them.",
            ),
            no_rows(
                "unpublished_default_region",
                load_model("checks.unpublished_default_region").sql,
                meaning="The region that is shown first has figures.",
                severity="warning",
            ),
        ),
    ),
    _share_suite(
        "marts.share_of_businesses",
        column_between("businesses_without_households", 0, meaning="Households are part of what is counted."),
        column_between("share_without_households", 0, meaning="A share is not negative."),
        pair_ordered("businesses", "businesses_without_households", meaning="Without some there are not more."),
    ),
    _share_suite("marts.share_of_employment"),
    _share_suite("marts.share_of_wages"),
    TableSuite(
        "marts.sector_overlap",
        (_MEASURES, _COVERAGE, column_between("known_share", 0, 1, meaning="An overlap is a part of the region.")),
    ),
    TableSuite(
        "marts.published_figures",
        (
            column_not_null("reading", meaning="Every published figure has a reading of ours beside it."),
            no_rows(
                "every_figure_shown",
                "SELECT * FROM reference.published_figures AS figures ANTI JOIN marts.published_figures AS shown "
                "USING (figure_id) ORDER BY ALL",
                meaning="No published figure is left out.",
            ),
        ),
    ),
    TableSuite(
        "marts.source_reconciliation",
        (
            column_in_set("measure", ["establishments", "employment", "wages"], meaning="There are three measures."),
            column_in_set("cause", ["tribal_government", "unexplained"], meaning="A cause is a known one, or none is."),
            column_between("bls", 0, meaning="Figures are not negative."),
            column_between("qualityinfo", 0, meaning="Figures are not negative."),
            no_rows(
                "differences_without_cause",
                "SELECT * FROM marts.source_reconciliation WHERE is_within <> (cause IS NULL) ORDER BY ALL",
                meaning="Every difference beyond its tolerance has a cause, and no other has.",
            ),
            no_rows(
                "sources_disagree",
                load_model("checks.sources_disagree").sql,
                meaning="BLS and the Oregon Employment Department publish the same figures; where they differ and no "
                "known reason says why, one of their files is of another vintage, or is read wrongly.",
                severity="warning",
            ),
        ),
    ),
    TableSuite(
        "marts.revisions",
        (
            column_in_set("kind", ["cell", "sector_share"], meaning="Cells are revised, and with them shares."),
            column_in_set(
                "how",
                ["changed", "newly_published", "newly_hidden", "new", "gone"],
                meaning="A figure changes in one of five ways.",
            ),
            column_between("before", 0, meaning="Figures are not negative."),
            column_between("after", 0, meaning="Figures are not negative."),
            no_rows(
                "nothing_changed",
                "SELECT * FROM marts.revisions WHERE before IS NOT DISTINCT FROM after ORDER BY ALL",
                meaning="What did not change is no revision.",
            ),
            no_rows(
                "revisions_beyond_envelope",
                load_model("checks.revisions_beyond_envelope").sql,
                meaning="A new file moves a state's totals by no more than is usual (establishments 1 %, jobs and "
                "wages 0.1 %); what moves more is published only after somebody has looked at it: see "
                "reviewed_revisions.yaml.",
                severity="warning",
            ),
        ),
    ),
    TableSuite(
        "marts.region_availability",
        (
            no_rows(
                "missing_areas_named",
                "SELECT * FROM marts.region_availability WHERE is_available = (missing_areas IS NOT NULL) ORDER BY ALL",
                meaning="A region that cannot be shown says what is missing.",
            ),
        ),
    ),
    TableSuite("marts.refused_definitions", (column_not_null("codes", meaning="A refusal names the codes."),)),
    TableSuite(
        "marts.figure_sources",
        (
            column_matches("capture_sha256", r"[0-9a-f]{64}", meaning="Figures are traced to a file's SHA-256."),
            _REVISION_STATUS,
            no_rows(
                "every_figure_traced",
                "SELECT DISTINCT region, period FROM core.region_periods AS places ANTI JOIN marts.figure_sources "
                "AS traced USING (region, period) ORDER BY ALL",
                meaning="Every figure can be traced to a file.",
            ),
        ),
    ),
)
