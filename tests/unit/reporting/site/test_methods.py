"""What does not follow the view: published figures beside ours, counts of codes, files, checks."""

from typing import Any

import polars as pl
import pytest

from pipelines.reporting.site import theme
from pipelines.reporting.site.methods import (
    analysis_words,
    checks_words,
    compared,
    counts_of_codes,
    naics_words,
    vintage_words,
)

SCHEMA = {
    "figure_id": pl.String, "publisher": pl.String, "sector": pl.String, "sector_name": pl.String,
    "statistic": pl.String, "unit": pl.String, "published_year": pl.Int64, "published_value": pl.Float64,
    "definition": pl.String, "reading": pl.String, "our_year": pl.Int64, "our_value": pl.Float64,
    "is_complete": pl.Boolean, "difference": pl.Float64, "is_reproduced": pl.Boolean, "note": pl.String,
    "is_reproduced_by_any": pl.Boolean,
}  # fmt: skip


def published(**values: Any) -> dict[str, Any]:
    usual = {"figure_id": "share", "publisher": "A board", "sector": "care", "sector_name": "Care", "unit": "share",
             "statistic": "share_of_wages", "published_year": 2023, "published_value": 0.5, "definition": "strict",
             "reading": "care", "our_year": 2023, "our_value": 0.25, "is_complete": True, "difference": -0.25,
             "is_reproduced": False, "is_reproduced_by_any": False, "note": None}  # fmt: skip
    return usual | values


def test_published_figures_stand_beside_ours() -> None:
    rows = [published(), published(definition="broad", our_value=0.5, difference=0.0, is_reproduced=True)]
    found = compared(pl.DataFrame([{**row, "is_reproduced_by_any": True} for row in rows], schema=SCHEMA))
    assert [(row["name"], row["ratio"], row["definition"]) for row in found.rows] == [
        ("Share of wages: Care", 0.5, "strict"),
        ("Share of wages: Care", 1.0, "broad"),
    ]
    assert {row["detail"] for row in found.rows} == {"50.0 % published for 2023; ours of 2023"}
    assert all(row["fill"] == row["colour"] for row in found.rows)
    assert found.table[0] == (
        *("Care: share of wages", "A board", "2023", "50.0 %", "strict, care", "25.0 %", "−25.0 points", "no", ""),
    )
    assert found.words.endswith("1 of 1 that can be compared are reproduced by one of our readings.")
    assert found.alt == (
        "Share of wages: Care, 50.0 % published for 2023; ours of 2023: 50 % to 100 % of the published"
    )


def test_what_cannot_be_compared_is_no_failure_and_what_is_hidden_no_zero() -> None:
    hidden = published(our_value=None, difference=None, is_reproduced=None, is_reproduced_by_any=None, note="hidden")
    found = compared(pl.DataFrame([hidden], schema=SCHEMA))
    assert found.rows == []
    assert found.table[0][5:] == ("–", "–", "not compared", "hidden")
    assert "None of them can be compared" in found.words


def test_a_lower_bound_of_another_year_is_shown_as_such() -> None:
    pay = published(unit="usd_per_year", published_value=90_000.0, our_value=80_000.0, our_year=2016, is_complete=False)
    found = compared(pl.DataFrame([pay | {"difference": -10_000.0}], schema=SCHEMA))
    assert found.table[0][5:7] == ("≥ $80,000 (2016)", "−$10,000")
    (drawn,) = found.rows
    assert drawn["detail"] == "$90,000 published for 2023; ours of 2016"
    assert drawn["fill"] == theme.PAPER != drawn["colour"]


@pytest.mark.parametrize(
    ("strict", "broad", "expected"),
    [
        ("1", "1", "1 code by either"),
        ("12", "12", "2 codes by either"),
        ("1", "123", "1 code by the strict definition, 2 more by the broad one"),
    ],
)
def test_codes_are_counted(strict: str, broad: str, expected: str) -> None:
    lines = [
        {"definition": d, "industry_code": c} for d, codes in (("strict", strict), ("broad", broad)) for c in codes
    ]
    assert counts_of_codes(lines) == expected


def test_the_vintage_of_the_figures_is_told_beside_that_of_the_codes() -> None:
    assert naics_words(2022, [2023, 2022, 2023]) == "Codes, and the figures, are by NAICS 2022."
    said = naics_words(2022, [2016, 2015, 2022])
    assert "listed in NAICS 2022" in said
    assert "those of 2015 to 2016 by NAICS 2012, those of 2022 by NAICS 2022" in said


def test_files_and_checks_are_summed_up() -> None:
    files = pl.DataFrame({"periods": ["2024-Q1 to 2024-Q4", "2023-Q1"], "published_at": ["2025-06-01T", "2024-06-01T"]})
    assert vintage_words(files) == "2023-Q1 to 2024-Q4, from 2 files, the newest of 2025-06-01."
    assert vintage_words(files.head(0)) == ""
    counts = {"tables": 2, "expectations": 1234, "passed": 1230, "failed": 0, "warnings": 4}
    assert "1,234 expectations on 2 tables" in checks_words(counts)
    assert "none failed, 4 warned" in checks_words(counts)
    assert "not part of this copy" in checks_words(None)


def test_weights_are_told_one_by_one_only_where_they_differ() -> None:
    analysis = pl.DataFrame({"random_weightings": [1000], "top_share": [0.25]})
    same = pl.DataFrame({"criterion": ["growth", "local_growth"], "weight": [1.0, 1.0]})
    other = same.with_columns(weight=pl.Series([1.0, 2.5]))
    assert analysis_words(analysis, same) == {
        "by": "growth and local growth, which all weigh the same",
        "random_weightings": "1,000",
        "top": "25 %",
    }
    assert analysis_words(analysis, other)["by"] == "growth (weight 1), local growth (weight 2.5)"
