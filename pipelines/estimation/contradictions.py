"""The error for published rows that cannot all be true.

Belongs here: how a contradiction is told. Not here: finding one (cell_network, bounds).
"""

import polars as pl

SHOWN = 5

ROWS_SCHEMA = pl.Schema(
    {
        "equation": pl.String,
        "area_fips": pl.String,
        "own_code": pl.String,
        "industry_code": pl.String,
        "measure": pl.String,
        "residual": pl.Int64,
    }
)
"""One published row and what it leaves for the hidden cells below it, in the measure's unit (jobs, dollars, units).

equation: county (the industries of one area), state or metropolitan (the areas of a larger one).
"""


class ContradictoryEquations(ValueError):  # noqa: N818, the name of what was found
    """Published rows that contradict each other: no hidden values fit them. `rows` names them, as in ROWS_SCHEMA."""

    def __init__(self, reason: str, rows: pl.DataFrame) -> None:
        self.rows = rows.select(pl.col(name).cast(kind) for name, kind in ROWS_SCHEMA.items())
        named = [_sentence(row) for row in self.rows.head(SHOWN).iter_rows(named=True)]
        more = [f"and {self.rows.height - SHOWN} more"] if self.rows.height > SHOWN else []
        super().__init__(
            f"{reason}: {'; '.join(named + more)}. The published rows cannot all be true: get the files of this period "
            "again, all of one release"
        )


def _sentence(row: dict[str, object]) -> str:
    where = f"{row['area_fips']} own {row['own_code']} industry {row['industry_code']} ({row['equation']} equation)"
    return f"{where} leaves {row['residual']} {row['measure']}"
