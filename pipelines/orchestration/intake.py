"""Brings the files of a run's source into the raw store and says what became of each.

Belongs here: the choice between sample, inbox and web, and the raw tables that follow. Not here: reading and storing
(pipelines.sources), and what is asked of the web (web_looks).
"""

import errno
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from pipelines.domain.code_tables import SYNTHETIC
from pipelines.domain.periods import Period
from pipelines.orchestration.confidential import make_private, without_values
from pipelines.orchestration.web_looks import (
    late_releases,
    look,
    news,
    now,
    planned_addresses,
    request_log,
)
from pipelines.settings import SHIPPED_DEFINITIONS, WEB_SOURCES, Settings
from pipelines.sources.capture import (
    RECORDS_SOURCE,
    REFUSALS_SCHEMA,
    RELEASE_SOURCE,
    SAMPLE_SOURCE,
    CaptureReport,
    capture_files,
    is_synthetic_name,
)
from pipelines.sources.capture_scope import load_scope
from pipelines.sources.definition_files import load_definitions
from pipelines.sources.http import RequestFailed
from pipelines.sources.inbox import list_files
from pipelines.sources.raw_store import Capture, RawStore, manifest_frame
from pipelines.sources.reading import RefusedFile
from pipelines.sources.release_files import CELLS, TOTALS, read_manifest, require_audited
from pipelines.sources.request_log import LastAnswer, answers_frame, last_seen
from pipelines.sources.sample_economy import simulate_economy
from pipelines.sources.sample_establishments import write_sample_records
from pipelines.sources.sample_files import FILES_A_YEAR, SAMPLE_YEARS, sample_fingerprint, write_sample
from pipelines.sources.typed_cells import Kind, TypedCells
from pipelines.sources.typed_tables import parquet_files

FILES_SOURCE = "files"
REAL_SOURCES = (FILES_SOURCE, *WEB_SOURCES)

Tell = Callable[[str], object]
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NothingToBuildFrom(ValueError):  # noqa: N818 - it names the situation
    """No capture can be used; says why each file was refused."""


class SyntheticAndReal(ValueError):  # noqa: N818 - it names the situation
    """A confidential folder with made-up records beside real ones; says how to part them."""


class NoSpaceLeft(OSError):  # noqa: N818 - it names the situation
    """The disk is full; says what was being written and what to do."""


@dataclass
class Offer:
    """What a source gave in one run: captures, what it said in sentences, and what people must be alerted to."""

    report: CaptureReport
    sentences: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Intake:
    """Captures a run may use, and what was refused on the way."""

    offer: Offer
    captures: list[Capture]
    last_seen: Mapping[str, str]
    """When the content of each capture from the web was last seen at its publisher."""
    refused: pl.DataFrame
    rejected_rows: int
    new_rejected_rows: int
    web_files: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """raw.captures, raw.refused_files and raw.web_files."""
        return {
            "raw.captures": manifest_frame(self.captures, self.last_seen),
            "raw.refused_files": self.refused,
            "raw.web_files": self.web_files,
        }

    def summary(self) -> Iterator[str]:
        """What happened, in sentences for the terminal."""
        yield from self.offer.sentences
        new, known = len(self.offer.report.new), len(self.offer.report.known)
        yield (
            f"{len(self.captures)} captured files ({new} new, {known} seen before),"
            f" {self.refused.height} refused, {self.rejected_rows} rows rejected"
        )
        for address, member, reason in self.refused.iter_rows():
            yield f"refused: {address}{'' if address.endswith(member) else f' ({member})'}: {reason}"

    def alerts(self) -> Iterator[str]:
        """What somebody must look at."""
        yield from self.offer.alerts
        if self.new_rejected_rows:
            yield f"{self.new_rejected_rows} rows of new files were rejected: see raw.rejected_rows"


def take_in(settings: Settings, tell: Tell = lambda _: None) -> Intake:
    """Captures what the source offers and reads every capture that is not typed yet.

    A capture that today's readers refuse is left out and reported, like any refused file. Where a day's knowledge is
    rebuilt, nothing is captured. Raises NothingToBuildFrom where no capture can be used, SettingsError where the web
    is asked without a contact or others can enter a confidential folder, SyntheticAndReal where one has both, and
    NoSpaceLeft where the disk is full.
    """
    make_private(settings)
    with without_values(settings):
        return _take_in(settings, tell)


def _take_in(settings: Settings, tell: Tell) -> Intake:
    store, typed = RawStore(settings.raw_dir), _typed_cells(settings)
    with _saying_where_space_is_missing(settings):
        store.forget_unfinished()
        typed.forget_unfinished()
        offer = _offer(settings, store, typed, tell)
        captures = []
        for capture in _usable_captures(settings, store):
            try:
                typed.ensure(capture, store.path(capture))
                captures.append(capture)
            except RefusedFile as refusal:
                offer.report.refused.append((capture.address, refusal))
    refused = _refusals(offer.report, captures, typed)
    if not captures:
        reasons = [f"{address}: {reason}" for address, _, reason in refused.iter_rows()]
        raise NothingToBuildFrom("; ".join([*reasons, *offer.alerts]) or _nothing_there(settings, store))
    typed.forget_other_readers()
    offer.sentences += _record_sentences(captures, typed)
    new = [capture for capture in captures if capture in offer.report.new]
    rejected, new_rejected = (_count(typed, some, "rejected_rows") for some in (captures, new))
    answers = [] if settings.is_synthetic else request_log(settings).all()
    seen = last_seen(answers, settings.as_of)
    web_files = answers_frame([] if settings.as_of else [*_of_today(settings, answers)])
    return Intake(offer, captures, seen, refused, rejected, new_rejected, web_files)


def backfill(settings: Settings, quarters: tuple[Period, ...], tell: Tell = lambda _: None) -> Offer:
    """Captures these quarters of BLS, slices or whole years as old as they are; builds nothing."""
    settings = replace(settings, source="bls")
    store, typed = RawStore(settings.raw_dir), _typed_cells(settings)
    with _saying_where_space_is_missing(settings):
        store.forget_unfinished()
        return _ask_the_web(settings, store, typed, tell, quarters)


def typed_files(settings: Settings) -> Callable[[str], list[Path]]:
    """Gives the Parquet files of a typed table of the captures that take_in could read, oldest capture first."""
    typed = _typed_cells(settings)
    captures = _usable_captures(settings, RawStore(settings.raw_dir))
    return lambda table: [file for capture in captures for file in parquet_files(typed.table(capture, table))]


def is_made_up(settings: Settings) -> bool:
    """Whether what a run uses is of the synthetic sample: by its source, or as its records or their release say."""
    if not (settings.is_confidential or settings.is_release):
        return settings.is_synthetic
    return any(one.source == SAMPLE_SOURCE for one in _usable_captures(settings, RawStore(settings.raw_dir)))


def write_sample_files(folder: Path, settings: Settings) -> list[Path]:
    """Writes the synthetic sample into a folder; the files."""
    return write_sample(folder, *sample_frames(settings), seed=settings.sample_seed)


def write_sample_establishments(folder: Path, settings: Settings) -> list[Path]:
    """Writes the records of the same economy into a folder, in both layouts; the files."""
    economy = simulate_economy(*sample_frames(settings), seed=settings.sample_seed)
    return write_sample_records(folder, economy)


def _typed_cells(settings: Settings) -> TypedCells:
    definitions = load_definitions(settings.definitions_dir, SHIPPED_DEFINITIONS)
    areas = definitions.areas
    if settings.is_confidential or settings.is_release:
        kind: Kind = "records" if settings.is_confidential else "release"
        return TypedCells(settings.typed_dir, areas, kind=kind, naics=definitions.tables()["reference.naics"])
    wants_all = settings.is_synthetic or settings.scope == "us"
    wanted = () if wants_all else load_scope(settings.definitions_dir, SHIPPED_DEFINITIONS, areas).bls_areas
    return TypedCells(settings.typed_dir, areas, wanted)


def _usable_captures(settings: Settings, store: RawStore) -> list[Capture]:
    """Synthetic and real captures are never used together, nor samples of different making; of a day: those it knew."""
    if settings.is_synthetic:
        origin = _sample_origin(settings)
        found = [capture for capture in store.captures((SAMPLE_SOURCE,)) if capture.address.startswith(origin)]
    elif settings.is_confidential:
        found = store.captures((RECORDS_SOURCE, SAMPLE_SOURCE))
    elif settings.is_release:
        found = _releases(store)
    else:
        found = store.captures(REAL_SOURCES)
    return [one for one in found if settings.as_of is None or one.retrieved_at[:10] <= settings.as_of.isoformat()]


def _offer(settings: Settings, store: RawStore, typed: TypedCells, tell: Tell) -> Offer:
    if settings.as_of:
        known = _usable_captures(settings, store)
        return Offer(
            CaptureReport(known=known), [f"as of {settings.as_of}: nothing is captured, nothing later is used"]
        )
    if settings.is_synthetic:
        return Offer(_capture_sample(settings, store, typed))
    if settings.is_release:
        return _capture_release(settings, store, typed)
    if settings.source in WEB_SOURCES:
        return _ask_the_web(settings, store, typed, tell)
    files = list_files(settings.inbox) if settings.inbox.exists() else []
    if settings.is_confidential:
        source = _source_of_records(files, store)
        return Offer(capture_files(files, source, store, typed, partial(now, settings)))
    return Offer(capture_files(files, FILES_SOURCE, store, typed, partial(now, settings)))


def _source_of_records(files: list[Path], store: RawStore) -> str:
    """Whether a folder is of real records or made-up ones, by the names of its files and what was captured before."""
    sources = {capture.source for capture in store.captures((RECORDS_SOURCE, SAMPLE_SOURCE))}
    sources |= {SAMPLE_SOURCE if is_synthetic_name(path.name) else RECORDS_SOURCE for path in files}
    _require_one(sources, "records", "SECTORS_CONFIDENTIAL_DIR")
    return sources.pop() if sources else RECORDS_SOURCE


def _capture_release(settings: Settings, store: RawStore, typed: TypedCells) -> Offer:
    """Takes a release whole, or, where it is not what its manifest says or what was audited, not at all."""
    if settings.confidential_dir:
        manifest = require_audited(settings.confidential_dir, settings.inbox)
        checked = "exactly these files were audited"
    else:
        manifest = read_manifest(settings.inbox)
        checked = "whether it was audited, only the agency that made it can check"
    source = SAMPLE_SOURCE if manifest["data_origin"] == SYNTHETIC else RELEASE_SOURCE
    _require_one({source, *(capture.source for capture in _releases(store))}, "releases", "SECTORS_DATA_DIR")
    files = [settings.inbox / f"{name}.parquet" for name in (CELLS, TOTALS)]
    quarters = [quarter["quarter"] for quarter in manifest["quarters"]]
    rules = {f"{quarter['set_by']} on {quarter['set_on']}" for quarter in manifest["quarters"]}
    said = f"a release of {quarters[0]} to {quarters[-1]} under rules of {', '.join(sorted(rules))}; {checked}"
    return Offer(capture_files(files, source, store, typed, partial(now, settings)), [said])


def _releases(store: RawStore) -> list[Capture]:
    """All that was released and captured; only they are Parquet files."""
    found = store.captures((RELEASE_SOURCE, SAMPLE_SOURCE))
    return [capture for capture in found if capture.container == "parquet"]


def _require_one(sources: set[str], what: str, folder: str) -> None:
    if len(sources) > 1:
        raise SyntheticAndReal(
            f"this folder would hold {what} of the synthetic sample and others together: keep each in a folder of its "
            f"own ({folder}), so that no real figure is taken for a made-up one"
        )


def _record_sentences(captures: list[Capture], typed: TypedCells) -> Iterator[str]:
    """What became of establishment records, counted over all captures."""
    counts = _scan(typed, captures, "record_counts").group_by("outcome").agg(pl.sum("records")).collect()
    found = dict(counts.iter_rows())
    if found:
        yield (
            f"{found['kept']:,} establishment records, {found['masters_alone']:,} of them masters without units and "
            f"{found['unknown_county']:,} in an unknown county; left out: {found['masters_left_out']:,} masters of "
            f"units, {found['repeated_later']:,} that a later line repeats"
        )


def _ask_the_web(
    settings: Settings, store: RawStore, typed: TypedCells, tell: Tell, quarters: tuple[Period, ...] | None = None
) -> Offer:
    """What the publisher gives; where it gives nothing, what is in hand goes on serving."""
    try:
        plan, found = look(settings, store, typed, tell, quarters)
    except (RequestFailed, RefusedFile) as failure:
        sentence = f"{settings.source} cannot be asked, what is in hand goes on serving: {failure}"
        return Offer(CaptureReport(), [sentence], [sentence])
    report = CaptureReport()
    for _, answer in found.answers:
        capture = store.find(answer.capture_sha256) if answer.capture_sha256 else None
        if capture:
            (report.new if answer.outcome == "captured" else report.known).append(capture)
    late = late_releases(plan, found)
    alerts = [*late]
    if failed := found.count("failed", "refused"):
        alerts.append(f"{settings.source}: {failed} files could not be renewed: see raw.web_files")
    if older := found.count("older"):
        alerts.append(f"{settings.source}: {older} files came in an earlier version than the one in hand, which serves")
    return Offer(report, [*news(found, settings.source), *late], alerts)


def _of_today(settings: Settings, answers: list[LastAnswer]) -> Iterator[LastAnswer]:
    """The last answers; of those that were of no use only the ones that would be asked for again."""
    sources = {one.source for one in answers}
    asked = {address for source in WEB_SOURCES if source in sources for address in planned_addresses(settings, source)}
    return (one for one in answers if one.failing_since is None or one.address in asked)


def _nothing_there(settings: Settings, store: RawStore) -> str:
    if settings.as_of:
        first = min((one.retrieved_at for one in store.captures(REAL_SOURCES)), default=None)
        when = f"the first capture is of {first[:10]}" if first else "nor since: capture some files first"
        return f"as of {settings.as_of} nothing was captured yet; {when}"
    return f"no files: put QCEW files into {settings.inbox}, or set INBOX to some"


@contextmanager
def _saying_where_space_is_missing(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        raise NoSpaceLeft(
            f"no space left for files under {settings.data_dir}; make some and run again. What was captured before "
            "is whole, and the published warehouse is as it was"
        ) from error


def _capture_sample(settings: Settings, store: RawStore, typed: TypedCells) -> CaptureReport:
    known = _usable_captures(settings, store)
    if len(known) == FILES_A_YEAR * len(SAMPLE_YEARS):
        return CaptureReport(known=known)
    origin = _sample_origin(settings)
    with tempfile.TemporaryDirectory() as folder:
        files = write_sample_files(Path(folder), settings)
        return capture_files(
            files, SAMPLE_SOURCE, store, typed, partial(now, settings), address=lambda path: origin + path.name
        )


def _sample_origin(settings: Settings) -> str:
    maker = sample_fingerprint(*sample_frames(settings))
    return f"synthetic sample, seed {settings.sample_seed}, made by {maker}: "


def sample_frames(settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The industries and areas of the sample: NAICS 2022 as code, title, parent_code, level; reference.areas."""
    tables = load_definitions(settings.definitions_dir, SHIPPED_DEFINITIONS).tables()
    naics = (
        tables["reference.naics"]
        .filter(pl.col("naics_vintage") == 2022)
        .select(code="industry_code", title="industry_title", parent_code="parent_code", level="naics_level")
    )
    return naics, tables["reference.areas"]


def _refusals(report: CaptureReport, captures: list[Capture], typed: TypedCells) -> pl.DataFrame:
    whole = [(address, refusal.member, refusal.reason) for address, refusal in report.refused]
    addresses = {capture.capture_sha256: capture.address for capture in captures}
    inside = [
        (addresses[sha256], member, reason)
        for sha256, member, reason in _scan(typed, captures, "refused_members").collect().iter_rows()
    ]
    return pl.DataFrame([*whole, *inside], schema=REFUSALS_SCHEMA, orient="row").unique(maintain_order=True)


def _count(typed: TypedCells, captures: list[Capture], table: str) -> int:
    return int(_scan(typed, captures, table).select(pl.len()).collect().item())


def _scan(typed: TypedCells, captures: list[Capture], table: str) -> pl.LazyFrame:
    """One typed table of several captures, in their order."""
    files = [typed.table(capture, table) for capture in captures]
    return pl.scan_parquet(files) if files else typed.empty(table)
