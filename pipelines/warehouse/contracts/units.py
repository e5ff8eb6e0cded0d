"""In what each column of numbers is counted.

Belongs here: the unit, told by a column's name, its meaning and its table's grain, so that a contract need not say it
twice. Not here: contracts (beside this module), how units are worded for people of one page.
"""

import re
from collections.abc import Collection

_NUMBERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"})
_UNITS = tuple(
    (re.compile(pattern), unit)
    for pattern, unit in (
        # of `name: meaning`; the first that fits
        (r"^\w*usd(_\w+)?: ", "US dollars"),
        (r"^(\w+_)?(year|vintage): ", "year"),
        (r"^(residual|tolerance): ", "that of `measure`"),
        (r"^quarter: ", "quarter"),
        (r"^month: ", "month"),
        (r"^cpi_u: ", "index, 1982–84 = 100"),
        (r"^\w+_index: ", "index, first year = 100"),
        (r"(?i)location quotient|^\w*(location_quotient|multiple|factor): ", "ratio"),
        (r"^(\w+_)?(share|coverage|score|percentile|herfindahl|top_share_of)(_\w+)?: ", "0–1"),
        (r"^(lower|estimate|upper)_local_growth: ", "jobs"),
        (r"^(\w+_)?(growth|contribution|relative_change): ", "relative, 0.05 is 5 %"),
        (r"(?i)us dollars|dollars of|^wages_known: ", "US dollars"),
        (r"^(\w+_)?effective_industries: ", "industries"),
        (r"^(\w+_)?(establishments|businesses)(_\w+)?: ", "establishments"),
        (r"^(\w+_)?(employment|jobs|seasonally_adjusted|trend)(_\w+)?: |^\w+: .*\bjobs\b", "jobs"),
        (r"^rank(_\w+)?: |^(place|preference|\w+_(order|number)): ", "place"),
        (r"^(\w+_)?(level|digits): ", "depth"),
        (r"^\w*(cells|rows?|industries|groups|areas|months|breaks|vintages|weightings)(_\w+)?: ", "count"),
        (r"^(bytes|adults): ", "count"),
        (r"^(seed|weight): ", "none"),
    )
)
_GRAIN_UNITS = (
    ("average annual pay", "US dollars"),
    ("wages in US dollars", "US dollars"),
    ("businesses", "establishments"),
    ("jobs", "jobs"),
)
"""What levels are in, of tables with figures of one measure only: it is in their grain."""


def unit_of(name: str, kind: str, meaning: str, grain: str, columns: Collection[str]) -> str:
    """The unit of a column, empty for one that is not of numbers. kind: its DuckDB type; columns: names of its table's.

    Where a table's rows are of several measures, it is that of the column that names them.
    """
    if kind not in _NUMBERS:
        return ""
    told = f"{name}: {meaning}"
    if unit := next((unit for pattern, unit in _UNITS if pattern.search(told)), ""):
        return unit
    if given := next((column for column in ("measure", "statistic") if column in columns), ""):
        return f"that of `{given}`"
    return next((unit for words, unit in _GRAIN_UNITS if words in grain), "")
