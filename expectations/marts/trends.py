"""What must be true of change: no figure without its status, bounds in order, nothing across a break."""

from expectations.vocabulary import Expectation, TableSuite, column_between, column_in_set, no_rows
from pipelines.domain.shift_share import COMPARISONS, METHODS, STATUSES
from pipelines.domain.trends import CHANGE_STATUSES, CONTRIBUTION_STATUSES, GROWTH_STATUSES, INDEX_STATUSES
from pipelines.warehouse.sql_models import load_model

_OF_BOTH: tuple[Expectation, ...] = (
    column_in_set("change_status", CHANGE_STATUSES, meaning="A change is measured, or there is a reason."),
    column_in_set("growth_status", GROWTH_STATUSES, meaning="Growth is measured, or there is a reason."),
    column_in_set("contribution_status", CONTRIBUTION_STATUSES, meaning="What is added is measured, or has a reason."),
    column_in_set("index_status", INDEX_STATUSES, meaning="An index is measured, or there is a reason."),
    column_in_set("base_basis", ["files", "changes_over_the_year"], meaning="A year before is told in two ways."),
    column_between("estimate_growth", -1, meaning="Nothing shrinks by more than all of it."),
    column_between("lower_index", 0, meaning="An index is not negative."),
)

SUITES = (
    TableSuite(
        "marts.sector_series",
        (
            column_in_set("basis", ["files", "changes_over_the_year"], meaning="A period is told in two ways."),
            column_between("lower", 0, meaning="No figure is negative."),
            no_rows(
                "only_shown_figures",
                "SELECT * FROM marts.sector_series WHERE (estimate IS NOT NULL) <> "
                "(series_status IN ('published', 'estimated')) ORDER BY ALL",
                meaning="A figure is shown where it is published or estimated, and nowhere else.",
            ),
            no_rows(
                "files_go_first",
                "SELECT * FROM marts.sector_series AS told SEMI JOIN core.region_periods USING (region, period) "
                "WHERE told.basis <> 'files' ORDER BY ALL",
                meaning="A period with files of its own is not told by changes.",
            ),
        ),
    ),
    TableSuite(
        "marts.sector_trends",
        (
            *_OF_BOTH,
            no_rows(
                "changes_without_reason",
                load_model("checks.changes_without_reason").sql,
                meaning="Every change that is missing says why, and none is shown that should be missing.",
            ),
            no_rows(
                "changes_across_breaks",
                load_model("checks.changes_across_breaks").sql,
                meaning="Nothing is said to grow across a break: marts.sector_trends_across_breaks is for who asks.",
            ),
            no_rows(
                "changes_out_of_order",
                load_model("checks.changes_out_of_order").sql,
                meaning="Changes and their intervals lie inside their proven bounds.",
            ),
            no_rows(
                "every_figure_has_its_trend",
                "SELECT * FROM marts.sector_measures AS figures ANTI JOIN marts.sector_trends AS trends USING "
                "(region, definition, sector, ownership, measure, period) ORDER BY ALL",
                meaning="No figure is left out.",
            ),
        ),
    ),
    TableSuite(
        "marts.sector_trends_across_breaks",
        (
            *_OF_BOTH,
            no_rows(
                "nothing_without_a_break",
                "SELECT * FROM marts.sector_trends_across_breaks "
                "WHERE coalesce(breaks_over_the_year, breaks_since_first_year) IS NULL ORDER BY ALL",
                meaning="What is listed here was compared across a break.",
            ),
        ),
    ),
    TableSuite(
        "marts.shift_share",
        (
            column_in_set("comparison", COMPARISONS, meaning="A year is held against the one before, or the first."),
            column_in_set("method", METHODS, meaning="There are two methods."),
            column_in_set("shift_share_status", STATUSES, meaning="Parts are measured, or there is a reason."),
            no_rows(
                "shift_share_adds_up",
                load_model("checks.shift_share_adds_up").sql,
                meaning="National, mix and local parts are the whole change, inside their bounds, or have a reason.",
            ),
        ),
    ),
)
