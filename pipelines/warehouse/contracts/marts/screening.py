"""Contract of the screening: industries of a region ranked by open weights, and where the target sectors stand."""

from pipelines.domain.screening import CRITERIA
from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.marts.shares import ORIGIN
from pipelines.warehouse.contracts.model import Caution, Column, Table


def _bounds(suffix: str, what: str) -> tuple[Column, ...]:
    meanings = {"lower": "Proven lower bound", "estimate": "Estimate", "upper": "Proven upper bound"}
    return tuple(
        Column(f"{part}_{suffix}", "DOUBLE", f"{meaning} of {what}; null where its status says why.", True)
        for part, meaning in meanings.items()
    )


SECTOR_SCREENING = Table(
    "marts.sector_screening",
    "One row a region, year and 3- or 4-digit industry of private ownership: what it is ranked by, and its rank among "
    "those of as many digits. Ranks are by estimates, weights are those of reference.screening_weights.",
    ("region", "year", "industry_code"),
    (
        *shared("region", "region_name", "period", "year", "industry_code"),
        Column("industry_title", "VARCHAR", "BLS's title."),
        Column("naics_digits", "TINYINT", "3 or 4; industries of three digits hold those of four: never add both."),
        Column("score", "DOUBLE", "Weighted mean of the percentile ranks, 0–1; null with missing_criteria.", True),
        Column("score_lower", "DOUBLE", "The score with unknown criteria at the lowest rank."),
        Column("score_upper", "DOUBLE", "The score with unknown criteria at the highest rank."),
        Column("missing_criteria", "VARCHAR[]", "Unknown criteria that weigh something; statuses say why."),
        Column(
            "rank",
            "BIGINT",
            "Place by score, 1 the first, ties alike; industries without a rank that lie above whatever is unknown of "
            "them take places too. Null with missing_criteria.",
            True,
        ),
        Column("rank_best", "BIGINT", "Best place that is possible, whatever is unknown of all industries compared."),
        Column("rank_worst", "BIGINT", "Worst place that is possible, whatever is unknown of all industries compared."),
        Column("industries", "BIGINT", "Industries of the region and year with as many digits."),
        Column("ranked_industries", "BIGINT", "Those of them that have a rank."),
        Column(
            "top_share_of_weightings",
            "DOUBLE",
            "Share 0–1 of random weightings by which it is in the top part of the ranked ones (reference.analysis: "
            "random_weightings, top_share); null without a rank.",
            True,
        ),
        *(
            Column(
                f"percentile_{criterion}",
                "DOUBLE",
                f"Percentile rank of {criterion}, 0–1, among the industries of as many digits; null if unknown.",
                True,
            )
            for criterion in CRITERIA
        ),
        Column("establishments", "DOUBLE", "Establishments, mean of the quarters; never hidden."),
        Column("estimate_status", "VARCHAR", "published, or not_estimated: some cells are hidden, the rest is known."),
        Column("lower_jobs", "DOUBLE", "Proven lower bound of jobs, mean of the year; the published part if no more."),
        *_bounds("jobs", "jobs, mean of the year")[1:],
        Column("growth_status", "VARCHAR", "measured, or why growth is unknown."),
        *_bounds("growth", "the relative change of jobs over the year, 0.05 for 5 %"),
        Column("before_basis", "VARCHAR", "What tells of a year before: files, or changes_over_the_year.", True),
        Column("break_reason", "VARCHAR", "What broke the series since the year before; null if nothing.", True),
        Column("base_region", "VARCHAR", "The region compared with: its own quotient is 1, local growth 0.", True),
        Column("concentration_status", "VARCHAR", "measured, or why the location quotient is unknown."),
        *_bounds("location_quotient", "its share of private jobs over that in the base region"),
        Column("local_growth_status", "VARCHAR", "measured, or why local growth is unknown."),
        *_bounds("local_growth", "jobs beyond those of the year before grown as the industry in the base region did"),
        Column("pay_status", "VARCHAR", "measured, or why average pay is unknown."),
        *_bounds("pay", "average annual pay per job, part-time jobs included, US dollars"),
        Column("pay_standard", "VARCHAR", "The Standard that pay is set against; null where there is none.", True),
        *(
            Column(
                f"{part}_pay_multiple",
                "DOUBLE",
                "Pay as a multiple of what the Standard asks each adult to earn; null without pay, Standard or prices.",
                True,
            )
            for part in ("lower", "estimate", "upper")
        ),
        Column("strict_sectors", "VARCHAR[]", "Sectors, read strictly, that hold the whole industry."),
        Column("strict_sectors_in_part", "VARCHAR[]", "Sectors, read strictly, that hold a part of it."),
        Column("broad_sectors", "VARCHAR[]", "Sectors, read broadly, that hold the whole industry."),
        Column("broad_sectors_in_part", "VARCHAR[]", "Sectors, read broadly, that hold a part of it."),
        Column("lenses", "VARCHAR[]", "Lenses of either reading that hold some of it."),
        *shared("revision_status"),
        *ORIGIN,
    ),
    cautions=(Caution.OVERLAPS, Caution.BREAKS),
)

TABLES = (SECTOR_SCREENING,)
