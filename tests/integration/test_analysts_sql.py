"""SQL for analysts on whole runs: the examples, the commands, and what docs/connecting.md tells people to type."""

import contextlib
import csv
import io
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.reporting.query_output import SYNTHETIC_NOTE
from pipelines.settings import VARIABLES, Settings
from pipelines.warehouse.queries import ask, example, open_to_ask
from pipelines.warehouse.sql_models import model_names

pytestmark = pytest.mark.slow

PROJECT_ROOT = Path(__file__).resolve().parents[2]
GUIDE = (PROJECT_ROOT / "docs" / "connecting.md").read_text("utf-8")
EXAMPLES = [name.partition(".")[2] for name in model_names("examples")]
Program = Callable[..., subprocess.CompletedProcess[str]]
Ask = Callable[..., list[tuple[Any, ...]]]


def blocks(language: str) -> list[str]:
    """The code of a language in docs/connecting.md."""
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def answers_as_promised(name: str, data_dir: Path) -> None:
    promised = example(name)
    with open_to_ask(Settings(data_dir=data_dir).published_database) as connection:
        rows = ask(connection, promised.sql).rows
    assert tuple(rows.columns) == promised.columns
    assert rows.height > 0
    assert {column: rows.get_column(column).null_count() for column in promised.never_null} == dict.fromkeys(
        promised.never_null, 0
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_answers_on_the_sample(name: str, sample_runs: Any) -> None:
    answers_as_promised(name, sample_runs.data_dir)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_answers_on_real_files(name: str, real_run: Path) -> None:
    answers_as_promised(name, real_run)


def test_the_share_of_construction_is_that_of_the_counties_rows(real_run: Path, program: Program, ask: Ask) -> None:
    (found,) = json.loads(
        program(
            "sectors", "query", "--example", "construction_share_of_jobs", "--format", "json", data_dir=real_run
        ).stdout
    )
    ((jobs, all_jobs),) = ask(
        real_run,
        """
        SELECT sum(average_employment) FILTER (industry_code = '23'),
            sum(average_employment) FILTER (industry_code = '10')
        FROM core.qcew_annual
        JOIN reference.region_areas USING (area_fips)
        WHERE region = 'portland_metro' AND own_code = '5' AND year = 2016
    """,
    )
    assert found["jobs"] == pytest.approx(jobs)
    assert found["share"] == pytest.approx(jobs / all_jobs)
    assert found["data_origin"].startswith("U.S. Bureau of Labor Statistics")


def test_a_table_is_shown_whole_and_exactly(sample_runs: Any, program: Program, ask: Ask) -> None:
    shown = program("sectors", "show", "share_of_wages", data_dir=sample_runs.data_dir)
    assert shown.returncode == 0
    assert shown.stderr.strip() == SYNTHETIC_NOTE
    header, *lines = csv.reader(io.StringIO(shown.stdout, newline=""))
    stored = ask(
        sample_runs.data_dir, "SELECT region, definition, sector, wages_usd, estimate FROM marts.share_of_wages"
    )
    places = [header.index(name) for name in ("region", "definition", "sector", "wages_usd", "estimate")]
    printed = [tuple(line[place] for place in places) for line in lines]
    assert printed == [tuple("" if value is None else str(value) for value in row) for row in stored]


def test_in_a_terminal_an_answer_is_a_table_that_says_what_is_left_out(sample_runs: Any) -> None:
    text = in_a_terminal("show", "marts.share_of_employment", "--columns", "region,period,estimate", data=sample_runs)
    ((_, total),) = re.findall(r"The first (\d+) of ([\d,]+) rows; all of them: --format csv or json", text)
    assert int(total.replace(",", "")) > 40_000
    assert SYNTHETIC_NOTE in text
    assert "│ region" in text


def test_a_reader_that_leaves_early_ends_it_quietly(sample_runs: Any) -> None:
    for form in ("csv", "json", "table"):
        command = f"{shlex.quote(located())} show marts.sector_pay --format {form} | head -n 1"
        done = subprocess.run(
            ["bash", "-c", command], env=environment(sample_runs), capture_output=True, text=True, check=True
        )
        assert len(done.stdout.splitlines()) == 1
        assert done.stderr.strip() in ("", SYNTHETIC_NOTE)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("query", "SELECT regon FROM marts.sector_pay"), 'Candidate bindings: "region"'),
        (("query", "COPY marts.sector_pay TO 'out.csv'"), "COPY is not answered"),
        (("query", "SELECT 1; SELECT 2"), "one by one"),
        (("query",), "expected one of"),
        (("query", "SELECT 1", "--example", "jobs_by_month"), "expected one of"),
        (("query", "--file", "no_such_file.sql"), "no_such_file.sql"),
        (("query", "--file", "docs/pictures/lineage.png"), "no UTF-8 text"),
        (("query", "--example", "jobs_by_monht"), "did you mean jobs_by_month"),
        (("show", "marts.sector_pai"), "did you mean marts.sector_pay"),
    ],
)
def test_what_cannot_be_answered_is_a_message(
    command: tuple[str, ...], message: str, sample_runs: Any, program: Program
) -> None:
    done = program("sectors", *command, data_dir=sample_runs.data_dir)
    assert done.returncode == 1
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_before_the_first_publication_it_says_what_to_do(tmp_path: Path, program: Program) -> None:
    done = program("sectors", "show", "sector_pay", data_dir=tmp_path)
    assert done.returncode == 1
    assert "run the whole job first" in done.stderr


def test_sql_can_come_from_standard_input(sample_runs: Any) -> None:
    command = [located(), "query", "-", "--format", "json"]
    asked = "SELECT 9007199254740993 AS large, NULL AS nothing, '' AS empty, 0 AS zero"
    done = subprocess.run(
        command, input=asked, env=environment(sample_runs), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [{"large": 9007199254740993, "nothing": None, "empty": "", "zero": 0}]


def test_the_dictionary_is_written_where_it_is_asked_for(tmp_path: Path, program: Program) -> None:
    file = tmp_path / "dictionary.md"
    assert program("sectors", "docs", "--file", str(file), data_dir=tmp_path).returncode == 0
    assert file.read_bytes() == (PROJECT_ROOT / "docs" / "data_dictionary.md").read_bytes()


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines()])
def test_the_commands_of_the_guide_work(line: str, sample_runs: Any, program: Program) -> None:
    done = program(*shlex.split(line.removeprefix(".venv/bin/")), data_dir=sample_runs.data_dir)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 1


@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_of_the_guide_works(
    code: str, sample_runs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").symlink_to(sample_runs.data_dir)
    (tmp_path / "sql").symlink_to(PROJECT_ROOT / "sql")
    with contextlib.chdir(tmp_path):
        exec(compile(code, "docs/connecting.md", "exec"), {})
    assert capsys.readouterr().out.strip()


def located() -> str:
    return str(Path(sys.executable).with_name("sectors"))


def environment(runs: Any) -> dict[str, str]:
    unset = dict.fromkeys(VARIABLES, "")
    return os.environ | unset | {"SECTORS_DATA_DIR": str(runs.data_dir), "COLUMNS": "120", "TERM": "xterm"}


def in_a_terminal(*arguments: str, data: Any) -> str:
    """What a command prints into a terminal, without its colours."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([located(), *arguments], stdout=theirs, stderr=theirs, env=environment(data)) as process:
        os.close(theirs)
        text = b""
        with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123 - a descriptor
            while part := terminal.read(4096):
                text += part
    assert process.returncode == 0
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text.decode("utf-8")).split())
