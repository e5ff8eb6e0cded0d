"""Monthly jobs without their seasons: STL of each run of consecutive months that no break cuts.

Belongs here: which months are adjusted together, and the decomposition. Not here: what is known of a month
(state_estimates), which breaks cut a series (sql/measures).

STL is seasonal-trend decomposition by LOESS (Cleveland, Cleveland, McRae and Terpenning 1990). BLS adjusts other series
by X-13ARIMA-SEATS and publishes no adjusted QCEW: nothing here is official.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.estimation.margins import Floats

METHOD = "STL (statsmodels), not an official seasonal adjustment"
STATUSES = ("adjusted", "hidden", "short_series", "zero_months")
PERIOD = 12
FEWEST_MONTHS = 2 * PERIOD
"""Two whole cycles: with fewer, what recurs cannot be told from what happened once."""
SHORT_MONTHS = 60
"""Fewer than five years of months are marked: seasons are then known from few of each."""
# The same month of 13 years is looked at together, so that seasons change slowly, about as BLS's usual filters let them
# (6 to 10 years); degree 0 is a moving mean over years, as in X-13 and in R's stl. A line (statsmodels' default) goes
# through both points of a month that has two: all that happened in a series of two years would then be season.
SEASONAL_WINDOW, SEASONAL_DEGREE = 13, 0

_SERIES = ["region", "definition", "sector", "ownership"]
_FOUND = dict.fromkeys(("seasonally_adjusted", "seasonal_factor", "trend"), pl.Float64())


def seasonally_adjusted(months: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """marts.seasonally_adjusted_employment of the rows of measures.seasonally_adjusted_employment: one a series, month.

    months: region, definition, sector, ownership, year, month, employment (null where hidden), breaks_before (level
    breaks of the series up to the month), and what is handed on. Each run of consecutive months that are shown, have no
    break among them and are at least 24 is adjusted by itself; elsewhere adjustment_status says why there is nothing.
    A run with a month without jobs is not adjusted: it has no logarithm, and terms added would take jobs below zero.
    """
    in_runs = _runs(months)
    is_adjusted = pl.col("adjustment_status") == "adjusted"
    runs = in_runs.filter(is_adjusted).partition_by("run", maintain_order=True)
    nothing = pl.DataFrame(schema={"row": in_runs.schema["row"], **_FOUND})
    found = pl.concat([nothing, *_adjusted(runs)])
    joined = in_runs.join(found, on="row", how="left", maintain_order="left")
    return {
        "marts.seasonally_adjusted_employment": joined.select(
            *("region", "region_name", "definition", "sector", "sector_name", "sector_kind", "ownership"),
            *("period", "year", "quarter", "month", "estimate_status", "employment", "adjustment_status"),
            *_FOUND,
            *("months_used", "is_short", "breaks_before"),
            pl.lit(METHOD).alias("method"),
            *("revision_status", "source", "data_origin"),
        )
    }


def _runs(months: pl.DataFrame) -> pl.DataFrame:
    """Numbered rows in order, with the number of their run, its months, and whether these are enough."""
    is_hidden = pl.col("employment").is_null()
    place = PERIOD * pl.col("year").cast(pl.Int32) + pl.col("month")
    follows = (
        (place == place.shift() + 1)
        & (pl.col("breaks_before") == pl.col("breaks_before").shift())
        & ~is_hidden.shift()
        & pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in _SERIES)
    )
    numbered = (
        months.sort(*_SERIES, "year", "month")
        .with_row_index("row")
        .with_columns(run=(is_hidden | ~follows.fill_null(False)).cum_sum())
        .with_columns(months_used=pl.when(is_hidden).then(0).otherwise(pl.len().over("run")).cast(pl.Int16))
    )
    return numbered.with_columns(
        adjustment_status=pl.when(is_hidden)
        .then(pl.lit("hidden"))
        .when(pl.col("months_used") < FEWEST_MONTHS)
        .then(pl.lit("short_series"))
        .when((pl.col("employment") <= 0).any().over("run"))
        .then(pl.lit("zero_months"))
        .otherwise(pl.lit("adjusted")),
        is_short=pl.col("months_used") < SHORT_MONTHS,
    )


def _adjusted(runs: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Seasonal swings grow with the series: they are factors, that is terms of its logarithm."""
    for run in runs:
        jobs = run["employment"].to_numpy().astype(np.float64)
        factor, trend = (np.exp(part) for part in _stl(np.log(jobs)))
        yield run.select(
            "row",
            seasonally_adjusted=pl.Series(jobs / factor),
            seasonal_factor=pl.Series(factor),
            trend=pl.Series(trend),
        )


def _stl(values: Floats) -> tuple[Floats, Floats]:
    """Season and trend. Robust: a month unlike its neighbours, such as of a strike, counts little for either.

    Not robust where months are few: of two Januaries neither is the outlier, and after a jump in level the weights
    would take one year's months for the season.
    """
    from statsmodels.tsa.seasonal import STL  # slow to import

    is_robust = len(values) >= SHORT_MONTHS
    parts = STL(values, period=PERIOD, seasonal=SEASONAL_WINDOW, seasonal_deg=SEASONAL_DEGREE, robust=is_robust).fit()
    return parts.seasonal, parts.trend
