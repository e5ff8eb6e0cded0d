"""What leaves of a state's records: true where it is shown, empty where it is hidden, and nothing without its audit."""

import fcntl
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.domain.disclosure_policy import DisclosurePolicy, PrimaryRules
from pipelines.orchestration.released_quarters import release_quarter
from pipelines.orchestration.releases import make_release
from pipelines.settings import Settings, SettingsError
from pipelines.sources.release_files import AuditFailed, require_audited
from pipelines.warehouse.connection import open_database
from tests.support.contract_rows import insert
from tests.support.small_release import LEAVES, MEASURES, contributions, fill_warehouses, outputs

POLICY = DisclosurePolicy(PrimaryRules(), 0.2, "an officer", date(2026, 11, 26))
OWNS = ("3", "5")
SEEDS = {(2024, 1): 4, (2024, 2): 5}


def fill(settings: Settings, public: Path, source: str = "establishments") -> None:
    """Two quarters of establishments of a made-up state; publicly, nothing but the private total of one county."""
    quarters = {period: contributions(seed, OWNS) for period, seed in SEEDS.items()}
    fill_warehouses(settings.working_database, public, quarters)
    with open_database(settings.working_database) as connection:
        connection.execute("UPDATE core.establishments SET source = ?", [source])
        connection.execute("UPDATE core.industry_group_leaves SET kind = 'lens' WHERE group_key = 'care'")
        gross = {"group_key": "gross", "kind": "gross", "industry_code": "111111", "naics_vintage": 2022}
        insert(connection, "core.industry_group_leaves", gross)
    publisher = "sample" if source == "sample" else "bls"
    cell = {
        "source": publisher,
        "area_fips": "99001",
        "own_code": "5",
        "industry_code": "10",
        "disclosure": "disclosed",
    }
    with open_database(public) as connection:
        insert(connection, "core.qcew_cells", *(cell | {"year": year, "quarter": quarter} for year, quarter in SEEDS))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("agency") / "confidential"
    folder.mkdir(mode=0o700)
    settings = Settings(source="establishments", data_dir=folder, inbox=folder / "inbox", exports=())
    fill(settings, public_of(settings))
    return settings


def public_of(settings: Settings) -> Path:
    return settings.data_dir.parent / "public.duckdb"


@pytest.fixture(scope="module")
def folder(settings: Settings) -> Path:
    folder = settings.data_dir.parent / "release"
    said: list[str] = []
    make_release(settings, POLICY, public_of(settings), folder, said.append)
    assert [line[:7] for line in said] == ["2024-Q1", "2024-Q2"]
    return folder


def read(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / f"{name}.parquet")


def test_shown_cells_are_the_sums_of_the_records_and_hidden_ones_empty(folder: Path) -> None:
    cells = read(folder, "cells")
    assert set(cells["disclosure"]) == {"disclosed", "suppressed"}
    for (year, quarter), seed in SEEDS.items():
        records = contributions(seed, OWNS)
        for cell in cells.filter(year=year, quarter=quarter).iter_rows(named=True):
            is_own = pl.lit(True) if cell["own_code"] == "0" else pl.col("own_code") == cell["own_code"]
            is_here = pl.lit(True) if cell["area_fips"] == "99000" else pl.col("area_fips") == cell["area_fips"]
            code = "" if cell["industry_code"] == "10" else cell["industry_code"]
            own = records.filter(is_own, is_here, pl.col("industry_code").str.starts_with(code))
            sums = own.select(pl.col("establishments", *MEASURES).sum()).row(0, named=True)
            assert cell["establishments"] == sums.pop("establishments")
            shown = cell["disclosure"] == "disclosed"
            assert [cell[name] for name in MEASURES] == [sums[name] if shown else None for name in MEASURES]
            if own.height < 3:
                assert not shown


def test_totals_are_of_sectors_and_lenses_in_regions_of_the_state(folder: Path) -> None:
    totals = read(folder, "totals")
    assert set(totals["group_key"]) == {"green", "care"}
    assert set(totals["region"]) == {"99000", "99001", "99003", "99005", "both", "west"}


def test_csv_and_parquet_are_the_same(folder: Path) -> None:
    for name in ("cells", "totals"):
        parquet = read(folder, name)
        assert pl.read_csv(folder / f"{name}.csv", schema=parquet.schema).equals(parquet)


def test_the_manifest_states_the_rules_and_the_loss(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for one in manifest["quarters"]:
        assert one["rules"] == {"minimum_employers": 3, "dominance_share": 0.8, "p_percent": None}
        assert (one["width"], one["set_by"], one["set_on"]) == (0.2, "an officer", "2026-11-26")
    assert [one["quarter"] for one in manifest["quarters"]] == ["2024-Q1", "2024-Q2"]
    hidden = pl.concat([read(folder, name).select("disclosure") for name in ("cells", "totals")])
    assert sum(one["suppressed"] for one in manifest["quarters"]) == (hidden["disclosure"] == "suppressed").sum()
    assert sum(one["figures"] for one in manifest["quarters"]) == hidden.height
    assert [one["public_cells"] for one in manifest["quarters"]] == [1, 1]


def test_the_manifest_tells_of_no_figure(folder: Path, settings: Settings) -> None:
    """A share of the hidden jobs would be one more sum; it is kept where the ranges are."""
    manifest = (folder / "manifest.json").read_text("utf-8")
    loss = json.loads((settings.data_dir / "released" / "establishments-99-2024-Q1" / "loss.json").read_text("utf-8"))
    assert 0 < loss["jobs_in_unsafe_cells"] < 1
    assert 0 < loss["jobs_in_cells_hidden_beside_them"] < 1
    assert not any(name in manifest for name in loss)


def test_the_audit_is_kept_confidentially_and_its_ranges_are_wide(folder: Path, settings: Settings) -> None:
    kept = sorted((settings.data_dir / "released").glob("*/ranges.parquet"))
    assert [path.parent.name for path in kept] == ["establishments-99-2024-Q1", "establishments-99-2024-Q2"]
    ranges = pl.concat(map(pl.read_parquet, kept))
    width = (0.2 * pl.col("value")).clip(1)
    assert ranges.height > 0
    assert ranges.filter(pl.col("upper") < pl.col("value") + width - 1e-3).is_empty()
    assert ranges.filter(pl.col("lower") > (pl.col("value") - width).clip(0) + 1e-3).is_empty()


def test_no_employer_stands_in_a_release(folder: Path) -> None:
    names = contributions(4, OWNS)["employer"].to_list()
    for path in folder.iterdir():
        content = pl.read_parquet(path).write_csv() if path.suffix == ".parquet" else path.read_text("utf-8")
        assert not [name for name in names if name in content], path


def test_the_same_records_give_the_same_files(folder: Path, settings: Settings, tmp_path: Path) -> None:
    """Also where no quarter is in the ledger."""
    elsewhere = replace(settings, data_dir=tmp_path / "confidential")
    shutil.copytree(settings.working_database.parent, elsewhere.working_database.parent)
    make_release(elsewhere, POLICY, public_of(settings), tmp_path / "again", lambda _: None)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_a_released_quarter_stays_as_it_was(folder: Path, settings: Settings, tmp_path: Path) -> None:
    """Records corrected since, stricter rules: the last release less this one tells of nobody."""
    later = replace(settings, data_dir=tmp_path / "confidential")
    shutil.copytree(settings.data_dir, later.data_dir)
    with open_database(later.working_database) as connection:
        connection.execute("UPDATE core.establishments SET wages_usd = wages_usd + 1000 WHERE area_fips = '99001'")
    said: list[str] = []
    make_release(later, replace(POLICY, width=0.5), public_of(settings), tmp_path / "later", said.append)
    assert said == ["2024-Q1: as it was released before", "2024-Q2: as it was released before"]
    for name in ("cells", "totals"):
        assert read(tmp_path / "later", name).equals(read(folder, name))


def test_a_changed_file_is_not_what_was_audited(folder: Path, settings: Settings, tmp_path: Path) -> None:
    require_audited(settings.data_dir, folder)
    changed = tmp_path / "changed"
    changed.mkdir()
    for path in folder.iterdir():
        (changed / path.name).write_bytes(path.read_bytes())
    require_audited(settings.data_dir, changed)
    with (changed / "totals.csv").open("a") as stream:
        stream.write("one more\n")
    with pytest.raises(AuditFailed, match=r"totals\.csv is not what was audited"):
        require_audited(settings.data_dir, changed)
    with (changed / "manifest.json").open("a") as stream:
        stream.write("\n")
    with pytest.raises(AuditFailed, match="no audit was run on exactly these outputs"):
        require_audited(settings.data_dir, changed)


def test_a_release_is_only_made_of_establishment_records(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECTORS_SOURCE=establishments"):
        make_release(Settings(data_dir=tmp_path), POLICY, tmp_path / "public", tmp_path / "out", lambda _: None)


def test_a_release_that_cannot_be_protected_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With everything but the unsafe cells shown, the audit finds them; nothing is written."""
    elsewhere = replace(settings, data_dir=tmp_path / "confidential")
    shutil.copytree(settings.working_database.parent, elsewhere.working_database.parent)
    monkeypatch.setattr("pipelines.orchestration.released_quarters.suppress", lambda table, _: table.is_unsafe)
    with pytest.raises(AuditFailed, match="nothing was written"):
        make_release(elsewhere, POLICY, public_of(settings), tmp_path / "out", lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["confidential"]
    assert [path.name for path in elsewhere.data_dir.iterdir()] == ["warehouse"]


def test_the_command_wants_the_agency_s_rules(settings: Settings, tmp_path: Path) -> None:
    environment = {"SECTORS_SOURCE": "establishments", "SECTORS_CONFIDENTIAL_DIR": str(settings.data_dir)}
    arguments = ["release", str(tmp_path / "out"), "--public", str(public_of(settings))]
    policy = settings.data_dir / "disclosure.yaml"

    refused = CliRunner().invoke(app, arguments, env=environment)
    assert (refused.exit_code, "disclosure.yaml: no such file" in " ".join(refused.output.split())) == (1, True)

    rules = {"minimum_employers": 3, "dominance_share": 2, "p_percent": None, "width": 0.2, "set_by": "an officer",
             "set_on": "2026-11-26"}  # fmt: skip
    policy.write_text(yaml.safe_dump(rules), "utf-8")
    refused = CliRunner().invoke(app, arguments, env=environment)
    assert (refused.exit_code, "dominance_share" in refused.output) == (1, True)

    policy.write_text(yaml.safe_dump(rules | {"dominance_share": 0.8}), "utf-8")
    done = CliRunner().invoke(app, arguments, env=environment)
    assert (done.exit_code, (tmp_path / "out" / "manifest.json").exists()) == (0, True)
    checked = CliRunner().invoke(app, ["release", str(tmp_path / "out"), "--check"], env=environment)
    assert (checked.exit_code, "every file is the one that was audited" in " ".join(checked.output.split())) == (
        0,
        True,
    )


def test_what_is_public_is_shown_and_counted_so() -> None:
    unsafe = outputs(4).frame.filter("is_unsafe", pl.col("industry_code").is_in(LEAVES)).head(3)
    public = unsafe.select(area_fips="region", own_code="own_code", industry_code="industry_code")
    released = release_quarter(outputs(4, public=public), POLICY, 2024, 1, "establishments")
    hidden = released.outputs.filter(disclosure="suppressed")
    assert released.facts["suppressed"] == hidden.height
    assert released.loss["unsafe"] + released.loss["hidden_beside_them"] == hidden.height
    assert hidden.join(unsafe, on=("region", "own_code", "industry_code"), how="semi").is_empty()


def test_records_of_the_sample_are_held_against_its_own_public_file(tmp_path: Path) -> None:
    agency = Settings(source="establishments", data_dir=tmp_path / "agency", inbox=tmp_path, exports=())
    fill(agency, tmp_path / "public.duckdb", "sample")
    manifest = make_release(agency, POLICY, tmp_path / "public.duckdb", tmp_path / "out", lambda _: None)
    content = json.loads(manifest.read_text("utf-8"))
    assert content["data_origin"] == "SYNTHETIC SAMPLE"
    assert [one["public_cells"] for one in content["quarters"]] == [1, 1]


def test_a_quarter_that_nobody_has_published_is_released_only_where_that_is_said(tmp_path: Path) -> None:
    agency = Settings(source="establishments", data_dir=tmp_path / "agency", inbox=tmp_path, exports=())
    public = tmp_path / "public.duckdb"
    fill(agency, public)
    with open_database(public) as connection:
        connection.execute("DELETE FROM core.qcew_cells WHERE quarter = 2")
    with pytest.raises(
        AuditFailed, match=r"2024-Q2: nothing was written\. The public warehouse holds no published cell"
    ):
        make_release(agency, POLICY, public, tmp_path / "out", lambda _: None)
    assert not (tmp_path / "out").exists()
    manifest = make_release(agency, POLICY, public, tmp_path / "out", lambda _: None, needs_public_file=False)
    assert [one["public_cells"] for one in json.loads(manifest.read_text("utf-8"))["quarters"]] == [1, 0]


def test_what_leaves_does_not_lie_in_the_confidential_folder(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="it lies in the confidential folder"):
        make_release(settings, POLICY, public_of(settings), settings.data_dir / "out", lambda _: None)
    assert not (settings.data_dir / "out").exists()


def test_a_release_waits_for_another_one(settings: Settings, folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    lock = settings.data_dir / "warehouse" / ".lock"

    def tell(sentence: str) -> None:
        said.append(sentence)
        other.release()

    other = _Held(lock)
    make_release(settings, POLICY, public_of(settings), tmp_path / "out", tell)
    assert "another run or release is at work" in said[0]
    assert said[1:] == [f"2024-Q{quarter}: as it was released before" for quarter in (1, 2)]


class _Held:
    """A lock that somebody else holds until he is told to release it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        if not self._file.closed:
            self._file.close()
