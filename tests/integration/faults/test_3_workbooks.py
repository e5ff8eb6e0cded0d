"""QualityInfo has no documented interface: it may change, or answer with a page. Then the last good capture serves."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from published_files import slices, workbook, workbook_rows
from publisher_server import Content, CutAfter, Empty, Fault, PublisherServer, Status, WebPage
from web_board import COUNTIES, YEAR, WebBoard, board_definitions

from pipelines.orchestration.intake import NothingToBuildFrom, typed_files
from pipelines.sources.raw_store import RawStore
from pipelines.sources.request_log import LastAnswer, RequestLog

NAMES = {"41051": "Multnomah County", "41067": "Washington County"}
FAILURES: Mapping[str, tuple[Fault, str, str]] = {
    "a web page instead of the workbook": (WebPage(), "refused", "web page"),
    "an empty answer instead of the workbook": (Empty(), "refused", "the file is empty"),
    "a csv instead of the workbook": (Content(b"a,b\n1,2\n"), "refused", "csv file"),
    "a zip that is no workbook": (Content(b"PK\x05\x06" + bytes(18)), "refused", "zip file"),
    "QualityInfo answers 500": (Status(500), "failed", "answers 500"),
    "QualityInfo's report is gone": (Status(404), "missing", "404"),
    "the workbook cut again and again": (CutAfter(4_000), "failed", "cut"),
}


@pytest.fixture(scope="module")
def workbooks(sample_zips: Mapping[str, Any]) -> Mapping[str, list[Any]]:
    """The rows of each county's workbook of the year, as the sample economy would have them."""
    (annual,) = (path for name, path in sample_zips.items() if name.startswith(f"{YEAR}_annual"))
    found = slices(annual, COUNTIES)
    return {path[-9:-4]: workbook_rows(content) for path, content in found.items()}


@pytest.fixture
def office(workbooks: Mapping[str, list[Any]], tmp_path: Any) -> Iterator[WebBoard]:
    """A board that has captured both workbooks."""
    with PublisherServer(seconds_an_answer=0.02) as server:
        board = WebBoard(server, tmp_path / "board", board_definitions(tmp_path / "definitions"))
        board.changes["source"] = "qualityinfo"
        for area, rows in workbooks.items():
            publish(server, area, rows)
        board.look()
        yield board


def publish(server: PublisherServer, area: str, rows: list[Any]) -> None:
    content = workbook(rows, area_name=NAMES[area], year=YEAR)
    server.publish_workbook(f"4104000{area[2:]}", YEAR, "00", content)


def path_of(area: str) -> str:
    return f"/ewind?p_p_resource_id=getReportXlsx&qcewArea=4104000{area[2:]}"


def answers(board: WebBoard) -> Mapping[str | None, LastAnswer]:
    return {one.area_fips: one for one in RequestLog(board.settings.raw_dir).all()}


def test_workbooks_come_one_at_a_time_after_the_lists(office: WebBoard) -> None:
    paths = [request.path.partition("?")[0] for request in office.server.requests]
    assert paths[0] == "/ewind"
    assert [path.startswith("/lmiservice/") for path in paths[1:3]] == [True, True]
    assert len(paths) == 3 + len(COUNTIES)
    assert office.server.most_at_once == 1
    assert all("@" in request.headers["User-Agent"] for request in office.server.requests)
    assert {answer.outcome for answer in answers(office).values()} == {"captured"}


def test_a_workbook_that_says_the_same_is_no_new_vintage(office: WebBoard, workbooks: Mapping[str, list[Any]]) -> None:
    """Each has the time of its making inside, so that its bytes are never the same."""
    before = office.captures()
    content = RawStore(office.settings.raw_dir).path(before[0]).read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.active
    book.active["A3"] = "Downloaded: another day"
    changed = io.BytesIO()
    book.save(changed)
    area = before[0].areas
    office.server.publish_workbook(f"4104000{area[2:]}", YEAR, "00", changed.getvalue())
    office.look()
    assert {answer.outcome for answer in answers(office).values()} == {"unchanged"}
    assert office.captures() == before


@pytest.mark.parametrize("fault", FAILURES)
def test_a_bad_answer_leaves_the_last_good_workbook(
    office: WebBoard, workbooks: Mapping[str, list[Any]], fault: str, fault_table: Any
) -> None:
    wrong, outcome, cause = FAILURES[fault]
    before = office.captures()
    cells = [path.read_bytes() for path in typed_files(office.settings)("annual_cells")]
    office.server.misbehave(path_of("41051"), wrong, always=True)
    report = office.look()
    found = answers(office)
    assert found["41051"].outcome == outcome
    assert cause in (found["41051"].reason or "")
    assert found["41067"].outcome == "unchanged"
    assert report.captures == before
    assert [path.read_bytes() for path in typed_files(office.settings)("annual_cells")] == cells
    office.server.misbehave(path_of("41051"))
    office.look()
    assert answers(office)["41051"].outcome == "unchanged"
    fault_table.add(fault, found["41051"].reason, "the last good workbook", "takes the workbook")


@pytest.mark.parametrize(
    ("fault", "where", "cause"),
    [
        ("QualityInfo's list of areas is a web page", "/lmiservice/service/geog/areas/41/qcew", "list of areas"),
        ("QualityInfo's list of years is a web page", "/lmiservice/service/industry/qcewyears", "list of years"),
    ],
)
def test_lists_that_cannot_be_read_leave_everything_as_it_was(
    office: WebBoard, fault: str, where: str, cause: str, fault_table: Any
) -> None:
    before = office.captures()
    office.server.misbehave(where, WebPage(content_type="text/html"), always=True)
    report = office.look()
    (said,) = [sentence for sentence in report.alerts() if "qualityinfo" in sentence]
    assert cause in said
    assert "what is in hand goes on serving" in said
    assert report.captures == before
    office.server.misbehave(where)
    office.look()
    assert {answer.outcome for answer in answers(office).values()} == {"unchanged"}
    fault_table.add(fault, said, "all workbooks of before", "takes what is new")


def test_what_the_lists_do_not_offer_is_not_asked_for(office: WebBoard) -> None:
    office.server.areas = [area for area in office.server.areas if area["area"][-3:] != "051"]
    office.server.clear_requests()
    office.look()
    assert any(sentence == "not offered by QualityInfo: qualityinfo 2024 41051" for sentence in office.told)
    assert not any("4104000051" in request.path for request in office.server.requests)


def test_a_workbook_of_another_area_or_year_is_refused(
    office: WebBoard, workbooks: Mapping[str, list[Any]], fault_table: Any
) -> None:
    other = workbook(workbooks["41067"], area_name=NAMES["41067"], year=YEAR)
    office.server.misbehave(path_of("41051"), Content(other))
    office.look()
    reason = answers(office)["41051"].reason
    assert reason == "asked for area 41051, but the file holds 41067"
    fault_table.add("a workbook of another county", reason, "the last good workbook", "takes the workbook")
    office.server.misbehave(
        path_of("41051"), Content(workbook(workbooks["41051"], area_name=NAMES["41051"], year=2019))
    )
    office.look()
    assert "asked for 2024, but the file holds 2019" in (answers(office)["41051"].reason or "")


def test_with_nothing_in_hand_the_run_says_why_it_cannot_build(office: WebBoard, tmp_path: Any) -> None:
    office.server.misbehave("/ewind", Status(500), always=True)
    empty = replace(office, folder=tmp_path / "empty", changes=dict(office.changes))
    with pytest.raises(NothingToBuildFrom, match="qualityinfo cannot be asked"):
        empty.look()
