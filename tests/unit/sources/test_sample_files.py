"""The sample's files: BLS's layouts to the byte, marked as synthetic everywhere, hidden values gone."""

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from pipelines.sources.sample_cells import PublishedCells, publish_cells
from pipelines.sources.sample_economy import simulate_economy
from pipelines.sources.sample_files import DEFAULT_SEED, SYNTHETIC_MARK, write_sample

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
NAMES = (
    "2023_qtrly_by_area.SYNTHETIC-SAMPLE.zip",
    "2024_qtrly_singlefile.SYNTHETIC-SAMPLE.zip",
    "2023_annual_singlefile.SYNTHETIC-SAMPLE.zip",
    "2024_annual_singlefile.SYNTHETIC-SAMPLE.zip",
)
MULTNOMAH = "SYNTHETIC-SAMPLE/2023.q1-q4.by_area/2023.q1-q4 41051 Multnomah County, Oregon.SYNTHETIC-SAMPLE.csv"
KEYS = "area_fips own_code industry_code agglvl_code size_code year qtr disclosure_code"
QUARTERLY = KEYS + (
    " qtrly_estabs month1_emplvl month2_emplvl month3_emplvl total_qtrly_wages taxable_qtrly_wages qtrly_contributions"
    " avg_wkly_wage lq_disclosure_code lq_qtrly_estabs lq_month1_emplvl lq_month2_emplvl lq_month3_emplvl"
    " lq_total_qtrly_wages lq_taxable_qtrly_wages lq_qtrly_contributions lq_avg_wkly_wage oty_disclosure_code"
    " oty_qtrly_estabs_chg oty_qtrly_estabs_pct_chg oty_month1_emplvl_chg oty_month1_emplvl_pct_chg"
    " oty_month2_emplvl_chg oty_month2_emplvl_pct_chg oty_month3_emplvl_chg oty_month3_emplvl_pct_chg"
    " oty_total_qtrly_wages_chg oty_total_qtrly_wages_pct_chg oty_taxable_qtrly_wages_chg"
    " oty_taxable_qtrly_wages_pct_chg oty_qtrly_contributions_chg oty_qtrly_contributions_pct_chg"
    " oty_avg_wkly_wage_chg oty_avg_wkly_wage_pct_chg"
)
ANNUAL = KEYS + (
    " annual_avg_estabs annual_avg_emplvl total_annual_wages taxable_annual_wages annual_contributions"
    " annual_avg_wkly_wage avg_annual_pay lq_disclosure_code lq_annual_avg_estabs lq_annual_avg_emplvl"
    " lq_total_annual_wages lq_taxable_annual_wages lq_annual_contributions lq_annual_avg_wkly_wage lq_avg_annual_pay"
    " oty_disclosure_code oty_annual_avg_estabs_chg oty_annual_avg_estabs_pct_chg oty_annual_avg_emplvl_chg"
    " oty_annual_avg_emplvl_pct_chg oty_total_annual_wages_chg oty_total_annual_wages_pct_chg"
    " oty_taxable_annual_wages_chg oty_taxable_annual_wages_pct_chg oty_annual_contributions_chg"
    " oty_annual_contributions_pct_chg oty_annual_avg_wkly_wage_chg oty_annual_avg_wkly_wage_pct_chg"
    " oty_avg_annual_pay_chg oty_avg_annual_pay_pct_chg"
)
TITLED = QUARTERLY.replace("_estabs", "_estabs_count").replace(
    "disclosure_code qtrly", "disclosure_code area_title own_title industry_title agglvl_title size_title qtrly", 1
)


@pytest.fixture(scope="module")
def naics() -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "naics_2022.csv", infer_schema=False)


@pytest.fixture(scope="module")
def areas() -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "areas.csv", infer_schema=False)


@pytest.fixture(scope="module")
def sample(naics: pl.DataFrame, areas: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_sample(tmp_path_factory.mktemp("sample") / "new" / "folder", naics, areas)


@pytest.fixture(scope="module")
def cells(naics: pl.DataFrame, areas: pl.DataFrame) -> PublishedCells:
    return publish_cells(simulate_economy(naics, areas, DEFAULT_SEED), naics)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def only_member(path: Path) -> bytes:
    (text,) = members(path).values()
    return text


def rows(text: bytes) -> pl.DataFrame:
    return pl.read_csv(text, infer_schema=False, empty_string_is_null=False)


def header(text: bytes) -> str:
    return text.split(b"\n", 1)[0].decode()


def quoted(names: str) -> str:
    return ",".join(f'"{name}"' for name in names.split())


def test_two_runs_write_the_same_bytes(
    sample: list[Path], naics: pl.DataFrame, areas: pl.DataFrame, tmp_path: Path
) -> None:
    again = write_sample(tmp_path, naics, areas)
    assert [path.name for path in again] == [path.name for path in sample]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in sample]


def test_the_seed_and_the_years_are_parameters(naics: pl.DataFrame, areas: pl.DataFrame, tmp_path: Path) -> None:
    (quarterly, annual) = write_sample(tmp_path, naics, areas, seed=5, years=(2022,))
    assert quarterly.name == "2022_qtrly_by_area.SYNTHETIC-SAMPLE.zip"
    assert set(rows(only_member(annual))["year"]) == {"2022"}


def test_files_are_marked_and_small(sample: list[Path]) -> None:
    assert tuple(path.name for path in sample) == NAMES
    assert sum(path.stat().st_size for path in sample) < 12_000_000
    for path in sample:
        with zipfile.ZipFile(path) as archive:
            assert archive.comment.decode() == SYNTHETIC_MARK == "SYNTHETIC SAMPLE: not BLS data"
            assert all(entry.filename.startswith("SYNTHETIC-SAMPLE/") for entry in archive.infolist())
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_members_have_bls_s_names(sample: list[Path]) -> None:
    by_area, *singles = sample
    names = list(members(by_area))
    assert len(names) == 38
    assert MULTNOMAH in names
    assert "SYNTHETIC-SAMPLE/2023.q1-q4.by_area/2023.q1-q4 41000 Oregon -- Statewide.SYNTHETIC-SAMPLE.csv" in names
    assert [name for path in singles for name in members(path)] == [
        "SYNTHETIC-SAMPLE/2024.q1-q4.singlefile.SYNTHETIC-SAMPLE.csv",
        "SYNTHETIC-SAMPLE/2023.annual.singlefile.SYNTHETIC-SAMPLE.csv",
        "SYNTHETIC-SAMPLE/2024.annual.singlefile.SYNTHETIC-SAMPLE.csv",
    ]


def test_headers_are_bls_s(sample: list[Path]) -> None:
    by_area, quarterly, *annual = sample
    assert {header(text) for text in members(by_area).values()} == {quoted(TITLED) + "\r"}
    assert header(only_member(quarterly)) == quoted(QUARTERLY)
    assert {header(only_member(path)) for path in annual} == {quoted(ANNUAL)}
    assert (len(TITLED.split()), len(QUARTERLY.split()), len(ANNUAL.split())) == (47, 42, 38)


def test_headers_equal_those_of_the_real_files(sample: list[Path], shared_data: Path) -> None:
    real = members(shared_data / "bls" / "2016_qtrly_by_area.zip")
    real_name = MULTNOMAH.removeprefix("SYNTHETIC-SAMPLE/").replace("2023", "2016").replace(".SYNTHETIC-SAMPLE", "")
    assert header(members(sample[0])[MULTNOMAH]) == header(real[real_name])
    slices = shared_data / "format_samples" / "api" / "2020"
    for path, period in ((sample[1], "1"), (sample[2], "a")):
        real_header = header((slices / period / "area" / "39041.csv").read_bytes()).strip()
        assert header(only_member(path)).replace('"', "") == real_header


def test_titles_equal_those_of_the_real_files(sample: list[Path], shared_data: Path) -> None:
    real = members(shared_data / "bls" / "2016_qtrly_by_area.zip")
    ours = members(sample[0])
    for area in ("41000 Oregon -- Statewide", "41051 Multnomah County, Oregon"):
        mine = rows(ours[f"SYNTHETIC-SAMPLE/2023.q1-q4.by_area/2023.q1-q4 {area}.SYNTHETIC-SAMPLE.csv"])
        theirs = rows(real[f"2016.q1-q4.by_area/2016.q1-q4 {area}.csv"])
        assert set(mine["area_title"]) == {f"{title} (SYNTHETIC SAMPLE)" for title in theirs["area_title"]}
        for key in ("own", "agglvl", "size"):
            of_code = dict(theirs.select(f"{key}_code", f"{key}_title").iter_rows())
            found = dict(mine.select(f"{key}_code", f"{key}_title").iter_rows())
            assert found == {code: of_code[code] for code in found}
    # NAICS 2022 has titles of its own; BLS's file marks a few codes it gave up since.
    of_code = dict(rows((shared_data / "titles" / "2022" / "industry_titles.csv").read_bytes()).iter_rows())
    found = dict(rows(ours[MULTNOMAH]).select("industry_code", "industry_title").iter_rows())
    assert sum(of_code.get(code) == title for code, title in found.items()) >= 0.99 * len(found)


def test_text_is_quoted_and_numbers_are_not(sample: list[Path]) -> None:
    first, second = only_member(sample[1]).split(b"\n")[1:3]
    assert first.startswith(b'"41000","0","10","50","0","2024","1","",')
    assert second.startswith(b'"41000","0","10","50","0","2024","2","",')
    fields = first.decode().split(",")
    assert all(not field.startswith('"') for field in fields[8:16])
    assert fields[16:25] == ['""', *["1.00"] * 8]
    assert len(next(csv.reader(io.StringIO(first.decode())))) == 42


def test_rows_come_by_area_ownership_industry_and_quarter(sample: list[Path]) -> None:
    written = rows(only_member(sample[1])).select("area_fips", "own_code", "industry_code", "qtr")
    assert written.equals(written.sort(written.columns))
    assert set(written["qtr"]) == {"1", "2", "3", "4"}
    assert set(rows(only_member(sample[2]))["qtr"]) == {"A"}


def test_every_area_title_says_synthetic_sample(sample: list[Path]) -> None:
    for text in members(sample[0]).values():
        assert all(title.endswith(" (SYNTHETIC SAMPLE)") for title in rows(text)["area_title"].unique())


def test_hidden_values_are_written_as_zero_and_establishments_are_not(sample: list[Path]) -> None:
    texts = [*members(sample[0]).values(), only_member(sample[1]), only_member(sample[2]), only_member(sample[3])]
    for text in texts:
        written = rows(text)
        numbers = [name for name in written.columns if not name.endswith(("_code", "_title"))]
        values = [name for name in numbers[3:] if "estabs" not in name]  # after area_fips, year, qtr
        own, lq, oty = (
            [name for name in values if name.startswith(prefix)] if prefix else
            [name for name in values if not name.startswith(("lq_", "oty_"))]
            for prefix in ("", "lq_", "oty_")
        )  # fmt: skip
        for code, names in (("disclosure_code", own), ("lq_disclosure_code", lq), ("oty_disclosure_code", oty)):
            hidden = written.filter(pl.col(code) == "N")
            assert hidden.height > 0 or code == "disclosure_code"
            assert set(pl.concat([hidden[name] for name in names])) <= {"0"}
        suppressed = written.filter(pl.col("disclosure_code") == "N")
        assert set(suppressed["lq_disclosure_code"]) | set(suppressed["oty_disclosure_code"]) <= {"N"}
        establishments = next(name for name in values + numbers if "estabs" in name)
        zero = written.filter(pl.col("disclosure_code") == "-")
        assert set(zero[establishments]) <= {"0"}


def test_written_rows_are_the_published_cells(sample: list[Path], cells: PublishedCells) -> None:
    by_area = pl.concat(rows(text) for text in members(sample[0]).values())
    quarterly = pl.concat(
        [by_area.rename({"qtrly_estabs_count": "qtrly_estabs"}), rows(only_member(sample[1]))], how="diagonal"
    )
    annual = pl.concat(rows(only_member(path)) for path in sample[2:])
    codes = {"": "disclosed", "N": "suppressed", "-": "true_zero"}
    for written, truth, establishments, values in (
        (
            quarterly,
            cells.quarterly,
            "qtrly_estabs",
            {
                "month3_employment": "month3_emplvl",
                "wages_usd": "total_qtrly_wages",
                "average_weekly_wage_usd": "avg_wkly_wage",
            },
        ),
        (
            annual,
            cells.annual,
            "annual_avg_estabs",
            {
                "average_employment": "annual_avg_emplvl",
                "wages_usd": "total_annual_wages",
                "average_annual_pay_usd": "avg_annual_pay",
            },
        ),
    ):
        both = truth.hstack(written.select(pl.all().name.suffix("_written")))
        quarter = both["quarter"].cast(pl.String) if "quarter" in both.columns else "A"
        assert (both["qtr_written"] == quarter).all()
        for key in ("area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year"):
            assert (both[f"{key}_written"] == both[key].cast(pl.String)).all()
        assert (both["disclosure_code_written"].replace_strict(codes) == both["disclosure"]).all()
        assert (both[f"{establishments}_written"].cast(pl.Int64) == both["establishments"]).all()
        shown = both.filter(pl.col("disclosure") != "suppressed")
        for name, column in values.items():
            assert (shown[f"{column}_written"].cast(pl.Int64) == shown[name]).all()
        compared = both.filter(pl.col("lq_disclosure") == "disclosed")
        assert (compared[f"lq_{values['wages_usd']}_written"].cast(pl.Float64) == compared["lq_wages"]).all()
        changed = both.filter(pl.col("oty_disclosure") == "disclosed")
        column = f"oty_{values['wages_usd']}"
        assert (changed[f"{column}_chg_written"].cast(pl.Int64) == changed["oty_wages_change_usd"]).all()
        before = changed["wages_usd"] - changed["oty_wages_change_usd"]
        percent = (100 * changed["oty_wages_change_usd"] / before).filter(before > 0)
        written_percent = changed[f"{column}_pct_chg_written"].cast(pl.Float64).filter(before > 0)
        assert (percent - written_percent).abs().max() <= 0.0500001  # type: ignore[operator]
