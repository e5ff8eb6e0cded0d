"""The notebooks: kept without outputs, run from the top on the sample, and what they find held to the database."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

from pipelines.settings import PROJECT_ROOT, SHIPPED_DEFINITIONS, VARIABLES
from pipelines.sources.sample_cells import publish_cells
from pipelines.sources.sample_economy import simulate_economy

NOTEBOOKS = sorted((PROJECT_ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
SYNTHETIC = "SYNTHETIC SAMPLE"
MINUTES = 60
SAMPLE_SEED, SAMPLE_VINTAGE = 2016, 2022

Ask = Callable[..., list[tuple[Any, ...]]]
Run = Callable[..., "Seen"]


class Seen:
    """A notebook that was run: values of its variables, all text it printed, and its outputs by kind."""

    def __init__(self, notebook: nbformat.NotebookNode) -> None:
        *own, last = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        self.values: Mapping[str, Any] = json.loads(last["text"])
        self.printed = "".join(output["text"] for output in own if output["output_type"] == "stream")
        self.shown = [kinds for output in own if (kinds := output.get("data"))]


@pytest.fixture
def run(sample_runs: Any, tmp_path: Path) -> Run:
    """Runs a notebook as the project keeps it, on the sample; expressions are evaluated after its last cell."""
    own_places = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TMPDIR")
    environment = os.environ | dict.fromkeys(VARIABLES, "") | dict.fromkeys(own_places, str(tmp_path))
    environment["SECTORS_DATA_DIR"] = str(sample_runs.data_dir)

    def call(name: str, **expressions: str) -> Seen:
        path = PROJECT_ROOT / "notebooks" / f"{name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        found = ", ".join(f"{key!r}: {expression}" for key, expression in expressions.items())
        notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({{{found}}}))"))
        resources = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, timeout=5 * MINUTES, kernel_name="python3", resources=resources)
        client.execute(env=environment)
        return Seen(notebook)

    return call


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_it_is_kept_without_outputs_and_says_nothing_of_the_machine_it_was_edited_on(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None), f"clear the outputs of {path.name}: {cell.id}"
        assert cell.metadata == {}, cell.id
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_cells_have_names_that_stay(path: Path) -> None:
    names = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_it_begins_with_a_title_and_explains_before_it_computes(path: Path) -> None:
    first, *others = nbformat.read(path, as_version=4).cells
    assert re.match(r"# \S", first.source)
    kinds = [cell.cell_type for cell in others]
    assert kinds.count("markdown") * 2 >= kinds.count("code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_its_links_lead_somewhere(path: Path) -> None:
    links = list(links_of(path))
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.slow
def test_a_first_look(run: Run, sample_runs: Any, ask: Ask) -> None:
    seen = run(
        "01_first_look",
        region="region",
        period="period",
        shares="dict(headline.select('measure', 'estimate_share').iter_rows())",
        least_certain="least_certain",
    )
    assert (seen.values["region"], seen.values["period"]) == ("portland_metro", "2024")
    # businesses are always published: added up from the finest rows of both counties, they are the headline
    ((of_sectors, of_all),) = ask(
        sample_runs.data_dir,
        """
        SELECT sum(establishments) FILTER (industry_code IN (
                SELECT industry_code FROM core.industry_group_leaves
                WHERE group_key = 'strict:all_target_sectors' AND naics_vintage = 2022
            )),
            sum(establishments) FILTER (industry_code = '10')
        FROM core.qcew_cells
        WHERE area_fips IN ('41051', '41067') AND own_code = '5' AND year = 2024
        """,
    )
    assert seen.values["shares"]["businesses"] == pytest.approx(of_sectors / of_all, rel=1e-12)
    in_mart = """
        SELECT estimate_share FROM marts.share_of_{}
        WHERE region = 'portland_metro' AND definition = 'strict' AND ownership = 'private' AND period = '2024'
            AND sector = 'all_target_sectors'
    """
    for measure in ("employment", "wages"):
        assert ask(sample_runs.data_dir, in_mart.format(measure)) == [(seen.values["shares"][measure],)]
    assert f"{100 * seen.values['shares']['employment']:.2f} %" in seen.printed
    assert seen.values["least_certain"] == "clean_energy"
    assert SYNTHETIC in seen.printed
    assert_charts(seen, 1)


@pytest.mark.slow
def test_how_a_hidden_cell_is_bounded(run: Run, sample_runs: Any, ask: Ask) -> None:
    seen = run(
        "02_how_a_hidden_cell_is_bounded",
        by_hand="by_hand",
        estimates="solved['estimate'].to_list()",
        period="figure['period']",
        counties_only="counties_only",
        with_state="with_state",
    )
    assert seen.values["by_hand"] == {
        "north solar": [40, 70],
        "north wind": [0, 30],
        "south solar": [20, 50],
        "south wind": [0, 30],
    }
    solar_north, wind_north, solar_south, wind_south = seen.values["estimates"]
    assert (solar_north + wind_north, solar_north + solar_south) == pytest.approx((70, 90), abs=0.11)
    assert (solar_south + wind_south, wind_north + wind_south) == pytest.approx((50, 30), abs=0.11)

    period = seen.values["period"]
    (published,) = ask(
        sample_runs.data_dir,
        """
        SELECT known, lower, upper FROM marts.sector_measures
        WHERE region = 'portland_metro' AND sector = 'clean_energy' AND definition = 'strict' AND period = $1
            AND ownership = 'private' AND measure = 'employment'
        """,
        period,
    )
    assert seen.values["with_state"] == pytest.approx(published)
    known, lower, upper = published
    truth = true_jobs_of_clean_energy(int(period[:4]), int(period[-1]))
    assert known <= lower <= truth <= upper
    assert seen.values["counties_only"][1] <= truth <= seen.values["counties_only"][2]
    assert lower < upper, "nothing is hidden: the notebook shows nothing"
    assert SYNTHETIC in seen.printed
    assert_charts(seen, 1)


@pytest.mark.slow
def test_your_own_sectors_and_region(run: Run, sample_runs: Any, ask: Ask, tmp_path: Path) -> None:
    seen = run(
        "03_your_own_sectors_and_region",
        folder="str(folder)",
        preview="preview.select('year', 'quarter', 'businesses').rows()",
        strict="sorted(finest(sector, 'strict'))",
        overlaps="overlaps.rows()",
    )
    assert Path(seen.values["folder"]).is_relative_to(tmp_path)
    # the published rows of the two codes themselves, where the notebook adds up what lies under them
    by_quarter = ask(
        sample_runs.data_dir,
        """
        SELECT year, quarter, sum(establishments)::INTEGER FROM core.qcew_cells
        WHERE area_fips IN ('41027', '41055', '41065') AND own_code = '5' AND industry_code IN ('113', '321')
        GROUP BY ALL ORDER BY ALL
        """,
    )
    assert len(by_quarter) == 8
    assert [tuple(row) for row in seen.values["preview"]] == by_quarter
    six_digits = """
        SELECT industry_code FROM reference.naics
        WHERE naics_vintage = 2022 AND naics_level = 8 AND left(industry_code, 3) IN ('113', '321') ORDER BY ALL
    """
    assert seen.values["strict"] == [code for (code,) in ask(sample_runs.data_dir, six_digits)]
    wood = sum(code.startswith("321") for code in seen.values["strict"])
    assert seen.values["overlaps"] == [["broad", "Advanced Manufacturing", wood]]
    assert re.search(r"sectors\.yaml, line \d+, sectors\.forest_products\.broad\.lines\[1\]\.code", seen.printed)
    assert "found: 329" in seen.printed
    assert f"make run DEFINITIONS_DIR={seen.values['folder']}" in seen.printed
    assert SYNTHETIC in seen.printed


def assert_charts(seen: Seen, count: int) -> None:
    """Charts are pictures, marked as synthetic, and nothing that is shown loads anything."""
    pictures = [kinds["image/svg+xml"] for kinds in seen.shown if "image/svg+xml" in kinds]
    assert len(pictures) == count
    assert all(SYNTHETIC in picture for picture in pictures)
    pages = [kinds["text/html"] for kinds in seen.shown if "text/html" in kinds]
    assert pages
    assert [page for page in pages if re.search(r"<script|<link|\bsrc=|://", page)] == []


def true_jobs_of_clean_energy(year: int, quarter: int) -> float:
    """What the sample hides: mean jobs of the strict sector in the two counties, from the economy it was made of."""
    naics = pl.read_csv(SHIPPED_DEFINITIONS / f"naics_{SAMPLE_VINTAGE}.csv", infer_schema=False)
    areas = pl.read_csv(SHIPPED_DEFINITIONS / "areas.csv", infer_schema=False)
    months: Sequence[str] = [f"month{number}_employment" for number in (1, 2, 3)]
    cells = publish_cells(simulate_economy(naics, areas, seed=SAMPLE_SEED), naics).quarterly.filter(
        pl.col("area_fips").is_in(["41051", "41067"]),
        pl.col("industry_code").str.contains("^(22111[1345678]|22112[12]|237130)$"),
        year=year,
        quarter=quarter,
        own_code="5",
    )
    return float(cells.select(pl.sum_horizontal(months)).sum().item()) / 3


def links_of(path: Path) -> Iterator[str]:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            yield from (link for link in re.findall(r"\]\(([^)]+)\)", cell.source) if "://" not in link)
