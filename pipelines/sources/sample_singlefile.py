"""Writes made-up singlefiles as large as BLS's own, for measuring how fast they are read.

Belongs here: rows of the right shape, quoting and width, the same for the same seed. Not here: cells that make sense
together (sample_economy); nothing here adds up, and no figure may be made from it.
Shape: 14,635,261 lines and 2.20 GB in the quarterly file of 2025, which is sorted by area, ownership and industry.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.sources.bls import expected_columns
from pipelines.sources.reading import Frequency
from pipelines.sources.sample_files import SYNTHETIC_MARK

BLS_QUARTERLY_ROWS = 14_635_260
_QUARTERS: dict[Frequency, tuple[str, ...]] = {"quarterly": ("1", "2", "3", "4"), "annual": ("A",)}
_MEMBER: dict[Frequency, str] = {"quarterly": "q1-q4", "annual": "annual"}
_FIRST_LEVEL = {"metropolitan": 40, "state": 50, "county": 70, "unknown_county": 70}
_PRIVATE, _GOVERNMENTS = "5", ("1", "2", "3")
# By the last digit of agglvl_code: the part of an area's industries that it has, and that BLS hides.
_PRESENT = {
    "private": [1, 1, 1, 1, 0.95, 0.72, 0.5, 0.39, 0.352],
    "government": [1, 1, 0.9, 0.3, 0.12, 0.07, 0.04, 0.03, 0.02],
}
_HIDDEN = [0, 0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.7, 0.75]
_NONE_ACTIVE = 0.04
_DAY = (2026, 6, 2, 10, 0, 0)  # of every member, so that the same rows make the same bytes
_FASTEST = 1  # zlib's level


def write_singlefile(
    folder: Path,
    frequency: Frequency,
    industries: pl.DataFrame,
    areas: pl.DataFrame,
    rows: int = BLS_QUARTERLY_ROWS,
    year: int = 2025,
    seed: int = 1,
) -> Path:
    """Writes a zip of one CSV with so many rows under a header, named as BLS names them; the zip.

    industries: code, level (of agglvl_code's last digit). areas: area_fips, area_kind. Fewer rows are those of the
    first areas. Raises ValueError where more rows are asked for than these areas have.
    """
    member = f"{year}.{_MEMBER[frequency]}.singlefile.csv"
    path = folder / f"{year}_{'qtrly' if frequency == 'quarterly' else frequency}_singlefile.zip"
    info = zipfile.ZipInfo(member, _DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    left = rows
    with zipfile.ZipFile(path, "w", compresslevel=_FASTEST) as archive:
        archive.comment = SYNTHETIC_MARK.encode()
        with archive.open(info, "w", force_zip64=True) as stream:
            stream.write((",".join(f'"{name}"' for name in expected_columns(frequency)) + "\n").encode())
            for frame in _frames(frequency, industries, areas, year, seed):
                text = frame.head(left).write_csv(include_header=False, quote_style="non_numeric", null_value="0")
                stream.write(text.encode())
                left -= min(left, frame.height)
                if not left:
                    return path
    raise ValueError(f"{rows:,} rows of a {frequency} singlefile: there are only {rows - left:,}; ask for fewer")


def _frames(
    frequency: Frequency, industries: pl.DataFrame, areas: pl.DataFrame, year: int, seed: int
) -> Iterator[pl.DataFrame]:
    """The rows of a file by groups of areas, in order: those of a state together, those of MSAs by hundreds."""
    kept = areas.filter(pl.col("area_kind").is_in(list(_FIRST_LEVEL))).sort("area_fips")
    industries = industries.select("code", "level").sort("code")
    for (group,), of_group in kept.group_by(pl.col("area_fips").str.head(2), maintain_order=True):
        rng = np.random.default_rng([seed, year, *str(group).encode()])
        keys = _cells(of_group, industries, rng).with_columns(size_code=pl.lit("0"), year=pl.lit(str(year)))
        quarters = pl.DataFrame({"qtr": _QUARTERS[frequency]})
        yield _with_values(keys.join(quarters, how="cross", maintain_order="left_right"), frequency, rng)


def _cells(areas: pl.DataFrame, industries: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """area_fips, own_code, industry_code, agglvl_code of the cells of some areas, sorted."""
    level = industries["level"].to_numpy()
    candidates = pl.concat(
        [
            pl.DataFrame({"own_code": ["0"], "industry_code": ["10"], "level": [0], "present": [1.0]}),
            *(
                industries.select(
                    pl.lit(owner).alias("own_code"),
                    pl.col("code").alias("industry_code"),
                    # the total of an ownership has a level of its own
                    pl.max_horizontal("level", pl.lit(1)).cast(pl.Int64).alias("level"),
                    pl.Series("present", np.array(_PRESENT[kind])[level]),
                )
                for owner, kind in [*((owner, "government") for owner in _GOVERNMENTS), (_PRIVATE, "private")]
            ),
        ]
    )
    drawn = rng.random((areas.height, candidates.height)) < candidates["present"].to_numpy()
    area, candidate = np.nonzero(drawn)
    first = areas["area_kind"].replace_strict(_FIRST_LEVEL, return_dtype=pl.Int64)
    chosen = candidates[candidate]
    return chosen.select(
        areas["area_fips"].gather(area),
        "own_code",
        "industry_code",
        (first.gather(area) + chosen["level"]).cast(pl.String).alias("agglvl_code"),
    )


def _with_values(keys: pl.DataFrame, frequency: Frequency, rng: np.random.Generator) -> pl.DataFrame:
    """Keys and all value columns of the layout; what is hidden, or not there at all, is null."""
    rows, quarters = keys.height, len(_QUARTERS[frequency])
    level = keys["agglvl_code"].str.tail(1).cast(pl.Int64).to_numpy()

    def of_cells(draw: np.ndarray) -> np.ndarray:
        return np.repeat(draw[: rows // quarters], quarters)

    is_idle = (level > 3) & of_cells(rng.random(rows) < _NONE_ACTIVE)
    is_hidden = of_cells(rng.random(rows)) < np.array(_HIDDEN)[level]
    units = np.ceil(of_cells(np.exp(rng.normal(0, 1, rows))) * np.exp(8 - 0.8 * level))
    growth = rng.normal(0.02, 0.08, rows)
    there, shown = pl.lit(pl.Series(~is_idle)), pl.lit(pl.Series(~is_idle & ~is_hidden))
    block_code = pl.Series(np.where(is_idle | is_hidden, "N", ""))
    columns = {
        "disclosure_code": pl.lit(pl.Series(np.where(is_idle, "-", np.where(is_hidden, "N", "")))),
        "lq_disclosure_code": pl.lit(block_code),
        "oty_disclosure_code": pl.lit(block_code),
    }
    for place, (name, value) in enumerate(_values(units, frequency, rng).items()):
        is_known = shown if place else there  # establishments of hidden rows are published
        numbers = {
            name: pl.Series(value).cast(pl.Int64),
            f"lq_{name}": pl.Series(np.exp(rng.normal(0, 0.5, rows))).cast(pl.Decimal(12, 2)),
            f"oty_{name}_chg": pl.Series(np.rint(value * growth)).cast(pl.Int64),
            f"oty_{name}_pct_chg": pl.Series(100 * growth).cast(pl.Decimal(12, 1)),
        }
        columns |= {column: pl.when(is_known).then(pl.lit(number)) for column, number in numbers.items()}
    return keys.select(pl.all(), **columns).select(expected_columns(frequency))


def _values(units: np.ndarray, frequency: Frequency, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Establishments, employment, wages and what follows from them, by BLS's names in BLS's order."""
    rows = len(units)
    jobs = np.rint(units * np.exp(rng.normal(2, 0.8, rows))) + 1
    weekly = np.rint(np.exp(rng.normal(6.9, 0.4, rows)))
    weeks = 13 if frequency == "quarterly" else 52
    wages = np.rint(jobs * weeks * weekly)
    taxable = np.rint(wages * rng.uniform(0.1, 0.6, rows))
    contributions = np.rint(taxable * rng.uniform(0.005, 0.03, rows))
    if frequency == "annual":
        return {
            "annual_avg_estabs": units,
            "annual_avg_emplvl": jobs,
            "total_annual_wages": wages,
            "taxable_annual_wages": taxable,
            "annual_contributions": contributions,
            "annual_avg_wkly_wage": weekly,
            "avg_annual_pay": 52 * weekly,
        }
    return {
        "qtrly_estabs": units,
        **{f"month{month}_emplvl": np.rint(jobs * rng.uniform(0.95, 1.05, rows)) for month in (1, 2, 3)},
        "total_qtrly_wages": wages,
        "taxable_qtrly_wages": taxable,
        "qtrly_contributions": contributions,
        "avg_wkly_wage": weekly,
    }
