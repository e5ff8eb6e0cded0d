"""What must be true of pay: bounds in order, nothing shown that is withheld, nothing carried by unknown prices."""

from expectations.vocabulary import Expectation, TableSuite, column_between, column_matches, no_rows, pair_ordered


def _in_order(pattern: str) -> tuple[Expectation, ...]:
    lower, estimate, upper = (pattern.format(name) for name in ("lower", "estimate", "upper"))
    return (
        column_between(estimate, 0, meaning="Pay is not negative."),
        pair_ordered(upper, estimate, meaning="An estimate is not above the bound from above."),
        pair_ordered(estimate, lower, meaning="An estimate is not below the bound from below."),
        pair_ordered(upper, lower, meaning="A bound from above is not below the one from below."),
    )


SUITES = (
    TableSuite(
        "marts.sector_pay",
        (
            *_in_order("{}"),
            *_in_order("real_{}"),
            no_rows(
                "withheld_pay_shown",
                "SELECT * FROM marts.sector_pay WHERE estimate_status NOT IN ('published', 'estimated') "
                "AND coalesce(lower, estimate, upper, weekly_lower, weekly_estimate, weekly_upper, real_lower, "
                "real_estimate, real_upper, weekly_interval90_lower, real_interval90_lower) IS NOT NULL ORDER BY ALL",
                meaning="What is withheld has no estimate.",
            ),
            no_rows(
                "real_pay_or_why_not",
                "SELECT * FROM marts.sector_pay WHERE (price_factor IS NULL) <> (real_note IS NOT NULL) "
                "OR (real_estimate IS NULL) <> (estimate IS NULL OR price_factor IS NULL) ORDER BY ALL",
                meaning="Where there is pay, there is real pay, or the months whose prices are not known.",
            ),
            no_rows(
                "price_year_is_its_own",
                "SELECT * FROM marts.sector_pay WHERE quarter = 0 AND year = price_year AND price_factor <> 1 "
                "ORDER BY ALL",
                meaning="A dollar of the year of real dollars is a dollar.",
            ),
        ),
    ),
    TableSuite(
        "marts.pay_against_standard",
        (
            *_in_order("{}_multiple"),
            column_between("carried_factor", 0.2, 5, meaning="Prices do not multiply in a working life."),
            column_matches("reading", ".*part-time jobs included.*", meaning="A reading says what pay per job is."),
            no_rows(
                "withheld_multiples_shown",
                "SELECT * FROM marts.pay_against_standard WHERE estimate_status NOT IN ('published', 'estimated') "
                "AND coalesce(lower, estimate, upper, lower_multiple, estimate_multiple, upper_multiple, "
                "interval90_lower_multiple, interval90_upper_multiple) IS NOT NULL ORDER BY ALL",
                meaning="What is withheld has no multiple.",
            ),
            no_rows(
                "carried_says_so",
                "SELECT * FROM marts.pay_against_standard WHERE is_carried AND estimate_multiple IS NOT NULL "
                "AND reading NOT LIKE '%carried to % by CPI-U%' ORDER BY ALL",
                meaning="A Standard of another year is said to be carried.",
            ),
            no_rows(
                "multiple_or_why_not",
                "SELECT * FROM marts.pay_against_standard WHERE (carried_factor IS NULL) <> (multiple_note IS NOT "
                "NULL) OR (estimate_multiple IS NULL) <> (estimate IS NULL OR carried_factor IS NULL) ORDER BY ALL",
                meaning="Where there is pay, there is a multiple, or the year whose prices are not known.",
            ),
            no_rows(
                "nobody_is_called_self_sufficient",
                "SELECT * FROM marts.pay_against_standard WHERE reading ILIKE '%self-sufficient%' ORDER BY ALL",
                meaning="Average pay per job never says that a sector is self-sufficient.",
            ),
        ),
    ),
)
