"""What must be true of the estimates: bounds hold what is published, intervals lie inside them."""

from expectations.vocabulary import TableSuite, column_between, column_in_set, no_rows, pair_ordered, row_count_between
from pipelines.warehouse.sql_models import load_model

STATUSES = ["published", "estimated", "withheld_single_cell", "contradictory_rows", "no_quarters"]
_IN_ORDER = (
    pair_ordered("upper", "lower", meaning="A bound from above is not below the one from below."),
    pair_ordered("interval90_upper", "interval90_lower", meaning="An interval has a lower and an upper end."),
    column_between("lower", 0, meaning="Jobs and wages are not negative."),
)

SUITES = (
    TableSuite(
        "estimates.hidden_cells",
        (
            *_IN_ORDER,
            column_in_set(
                "measure",
                ["month1_employment", "month2_employment", "month3_employment", "wages"],
                meaning="Cells are estimated month by month, and their wages.",
            ),
        ),
    ),
    TableSuite(
        "estimates.region_estimates",
        (
            *_IN_ORDER,
            column_in_set("measure", ["employment", "wages"], meaning="Establishments are never hidden."),
        ),
    ),
    TableSuite("estimates.pay_estimates", _IN_ORDER),
    TableSuite(
        "estimates.monthly_employment",
        (
            pair_ordered("upper", "lower", meaning="A bound from above is not below the one from below."),
            pair_ordered("lower", "known", meaning="What is published is there at least."),
            column_between("known", 0, meaning="Jobs are not negative."),
            no_rows(
                "months_are_their_quarter",
                load_model("checks.months_are_their_quarter").sql,
                meaning="The mean of the months is the quarter's figure.",
            ),
        ),
    ),
    TableSuite(
        "estimates.contradictions",
        (
            row_count_between(
                0, 0, meaning="A quarter that contradicts itself has no estimates: get its files.", severity="warning"
            ),
        ),
    ),
    TableSuite(
        "estimates.figure_estimates",
        (
            column_in_set("estimate_status", STATUSES, meaning="A figure is exact, estimated, withheld or unknown."),
            column_between("coverage", 0, 1.000001, meaning="The published part is a part."),
            no_rows(
                "known_parts_agree",
                load_model("checks.known_parts_agree").sql,
                meaning="The equations and the sums of published rows, made apart, agree on what is published.",
            ),
        ),
    ),
    TableSuite(
        "estimates.coarser_regions",
        (column_between("size_order", 1, meaning="A larger region has areas."),),
    ),
)
