"""What must be true of breaks and of sectors carried between NAICS vintages: ranges in order, nothing given away."""

from expectations.vocabulary import TableSuite, column_between, column_in_set, no_rows, pair_ordered
from pipelines.domain.periods import QUARTERS
from pipelines.warehouse.sql_models import load_model

SUITES = (
    TableSuite(
        "marts.trend_breaks",
        (
            column_in_set("series", ["level", "share"], meaning="There are levels and shares."),
            column_in_set(
                "kind", ["naics_switch", "recoding", "area_change"], meaning="Series break for one of three reasons."
            ),
            column_in_set("quarter", QUARTERS, meaning="A new series begins with a quarter."),
            column_in_set("grade", ["A", "B", "C"], meaning="Evidence is graded A, B or C."),
            no_rows(
                "shares_break_with_their_level",
                "SELECT level.* FROM marts.trend_breaks AS level JOIN marts.trend_breaks AS share "
                "USING (region, definition, sector, ownership, year, quarter, break_id) "
                "WHERE level.series = 'level' AND share.series = 'share' "
                "AND level.breaks_series AND NOT share.breaks_series ORDER BY ALL",
                meaning="Where a sector's level breaks, so does its share.",
            ),
        ),
    ),
    TableSuite(
        "marts.sector_bridge",
        (
            column_in_set("measure", ["businesses", "employment", "wages"], meaning="There are three measures."),
            column_between("lower", 0, meaning="Figures are not negative."),
            pair_ordered("upper", "lower", meaning="A bound from above is not below the one from below."),
            no_rows(
                "ends_in_order",
                "SELECT * FROM marts.sector_bridge WHERE certain_estimate < lower - 1e-6 * lower - 1e-6 "
                "OR possible_estimate > upper + 1e-6 * upper + 1e-6 ORDER BY ALL",
                meaning="Estimates of both ends lie between the proven bounds.",
            ),
            no_rows(
                "uncertain_where_not_exact",
                "SELECT * FROM marts.sector_bridge WHERE is_exact <> (len(uncertain_codes) = 0) "
                "OR (NOT is_exact AND note IS NULL) ORDER BY ALL",
                meaning="A range names the codes that make it one.",
            ),
            no_rows(
                "bridge_is_no_other_figure",
                load_model("checks.bridge_is_no_other_figure").sql,
                meaning="What is withheld has no range; where the codes hold the same, it is the sector's own.",
            ),
        ),
    ),
)
