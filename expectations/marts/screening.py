"""What must be true of the screening: nothing unknown is ranked, ranks lie in their range, no growth across a break."""

from expectations.vocabulary import TableSuite, column_in_set, no_rows, pair_ordered
from pipelines.domain.screening import SIZE_STATUSES, STATUSES
from pipelines.warehouse.sql_models import load_model

SUITES = (
    TableSuite(
        "marts.sector_screening",
        (
            column_in_set("naics_digits", [3, 4], meaning="Industries of three and four digits are screened."),
            column_in_set("estimate_status", SIZE_STATUSES, meaning="Jobs are published, or some of them are hidden."),
            *(
                column_in_set(f"{name}_status", statuses, meaning=f"{name} is measured, or there is a reason.")
                for name, statuses in STATUSES.items()
            ),
            pair_ordered("rank", "rank_best", meaning="No rank is better than the best possible."),
            pair_ordered("rank_worst", "rank", meaning="No rank is worse than the worst possible."),
            pair_ordered("industries", "rank_worst", meaning="There is no place behind the last."),
            no_rows(
                "screening_without_reason",
                load_model("checks.screening_without_reason").sql,
                meaning="What is unknown says why, is not ranked, and nothing is shown that should be missing.",
            ),
            no_rows(
                "screening_out_of_order",
                load_model("checks.screening_out_of_order").sql,
                meaning="Every figure lies inside its proven bounds, every rank, score and share from 0 to 1.",
            ),
            no_rows(
                "every_industry_is_screened",
                "SELECT * FROM core.region_industries AS known SEMI JOIN core.region_periods USING (region, period) "
                "ANTI JOIN marts.sector_screening AS screened USING (region, year, industry_code) "
                "WHERE known.vintage = 'in_force' AND known.industry_code NOT IN ('999', '9999') ORDER BY ALL",
                meaning="No industry is left out but the unclassified.",
            ),
        ),
    ),
)
