"""What must be true of pay: bounds in order, nothing shown that is withheld."""

from expectations.vocabulary import TableSuite, column_between, no_rows, pair_ordered

SUITES = (
    TableSuite(
        "marts.sector_pay",
        (
            column_between("estimate", 0, meaning="Pay is not negative."),
            pair_ordered("upper", "lower", meaning="A bound from above is not below the one from below."),
            no_rows(
                "withheld_pay_shown",
                "SELECT * FROM marts.sector_pay WHERE estimate_status NOT IN ('published', 'estimated') "
                "AND coalesce(lower, estimate, upper) IS NOT NULL ORDER BY ALL",
                meaning="What is withheld has no estimate.",
            ),
        ),
    ),
)
