"""What must be true of months: shown where their quarter is, adjusted where there are enough of them."""

from expectations.vocabulary import TableSuite, column_between, column_in_set, no_rows, pair_ordered
from pipelines.estimation.seasonal_adjustment import STATUSES
from pipelines.warehouse.sql_models import load_model

SUITES = (
    TableSuite(
        "marts.monthly_employment",
        (
            column_between("month", 1, 12, meaning="A year has twelve months."),
            column_between("known", 0, meaning="Jobs are not negative."),
            pair_ordered("estimate", "lower", meaning="An estimate is not below its proven bound."),
            pair_ordered("upper", "estimate", meaning="An estimate is not above its proven bound."),
            no_rows(
                "withheld_months_shown",
                load_model("checks.withheld_months_shown").sql,
                meaning="A month tells no more than its quarter, and is exact where the quarter is published.",
            ),
        ),
    ),
    TableSuite(
        "marts.seasonally_adjusted_employment",
        (
            column_in_set("adjustment_status", STATUSES, meaning="A month is adjusted, or there is a reason."),
            column_between("seasonally_adjusted", 0, meaning="Jobs are not negative."),
            column_between("seasonal_factor", 0, meaning="A factor is not negative."),
            no_rows(
                "adjusted_where_it_says_so",
                "SELECT * FROM marts.seasonally_adjusted_employment WHERE (adjustment_status = 'adjusted') <> "
                "(seasonally_adjusted IS NOT NULL AND seasonal_factor IS NOT NULL AND trend IS NOT NULL) "
                "OR (adjustment_status = 'hidden') <> (employment IS NULL) OR is_short <> (months_used < 60) "
                "ORDER BY ALL",
                meaning="Nothing is adjusted without its status, and nothing is missing without a reason.",
            ),
            no_rows(
                "every_month_is_there",
                "SELECT * FROM marts.monthly_employment AS months ANTI JOIN marts.seasonally_adjusted_employment "
                "AS adjusted USING (region, definition, sector, ownership, year, month) ORDER BY ALL",
                meaning="No month is left out.",
            ),
        ),
    ),
)
