"""What must be true of location quotients and diversity: no figure without its status, bounds in order."""

from expectations.vocabulary import TableSuite, column_between, column_in_set, no_rows
from pipelines.domain.concentration import CONCENTRATION_STATUSES
from pipelines.warehouse.sql_models import load_model

DIVERSITY_STATUSES = (
    *("measured", "bounded", "withheld_single_industry", "hidden_total", "zero_total", "contradictory_rows"),
)

SUITES = (
    TableSuite(
        "marts.sector_concentration",
        (
            column_in_set(
                "concentration_status", CONCENTRATION_STATUSES, meaning="A quotient is measured, or there is a reason."
            ),
            column_in_set("base_ownership", ["total_covered", "private"], meaning="There are two denominators."),
            column_between("lower", 0, meaning="Quotients are not negative."),
            no_rows(
                "quotients_without_reason",
                load_model("checks.quotients_without_reason").sql,
                meaning="Every quotient that is missing says why, and none is shown that should be missing.",
            ),
            no_rows(
                "quotients_out_of_order",
                load_model("checks.quotients_out_of_order").sql,
                meaning="Quotients and their intervals lie inside their proven bounds.",
            ),
            no_rows(
                "no_region_against_itself",
                "SELECT * FROM marts.sector_concentration WHERE region = base_region "
                "OR (base_ownership = 'private' AND ownership <> 'private') ORDER BY ALL",
                meaning="A region is compared with others, private shares with private shares.",
            ),
        ),
    ),
    TableSuite(
        "marts.region_diversity",
        (
            column_in_set("diversity_status", DIVERSITY_STATUSES, meaning="Diversity is known, or there is a reason."),
            column_in_set("naics_digits", [3, 4], meaning="Industries of three and of four digits are counted."),
            column_between("published_share", 0, 1 + 1e-9, meaning="What is published is a part of the total."),
            column_between("upper_herfindahl", 0, 1 + 1e-9, meaning="Shares add up to one, their squares to no more."),
            no_rows(
                "diversity_without_reason",
                "SELECT * FROM marts.region_diversity WHERE (estimate_herfindahl IS NOT NULL) <> "
                "(diversity_status = 'measured') OR (lower_herfindahl IS NOT NULL AND upper_herfindahl IS NOT NULL) <> "
                "(diversity_status IN ('measured', 'bounded')) ORDER BY ALL",
                meaning="Every index that is missing says why, and none is shown that should be missing.",
            ),
            no_rows(
                "diversity_out_of_order",
                "SELECT * FROM marts.region_diversity WHERE lower_herfindahl > upper_herfindahl * (1 + 1e-9) "
                "OR upper_effective_industries > industries * (1 + 1e-9) ORDER BY ALL",
                meaning="Bounds are in order, and no region rests on more industries than it has.",
            ),
        ),
    ),
)
