"""Industry and area tables, compiled from what BLS and the Census Bureau publish.

Here belong the readers of BLS's title files and the steps that make the tables of data/reference from them.
Definitions that an analyst writes (sectors, regions) are read in `definition_files`.

    python -m pipelines.sources.reference_tables FOLDER [TARGET]

FOLDER holds titles/2017 and titles/2022 (BLS title files), naics/NAICS_{vintage}_Crosswalk.csv (Census structure) and
naics/NAICS_Year_Concordance.csv; TARGET is where the tables go, data/reference unless told.
"""

import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.domain.naics import NAICS_VINTAGES, RANGE_SECTORS
from pipelines.domain.qcew_codes import area_kind, state_fips

TitleFile = Literal["area_titles", "industry_titles"]

_HEADERS: dict[tuple[str, ...], TitleFile] = {
    ("area_fips", "area_title"): "area_titles",
    ("industry_code", "industry_title"): "industry_titles",
}

SUPERSECTOR_SECTORS: Mapping[str, tuple[str, ...]] = {
    "1011": ("11", "21"),
    "1012": ("23",),
    "1013": ("31-33",),
    "1021": ("22", "42", "44-45", "48-49"),
    "1022": ("51",),
    "1023": ("52", "53"),
    "1024": ("54", "55", "56"),
    "1025": ("61", "62"),
    "1026": ("71", "72"),
    "1027": ("81",),
    "1028": ("92",),
    "1029": ("99",),
}
GOODS_PRODUCING_SUPERSECTORS = frozenset({"1011", "1012", "1013"})
_SECTOR_OF_PREFIX = {prefix: sector for sector, prefixes in RANGE_SECTORS.items() for prefix in prefixes}
_PARENT_OF_SECTOR = {sector: parent for parent, sectors in SUPERSECTOR_SECTORS.items() for sector in sectors}

# Codes of the Census structure that BLS's title files leave out; titles of the Census Bureau's manual.
CENSUS_TITLES: dict[str, str] = {
    "11213": "Dual-purpose cattle ranching and farming",
    "112130": "Dual-purpose cattle ranching and farming",
    "517122": "Agents for wireless telecommunications services",
    "54112": "Offices of notaries",
    "541120": "Offices of notaries",
}

# Titles spoilt in the copy of BLS's file that the areas are compiled from.
AREA_TITLE_CORRECTIONS: dict[str, str] = {
    "11000": "District of Columbia",
    "11001": "District of Columbia",
    "72055": "Guanica Municipio, Puerto Rico",
    "72125": "San German Municipio, Puerto Rico",
    "CS122": "Atlanta--Athens-Clarke County--Sandy Springs, GA-AL CSA",
}


def recognise_title_file(header_line: str) -> TitleFile | None:
    """Tell a BLS title file by its first line, quoted or not; None if it is something else."""
    names = tuple(name.strip().strip('"').lower() for name in header_line.lstrip("\ufeff").strip().split(","))
    return _HEADERS.get(names)


def read_titles(source: bytes | Path, kind: TitleFile) -> pl.DataFrame:
    """Read a BLS title file of either kind: one row a code, columns code, title.

    Codes stay text; of several titles for one code the first stands (BLS lists every area twice). Industry titles come
    without the prefix that repeats their code, as in `NAICS 23 Construction`, `NAICS17 33511 Electric lamp bulb and
    part manufacturing` or `10 Total, all industries`. Raises ValueError for any other file.
    """
    titles = read_verbatim_titles(source, kind)
    if kind == "area_titles":
        return titles
    return titles.with_columns(title=pl.Series([_split_prefix(*row)[1] for row in titles.iter_rows()], dtype=pl.String))


def read_area_titles(source: bytes | Path) -> pl.DataFrame:
    """Read BLS's area_titles.csv: one row an area, columns code, title. Raises ValueError for any other file."""
    return read_titles(source, "area_titles")


def read_industry_titles(source: bytes | Path) -> pl.DataFrame:
    """Read BLS's industry_titles.csv, retired codes included: one row a code, columns code, title.

    Raises ValueError for any other file.
    """
    return read_titles(source, "industry_titles")


def read_verbatim_titles(source: bytes | Path, kind: TitleFile) -> pl.DataFrame:
    """Read a title file as `read_titles` does, titles in BLS's own words, prefix included."""
    name = source.name if isinstance(source, Path) else f"{kind}.csv"
    content = source.read_bytes() if isinstance(source, Path) else source
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    header = text.split("\n", 1)[0]
    if recognise_title_file(header) != kind:
        columns = next(",".join(names) for names, each in _HEADERS.items() if each == kind)
        raise ValueError(f"{name}: the first line is {header.strip()[:80]!r}, expected {columns}")
    rows = [(code.strip(), title.strip()) for code, title in _two_columns(text, name)]
    return pl.DataFrame(rows, schema={"code": pl.String, "title": pl.String}, orient="row").unique(
        "code", keep="first", maintain_order=True
    )


def _two_columns(text: str, name: str) -> Iterator[tuple[str, str]]:
    lines = csv.reader(io.StringIO(text))
    next(lines)
    for row in lines:
        if len(row) == 2 and row[0].strip():
            yield row[0], row[1]
        elif any(row):
            raise ValueError(f"{name}, line {lines.line_num}: {','.join(row)[:80]!r}, expected a code and a title")


def compile_naics(crosswalk: pl.DataFrame, titles: pl.DataFrame, vintage: int) -> pl.DataFrame:
    """Build one vintage's industry tree as QCEW publishes it: columns code, title, parent_code, level.

    `crosswalk` is the Census structure (NAICS_3 … NAICS_6); `titles` are the verbatim titles of a file of this or a
    later vintage, where `NAICS17` marks a code that ended with the vintage of 2017. Construction trades 238xx0 give
    way to BLS's own 238xx1 (residential) and 238xx2 (nonresidential). Rows are in the order of level, then of code.

    Raises ValueError if a code has no title.
    """
    title_of = dict(CENSUS_TITLES)
    for code, verbatim in titles.iter_rows():
        last_vintage, title = _split_prefix(code, verbatim)
        if last_vintage is None or last_vintage >= vintage:
            title_of[code] = title
    census = {code for digits in range(3, 7) for code in crosswalk[f"NAICS_{digits}"] if re.fullmatch(r"\d{3,6}", code)}
    codes = {code for code in census if not re.fullmatch(r"238\d\d0", code)}
    codes |= {code for code in title_of if re.fullmatch(r"238\d\d[12]", code)}
    codes |= {"9" * digits for digits in range(3, 7)}
    codes |= {"10", "101", "102", *SUPERSECTOR_SECTORS, *_PARENT_OF_SECTOR}

    untitled = sorted(codes - title_of.keys())
    if untitled:
        raise ValueError(f"NAICS {vintage}: no title for {', '.join(untitled)}; is the title file an older one?")
    rows = sorted((_level(code), code) for code in codes)
    return pl.DataFrame(
        [(code, title_of[code], _parent(code), level) for level, code in rows],
        schema={"code": pl.String, "title": pl.String, "parent_code": pl.String, "level": pl.Int8},
        orient="row",
    )


def _split_prefix(code: str, verbatim: str) -> tuple[int | None, str]:
    """(last vintage of a retired code or None, title) of a title such as `NAICS17 33511 Electric lamp bulb …`."""
    prefix = re.match(rf"(?:NAICS(\d\d)? )?{re.escape(code)} ", verbatim)
    if prefix is None:
        return None, verbatim
    return 2000 + int(prefix[1]) if prefix[1] else None, verbatim[prefix.end() :]


def _level(code: str) -> int:
    if code == "10":
        return 0
    if code in ("101", "102"):
        return 2
    if code in SUPERSECTOR_SECTORS:
        return 3
    return 4 if code in _PARENT_OF_SECTOR else len(code) + 2


def _parent(code: str) -> str | None:
    match _level(code):
        case 0:
            return None
        case 2:
            return "10"
        case 3:
            return "101" if code in GOODS_PRODUCING_SUPERSECTORS else "102"
        case 4:
            return _PARENT_OF_SECTOR[code]
        case 5:
            return _SECTOR_OF_PREFIX.get(code[:2], code[:2])
        case _:
            return code[:-1]


def compile_areas(older: pl.DataFrame, newer: pl.DataFrame) -> pl.DataFrame:
    """Build the area table from two states of BLS's list: columns area_fips, area_title, area_kind, state_fips.

    Takes frames of `read_area_titles`. Areas of either list are kept, the newer title wins; rows are in code order.
    """
    title_of = dict(older.iter_rows()) | dict(newer.iter_rows()) | AREA_TITLE_CORRECTIONS
    return pl.DataFrame(
        [(code, title, area_kind(code, title), state_fips(code)) for code, title in sorted(title_of.items())],
        schema={"area_fips": pl.String, "area_title": pl.String, "area_kind": pl.String, "state_fips": pl.String},
        orient="row",
    )


def compile_concordance(concordance: pl.DataFrame) -> pl.DataFrame:
    """Build the table of six-digit codes that changed between vintages: columns naics_2012, naics_2017, naics_2022.

    `concordance` has a column NAICS_{vintage}_Code for each vintage. A code that is alone in its row and the same in
    all vintages is left out: what is not listed did not change. Rows are in order of the codes.
    """
    names = {f"NAICS_{vintage}_Code": f"naics_{vintage}" for vintage in NAICS_VINTAGES}
    rows = concordance.select(names.keys()).rename(names).filter(pl.all_horizontal(pl.all().str.contains(r"^\d{6}$")))
    rows = rows.unique()
    changed = rows.filter(~pl.all_horizontal(pl.all() == pl.col("naics_2022")))
    involved = pl.any_horizontal(pl.col(name).is_in(changed[name].implode()) for name in names.values())
    return rows.filter(involved).sort(names.values())


def compile_folder(folder: Path) -> dict[str, pl.DataFrame]:
    """Compile every table from the public files in `folder` (see the module's first lines), by file name.

    The title file of 2017 was written before the 2017 vintage came into force: its codes are those of 2012. Titles of
    2017 come from the file of 2022, which still lists what was retired then.
    """
    titles = {
        year: read_verbatim_titles(folder / f"titles/{year}/industry_titles.csv", "industry_titles")
        for year in (2017, 2022)
    }
    naics = {
        f"naics_{vintage}.csv": compile_naics(
            pl.read_csv(folder / f"naics/NAICS_{vintage}_Crosswalk.csv", infer_schema=False), titles[year], vintage
        )
        for vintage, year in ((2012, 2017), (2017, 2022), (2022, 2022))
    }
    areas = compile_areas(
        read_area_titles(folder / "titles/2017/area_titles.csv"),
        read_area_titles(folder / "titles/2022/area-titles-csv.csv"),
    )
    concordance = compile_concordance(
        pl.read_csv(folder / "naics/NAICS_Year_Concordance.csv", infer_schema=False),
    )
    return naics | {"naics_concordance.csv": concordance, "areas.csv": areas}


def main() -> None:
    """Compile the tables of the folder named on the command line into data/reference or the folder named after it."""
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    target = Path(sys.argv[2] if len(sys.argv) == 3 else "data/reference")
    for name, frame in compile_folder(Path(sys.argv[1])).items():
        frame.write_csv(target / name)
        print(f"{target / name}: {frame.height:,} rows")


if __name__ == "__main__":
    main()
