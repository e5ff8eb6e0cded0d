"""Sections of a page that commands write anew."""

import pytest

from pipelines.reporting.marked_sections import replace_section

PAGE = "# Title\n\nbefore\n\n<!-- reading -->\nold\n<!-- /reading -->\n\n<!-- other -->\nkept\n<!-- /other -->\nafter\n"


def test_only_the_named_section_changes() -> None:
    assert replace_section(PAGE, "reading", "new | table\n\n") == PAGE.replace("old", "new | table")
    assert replace_section(PAGE, "other", "x") == PAGE.replace("kept", "x")


def test_the_same_content_again_changes_nothing() -> None:
    once = replace_section(PAGE, "reading", "new")
    assert replace_section(once, "reading", "new") == once


def test_a_page_without_the_section_gets_it_at_its_end() -> None:
    assert replace_section("", "a", "text") == "<!-- a -->\ntext\n<!-- /a -->\n"
    assert replace_section("# T\n", "a", "text") == "# T\n\n<!-- a -->\ntext\n<!-- /a -->\n"


@pytest.mark.parametrize(
    "page",
    ["<!-- a -->\n", "<!-- /a -->\n", "<!-- /a --> <!-- a -->", "<!-- a --> <!-- /a --> <!-- a --> <!-- /a -->"],
)
def test_a_section_that_is_cut_off_is_not_guessed_at(page: str) -> None:
    with pytest.raises(ValueError, match="section 'a'"):
        replace_section(page, "a", "text")
