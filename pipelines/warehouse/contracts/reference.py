"""Contracts of the reference layer: the definitions of data/reference, and the code tables of QCEW."""

from pipelines.warehouse.contracts.fields import shared
from pipelines.warehouse.contracts.model import Column, Table

_SORT = Column("sort_order", "SMALLINT", "Order in which people see it.")
_GRADE = Column("grade", "VARCHAR", "Evidence: A read at the publisher, B arithmetic on such figures, C inference.")
_EVIDENCE = (
    _GRADE,
    Column("source", "VARCHAR", "Where the line comes from."),
    Column("note", "VARCHAR", "What a reader must know.", True),
)

TABLES = (
    Table(
        "reference.naics",
        "One row an industry code of a NAICS vintage, as QCEW publishes its tree.",
        ("naics_vintage", "industry_code"),
        (
            *shared("naics_vintage", "industry_code"),
            Column("industry_title", "VARCHAR", "BLS's title."),
            Column("parent_code", "VARCHAR", "The next coarser industry; null for 10.", True),
            *shared("naics_level"),
        ),
    ),
    Table(
        "reference.naics_vintages",
        "One row a NAICS vintage with the years it is in force; each switch is hard, nothing is retabulated.",
        ("naics_vintage",),
        (
            *shared("naics_vintage"),
            Column("first_year", "SMALLINT", "First year in force."),
            Column("last_year", "SMALLINT", "Last year in force; 9999 for the present one."),
        ),
    ),
    Table(
        "reference.ownerships",
        "One row an ownership and each own_code that adds up to it.",
        ("ownership", "part_own_code"),
        (
            *shared("ownership"),
            Column("ownership_name", "VARCHAR", "Name of the ownership."),
            Column("total_own_code", "VARCHAR", "BLS's own code for it."),
            Column("part_own_code", "VARCHAR", "An own_code that is part of it."),
        ),
    ),
    Table(
        "reference.sources",
        "One row a source of cells.",
        ("source",),
        (
            *shared("source", "data_origin"),
            Column("deepest_naics_level", "TINYINT", "Finest industry level it publishes: 8 is 6 digits, 7 is 5."),
            Column("preference", "TINYINT", "Where two sources have a period, the lower number is used."),
        ),
    ),
    Table(
        "reference.releases",
        "One row a publication of a period by BLS: how often each is published, with what, and by when.",
        ("year", "quarter", "publication_number"),
        (
            *shared("year", "quarter"),
            Column("publication_number", "TINYINT", "1 the first figures, the highest the final ones."),
            Column("published_with", "VARCHAR", "The quarter with whose release it comes."),
            Column("published_by", "DATE", "The day of that release, or the last on which it is expected."),
        ),
    ),
    Table(
        "reference.household_industries",
        "One row an industry whose establishments are households, or are counted for each: they swell businesses.",
        ("industry_code",),
        (
            Column("industry_code", "VARCHAR", "NAICS code, the same in all vintages."),
            Column("reason", "VARCHAR", "Why its establishments are no businesses."),
        ),
    ),
    Table(
        "reference.areas",
        "One row a QCEW area.",
        ("area_fips",),
        (
            *shared("area_fips"),
            Column("area_title", "VARCHAR", "BLS's title of the area."),
            Column("area_kind", "VARCHAR", "nation, state, county, unknown_county, metropolitan, combined, …"),
            Column("state_fips", "VARCHAR", "Two digits; null for areas across states.", True),
        ),
    ),
    Table(
        "reference.metropolitan_areas",
        "One row a metropolitan area and county of it, while that delineation stood; for checks only.",
        ("metropolitan_area", "area_fips"),
        (
            Column("metropolitan_area", "VARCHAR", "BLS's code of the metropolitan area."),
            *shared("area_fips"),
            Column("first_year", "SMALLINT", "First year of the delineation at BLS."),
            Column("last_year", "SMALLINT", "Last year of the delineation at BLS."),
        ),
    ),
    Table(
        "reference.sectors",
        "One row a sector, lens, or the two ways of adding sectors up.",
        ("sector",),
        (
            *shared("sector", "sector_name"),
            Column("kind", "VARCHAR", "sector, lens (part of a sector, never added), union or gross."),
            Column("lens_of", "VARCHAR", "The sector a lens belongs to.", True),
            _SORT,
        ),
    ),
    Table(
        "reference.sector_codes",
        "One row a code prefix that defines a sector or lens in a NAICS vintage.",
        ("definition", "sector", "naics_vintage", "industry_code", "listed_code"),
        (
            *shared("definition", "sector", "naics_vintage", "industry_code"),
            Column("listed_code", "VARCHAR", "The code as the definition file lists it."),
            Column("listed_vintage", "SMALLINT", "NAICS vintage of the listed code."),
            Column("equivalence", "VARCHAR", "same, exact (renumbered) or wider (holds more than the listed code)."),
            *_EVIDENCE,
        ),
    ),
    Table(
        "reference.naics_bridge",
        "One row a definition, sector, NAICS vintage and industry there that holds anything of the codes listed.",
        ("definition", "sector", "from_vintage", "naics_vintage", "industry_code"),
        (
            *shared("definition", "sector"),
            Column("from_vintage", "SMALLINT", "NAICS vintage whose six-digit codes are carried over: that listed."),
            Column("naics_vintage", "SMALLINT", "NAICS vintage that they are carried over to."),
            Column("industry_code", "VARCHAR", "Six-digit code of that vintage."),
            Column("membership", "VARCHAR", "certain: all it holds is of the sector; possible: it holds other things."),
            Column(
                "step",
                "VARCHAR",
                "How the listed codes lead to it: unchanged, renamed (one to one), merge (several to one), split (one "
                "to several) or many_to_many.",
            ),
            Column("source_codes", "VARCHAR[]", "Six-digit codes of the sector, as listed, that it holds a part of."),
        ),
    ),
    Table(
        "reference.sector_continuity",
        "One row a definition, sector and switch of the NAICS vintage: whether the codes used hold the same.",
        ("definition", "sector", "earlier_vintage"),
        (
            *shared("definition", "sector"),
            Column("earlier_vintage", "SMALLINT", "NAICS vintage before the switch."),
            Column("later_vintage", "SMALLINT", "NAICS vintage after it."),
            Column("is_exact", "BOOLEAN", "By the concordance the codes used before and after hold the same."),
            Column("reason", "VARCHAR", "Which codes do not; null where exact.", True),
        ),
    ),
    Table(
        "reference.codes_too_fine",
        "One row a listed code that a source of some depth cannot represent exactly.",
        ("definition", "sector", "naics_vintage", "deepest_naics_level", "listed_code"),
        (
            *shared("definition", "sector", "naics_vintage"),
            Column("deepest_naics_level", "TINYINT", "Finest industry level of the source."),
            Column("listed_code", "VARCHAR", "The code that is finer."),
        ),
    ),
    Table(
        "reference.regions",
        "One row a region.",
        ("region",),
        (
            *shared("region", "region_name"),
            Column("statewide_area", "VARCHAR", "The area whose own rows are this region: a state, US000.", True),
            Column("is_default", "BOOLEAN", "The region shown first."),
            _SORT,
        ),
    ),
    Table(
        "reference.region_areas",
        "One row a region and each area that it adds up.",
        ("region", "area_fips"),
        shared("region", "area_fips"),
    ),
    Table(
        "reference.published_figures",
        "One row a figure that somebody published about the sectors.",
        ("figure_id",),
        (
            Column("figure_id", "VARCHAR", "Key of the figure."),
            Column("publisher", "VARCHAR", "Who published it."),
            *shared("region", "year", "sector"),
            Column("statistic", "VARCHAR", "What the figure is: employment, share_of_wages, average_wage, …"),
            Column("value", "DOUBLE", "The figure; shares 0–1."),
            Column("unit", "VARCHAR", "Unit of the figure."),
            *_EVIDENCE,
        ),
    ),
    Table(
        "reference.trend_breaks",
        "One row a break, an ownership and industry whose series it separates, and first quarter of a new series.",
        ("break_id", "own_code", "industry_code", "year", "quarter"),
        (
            Column("break_id", "VARCHAR", "Key of the break."),
            Column("area_prefix", "VARCHAR", "What codes of its areas begin with: 41 Oregon; empty for the nation."),
            *shared("own_code"),
            Column("industry_code", "VARCHAR", "NAICS code; all finer ones, which begin with it, break too."),
            *shared("year", "quarter"),
            Column("reason", "VARCHAR", "What moved, and why."),
            *_EVIDENCE,
        ),
    ),
    Table(
        "reference.area_changes",
        "One row a change of areas and area that it made or ended.",
        ("break_id", "area_fips"),
        (
            Column("break_id", "VARCHAR", "Key of the change."),
            *shared("area_fips"),
            Column("year", "SMALLINT", "Year of the first quarter of the new areas."),
            Column("quarter", "TINYINT", "First quarter of the new areas, 1–4."),
            Column("reason", "VARCHAR", "What changed, and why."),
            *_EVIDENCE,
        ),
    ),
    Table(
        "reference.reviewed_revisions",
        "One row a revision beyond the usual envelope that somebody looked at, and why it may be published.",
        ("state_fips", "period", "capture_sha256"),
        (
            Column("state_fips", "VARCHAR", "Two digits of the state."),
            Column("period", "VARCHAR", "The quarter that was revised (2025-Q1)."),
            Column("capture_sha256", "VARCHAR", "SHA-256 of the newer file."),
            Column("reviewed_by", "VARCHAR", "Role or name of who looked at it."),
            Column("reviewed_on", "DATE", "The day of the review."),
            Column("reason", "VARCHAR", "Why the revision is right."),
        ),
    ),
    Table(
        "reference.price_index",
        "One row a month whose consumer price index was published; a month that never was, has none.",
        ("year", "month"),
        (
            *shared("year"),
            Column("month", "TINYINT", "Month 1–12."),
            Column("cpi_u", "DOUBLE", "CPI-U, U.S. city average, all items, not seasonally adjusted, 1982-84 = 100."),
            Column("source", "VARCHAR", "Where the number comes from."),
        ),
    ),
    Table(
        "reference.self_sufficiency_standards",
        "One row a county, year and type of family with a published value of the Self-Sufficiency Standard.",
        ("area_fips", "year", "family_type"),
        (
            *shared("area_fips", "year"),
            Column("family_type", "VARCHAR", "Key of the type of family."),
            Column("adults", "TINYINT", "Adults of the family, each of whom works full-time."),
            Column("family", "VARCHAR", "The family in words."),
            Column("value", "DOUBLE", "The value as published, US dollars of the year."),
            Column("unit", "VARCHAR", "usd_per_hour (wage of each adult) or usd_per_year (income of the family)."),
            Column(
                "usd_per_year_per_adult", "DOUBLE", "What each adult has to earn in a year, US dollars of the year."
            ),
            Column(
                "usd_per_hour_per_adult", "DOUBLE", "The same in an hour: a year has 2,112 hours of full-time work."
            ),
            *_EVIDENCE,
        ),
    ),
    Table(
        "reference.analysis",
        "One row with the choices of analysis.",
        ("price_year",),
        (
            Column("price_year", "SMALLINT", "The year whose dollars real figures are in."),
            Column(
                "base_region",
                "VARCHAR",
                "The state or nation that industries of a region are compared with; null where it is not defined.",
                True,
            ),
            Column("random_weightings", "BIGINT", "Weightings drawn at random to see how firm the ranks are."),
            Column("seed", "BIGINT", "What the random weightings are drawn from."),
            Column("top_share", "DOUBLE", "Part of the ranks, 0–1, that counts as top."),
        ),
    ),
    Table(
        "reference.screening_weights",
        "One row a criterion by which industries are ranked.",
        ("criterion",),
        (
            Column("criterion", "VARCHAR", "size, growth, concentration, local_growth or pay."),
            Column("weight", "DOUBLE", "Its weight, 0 or more; only proportions count."),
        ),
    ),
)
