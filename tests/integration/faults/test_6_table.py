"""The table of faults and outcomes is printed, and docs/capture_faults.md has it as it was seen last."""

from typing import Any

import pytest

from pipelines.settings import PROJECT_ROOT

TABLE = PROJECT_ROOT / "docs" / "capture_faults.md"
BEGIN, END = "<!-- table: written by make faults -->\n", "\n<!-- end of table -->"


def test_the_table_of_faults_is_as_it_was_seen(request: pytest.FixtureRequest, fault_table: Any, capsys: Any) -> None:
    modules = {item.path.name for item in request.session.items if item.path.parent.name == "faults"}
    expected = {path.name for path in (PROJECT_ROOT / "tests" / "integration" / "faults").glob("test_*.py")}
    if modules != expected or request.session.testsfailed:
        pytest.skip("only a run of all tests of faults, without a failure, has the whole table")
    with capsys.disabled():
        print(f"\n{fault_table.text()}")
    text = TABLE.read_text("utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    wanted = f"{before}{BEGIN}{fault_table.text()}{END}{after}"
    if request.config.getoption("--write-docs"):
        TABLE.write_text(wanted, "utf-8")
    assert TABLE.read_text("utf-8") == wanted, "a fault ends otherwise than docs/capture_faults.md says: make faults"
