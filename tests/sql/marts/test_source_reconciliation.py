"""BLS beside the Oregon Employment Department: what both have agrees, or differs for a reason, or is unexplained."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from pipelines.sources import bls
from pipelines.sources.qualityinfo import UTILITIES_AND_TRANSPORTATION

if TYPE_CHECKING:
    from tests.sql.conftest import Row, Warehouse

TABLE = "marts.source_reconciliation"
TRIBAL = {"establishments": 20, "average_employment": 300, "wages_usd": 5000}
CONTAIN_TRIBAL = [("0", "10"), ("3", "10"), ("3", "1028"), ("3", "92"), ("3", "921"), ("8", "10")]
"""own_code and industry_code of the cells that tribal government may be missing from."""


def quarter(warehouse: Warehouse, source: str, industry_code: str = "62", **cell: object) -> None:
    """One cell of 2016-Q1: 10 units, 100 jobs and $1,000, if nothing else is said."""
    figures = {"establishments": 10, "average_employment": 100, "wages_usd": 1000}
    if cell.get("disclosure") == "suppressed":
        figures = {"establishments": 10}
    row = {"source": source, "capture_sha256": source, "industry_code": industry_code}
    warehouse.insert("core.qcew_cells", row | figures | cell)


def year(warehouse: Warehouse, source: str, *captures: str, **cell: object) -> None:
    """The same cell of all of 2016."""
    figures = {"establishments": 10, "average_employment": 100, "wages_usd": 1000}
    row = {"source": source, "captures": list(captures), "industry_code": "62"}
    warehouse.insert("core.qcew_annual", row | figures | cell)


def compare(warehouse: Warehouse) -> list[Row]:
    rows = warehouse.run(TABLE)
    assert warehouse.broken_contracts(TABLE) == []
    return rows


def found(warehouse: Warehouse) -> dict[str, tuple[float, bool, str | None]]:
    """measure -> difference, whether it is within its tolerance, its cause; of one cell."""
    rows = compare(warehouse)
    return {row["measure"]: (row["difference"], row["is_within"], row["cause"]) for row in rows}


def causes(warehouse: Warehouse, measure: str = "wages") -> dict[tuple[str, str], str | None]:
    """(own_code, industry_code) -> cause."""
    return {(row["own_code"], row["industry_code"]): row["cause"] for row in compare(warehouse)
            if row["measure"] == measure}  # fmt: skip


def test_a_quarter_of_both_is_compared_by_measure(warehouse: Warehouse) -> None:
    quarter(warehouse, "bls", establishments=12, average_employment=100.5, wages_usd=1000)
    quarter(warehouse, "qualityinfo", establishments=11, average_employment=101, wages_usd=1000)
    rows = compare(warehouse)
    assert [
        (row["measure"], row["bls"], row["qualityinfo"], row["difference"], row["tolerance"]) for row in rows
    ] == [
        ("employment", 100.5, 101, 0.5, 3),
        ("establishments", 12, 11, -1, 3),
        ("wages", 1000, 1000, 0, 0),
    ]  # fmt: skip
    assert {(row["is_within"], row["cause"]) for row in rows} == {(True, None)}
    assert {(row["period"], row["year"], row["quarter"]) for row in rows} == {("2016-Q1", 2016, 1)}
    assert {tuple(row["bls_industry_codes"]) for row in rows} == {("62",)}
    assert {(*row["bls_captures"], *row["qualityinfo_captures"]) for row in rows} == {("bls", "qualityinfo")}


def test_a_year_of_both_is_compared_with_all_files_behind_it(warehouse: Warehouse) -> None:
    year(warehouse, "bls", "q1", "q2", "q3", "q4", establishments=10.25, average_employment=1234.5, wages_usd=99)
    year(warehouse, "qualityinfo", "workbook", establishments=10, average_employment=1235, wages_usd=99)
    rows = compare(warehouse)
    assert [(row["measure"], row["difference"]) for row in rows] == [
        ("employment", 0.5), ("establishments", -0.25), ("wages", 0)
    ]  # fmt: skip
    assert {(row["period"], row["year"], row["quarter"], row["is_within"]) for row in rows} == {("2016", 2016, 0, True)}
    assert rows[0]["bls_captures"] == ["q1", "q2", "q3", "q4"]
    assert rows[0]["qualityinfo_captures"] == ["workbook"]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("measure", "difference", "is_within"),
    [
        ("employment", 3, True),
        ("employment", 3.5, False),
        ("establishments", 3, True),
        ("establishments", 3.25, False),
        ("wages", 0, True),
        ("wages", 1, False),
    ],
)
def test_rounding_explains_three_units_or_jobs_and_no_dollar(
    warehouse: Warehouse, measure: str, difference: float, is_within: bool, sign: int
) -> None:
    column = {"employment": "average_employment", "wages": "wages_usd"}.get(measure, measure)
    year(warehouse, "bls", **{column: 500})
    year(warehouse, "qualityinfo", **{column: 500 + sign * difference})
    cause = None if is_within else "unexplained"
    assert found(warehouse)[measure] == (sign * difference, is_within, cause)


class TestOfOneAlone:
    @pytest.mark.parametrize("source", ["bls", "qualityinfo"])
    def test_one_source_alone_is_compared_with_nothing(self, warehouse: Warehouse, source: str) -> None:
        quarter(warehouse, source)
        year(warehouse, source)
        assert compare(warehouse) == []

    def test_the_sample_is_no_figure_of_bls(self, warehouse: Warehouse) -> None:
        quarter(warehouse, "sample")
        quarter(warehouse, "qualityinfo")
        assert compare(warehouse) == []

    @pytest.mark.parametrize("hides", ["bls", "qualityinfo", "both"])
    def test_of_a_hidden_cell_units_alone_are_compared(self, warehouse: Warehouse, hides: str) -> None:
        for source in ("bls", "qualityinfo"):
            state = "suppressed" if hides in (source, "both") else "disclosed"
            quarter(warehouse, source, disclosure=state)
        assert found(warehouse) == {"establishments": (0, True, None)}

    @pytest.mark.parametrize(
        "other", [{"area_fips": "41067"}, {"own_code": "3"}, {"industry_code": "61"}, {"year": 2015}, {"quarter": 2}]
    )
    def test_a_missing_cell_is_not_zero(self, warehouse: Warehouse, other: Row) -> None:
        quarter(warehouse, "bls", **other)
        quarter(warehouse, "qualityinfo")
        assert compare(warehouse) == []

    def test_a_true_zero_is(self, warehouse: Warehouse) -> None:
        nothing = {"disclosure": "true_zero", "establishments": 0, "average_employment": 0, "wages_usd": 0}
        quarter(warehouse, "bls", **nothing)
        quarter(warehouse, "qualityinfo", establishments=0, average_employment=0)
        assert found(warehouse) == {
            "establishments": (0, True, None),
            "employment": (0, True, None),
            "wages": (1000, False, "unexplained"),
        }


class TestUtilitiesAndTransportation:
    def test_both_sectors_of_bls_are_added_up(self, warehouse: Warehouse) -> None:
        utilities = {"establishments": 5, "average_employment": 40.5, "wages_usd": 700, "capture_sha256": "other"}
        quarter(warehouse, "bls", "22", **utilities)
        quarter(warehouse, "bls", "48-49")
        both = {"establishments": 15, "average_employment": 141, "wages_usd": 1700}
        quarter(warehouse, "qualityinfo", UTILITIES_AND_TRANSPORTATION, **both)
        rows = compare(warehouse)
        assert [(row["industry_code"], row["measure"], row["bls"], row["is_within"]) for row in rows] == [
            ("22+48-49", "employment", 140.5, True),
            ("22+48-49", "establishments", 15, True),
            ("22+48-49", "wages", 1700, True),
        ]
        assert rows[0]["bls_industry_codes"] == ["22", "48-49"]
        assert rows[0]["bls_captures"] == ["bls", "other"]

    def test_a_sum_that_differs_is_unexplained(self, warehouse: Warehouse) -> None:
        for code in ("22", "48-49"):
            quarter(warehouse, "bls", code)
        quarter(warehouse, "qualityinfo", UTILITIES_AND_TRANSPORTATION, establishments=20, average_employment=200)
        assert found(warehouse)["wages"] == (-1000, False, "unexplained")

    @pytest.mark.parametrize("hidden", ["22", "48-49"])
    def test_with_one_part_hidden_units_alone_are_compared(self, warehouse: Warehouse, hidden: str) -> None:
        for code in ("22", "48-49"):
            quarter(warehouse, "bls", code, disclosure="suppressed" if code == hidden else "disclosed")
        quarter(warehouse, "qualityinfo", UTILITIES_AND_TRANSPORTATION, establishments=20)
        assert found(warehouse) == {"establishments": (0, True, None)}

    @pytest.mark.parametrize("missing", ["22", "48-49"])
    def test_with_one_part_missing_nothing_is(self, warehouse: Warehouse, missing: str) -> None:
        quarter(warehouse, "bls", "22" if missing == "48-49" else "48-49")
        quarter(warehouse, "qualityinfo", UTILITIES_AND_TRANSPORTATION)
        assert compare(warehouse) == []

    def test_parts_of_different_cells_are_not_added_up(self, warehouse: Warehouse) -> None:
        quarter(warehouse, "bls", "22")
        quarter(warehouse, "bls", "48-49", own_code="3")
        quarter(warehouse, "qualityinfo", UTILITIES_AND_TRANSPORTATION)
        assert compare(warehouse) == []


class TestTribalGovernment:
    """BLS has 20 units, 300 jobs and $5,000 in 921150 of local government."""

    def beside(
        self, warehouse: Warehouse, difference: float, own_code: str = "3", industry_code: str = "92", **cell: object
    ) -> None:
        """A cell of $9,000 with BLS, of so much more or less with the department."""
        quarter(warehouse, "bls", industry_code, own_code=own_code, wages_usd=9000, **cell)
        quarter(warehouse, "qualityinfo", industry_code, own_code=own_code, wages_usd=9000 + difference, **cell)

    @pytest.mark.parametrize("difference", [5000, -5000])
    @pytest.mark.parametrize("published", ["921150", "92115"])
    def test_the_cell_of_bls_explains_a_difference_of_its_size(
        self, warehouse: Warehouse, difference: int, published: str
    ) -> None:
        quarter(warehouse, "bls", published, own_code="3", **TRIBAL)
        for own_code, industry_code in CONTAIN_TRIBAL:
            self.beside(warehouse, difference, own_code, industry_code)
        assert causes(warehouse) == dict.fromkeys(CONTAIN_TRIBAL, "tribal_government")

    def test_not_one_of_another_size_or_elsewhere(self, warehouse: Warehouse) -> None:
        quarter(warehouse, "bls", "921150", own_code="3", **TRIBAL)
        self.beside(warehouse, 5001)
        self.beside(warehouse, 4999, industry_code="1028")
        for own_code, industry_code in (("5", "10"), ("2", "92"), ("1", "10"), ("3", "922"), ("3", "62")):
            self.beside(warehouse, 5000, own_code, industry_code)
        assert set(causes(warehouse).values()) == {"unexplained"}

    @pytest.mark.parametrize("elsewhere", [{"area_fips": "41067"}, {"quarter": 2}, {"own_code": "2"}])
    def test_nor_by_a_cell_of_another_area_period_or_ownership(self, warehouse: Warehouse, elsewhere: Row) -> None:
        quarter(warehouse, "bls", "921150", **{"own_code": "3"} | TRIBAL | elsewhere)
        self.beside(warehouse, 5000)
        assert causes(warehouse) == {("3", "92"): "unexplained"}

    def test_nor_by_a_hidden_cell(self, warehouse: Warehouse) -> None:
        quarter(warehouse, "bls", "921150", own_code="3", disclosure="suppressed")
        self.beside(warehouse, 5000)
        assert causes(warehouse) == {("3", "92"): "unexplained"}

    def test_what_agrees_needs_no_cause(self, warehouse: Warehouse) -> None:
        quarter(warehouse, "bls", "921150", own_code="3", **TRIBAL)
        self.beside(warehouse, 0)
        assert causes(warehouse) == {("3", "92"): None}

    @pytest.mark.parametrize(
        ("more", "cause"), [(303, "tribal_government"), (297, "tribal_government"), (303.5, "unexplained")]
    )
    def test_jobs_within_rounding_of_the_cell_are_explained(
        self, warehouse: Warehouse, more: float, cause: str
    ) -> None:
        quarter(warehouse, "bls", "921150", own_code="3", **TRIBAL)
        quarter(warehouse, "bls", "92", own_code="3", average_employment=1000)
        quarter(warehouse, "qualityinfo", "92", own_code="3", average_employment=1000 + more)
        assert causes(warehouse, "employment") == {("3", "92"): cause}


class TestRealRows:
    """Oregon and Multnomah County in 2016, and what the department's workbooks of them would hold."""

    MEMBERS = ("41000 Oregon -- Statewide", "41051 Multnomah County, Oregon")
    KEY = ("area_fips", "own_code", "year", "quarter", "size_code")

    @pytest.fixture
    def real(self, shared_data: Path) -> pl.DataFrame:
        with zipfile.ZipFile(shared_data / "bls" / "2016_qtrly_by_area.zip") as members:
            batches = []
            for name in self.MEMBERS:
                with members.open(f"2016.q1-q4.by_area/2016.q1-q4 {name}.csv") as stream:
                    batches += [batch.cells for batch in bls.read_member(stream, name)]
        return pl.concat(batches).filter(size_code="0")

    def as_the_department_writes_it(self, cells: pl.DataFrame) -> pl.DataFrame:
        """No domains, 4 and 6 digits; mean jobs instead of months, rounded; utilities added to transportation."""
        months = ["month1_employment", "month2_employment", "month3_employment"]
        is_written = ~pl.col("industry_code").is_in(["101", "102"]) & ~pl.col("agglvl_code").str.contains("[68]$")
        written = cells.filter(is_written | (pl.col("agglvl_code") == "96")).with_columns(
            pl.mean_horizontal(months).round().cast(pl.Int64).alias("average_employment"),
            *(pl.lit(None, pl.Int64).alias(month) for month in months),
        )
        is_part = pl.col("industry_code").is_in(["22", "48-49"])
        figures = ["establishments", "average_employment", "wages_usd"]
        is_hidden = (pl.col("disclosure") == "suppressed").any()
        both = (
            written.filter(is_part)
            .group_by(*self.KEY, maintain_order=True)
            .agg(
                *(pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in figures),
                pl.when(is_hidden).then(pl.lit("suppressed")).otherwise(pl.col("disclosure").min()).alias("disclosure"),
                pl.all().exclude(*self.KEY, *figures, "disclosure").first(),
            )
            .with_columns(pl.lit(UTILITIES_AND_TRANSPORTATION).alias("industry_code"))
            .select(written.columns)
        )
        return pl.concat([written.filter(~is_part), both])

    def build(self, warehouse: Warehouse, of_bls: pl.DataFrame, of_department: pl.DataFrame) -> list[Row]:
        """The table as a run makes it from the raw rows of both."""
        frames = []
        for publisher, cells in (("bls", of_bls), ("qualityinfo", of_department)):
            labels = {"publisher": publisher, "capture_sha256": publisher}
            frames.append(cells.with_columns(pl.lit(text).alias(name) for name, text in labels.items()))
        warehouse.add_captures("bls", "qualityinfo")
        warehouse.fill("raw.quarterly_cells", pl.concat(frames))
        warehouse.build("core.vintages", "core.qcew_cells", "core.annual_file_cells", "core.qcew_annual")
        return compare(warehouse)

    def test_the_same_figures_agree_in_every_quarter_and_year(self, warehouse: Warehouse, real: pl.DataFrame) -> None:
        rows = self.build(warehouse, real, self.as_the_department_writes_it(real))
        assert {(row["is_within"], row["cause"]) for row in rows} == {(True, None)}
        assert {row["quarter"] for row in rows} == {0, 1, 2, 3, 4}
        multnomah = {"area_fips": "41051", "own_code": "5", "industry_code": "10", "period": "2016"}
        assert warehouse.row(TABLE, **multnomah, measure="wages")["bls"] == 22_522_649_523
        transport = {"area_fips": "41000", "industry_code": UTILITIES_AND_TRANSPORTATION, "period": "2016-Q1"}
        assert warehouse.row(TABLE, **transport, own_code="5", measure="wages")["bls"] == 111_732_039 + 584_989_520
        local = warehouse.rows(TABLE, **transport, own_code="3")
        assert [row["measure"] for row in local] == ["establishments"], "BLS hides Oregon's local utilities"

    def test_local_government_without_tribal_government_is_explained(
        self, warehouse: Warehouse, real: pl.DataFrame
    ) -> None:
        """As if the workbooks left it out of all that contains it: $24,789,527 of Oregon in the first quarter."""
        tribal = real.filter(own_code="3", industry_code="921150")
        contains_it = pl.concat_list("own_code", "industry_code").is_in([list(cell) for cell in CONTAIN_TRIBAL])
        less = pl.when(contains_it).then(pl.col("tribal")).otherwise(0)
        without = (
            self.as_the_department_writes_it(real)
            .filter(pl.col("industry_code") != "92115")
            .join(tribal.select("area_fips", "quarter", tribal="wages_usd"), on=["area_fips", "quarter"], how="left")
            .with_columns(pl.col("wages_usd") - less)
            .drop("tribal")
        )
        differing = [row for row in self.build(warehouse, real, without) if not row["is_within"]]
        assert {row["cause"] for row in differing} == {"tribal_government"}
        assert {row["quarter"] for row in differing} == {0, 1, 2, 3, 4}
        first_of_oregon = {
            (row["own_code"], row["industry_code"]): row["difference"]
            for row in differing
            if (row["area_fips"], row["period"]) == ("41000", "2016-Q1")
        }
        assert first_of_oregon == dict.fromkeys(CONTAIN_TRIBAL, -24_789_527)


CASINO = {
    "92": 7_000,
    "1028": 7_000,
    "921": 7_000,
    "71": -4_000,
    "713": -4_000,
    "1026": -7_000,
    "72": -3_000,
    "721": -3_000,
}
"""What the department has more or less of, in wages: it counts casinos of tribes as tribal government."""


def local_government(warehouse: Warehouse, differences: dict[str, int]) -> None:
    """Local government of both: BLS has 100,000 dollars in each industry, and a total of 900,000."""
    for code in ("10", "61", "62", "22", *CASINO):
        wages = 900_000 if code == "10" else 100_000
        quarter(warehouse, "bls", code, own_code="3", wages_usd=wages)
        quarter(warehouse, "qualityinfo", code, own_code="3", wages_usd=wages + differences.get(code, 0))


def test_casinos_of_tribes_are_tribal_government_where_local_government_is_the_same_in_all(
    warehouse: Warehouse,
) -> None:
    local_government(warehouse, CASINO)
    expected = {("3", code): "tribal_government" for code in CASINO} | {
        ("3", code): None for code in ("10", "61", "62", "22")
    }
    assert causes(warehouse) == expected


@pytest.mark.parametrize(
    "differences",
    [CASINO | {"72": -2_999}, CASINO | {"10": 1}, {code: -more for code, more in CASINO.items()}, {"71": -4_000}],
    ids=["they do not cancel", "another total", "the other way round", "nothing in 92"],
)
def test_otherwise_they_are_unexplained(warehouse: Warehouse, differences: dict[str, int]) -> None:
    local_government(warehouse, differences)
    assert {cause for cause in causes(warehouse).values() if cause} == {"unexplained"}
