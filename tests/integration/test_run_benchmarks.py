"""Whole runs that are measured: their rows, their layers, and what is said of one that fails."""

import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import benchmark
from pipelines.orchestration import run_benchmarks
from pipelines.orchestration.run_benchmarks import LAYERS, RunCost, RunFailed, run_costs


@pytest.fixture
def archive(shared_data: Path, tmp_path: Path) -> Path:
    """Two counties of the real archive."""
    target = tmp_path / "2016_qtrly_by_area.zip"
    with zipfile.ZipFile(shared_data / "bls" / target.name) as whole, zipfile.ZipFile(target, "w") as some:
        for info in whole.infolist():
            if any(f" {area} " in info.filename for area in ("41009", "41051")):
                some.writestr(info, whole.read(info))
    return target


@pytest.mark.slow
def test_runs_are_measured_by_layer_and_written_into_their_section(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = []
    measure = run_benchmarks._run
    monkeypatch.setattr(run_benchmarks, "_run", lambda *given: costs.append(measure(*given)) or costs[-1])
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- runs -->\nold\n<!-- /runs -->\nafter\n", encoding="utf-8")
    ended = CliRunner().invoke(benchmark.app, ["run", str(archive), "--part", "2", "--output", str(page)])
    assert ended.exit_code == 0, ended.output
    (cost,) = costs
    with zipfile.ZipFile(archive) as some:
        lines = some.read(min(some.namelist())).count(b"\n") - 1
    assert cost.rows == lines
    assert tuple(cost.layers) == LAYERS
    assert all(seconds > 0 for seconds in cost.layers.values())
    assert cost.beside > 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- runs -->\n**Whole runs on 2016_qtrly_by_area.zip and parts of it")
    assert f"| {lines:,} |" in text
    assert "old" not in text
    assert text.endswith("<!-- /runs -->\nafter\n")


def test_a_run_that_fails_says_why(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "2016_qtrly_by_area.zip", "w") as archive:
        archive.writestr("2016.q1-q4.by_area/2016.q1-q4 41009 Columbia County, Oregon.csv", "<html>")
    with pytest.raises(RunFailed, match="web page"):
        run_costs(tmp_path / "2016_qtrly_by_area.zip", parts=(1,))


def test_of_several_runs_the_fastest_is_told(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([9.0, 7.0, 8.0, 5.0, 6.0, 7.0])
    folders: list[Path] = []

    def run(inbox: Path, data_dir: Path) -> RunCost:
        assert inbox.is_file()
        folders.append(data_dir)
        return RunCost(1, {}, next(seconds), 0)

    monkeypatch.setattr(run_benchmarks, "_run", run)
    assert [cost.seconds for cost in run_costs(archive, parts=(2, 1), times=3)] == [7, 5]
    assert len(set(folders)) == 6
