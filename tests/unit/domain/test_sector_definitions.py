from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.naics import NAICS_VINTAGES, NaicsTree
from pipelines.domain.sector_definitions import (
    Classification,
    DefinitionLine,
    Lens,
    Problem,
    Sector,
    check_line,
    check_sectors,
    codes_finer_than,
    codes_in_vintage,
    equivalence_in_vintage,
    leaves_of,
)

LIGHTING = DefinitionLine(
    "33513", "a source", "C", {2017: ("33511", "33512"), 2012: ("33511", "33512")}, equivalence="exact"
)
RESEARCH = DefinitionLine(
    "541715", "a source", "C", {2012: ("541712",)}, equivalence="wider", note="nanotechnology is in it too"
)


def line(code: str) -> DefinitionLine:
    return DefinitionLine(code, "a source", "C")


def sector(*codes: str, broad: tuple[str, ...] = ()) -> Sector:
    strict = tuple(line(code) for code in codes)
    return Sector("here", "Here", strict, strict + tuple(line(code) for code in broad))


def test_codes_of_a_line_in_each_vintage() -> None:
    assert codes_in_vintage(LIGHTING, 2022) == ("33513",)
    assert codes_in_vintage(LIGHTING, 2017) == ("33511", "33512")
    assert codes_in_vintage(RESEARCH, 2017) == ("541715",)
    assert codes_in_vintage(RESEARCH, 2012) == ("541712",)


def test_equivalence_of_a_line_in_each_vintage() -> None:
    assert [equivalence_in_vintage(RESEARCH, vintage) for vintage in NAICS_VINTAGES] == ["wider", "same", "same"]
    assert [equivalence_in_vintage(LIGHTING, vintage) for vintage in NAICS_VINTAGES] == ["exact", "exact", "same"]


@pytest.mark.parametrize("sound", [LIGHTING, RESEARCH, line("23"), line("31-33"), line("238211"), line("62")])
def test_sound_lines(classification: Classification, sound: DefinitionLine) -> None:
    assert check_line(sound, 2022, classification) == []


@pytest.mark.parametrize(
    ("unsound", "where", "found", "advice"),
    [
        (line("238210"), ("code",), "BLS splits by residential and nonresidential", "use the 5-digit prefix 23821"),
        (line("31"), ("code",), "a part of the sector 31-33", "use 31-33 or 3-digit codes"),
        (line("1012"), ("code",), "1012 'Construction', a BLS aggregate", "list its NAICS sectors"),
        (line("10"), ("code",), "10 'Total, all industries', a BLS aggregate", "list its NAICS sectors"),
        (line("238991" + "1"), ("code",), "unknown in NAICS 2012, 2017, 2022", "under 238991 NAICS 2022 has"),
        (line("335190"), ("code",), "335190, unknown in NAICS", "under 3351 NAICS 2022 has 33513 "),
        (
            line("33511"),
            ("code",),
            "33511, not of NAICS 2022 but of NAICS 2012 'Electric lamp bulb and part manufacturing', NAICS 2017",
            "by the concordance its content is in 335139 'Electric lamp bulb and other lighting equipment",
        ),
        (
            line("33513"),
            ("code",),
            "33513 'Electric lighting equipment manufacturing' of NAICS 2022, whose content NAICS 2012 has in 33511,",
            'by the concordance: equivalents: {2012: ["33511", "33512"]}, equivalence: exact',
        ),
        (
            line("541715"),
            ("code",),
            "whose content NAICS 2012 has in 541712, together with that of 541713",
            'equivalents: {2012: ["541712"]}, equivalence: wider, and a note',
        ),
        (
            replace(LIGHTING, equivalents={2017: ("33511", "33513"), 2012: ("33511", "33512")}),
            ("equivalents", "2017"),
            "33513, not of NAICS 2017 but of NAICS 2022",
            "33511 ",
        ),
        (
            replace(LIGHTING, equivalents={2017: ("33511",), 2012: ("33511", "33512")}),
            ("equivalents", "2017"),
            "33511 as exact equivalents of 33513",
            '{2017: ["33511", "33512"]}, equivalence: exact',
        ),
        (
            replace(RESEARCH, equivalence="exact"),
            ("equivalents", "2012"),
            "541712 as exact equivalents of 541715",
            "wider, and a note",
        ),
        (
            replace(RESEARCH, equivalents={2012: ("541712", "541720")}),
            ("equivalents", "2012"),
            "541720, which hold nothing of 541715",
            '["541712"]',
        ),
        (replace(RESEARCH, note=""), ("equivalence",), "wider equivalents of 541715 without a note", "add the note"),
        (replace(RESEARCH, equivalence="same"), ("equivalents",), "without saying what they hold", "exact if"),
        (replace(line("23"), equivalence="exact"), ("equivalence",), "without equivalents", "name the codes"),
        (
            replace(RESEARCH, equivalents={2022: ("541715",), 2012: ("541712",)}),
            ("equivalents", "2022"),
            "2022, the vintage it is listed in",
            "list the codes themselves",
        ),
    ],
)
def test_unsound_lines_are_told_with_their_codes(
    classification: Classification, unsound: DefinitionLine, where: tuple[str, ...], found: str, advice: str
) -> None:
    problems = check_line(unsound, 2022, classification)
    assert problems
    assert problems[0].where == where
    assert found in problems[0].found
    assert advice in problems[0].advice


def test_a_code_that_kept_its_number_and_not_its_content_is_told(classification: Classification) -> None:
    """NAICS 2022 spread the internet retailers (454110) over all of retail: 441 is no longer what it was."""
    problems = check_line(line("441"), 2022, classification)
    assert len(problems) == 2
    assert all("441 'Motor vehicle and parts dealers' of NAICS 2022, whose content" in each.found for each in problems)


def test_an_older_vintage_can_be_the_one_listed(classification: Classification) -> None:
    assert check_line(line("541712"), 2012, classification) != []
    assert check_line(line("335222"), 2012, classification)[0].advice.endswith(
        'equivalents: {2017: ["335220"]}, equivalence: wider, and a note'
    )
    assert check_line(line("3344"), 2012, classification) == []


def problems_of(classification: Classification, *sectors: Sector, lenses: tuple[Lens, ...] = ()) -> list[Problem]:
    return check_sectors(sectors, lenses, 2022, classification)


def test_sound_sectors(classification: Classification) -> None:
    lens = Lens("part", "Part", (line("3344"),), (line("3344"),), lens_of="here")
    assert problems_of(classification, sector("334", broad=("335",)), lenses=(lens,)) == []


@pytest.mark.parametrize(
    ("unsound", "where", "found"),
    [
        (sector("334", "334"), ("sectors", "here", "strict", 1, "code"), "334 a second time"),
        (sector("334", broad=("334",)), ("sectors", "here", "broad", 1, "code"), "334 a second time"),
        (sector("334", "3344"), ("sectors", "here", "strict", 1, "code"), "3344: 3344 lies inside 334"),
        (sector("3344", "334"), ("sectors", "here", "strict", 1, "code"), "334: 3344 lies inside 334"),
        (sector("3344", broad=("334",)), ("sectors", "here", "broad", 1, "code"), "334: 3344 lies inside 334"),
        (Sector("here", "Here", (line("334"),), (line("335"),)), ("sectors", "here", "broad"), "without 334"),
    ],
)
def test_unsound_sectors(
    classification: Classification, unsound: Sector, where: tuple[str | int, ...], found: str
) -> None:
    problem = problems_of(classification, unsound)[0]
    assert problem.where == where
    assert found in problem.found


@pytest.mark.parametrize(
    ("lens", "where", "found"),
    [
        (Lens("part", "", (line("335"),), (line("335"),), "here"), ("lenses", "part", "strict"), "outside the strict"),
        (Lens("part", "", (line("334"),), (line("334"),), "hear"), ("lenses", "part", "lens_of"), "hear"),
        (Lens("here", "", (line("334"),), (line("334"),), "here"), ("lenses", "here"), "which a sector has too"),
    ],
)
def test_unsound_lenses(classification: Classification, lens: Lens, where: tuple[str, ...], found: str) -> None:
    problem = problems_of(classification, sector("334"), lenses=(lens,))[0]
    assert problem.where == where
    assert found in problem.found


def test_all_problems_are_told_at_once(classification: Classification) -> None:
    problems = problems_of(classification, sector("238210", "31", "62", broad=("33511",)))
    assert [problem.where[2:4] for problem in problems] == [("strict", 0), ("strict", 1), ("broad", 3)]


@pytest.mark.parametrize(
    ("codes", "finer"),
    [
        (("23", "62"), ()),
        (("221111", "221113"), ("221111", "221113")),
        (("221121", "221122"), ()),  # they fill 22112
        (("237130",), ()),  # the only child of 23713
        (("238211",), ("238211",)),
        (("238211", "238212"), ()),
        (("33513", "335220", "541715"), ("541715",)),
        (("334413", "334"), ()),
    ],
)
def test_codes_finer_than_five_digits(
    trees: dict[int, NaicsTree], codes: tuple[str, ...], finer: tuple[str, ...]
) -> None:
    assert codes_finer_than(codes, trees[2022], 7) == finer


def test_equivalents_that_fill_their_parent_are_not_too_fine(trees: dict[int, NaicsTree]) -> None:
    assert codes_finer_than(("335221", "335222", "335224", "335228"), trees[2012], 7) == ()
    assert codes_finer_than(("335221", "335222", "335224"), trees[2012], 7) == ("335221", "335222", "335224")


@given(data=st.data(), vintage=st.sampled_from(NAICS_VINTAGES), level=st.integers(4, 8))
def test_nothing_is_too_fine_just_where_coarser_codes_hold_the_same(
    trees: dict[int, NaicsTree], data: st.DataObject, vintage: int, level: int
) -> None:
    tree = trees[vintage]
    listed = data.draw(st.sets(st.sampled_from(sorted(code for code in tree if tree.level(code) >= 4)), max_size=12))
    leaves = leaves_of(listed, tree)
    published = [code for code in tree if tree.level(code) <= level and tree.leaves_under(code) <= leaves]
    finer = codes_finer_than(listed, tree, level)
    assert (leaves_of(published, tree) == leaves) == (not finer)
    assert set(finer) <= {code for code in listed if tree.level(code) > level}
    filled = listed.union(tree.ancestor_at(code, level) for code in finer)
    assert codes_finer_than(filled, tree, level) == ()
