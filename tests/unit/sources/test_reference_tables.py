import csv
import io
import re
import zipfile
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources.reference_tables import (
    compile_areas,
    compile_concordance,
    compile_folder,
    compile_naics,
    read_area_titles,
    read_industry_titles,
    read_titles,
    recognise_title_file,
)

REFERENCE = Path(__file__).parents[3] / "data" / "reference"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('"area_fips","area_title"\r\n', "area_titles"),
        ("area_fips,area_title\n", "area_titles"),
        ("\ufeffindustry_code,industry_title", "industry_titles"),
        ('"own_code","own_title"', None),
        ('"area_fips","own_code","industry_code"', None),
        ("<!DOCTYPE html>", None),
        ("", None),
    ],
)
def test_title_files_are_told_by_their_first_line(line: str, kind: str | None) -> None:
    assert recognise_title_file(line) == kind


def test_area_titles_keep_leading_zeros_and_lose_their_double() -> None:
    content = (
        b'\xef\xbb\xbf"area_fips","area_title"\r\n"01001","Autauga County, Alabama"\r\n"C3890","Portland"\r\n'
        b'"01001","Autauga County, Alabama"\r\n'
    )
    assert read_area_titles(content).rows() == [("01001", "Autauga County, Alabama"), ("C3890", "Portland")]


def test_industry_titles_lose_the_prefix_that_repeats_their_code() -> None:
    content = (
        b"industry_code,industry_title\n10,10 Total all industries\n31-33,NAICS 31-33 Manufacturing\n"
        b'33511,NAICS17 33511 Electric lamp bulb\n101,Goods-producing\n"722511","NAICS 722511 24 hour diners"\n'
    )
    assert read_industry_titles(content).rows() == [
        ("10", "Total all industries"),
        ("31-33", "Manufacturing"),
        ("33511", "Electric lamp bulb"),
        ("101", "Goods-producing"),
        ("722511", "24 hour diners"),
    ]


def test_titles_in_an_older_encoding_are_read() -> None:
    content = "area_fips,area_title\n35013,Doña Ana County\n".encode("cp1252")
    assert read_titles(content, "area_titles").rows() == [("35013", "Doña Ana County")]


def test_another_file_is_refused_by_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "area_titles.csv"
    path.write_text("<html>\n")
    with pytest.raises(ValueError, match=r"area_titles.csv: the first line is '<html>', expected area_fips,area_title"):
        read_area_titles(path)


def test_a_torn_line_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match=r"industry_titles.csv, line 3: '23', expected a code and a title"):
        read_industry_titles(b"industry_code,industry_title\n10,Total\n23\n")


def test_newer_area_titles_win_and_older_areas_stay() -> None:
    older = pl.DataFrame({"code": ["02270", "C1410"], "title": ["Wade Hampton, Alaska", "Bloomsburg-Berwick, PA MSA"]})
    newer = pl.DataFrame({"code": ["C1410", "09110"], "title": ["Bloomsburg-Berwick, PA MicroSA", "Capitol Region"]})
    areas = compile_areas(older, newer).filter(pl.col("area_fips").is_in(["02270", "09110", "C1410"]))
    assert areas.rows() == [
        ("02270", "Wade Hampton, Alaska", "county", "02"),
        ("09110", "Capitol Region", "county", "09"),
        ("C1410", "Bloomsburg-Berwick, PA MicroSA", "micropolitan", None),
    ]


def test_the_concordance_keeps_what_changed_and_what_took_it_in() -> None:
    rows = [
        ("111110", "111110", "111110"),
        ("541712", "541713", "541713"),
        ("541712", "541715", "541715"),
        ("541720", "541720", "541720"),
        ("541715", "541715", "541715"),
        ("F01000", "F01000", "F01000"),
    ]
    frame = pl.DataFrame(rows, schema=[f"NAICS_{vintage}_Code" for vintage in (2012, 2017, 2022)], orient="row")
    assert compile_concordance(frame).rows() == [
        ("541712", "541713", "541713"),
        ("541712", "541715", "541715"),
        ("541715", "541715", "541715"),
    ]


def test_a_code_without_title_is_named() -> None:
    crosswalk = pl.DataFrame({f"NAICS_{digits}": ["1" * digits] for digits in range(3, 7)})
    titles = pl.DataFrame({"code": ["111"], "title": ["NAICS07 111 Crop production"]})
    with pytest.raises(ValueError, match="NAICS 2022: no title for 10, 101, 1011"):
        compile_naics(crosswalk, titles, 2022)


def shipped_naics(vintage: int) -> dict[str, dict[str, str]]:
    with (REFERENCE / f"naics_{vintage}.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("vintage", "code", "title", "parent", "level"),
    [
        (2012, "10", "Total, all industries", "", "0"),
        (2022, "1021", "Trade, transportation, and utilities", "102", "3"),
        (2022, "22", "Utilities", "1021", "4"),
        (2022, "336", "Transportation equipment manufacturing", "31-33", "5"),
        (2022, "4571", "Gasoline stations", "457", "6"),
        (2017, "33511", "Electric lamp bulb and part manufacturing", "3351", "7"),
        (2022, "33513", "Electric lighting equipment manufacturing", "3351", "7"),
        (2012, "238212", "Nonresidential electrical contractors", "23821", "8"),
        (2022, "999999", "Unclassified", "99999", "8"),
    ],
)
def test_lines_of_the_shipped_trees(vintage: int, code: str, title: str, parent: str, level: str) -> None:
    assert shipped_naics(vintage)[code] == {"code": code, "title": title, "parent_code": parent, "level": level}


def test_shipped_titles_bear_no_prefix() -> None:
    for vintage in (2012, 2017, 2022):
        titles = [row["title"] for row in shipped_naics(vintage).values()]
        assert all(titles)
        assert not any(re.match(r"NAICS|\d", title) for title in titles)


def test_shipped_tables_are_what_the_public_files_say(shared_data: Path) -> None:
    for name, frame in compile_folder(shared_data).items():
        assert frame.write_csv() == (REFERENCE / name).read_text("utf-8"), name


def test_every_industry_and_area_of_the_files_of_2016_is_in_the_tables(shared_data: Path) -> None:
    with (REFERENCE / "areas.csv").open(encoding="utf-8", newline="") as file:
        areas = {row["area_fips"] for row in csv.DictReader(file)}
    tree = shipped_naics(2012)
    seen: set[str] = set()
    with zipfile.ZipFile(shared_data / "bls" / "2016_qtrly_by_area.zip") as archive:
        for name in archive.namelist():
            assert name.split(" ")[1] in areas
            if " 41000 " in name or " C3890 " in name:
                frame = pl.read_csv(io.BytesIO(archive.read(name)), infer_schema=False, columns=["industry_code"])
                seen |= set(frame["industry_code"])
    assert len(seen) > 1900
    assert seen <= tree.keys()


def test_every_industry_of_the_slices_of_2020_is_in_the_tree_of_2017(shared_data: Path) -> None:
    tree = shipped_naics(2017)
    for path in sorted((shared_data / "format_samples" / "api" / "2020").glob("*/area/39041.csv")):
        codes = set(pl.read_csv(path, infer_schema=False, columns=["industry_code"])["industry_code"])
        assert codes <= tree.keys()
