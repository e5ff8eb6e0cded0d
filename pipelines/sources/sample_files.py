"""The synthetic sample as files in BLS's own layouts, marked so that nobody can take them for BLS's.

Belongs here: column names and titles as BLS writes them, masking, zips. Not here: the numbers (sample_economy,
sample_cells).
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.sources.sample_cells import change_column, publish_cells, quotient_column
from pipelines.sources.sample_economy import simulate_economy

SYNTHETIC_MARK = "SYNTHETIC SAMPLE: not BLS data"
"""Comment of every zip written here: a file that carries it is never BLS's."""
SYNTHETIC_NAME = "SYNTHETIC-SAMPLE"
"""Part of every file name, and of every member's: its folder, and its own name."""
SYNTHETIC_TITLE = " (SYNTHETIC SAMPLE)"
"""End of every area title."""

DEFAULT_SEED = 2016
SAMPLE_YEARS = (2023, 2024)
FILES_A_YEAR = 2
DISCLOSURE_CODES = {"disclosed": "", "suppressed": "N", "true_zero": "-"}
OWNERSHIP_TITLES = {
    "0": "Total Covered",
    "1": "Federal Government",
    "2": "State Government",
    "3": "Local Government",
    "5": "Private",
    "8": "Total Government",
}
_LEVEL_TITLES = (
    "Total Covered",
    "Total -- by ownership sector",
    "by Domain -- by ownership sector",
    "by Supersector -- by ownership sector",
    "NAICS Sector -- by ownership sector",
    "NAICS 3-digit -- by ownership sector",
    "NAICS 4-digit -- by ownership sector",
    "NAICS 5-digit -- by ownership sector",
    "NAICS 6-digit -- by ownership sector",
)
AGGREGATION_LEVEL_TITLES = {
    f"{base}{digit}": f"{geography}, {title}"
    for base, geography in ((5, "State"), (7, "County"))
    for digit, title in enumerate(_LEVEL_TITLES)
} | {"96": "Total Government, by State"}
SIZE_TITLES = {"0": "All establishment sizes"}
FIRST_LEVEL_WITH_PREFIX = 4  # sectors and finer are titled "NAICS 23 Construction"


@dataclass(frozen=True)
class _Layout:
    """One of BLS's layouts: its name for each measure, in order.

    With titles, as in its by_area zips, establishments are a `_count` and lines end in CRLF.
    """

    names: Mapping[str, str]
    has_titles: bool = False

    def name(self, measure: str) -> str:
        count = "_count" if self.has_titles and measure == "establishments" else ""
        return self.names[measure] + count


_QUARTERLY = {
    "establishments": "qtrly_estabs",
    "month1_employment": "month1_emplvl",
    "month2_employment": "month2_emplvl",
    "month3_employment": "month3_emplvl",
    "wages_usd": "total_qtrly_wages",
    "taxable_wages_usd": "taxable_qtrly_wages",
    "contributions_usd": "qtrly_contributions",
    "average_weekly_wage_usd": "avg_wkly_wage",
}
_ANNUAL = {
    "establishments": "annual_avg_estabs",
    "average_employment": "annual_avg_emplvl",
    "wages_usd": "total_annual_wages",
    "taxable_wages_usd": "taxable_annual_wages",
    "contributions_usd": "annual_contributions",
    "average_weekly_wage_usd": "annual_avg_wkly_wage",
    "average_annual_pay_usd": "avg_annual_pay",
}


def write_sample(
    folder: Path,
    naics: pl.DataFrame,
    areas: pl.DataFrame,
    seed: int = DEFAULT_SEED,
    years: Sequence[int] = SAMPLE_YEARS,
) -> list[Path]:
    """Write the sample into a folder and return the files, in order; the same seed gives the same bytes.

    naics: code, title, parent_code, level of the 2022 vintage; areas: area_fips, area_title, area_kind, state_fips.
    The first year's quarters come as a by_area zip (47 columns, with titles), later years' as singlefile zips
    (42 columns), every year's annual rows as a singlefile zip (38 columns). Hidden values are 0, as BLS writes them.
    Raises ValueError where the years are not consecutive or the frames lack an area or industry.
    """
    cells = publish_cells(simulate_economy(naics, areas, seed, years), naics)
    folder.mkdir(parents=True, exist_ok=True)
    maker = sample_fingerprint(naics, areas)
    written = []
    for year in years:
        quarterly = cells.quarterly.filter(pl.col("year") == year)
        if year == min(years):
            members, kind = _area_members(quarterly, naics, areas, year), "qtrly_by_area"
        else:
            text = _csv(quarterly, _Layout(_QUARTERLY))
            members, kind = iter([(f"{year}.q1-q4.singlefile.csv", text)]), "qtrly_singlefile"
        written.append(_write_zip(folder / f"{year}_{kind}.{SYNTHETIC_NAME}.zip", members, maker))
    for year in years:
        text = _csv(cells.annual.filter(pl.col("year") == year), _Layout(_ANNUAL))
        path = folder / f"{year}_annual_singlefile.{SYNTHETIC_NAME}.zip"
        written.append(_write_zip(path, [(f"{year}.annual.singlefile.csv", text)], maker))
    return written


def sample_fingerprint(naics: pl.DataFrame, areas: pl.DataFrame) -> str:
    """16 hexadecimal digits that change whenever the same seed would write other files."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for module in (*sorted(folder.glob("sample_*.py")), folder / "establishment_cells.py"):
        digest.update(module.read_bytes())
    for frame in (naics, areas):
        digest.update(frame.write_csv().encode())
    return digest.hexdigest()[:16]


def _area_members(
    cells: pl.DataFrame, naics: pl.DataFrame, areas: pl.DataFrame, year: int
) -> Iterator[tuple[str, bytes]]:
    area_titles = dict(areas.select("area_fips", "area_title").iter_rows())
    prefix = pl.when(pl.col("level").cast(pl.Int64) >= FIRST_LEVEL_WITH_PREFIX).then(pl.lit("NAICS "))
    industry_title = pl.concat_str(prefix.otherwise(pl.lit("")), "code", pl.lit(" "), "title")
    industry_titles = dict(naics.select("code", industry_title.alias("title")).iter_rows())
    titled = cells.with_columns(
        pl.col("area_fips").replace_strict(area_titles).add(SYNTHETIC_TITLE).alias("area_title"),
        pl.col("own_code").replace_strict(OWNERSHIP_TITLES).alias("own_title"),
        pl.col("industry_code").replace_strict(industry_titles).alias("industry_title"),
        pl.col("agglvl_code").replace_strict(AGGREGATION_LEVEL_TITLES).alias("agglvl_title"),
        pl.col("size_code").replace_strict(SIZE_TITLES).alias("size_title"),
    )
    layout = _Layout(_QUARTERLY, has_titles=True)
    for (area_fips,), rows in titled.partition_by("area_fips", as_dict=True, maintain_order=True).items():
        name = f"{year}.q1-q4.by_area/{year}.q1-q4 {area_fips} {area_titles[area_fips]}.csv"
        yield name, _csv(rows, layout)


def _csv(cells: pl.DataFrame, layout: _Layout) -> bytes:
    """The rows as BLS writes them: text quoted, numbers not, hidden numbers 0."""
    quarter = pl.col("quarter").cast(pl.String) if "quarter" in cells.columns else pl.lit("A")
    texts = {
        **{name: pl.col(name) for name in ("area_fips", "own_code", "industry_code", "agglvl_code", "size_code")},
        "year": pl.col("year").cast(pl.String),
        "qtr": quarter,
        "disclosure_code": pl.col("disclosure").replace_strict(DISCLOSURE_CODES),
    }
    if layout.has_titles:
        texts |= {f"{key}_title": pl.col(f"{key}_title") for key in ("area", "own", "industry", "agglvl", "size")}
    columns = [_quoted(text, name) for name, text in texts.items()]
    columns += [
        _unless_hidden(pl.col(measure), measure, "disclosure").alias(layout.name(measure)) for measure in layout.names
    ]
    columns.append(_block_code("lq_disclosure"))
    for measure in layout.names:
        quotient = pl.col(quotient_column(measure)).cast(pl.Decimal(18, 2))
        columns.append(_unless_hidden(quotient, measure, "lq_disclosure").alias(f"lq_{layout.name(measure)}"))
    columns.append(_block_code("oty_disclosure"))
    for measure in layout.names:
        change = pl.col(change_column(measure))
        percent = _percent(change, pl.col(measure) - change).fill_null(0)
        name = f"oty_{layout.name(measure)}"
        columns.append(_unless_hidden(change, measure, "oty_disclosure").alias(f"{name}_chg"))
        columns.append(_unless_hidden(percent, measure, "oty_disclosure").alias(f"{name}_pct_chg"))
    rows = cells.select(columns)
    rows.columns = [f'"{name}"' for name in rows.columns]
    buffer = io.BytesIO()
    line_end = "\r\n" if layout.has_titles else "\n"
    rows.write_csv(buffer, quote_style="never", null_value="0", line_terminator=line_end)
    return buffer.getvalue()


def _quoted(text: pl.Expr, name: str) -> pl.Expr:
    return pl.concat_str(pl.lit('"'), text, pl.lit('"')).alias(name)


def _block_code(column: str) -> pl.Expr:
    return _quoted(pl.col(column).replace_strict(DISCLOSURE_CODES), f"{column}_code")


def _unless_hidden(value: pl.Expr, measure: str, disclosure: str) -> pl.Expr:
    """Establishments are shown in every row, everything else only where its block is disclosed."""
    return value if measure == "establishments" else pl.when(pl.col(disclosure) == "disclosed").then(value)


def _percent(change: pl.Expr, before: pl.Expr) -> pl.Expr:
    """Change in percent of the year before, one decimal; 100 where there was nothing before, as BLS has it."""
    from_nothing = pl.when(change > 0).then(100.0).otherwise(0.0)
    share = pl.when(before == 0).then(from_nothing).otherwise(100 * change / before)
    return share.cast(pl.Decimal(18, 1))


def _write_zip(path: Path, members: Iterable[tuple[str, bytes]], maker: str) -> Path:
    """A zip of these members. Each carries its maker, so that files of another are never the same capture."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = SYNTHETIC_MARK.encode()
        for name, text in members:
            marked = f"{SYNTHETIC_NAME}/{name.removesuffix('.csv')}.{SYNTHETIC_NAME}.csv"
            entry = zipfile.ZipInfo(marked)  # its date is 1980-01-01: no clock in the data
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.comment = maker.encode()
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    return path
