"""Words name a figure in any order; what they do not name is said with what would."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.figure_names import FigureName, UnknownFigure, parse_figure_name

WORDS: Mapping[str, Sequence[str]] = {
    "region": ("portland_metro", "clackamas", "oregon", "41051"),
    "sector": ("clean_energy", "construction", "all_target_sectors"),
    "period": ("2016", "2016-Q1", "2016-Q3"),
    "definition": ("strict", "broad"),
    "ownership": ("private", "government", "total_covered"),
}
MEASURES = ("businesses", "employment", "wages", "share_of_businesses", "share_of_employment", "share_of_wages")


def parsed(text: str, **more: Sequence[str]) -> FigureName:
    return parse_figure_name([text], {**WORDS, **more})


def refusal(text: str, **more: Sequence[str]) -> str:
    with pytest.raises(UnknownFigure) as error:
        parsed(text, **more)
    return str(error.value)


def test_a_name_without_definition_and_ownership_is_strict_and_private() -> None:
    expected = FigureName("portland_metro", "clean_energy", "employment", "2016", "strict", "private")
    assert parsed("portland_metro clean_energy employment 2016") == expected
    assert parse_figure_name(["2016", "employment", "clean_energy", "portland_metro"], WORDS) == expected


@given(st.data())
def test_every_combination_of_words_parses_in_any_order_and_writing(data: st.DataObject) -> None:
    chosen = {kind: data.draw(st.sampled_from(words)) for kind, words in {**WORDS, "measure": MEASURES}.items()}
    given_kinds = [kind for kind in chosen if kind not in ("definition", "ownership") or data.draw(st.booleans())]
    words = [chosen[kind] for kind in data.draw(st.permutations(given_kinds))]
    written = [data.draw(st.sampled_from([word, word.upper(), word.replace("_", "-")])) for word in words]
    text = " ".join(written)
    found = parse_figure_name(data.draw(st.sampled_from([[text], written])), WORDS)
    expected = {kind: chosen[kind] for kind in given_kinds} | {"measure": chosen["measure"].removeprefix("share_of_")}
    assert {kind: getattr(found, kind) for kind in given_kinds} == expected
    assert found.definition == chosen["definition"] if "definition" in given_kinds else found.definition == "strict"


def test_a_word_given_twice_is_given_once() -> None:
    assert parsed("oregon oregon construction wages 2016").region == "oregon"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("portland_metro clean_enrgy wages 2016", ["clean_enrgy is no", "did you mean clean_energy (sector)?"]),
        ("41052 construction wages 2016", ["did you mean 41051 (region)?"]),
        ("foo construction wages 2016", ["regions there are: portland_metro, clackamas", "sectors there are: clean_e"]),
        ("oregon construction wages 2017", ["2017 is no period", "expected one of 2016, 2016-Q1, 2016-Q3"]),
        ("oregon construction wages 2016-Q7", ["2016-Q7 is no period"]),
        ("oregon clackamas construction wages 2016", ["oregon and clackamas both name a region"]),
        ("oregon construction 2016", ["no measure given", "businesses, employment, wages"]),
        ("", ["no region given: expected one of portland_metro"]),
        ("oregon construction pay 2016", ["wages by employment"]),
        ("sector=oregon construction wages 2016", ["sector=oregon is no sector", "clean_energy"]),
        ("[red]x[/red] construction wages 2016", ["[red]x[/red] is no region"]),
    ],
)
def test_what_names_no_figure_is_told_with_what_would(text: str, said: list[str]) -> None:
    message = refusal(text)
    assert [part for part in said if part not in message] == [], message


def test_a_word_of_two_vocabularies_can_be_told_apart() -> None:
    both = {"region": ("construction", "oregon")}
    assert "write region=construction or sector=construction" in refusal("oregon construction wages 2016", **both)
    found = parsed("region=construction sector=construction wages 2016", **both)
    assert (found.region, found.sector) == ("construction", "construction")


def test_a_long_vocabulary_is_told_in_part() -> None:
    assert "and 8 more" in refusal("construction wages 2016", region=[f"region_{number}" for number in range(20)])


def test_where_a_default_is_not_there_it_must_be_given() -> None:
    message = refusal("oregon construction wages 2016", definition=("narrow",))
    assert "no definition given: expected one of narrow" in message


def test_an_empty_warehouse_has_no_words() -> None:
    with pytest.raises(UnknownFigure, match="no region given: expected one of none: the warehouse is empty"):
        parse_figure_name(["wages"], {})
