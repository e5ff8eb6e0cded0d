"""All that a release writes and prints, searched for what stands in the records: names of employers, hidden figures."""

import stat
import struct
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import app
from tests.support.small_release import contributions, fill_warehouses

ACCOUNT, EIN = "CANARY777", "CANARY888"
"""Begin every account and EIN of the records."""
RULES = {"minimum_employers": 3, "dominance_share": 0.8, "p_percent": None, "width": 0.2, "set_by": "an officer",
         "set_on": "2026-11-26"}  # fmt: skip
Marks = list[str]


@dataclass(frozen=True)
class Agency:
    """A confidential folder with records of two quarters, a public warehouse, and the folder of everything else."""

    confidential: Path
    public: Path
    outside: Path
    records: list[pl.DataFrame]

    def release(self, *more: str) -> Result:
        """Runs the command as people do."""
        environment = {
            "SECTORS_SOURCE": "establishments",
            "SECTORS_CONFIDENTIAL_DIR": str(self.confidential),
            "SECTORS_DATA_DIR": None,
            "DAGSTER_HOME": str(self.outside),
        }
        arguments = ["release", str(self.outside / "release"), "--public", str(self.public), "--without-public", *more]
        return CliRunner().invoke(app, arguments, env=environment)

    def written(self) -> dict[str, bytes]:
        """Every file outside the confidential folder, and what is in it; of Parquet its rows too."""
        files = [path for path in self.outside.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in files} | {
            f"{path}, rows": pl.read_parquet(path).write_csv().encode() for path in files if path.suffix == ".parquet"
        }

    @property
    def hidden_wages(self) -> list[int]:
        """Wages of cells of one employer, which no other cell or employer has."""
        every = pl.concat(self.records)["wages_usd"]
        alone = [
            records.filter(pl.len().over("area_fips", "own_code", "industry_code") == 1)["wages_usd"]
            for records in self.records
        ]
        return [wages for wages in pl.concat(alone) if (every == wages).sum() == 1]


@pytest.fixture
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    confidential, outside = tmp_path / "confidential", tmp_path / "outside"
    confidential.mkdir(mode=0o700)
    (confidential / "warehouse").mkdir()
    outside.mkdir()
    monkeypatch.chdir(outside)
    records = [
        contributions(seed, ("3", "5")).with_columns(
            account=ACCOUNT + pl.col("employer"), employer=EIN + pl.col("employer"), ein=EIN + pl.col("employer")
        )
        for seed in (4, 5)
    ]
    quarters = {(2024, number): one for number, one in enumerate(records, 1)}
    public = tmp_path / "public.duckdb"
    fill_warehouses(confidential / "warehouse" / "working.duckdb", public, quarters)
    (confidential / "disclosure.yaml").write_text(yaml.safe_dump(RULES), "utf-8")
    return Agency(confidential, public, outside, records)


def found(content: bytes, agency: Agency) -> Marks:
    """Marks of the records, and hidden wages as text or as a Parquet file keeps them."""
    names = [mark for mark in (ACCOUNT, EIN, *agency.records[0]["employer"]) if mark.encode() in content]
    return names + [
        str(wages)
        for wages in agency.hidden_wages
        if str(wages).encode() in content or struct.pack("<q", wages) in content
    ]


def test_files_and_messages_of_a_release_tell_of_no_record(agency: Agency, capfd: pytest.CaptureFixture[str]) -> None:
    first, again, checked = agency.release(), agency.release(), agency.release("--check")
    printed = "".join([first.output, again.output, checked.output, *capfd.readouterr()])
    written = agency.written()
    assert [one.exit_code for one in (first, again, checked)] == [0, 0, 0], printed
    assert "as it was released before" in printed
    assert {Path(name.removesuffix(", rows")).parent.name for name in written} == {"release"}
    assert {name: marks for name, content in written.items() if (marks := found(content, agency))} == {}
    assert found(printed.encode(), agency) == []


def test_the_search_finds_what_lies_in_the_confidential_folder(agency: Agency) -> None:
    """So it can find; and all that a release keeps there is its owner's alone."""
    assert len(agency.hidden_wages) > 3
    agency.release()
    kept = [path for folder in ("released", "audits") for path in (agency.confidential / folder).rglob("*")]
    ranges = [path for path in kept if path.name == "ranges.parquet"]
    hidden = {str(wages) for path in ranges for wages in found(pl.read_parquet(path).write_csv().encode(), agency)}
    assert hidden == set(map(str, agency.hidden_wages))
    database = (agency.confidential / "warehouse" / "working.duckdb").read_bytes()
    assert {ACCOUNT, EIN} <= set(found(database, agency))
    assert {path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077} == set()


def _refuse(table: object, width: float) -> object:
    return table.is_unsafe  # type: ignore[attr-defined]


def _quote(*_: object) -> object:
    raise pl.exceptions.ComputeError(f"cannot add up {EIN}990015222221")


@pytest.mark.parametrize(
    ("name", "instead", "says"),
    [
        ("released_quarters.suppress", _refuse, "The audit finds"),
        ("releases.release_outputs", _quote, "its message is withheld"),
    ],
    ids=["audit", "library"],
)
def test_a_release_that_fails_writes_and_says_nothing_of_a_record(
    agency: Agency,
    name: str,
    instead: Callable[..., object],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Where the audit fails, or a library quotes a record in its error."""
    monkeypatch.setattr(f"pipelines.orchestration.{name}", instead)
    failed = agency.release()
    assert failed.exit_code == 1
    assert failed.exc_info is not None
    printed = "".join([failed.output, *traceback.format_exception(*failed.exc_info), *capfd.readouterr()])
    assert says in printed
    assert found(printed.encode(), agency) == []
    assert agency.written() == {}
    assert sorted(path.name for path in agency.confidential.iterdir()) == ["disclosure.yaml", "warehouse"]
