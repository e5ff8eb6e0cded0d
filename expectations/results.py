"""What became of an expectation: plain values for Dagster metadata, Data Docs and tests."""

from dataclasses import dataclass, replace

from expectations.vocabulary import Expectation, Severity

Value = str | int | float | bool | None


@dataclass(frozen=True)
class ExpectationResult:
    """One expectation on one table. It succeeds only if it was evaluated and holds; an exception is a failure.

    `statement` says what was checked (Great Expectations' sentence, or the query that selects the failing rows).
    `unexpected_count` counts failing rows and `element_count` all rows looked at, each None where the expectation does
    not count them; `failing_rows` holds the first of them whole. `error` is set when it could not be evaluated.
    """

    table: str
    type: str
    name: str
    columns: tuple[str, ...]
    meaning: str
    severity: Severity
    statement: str
    success: bool
    unexpected_count: int | None
    element_count: int | None
    observed_value: Value
    failing_rows: list[dict[str, Value]]
    error: str | None

    @property
    def blocks(self) -> bool:
        """Whether this result stops publication."""
        return not self.success and self.severity == "critical"

    def without_values(self) -> "ExpectationResult":
        """The rule and how many rows break it, without anything that stands in them."""
        error = "its message is withheld, for it may quote a confidential record" if self.error else None
        is_count = self.type in ("row_count_between", "no_rows")
        return replace(self, failing_rows=[], observed_value=self.observed_value if is_count else None, error=error)


def not_evaluated(table: str, expectation: Expectation, error: str) -> ExpectationResult:
    """Return the failure of an expectation that could not be evaluated."""
    return ExpectationResult(
        table=table,
        type=expectation.type,
        name=expectation.name,
        columns=expectation.columns,
        meaning=expectation.meaning,
        severity=expectation.severity,
        statement=expectation.sql(table) or f"{expectation.gx_class} {expectation.gx_arguments}",
        success=False,
        unexpected_count=None,
        element_count=None,
        observed_value=None,
        failing_rows=[],
        error=error,
    )
