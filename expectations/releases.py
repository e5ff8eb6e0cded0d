"""What must be true of released totals: nothing hidden has a value, and none is below what the cells show."""

from expectations.vocabulary import TableSuite, column_between, column_in_set, no_rows
from pipelines.domain import qcew_codes
from pipelines.warehouse.sql_models import load_model

_DISCLOSURE = column_in_set("disclosure", ["disclosed", "suppressed"], meaning="A total is shown, or it is hidden.")

SUITES = (
    TableSuite(
        "raw.released_totals",
        (
            _DISCLOSURE,
            column_in_set("own_code", qcew_codes.OWNERSHIP_CODES, meaning="Ownership is one of BLS's codes."),
            column_between("quarter", 1, 4, meaning="A year has four quarters."),
            column_between("wages_usd", 0, meaning="Wages are not negative."),
            no_rows(
                "hidden_totals_without_values",
                "SELECT * FROM raw.released_totals WHERE (disclosure = 'suppressed') <> (wages_usd IS NULL) OR "
                "(wages_usd IS NULL) <> (coalesce(month1_employment, month2_employment, month3_employment) IS NULL) "
                "ORDER BY ALL",
                meaning="What is suppressed is unknown, never a number; what is disclosed is one.",
            ),
        ),
    ),
    TableSuite(
        "core.released_totals",
        (
            _DISCLOSURE,
            column_between("employment", 0, meaning="Jobs are not negative."),
            no_rows(
                "totals_of_other_definitions",
                load_model("checks.totals_of_other_definitions").sql,
                meaning="A total that was released under another definition of the sector is not used.",
                severity="warning",
            ),
            no_rows(
                "totals_below_their_cells",
                load_model("checks.totals_below_their_cells").sql,
                meaning="A total is not less than the cells of it that are shown.",
            ),
        ),
    ),
)
