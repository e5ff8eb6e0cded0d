"""What BLS publishes by area, made from files that are there: slices, the zips that pack them, and their next vintage.

Belongs here: the layout of slices, cutting them out of zips, packing them into one, and `revised`. Not here: the
server that publishes them (publisher_server), and QualityInfo's workbooks (published_workbooks).
"""

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from published_workbooks import workbook, workbook_rows

from pipelines.domain.naics import Industry, NaicsTree, vintage_in_force
from pipelines.sources.sample_files import AGGREGATION_LEVEL_TITLES, OWNERSHIP_TITLES, SIZE_TITLES

__all__ = [
    "by_area_zip",
    "revised",
    "singlefiles",
    "slice_path",
    "slices",
    "slices_of_real_files",
    "workbook",
    "workbook_rows",
]

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
TITLES = ("area_title", "own_title", "industry_title", "agglvl_title", "size_title")
KEYS = ("area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year", "qtr", "disclosure_code")
_PATH = re.compile(r"/cew/data/api/(?P<year>\d{4})/(?P<quarter>[1-4a])/area/(?P<area>\w+)\.csv")
_HALF_OF_THE_LAST_DIGIT = 0.005  # of a location quotient

Row = dict[str, str]


def slice_path(year: int | str, quarter: int | str, area: str) -> str:
    """Where BLS has the slice of an area; the quarter of a year's averages is `a`, whatever its case."""
    return f"/cew/data/api/{year}/{str(quarter).lower()}/area/{area}.csv"


def slices(zip_path: Path, areas: Collection[str] | None = None) -> dict[str, bytes]:
    """The slices of some areas, or of all, out of a zip of BLS's or of the sample, by path.

    The zip may be a singlefile or by_area one, of quarters or of averages: titles are dropped, `_count` too.
    """
    cut: dict[str, list[bytes]] = {}
    with zipfile.ZipFile(zip_path) as archive:
        for member in archive.namelist():
            # a by_area member is named after its area: most need not be read
            if areas is not None and "by_area" in member and not set(re.split(r"[\s/]", member)) & set(areas):
                continue
            content = archive.read(member)
            has_titles = b"area_title" in content[: content.find(b"\n")]
            header, *lines = (_write(_read(content)) if has_titles else content).splitlines(keepends=True)
            for line in lines:
                area, year, quarter = (line.split(b",", 7)[place].strip(b'"').decode() for place in (0, 5, 6))
                if areas is None or area in areas:
                    cut.setdefault(slice_path(year, quarter, area), [header]).append(line)
    return {path: b"".join(lines) for path, lines in sorted(cut.items())}


def slices_of_real_files(zip_path: Path, areas: Collection[str] | None = None) -> dict[str, bytes]:
    """The slices that BLS would have published of the real by_area files, by path."""
    return slices(zip_path, areas)


def by_area_zip(published: Mapping[str, bytes]) -> dict[str, bytes]:
    """The by_area zips that BLS has of these slices, by path: one a year for the quarters, one for the averages."""
    members: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    last_quarter: dict[str, str] = defaultdict(str)
    for path, content in sorted(published.items()):
        year, quarter, area = _parts(path)
        kind = "annual" if quarter == "a" else "qtrly"
        zip_name = f"/cew/data/files/{year}/csv/{year}_{kind}_by_area.zip"
        members[zip_name][area] += _read(content)
        last_quarter[zip_name] = max(last_quarter[zip_name], quarter)
    packed = {}
    for zip_name, areas in members.items():
        quarters = "annual" if last_quarter[zip_name] == "a" else f"q1-q{last_quarter[zip_name]}"
        packed[zip_name] = _zip(areas, f"{zip_name.split('/')[-3]}.{quarters}")
    return packed


def singlefiles(published: Mapping[str, bytes]) -> dict[str, bytes]:
    """The singlefile zips that BLS has of these slices, all areas in one table, by path."""
    tables: dict[str, list[bytes]] = {}
    last_quarter: dict[str, str] = {}
    for path, content in sorted(published.items()):
        year, quarter, _ = _parts(path)
        kind = "annual" if quarter == "a" else "qtrly"
        zip_name = f"/cew/data/files/{year}/csv/{year}_{kind}_singlefile.zip"
        header, lines = content.split(b"\n", 1)
        tables.setdefault(zip_name, [header + b"\n"]).append(lines)
        last_quarter[zip_name] = quarter
    packed = {}
    for zip_name, table in tables.items():
        year, quarter = zip_name.split("/")[-3], last_quarter[zip_name]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            entry = zipfile.ZipInfo(f"{year}.{'annual' if quarter == 'a' else f'q1-q{quarter}'}.singlefile.csv")
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, b"".join(table))
        packed[zip_name] = buffer.getvalue()
    return packed


def revised(
    published: Mapping[str, bytes],
    areas: Sequence[str],
    *,
    industry: str | None = None,
    own_code: str = "5",
    establishments: int = 1,
    jobs: int = 3,
    quarterly_wages: int = 60_000,
) -> dict[str, bytes]:
    """The next vintage of the slices of these areas, by path: a late report of some jobs in one six-digit industry.

    published are all slices that are to agree, also those of areas that stay as they are: location quotients compare
    areas. areas are all that the late report counts in: a county, and the state and metropolitan area that hold it.
    Each period given has it, and an average over the year four times the quarterly wages, so that years agree with
    quarters. All sums, averages, levels of last year and quotients hold as before; nothing is hidden or disclosed.

    The industry, if none is given, is the largest that is disclosed with all industries above it everywhere. Raises
    ValueError where there is none.
    """
    touched = {path: _read(content) for path, content in published.items() if _parts(path)[2] in areas}
    if missing := set(areas) - {_parts(path)[2] for path in touched}:
        raise ValueError(f"no slice of {sorted(missing)} is given")
    leaf = industry or _largest_disclosed(touched.values(), own_code)
    for year, quarter in sorted({_parts(path)[:2] for path in touched}):
        mine = [path for path in published if _parts(path)[:2] == (year, quarter)]
        nation = _national_shares(_read(published[path]) for path in mine)
        lineage = _lineage(leaf, int(year))
        for path in touched.keys() & set(mine):
            counted = [row for row in touched[path] if _counts_in(row, own_code, lineage)]
            if _has_industries(touched[path], own_code) and leaf not in {row["industry_code"] for row in counted}:
                raise ValueError(f"{path} has no row of industry {leaf} and own_code {own_code}")
            for row in counted:
                _add(row, establishments, jobs, quarterly_wages * (4 if quarter == "a" else 1))
            _renew_quotients(touched[path], nation)
    return {path: _write(rows) for path, rows in touched.items()}


# Rows


def _parts(path: str) -> tuple[str, str, str]:
    match = _PATH.fullmatch(path)
    if not match:
        raise ValueError(f"{path} is not the path of a slice, such as {slice_path(2024, 1, '41051')}")
    return match["year"], match["quarter"], match["area"]


def _read(content: bytes) -> list[Row]:
    header, *lines = csv.reader(io.StringIO(content.decode(), newline=""))
    names = [name.replace("_estabs_count", "_estabs") for name in header]
    return [{name: field for name, field in zip(names, line, strict=True) if name not in TITLES} for line in lines]


def _write(rows: Sequence[Row], line_end: str = "\n") -> bytes:
    """Rows as BLS writes them: names and text quoted, numbers not."""
    names = list(rows[0])
    is_text = [name in KEYS or name in TITLES or name.endswith("disclosure_code") for name in names]
    lines = [",".join(f'"{name}"' for name in names)]
    lines += [
        ",".join(f'"{field}"' if text else field for field, text in zip(row.values(), is_text, strict=True))
        for row in rows
    ]
    return "".join(line + line_end for line in lines).encode()


def _zip(areas: Mapping[str, list[Row]], stem: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for area, rows in areas.items():
            rows.sort(key=lambda row: (row["own_code"], row["agglvl_code"], row["industry_code"], row["qtr"]))
            title = _area_titles().get(area, area)
            entry = zipfile.ZipInfo(f"{stem}.by_area/{stem} {area} {title}.csv")  # of 1980: the same bytes each time
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _write([_titled(row, title) for row in rows], "\r\n"))
    return content.getvalue()


def _titled(row: Row, area_title: str) -> Row:
    """A row in the layout of by_area zips: titles after the disclosure code, and establishments counted."""
    code = row["industry_code"]
    tree = _tree(int(row["year"]))
    titles = {
        "area_title": area_title,
        "own_title": OWNERSHIP_TITLES.get(row["own_code"], ""),
        "industry_title": f"{code} {tree.title(code)}" if code in tree else code,
        "agglvl_title": AGGREGATION_LEVEL_TITLES.get(row["agglvl_code"], ""),
        "size_title": SIZE_TITLES.get(row["size_code"], ""),
    }
    values = {re.sub(r"_estabs(?=_|$)", "_estabs_count", name): row[name] for name in row if name not in KEYS}
    return {name: row[name] for name in KEYS} | titles | values


@cache
def _area_titles() -> dict[str, str]:
    with (REFERENCE / "areas.csv").open(encoding="utf-8", newline="") as file:
        return {row["area_fips"]: row["area_title"] for row in csv.DictReader(file)}


@cache
def _tree(year: int) -> NaicsTree:
    vintage = vintage_in_force(year)
    with (REFERENCE / f"naics_{vintage}.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Industry(row["code"], row["title"], row["parent_code"] or None, int(row["level"]))
            for row in csv.DictReader(file)
        ]
    return NaicsTree(vintage, rows)


# Revision


def _lineage(leaf: str, year: int) -> tuple[str, ...]:
    return (leaf, *_tree(year).ancestors(leaf))


def _counts_in(row: Row, own_code: str, lineage: Collection[str]) -> bool:
    """Whether a row counts a leaf of an ownership: its line of industries, and the totals above the ownership."""
    totals = {"0", "8"} if own_code in {"1", "2", "3"} else {"0"}
    return row["industry_code"] in lineage and (
        row["own_code"] == own_code or (row["own_code"] in totals and row["industry_code"] == "10")
    )


def _has_industries(rows: Iterable[Row], own_code: str) -> bool:
    """Whether a slice breaks an ownership down: metropolitan areas have only the totals of governments."""
    return any(row["own_code"] == own_code and row["industry_code"] != "10" for row in rows)


def _largest_disclosed(tables: Iterable[list[Row]], own_code: str) -> str:
    sizes: list[dict[str, int]] = []
    for rows in tables:
        if not _has_industries(rows, own_code):
            continue
        shown = {
            row["industry_code"]: row for row in rows if row["own_code"] == own_code and not row["disclosure_code"]
        }
        tree = _tree(int(rows[0]["year"]))
        found = {code for code in shown if code in tree.leaves and code != "999999"}
        whole = {code for code in found if set(tree.ancestors(code)) <= set(shown)}
        sizes.append({code: int(shown[code][_measures(shown[code])[0]]) for code in whole})
    everywhere = set.intersection(*map(set, sizes)) if sizes else set()
    if not everywhere:
        raise ValueError(f"no six-digit industry of own_code {own_code} is disclosed in all areas and periods given")
    return max(sorted(everywhere), key=lambda code: min(size[code] for size in sizes))


def _add(row: Row, establishments: int, jobs: int, wages: int) -> None:
    """Adds a late report to what a row shows: establishments always, the rest where it is disclosed."""
    before = dict(row)
    shown = not row["disclosure_code"]
    for name in _measures(row):
        if name.endswith("_estabs"):
            row[name] = str(int(row[name]) + establishments)
        elif shown and name.endswith("_emplvl"):
            row[name] = str(int(row[name]) + jobs)
        elif shown and name.startswith("total_"):
            row[name] = str(int(row[name]) + wages)
    if shown:
        _renew_averages(row)
    for name in _measures(row):
        if name.endswith("_estabs") or not row["oty_disclosure_code"]:
            last_year = int(before[name]) - int(before[f"oty_{name}_chg"])
            change = int(row[name]) - last_year
            row[f"oty_{name}_chg"] = str(change)
            if row[name] != before[name]:
                row[f"oty_{name}_pct_chg"] = f"{100 * change / last_year if last_year else 100 * (change > 0):.1f}"


def _measures(row: Row) -> list[str]:
    names = list(row)
    return names[len(KEYS) : names.index("lq_disclosure_code")]


def _renew_averages(row: Row) -> None:
    """Averages of wages, rounded half up; those of a year from its rounded jobs, which is near enough."""
    if "annual_avg_emplvl" in row:
        wages, jobs = int(row["total_annual_wages"]), int(row["annual_avg_emplvl"])
        row["annual_avg_wkly_wage"] = str(_half_up(wages, 52 * jobs))
        row["avg_annual_pay"] = str(_half_up(wages, jobs))
    else:
        job_months = sum(int(row[f"month{month}_emplvl"]) for month in (1, 2, 3))
        row["avg_wkly_wage"] = str(_half_up(3 * int(row["total_qtrly_wages"]), 13 * job_months))


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator) if denominator else 0


# Location quotients: a cell's share of its area, by the nation's share

_Cell = tuple[str, str, str]  # own_code, industry_code, measure


def _shares(rows: Sequence[Row]) -> Iterator[tuple[_Cell, float, Row]]:
    """Each disclosed cell's share of its area."""
    (total,) = (row for row in rows if (row["own_code"], row["industry_code"]) == ("0", "10"))
    wholes = {name: int(total[name]) for name in _measures(total)}
    for row in rows:
        if row["disclosure_code"] or row["lq_disclosure_code"]:
            continue
        for name, whole in wholes.items():
            if whole > 0 and int(row[name]) > 0:
                yield (row["own_code"], row["industry_code"], name), int(row[name]) / whole, row


def _national_shares(areas: Iterable[Sequence[Row]]) -> dict[_Cell, float]:
    """A share of the nation that all areas' rounded quotients allow, for each cell that has one."""
    smallest: dict[_Cell, float] = defaultdict(float)
    largest: dict[_Cell, float] = {}
    for rows in areas:
        if rows[0]["area_fips"].startswith("US"):
            continue  # the quotients of national totals have another base
        for cell, share, row in _shares(rows):
            quotient = float(row[f"lq_{cell[2]}"])
            smallest[cell] = max(smallest[cell], share / (quotient + _HALF_OF_THE_LAST_DIGIT))
            if quotient > _HALF_OF_THE_LAST_DIGIT:
                bound = share / (quotient - _HALF_OF_THE_LAST_DIGIT)
                largest[cell] = min(largest.get(cell, bound), bound)
    middle = {cell: (least + largest.get(cell, 1.01 * least)) / 2 for cell, least in smallest.items()}
    return {cell: share for cell, share in middle.items() if smallest[cell] <= share}


def _renew_quotients(rows: Sequence[Row], nation: Mapping[_Cell, float]) -> None:
    for cell, share, row in _shares(rows):
        if cell in nation:
            name = f"lq_{cell[2]}"
            quotient = f"{share / nation[cell]:.2f}"
            row[name] = row[name] if float(row[name]) == float(quotient) else quotient
