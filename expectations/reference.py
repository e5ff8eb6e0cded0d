"""What must be true of the reference layer: definitions fit together. The files themselves are validated on reading."""

from expectations.vocabulary import (
    TableSuite,
    column_between,
    column_in_set,
    column_matches,
    no_rows,
    row_count_between,
)
from pipelines.domain import living_standards, naics, naics_bridge, periods, qcew_codes

_GRADES = ["A", "B", "C"]


def _all_known(table: str, column: str, other: str, other_column: str) -> str:
    return (
        f"SELECT t.* FROM {table} AS t ANTI JOIN {other} AS o ON o.{other_column} = t.{column} "
        f"WHERE t.{column} IS NOT NULL ORDER BY ALL"
    )


SUITES = (
    TableSuite(
        "reference.naics",
        (
            column_in_set("naics_vintage", naics.NAICS_VINTAGES, meaning="Vintages are those of the files."),
            column_in_set("naics_level", [0, 2, 3, 4, 5, 6, 7, 8], meaning="Levels are those of aggregation codes."),
            no_rows(
                "parents_known",
                "SELECT t.* FROM reference.naics AS t ANTI JOIN reference.naics AS p ON p.naics_vintage = "
                "t.naics_vintage AND p.industry_code = t.parent_code WHERE t.industry_code <> '10' ORDER BY ALL",
                meaning="Every industry but 10 has its parent in the tree.",
            ),
        ),
    ),
    TableSuite(
        "reference.naics_vintages",
        (
            no_rows(
                "years_do_not_overlap",
                "SELECT * FROM reference.naics_vintages AS a JOIN reference.naics_vintages AS b ON "
                "a.first_year < b.first_year AND a.last_year >= b.first_year",
                meaning="One vintage is in force in a year.",
            ),
        ),
    ),
    TableSuite(
        "reference.ownerships",
        (
            column_in_set(
                "part_own_code", qcew_codes.ADDITIVE_OWNERSHIP_CODES, meaning="Sums are made from additive codes only."
            ),
        ),
    ),
    TableSuite(
        "reference.sources",
        (column_in_set("deepest_naics_level", [7, 8], meaning="Sources stop at 5 or at 6 digits."),),
    ),
    TableSuite(
        "reference.releases",
        (
            column_between("publication_number", 1, 5, meaning="A quarter is published five times at most."),
            no_rows(
                "published_in_order",
                "SELECT * FROM reference.releases QUALIFY published_by <= lag(published_by) OVER "
                "(PARTITION BY year, quarter ORDER BY publication_number) ORDER BY ALL",
                meaning="Each publication of a period comes after the one before.",
            ),
        ),
    ),
    TableSuite(
        "reference.household_industries",
        (
            no_rows(
                "household_industries_exist",
                "SELECT * FROM reference.household_industries AS households CROSS JOIN reference.naics_vintages "
                "ANTI JOIN reference.naics AS tree USING (naics_vintage, industry_code) ORDER BY ALL",
                meaning="These industries are in every vintage.",
            ),
        ),
    ),
    TableSuite(
        "reference.areas",
        (
            row_count_between(3000, meaning="The country has more than 3,000 counties."),
            column_matches("area_fips", qcew_codes.AREA_PATTERN, meaning="Area codes have one of BLS's forms."),
            column_matches("state_fips", r"\d{2}", meaning="States are two digits."),
        ),
    ),
    TableSuite(
        "reference.metropolitan_areas",
        (
            no_rows(
                "counties_known",
                _all_known("reference.metropolitan_areas", "area_fips", "reference.areas", "area_fips"),
                meaning="Metropolitan areas consist of areas there are.",
            ),
        ),
    ),
    TableSuite(
        "reference.sectors",
        (
            column_in_set("kind", ["sector", "lens", "union", "gross"], meaning="Kinds of sectors are four."),
            no_rows(
                "lenses_belong_to_a_sector",
                "SELECT * FROM reference.sectors AS t ANTI JOIN reference.sectors AS s ON s.sector = t.lens_of AND "
                "s.kind = 'sector' WHERE t.kind = 'lens'",
                meaning="A lens is a part of a sector.",
            ),
        ),
    ),
    TableSuite(
        "reference.sector_codes",
        (
            row_count_between(1, meaning="Without definitions there are no sectors."),
            column_in_set("grade", _GRADES, meaning="Evidence is graded A, B or C."),
            column_in_set("equivalence", ["same", "exact", "wider"], meaning="Equivalence is one of three."),
            no_rows(
                "codes_known",
                "SELECT t.* FROM reference.sector_codes AS t ANTI JOIN reference.naics AS n USING "
                "(naics_vintage, industry_code) ORDER BY ALL",
                meaning="Every code of a definition exists in its vintage.",
            ),
        ),
    ),
    TableSuite(
        "reference.naics_bridge",
        (
            row_count_between(1, meaning="Every sector is carried to every vintage."),
            column_in_set("membership", naics_bridge.MEMBERSHIPS, meaning="A code is certain, or possible."),
            column_in_set("step", naics_bridge.STEP_KINDS, meaning="Steps between vintages are of five kinds."),
            no_rows(
                "codes_known",
                "SELECT t.* FROM reference.naics_bridge AS t ANTI JOIN reference.naics AS n ON n.naics_vintage = "
                "t.naics_vintage AND n.industry_code = t.industry_code AND n.naics_level = 8 ORDER BY ALL",
                meaning="What a sector is carried to are six-digit industries of that vintage.",
            ),
        ),
    ),
    TableSuite(
        "reference.sector_continuity",
        (
            no_rows(
                "reason_where_not_exact",
                "SELECT * FROM reference.sector_continuity WHERE is_exact = (reason IS NOT NULL) ORDER BY ALL",
                meaning="A switch that is not exact says which codes are not, and no other does.",
            ),
        ),
    ),
    TableSuite(
        "reference.codes_too_fine",
        (column_in_set("deepest_naics_level", [7], meaning="Only sources without 6 digits are too coarse."),),
    ),
    TableSuite(
        "reference.regions",
        (
            no_rows(
                "one_default",
                "SELECT count(*) AS defaults FROM reference.regions WHERE is_default HAVING count(*) <> 1",
                meaning="One region is shown first.",
            ),
        ),
    ),
    TableSuite(
        "reference.region_areas",
        (
            no_rows(
                "areas_known",
                _all_known("reference.region_areas", "area_fips", "reference.areas", "area_fips"),
                meaning="Every area of a region is one of QCEW's.",
            ),
        ),
    ),
    TableSuite(
        "reference.published_figures",
        (
            column_in_set("grade", _GRADES, meaning="Evidence is graded A, B or C."),
            column_between("value", 0, meaning="Published figures are not negative."),
            no_rows(
                "sectors_known",
                _all_known("reference.published_figures", "sector", "reference.sectors", "sector"),
                meaning="A published figure is about a sector there is.",
            ),
        ),
    ),
    TableSuite(
        "reference.trend_breaks",
        (
            column_in_set("grade", _GRADES, meaning="Evidence is graded A, B or C."),
            column_in_set("own_code", qcew_codes.OWNERSHIP_CODES, meaning="Ownerships are those of BLS."),
            column_in_set("quarter", periods.QUARTERS, meaning="A new series begins with a quarter."),
            no_rows(
                "industries_known",
                _all_known("reference.trend_breaks", "industry_code", "reference.naics", "industry_code"),
                meaning="A break is of an industry of some vintage.",
            ),
            no_rows(
                "areas_known",
                "SELECT * FROM reference.trend_breaks WHERE area_prefix <> '' AND NOT EXISTS (SELECT 1 FROM "
                "reference.areas WHERE starts_with(area_fips, area_prefix)) ORDER BY ALL",
                meaning="A break is of the nation, or of areas there are.",
            ),
        ),
    ),
    TableSuite(
        "reference.area_changes",
        (
            column_in_set("grade", _GRADES, meaning="Evidence is graded A, B or C."),
            column_in_set("quarter", periods.QUARTERS, meaning="New areas begin with a quarter."),
            no_rows(
                "areas_known",
                _all_known("reference.area_changes", "area_fips", "reference.areas", "area_fips"),
                meaning="A change is of areas there are.",
            ),
        ),
    ),
    TableSuite(
        "reference.reviewed_revisions",
        (
            column_matches("state_fips", r"\d{2}", meaning="States are two digits."),
            column_matches("period", r"\d{4}-Q[1-4]", meaning="Quarters are reviewed."),
            column_matches("capture_sha256", r"[0-9a-f]{64}", meaning="A review is of one file."),
        ),
    ),
    TableSuite(
        "reference.price_index",
        (
            row_count_between(12, meaning="An index of a year needs twelve months."),
            column_between("month", 1, 12, meaning="A year has twelve months."),
            no_rows(
                "prices_jump",
                "SELECT *, lag(cpi_u) OVER (ORDER BY year, month) AS before FROM reference.price_index "
                "QUALIFY abs(cpi_u / before - 1) > 0.03 ORDER BY year, month",
                meaning="Prices do not move by more than 3 % between two months of the table: a number is mistyped.",
            ),
        ),
    ),
    TableSuite(
        "reference.self_sufficiency_standards",
        (
            column_in_set("grade", _GRADES, meaning="Evidence is graded A, B or C."),
            column_in_set("unit", living_standards.STANDARD_UNITS, meaning="A Standard is a wage or an income."),
            column_between("adults", 1, meaning="Somebody has to earn the living."),
            column_between("usd_per_hour_per_adult", 5, 200, meaning="No family lives on that: the unit is wrong."),
            no_rows(
                "counties_known",
                _all_known("reference.self_sufficiency_standards", "area_fips", "reference.areas", "area_fips"),
                meaning="A Standard is of an area there is.",
            ),
        ),
    ),
    TableSuite(
        "reference.analysis",
        (
            row_count_between(1, 1, meaning="Choices are made once."),
            column_between("top_share", 0, 1, meaning="The top is a part of the ranks."),
            no_rows(
                "price_year_priced",
                "SELECT * FROM reference.analysis WHERE (SELECT count(*) FROM reference.price_index "
                "WHERE year = price_year) <> 12",
                meaning="Real dollars are of a year with an index of every month.",
            ),
            no_rows(
                "base_region_known",
                _all_known("reference.analysis", "base_region", "reference.regions", "region"),
                meaning="Industries are compared with a region there is.",
            ),
        ),
    ),
    TableSuite(
        "reference.screening_weights",
        (
            column_between("weight", 0, meaning="A criterion weighs nothing or something."),
            no_rows(
                "something_weighs",
                "SELECT sum(weight) AS weights FROM reference.screening_weights HAVING sum(weight) = 0",
                meaning="At least one criterion weighs something.",
            ),
        ),
    ),
)
