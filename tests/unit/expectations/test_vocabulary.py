"""Suites are light values that refuse what could only ever pass or only ever mislead."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.vocabulary import (
    TableSuite,
    column_between,
    column_in_set,
    column_not_null,
    columns_unique,
    great_expectation,
    no_rows,
)


def test_importing_the_room_does_not_import_great_expectations() -> None:
    modules = "expectations.vocabulary, expectations.results, expectations.runner, expectations.data_docs"
    heavy = "{'great_expectations', 'pandas', 'sqlalchemy'} & set(sys.modules)"
    code = f"import sys, {modules}; sys.exit(str({heavy}) if {heavy} else 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("table", ["qcew_cells", "core.qcew.cells", "Core.cells", "core.cells; DROP TABLE x", ""])
def test_a_suite_is_of_a_table_named_schema_dot_table(table: str) -> None:
    with pytest.raises(ValueError, match=r"expected schema\.table"):
        TableSuite(table, ())


def test_an_expectation_needs_a_meaning() -> None:
    with pytest.raises(ValueError, match=r"column_not_null\(own_code\): an expectation needs a meaning"):
        column_not_null("own_code", meaning=" ")


@pytest.mark.parametrize("values", [[], ["1", None]])
def test_a_set_is_given_and_holds_no_null_because_nothing_is_outside_such_a_set_in_sql(values: list[str]) -> None:
    with pytest.raises(ValueError, match=r"column_in_set\('own_code'\)"):
        column_in_set("own_code", values, meaning="BLS's codes.")


def test_bounds_are_given() -> None:
    with pytest.raises(ValueError, match="give a minimum, a maximum, or both"):
        column_between("share", meaning="A share.")


def test_a_key_is_given() -> None:
    with pytest.raises(ValueError, match="name the columns of the key"):
        columns_unique(meaning="One row a cell.")


def test_the_columns_of_any_great_expectation_are_read_from_its_arguments() -> None:
    pair = great_expectation("ExpectColumnPairValuesToBeEqual", meaning="m", column_A="a", column_B="b")
    several = great_expectation("ExpectMulticolumnSumToEqual", meaning="m", column_list=["a", "b", "c"], sum_total=1)
    assert (pair.columns, several.columns) == (("a", "b"), ("a", "b", "c"))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_people_are_shown_the_query_as_it_was_written(query: str) -> None:
    shown = no_rows("any", query, meaning="m").sql("core.cells")
    assert shown is not None
    assert query.strip().rstrip(";") in shown
