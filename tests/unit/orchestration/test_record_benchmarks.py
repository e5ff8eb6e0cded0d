"""The measure of reading reads what it says."""

import re

from typer.testing import CliRunner

from pipelines.cli import app


def test_the_benchmark_reads_at_least_the_records_asked_for() -> None:
    done = CliRunner().invoke(app, ["benchmark", "records", "--records", "20000"])
    found = re.fullmatch(r"([\d,]+) records in [\d.]+ s: ([\d,]+) a second\n", done.output)
    assert done.exit_code == 0
    assert found
    assert int(found[1].replace(",", "")) >= 20_000
    assert int(found[2].replace(",", "")) > 0
