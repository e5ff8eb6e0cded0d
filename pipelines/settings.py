"""What a run may be told from outside: the SECTORS_* variables, read when asked and checked at once.

Belongs here: names, defaults and checks of settings. Not here: anything that acts on them.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SHIPPED_DEFINITIONS = PROJECT_ROOT / "data" / "reference"

VARIABLES = frozenset(
    {
        "SECTORS_SOURCE",
        "SECTORS_INBOX",
        "SECTORS_DATA_DIR",
        "SECTORS_CONFIDENTIAL_DIR",
        "SECTORS_DEFINITIONS_DIR",
        "SECTORS_SAMPLE_SEED",
        "SECTORS_CONTACT_EMAIL",
        "SECTORS_SINCE",
        "SECTORS_SCOPE",
        "SECTORS_EXPORTS",
        "SECTORS_AS_OF",
        "SECTORS_ENGINE",
        "SECTORS_SPARK_MASTER",
        "SECTORS_ALERT_WEBHOOK",
        "SECTORS_BLS_ADDRESS",
        "SECTORS_QUALITYINFO_ADDRESS",
    }
)

Export = Literal["site", "workbooks", "open_data"]
Scope = Literal["board", "us"]
Source = Literal["sample", "files", "bls", "qualityinfo", "establishments", "release"]
Engine = Literal["duckdb", "spark"]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
WEB_SOURCES: tuple[Source, ...] = ("bls", "qualityinfo")


class SettingsError(ValueError):
    """A SECTORS_* variable that cannot be used; says which, what it is and what was expected."""


@dataclass(frozen=True)
class Settings:
    """One run's settings; .env.example explains each variable."""

    source: Source = "sample"
    inbox: Path = PROJECT_ROOT / "data" / "inbox"
    data_dir: Path = PROJECT_ROOT / "data"
    """Of establishment records the confidential folder: whatever is made of them lies in it, and nowhere else."""
    confidential_dir: Path | None = None
    """Of a release: where its audits are, that its files are held against; None: they are not at hand."""
    definitions_dir: Path = SHIPPED_DEFINITIONS
    sample_seed: int = 2016
    scheduled_source: Source = "bls"
    """The source of runs that start by themselves."""
    contact_email: str | None = field(default=None, repr=False)
    since: int | None = None
    """First year that is wanted from BLS; None: the years of capture.yaml."""
    scope: Scope = "board"
    """What is wanted of BLS: the areas of capture.yaml, or every area of the nation."""
    as_of: date | None = None
    """The day whose knowledge the run rebuilds, from captures alone; None: today's, and the source is asked."""
    asks_final_files: bool = False
    """Whether files in hand that are final by the calendar are asked for all the same: a reload can replace them."""
    today: date | None = None
    """The day that a run takes it to be; None: the present one."""
    exports: tuple[Export, ...] = get_args(Export)
    """What a run makes of the published warehouse."""
    engine: Engine = "duckdb"
    """What the SQL models run on; the tables are the same."""
    spark_master: str = "local[*]"
    """Where Spark runs: local[N] in this process, spark://... or another manager, sc://... of Spark Connect."""
    alert_webhook: str | None = field(default=None, repr=False)
    bls_address: str = "https://data.bls.gov/cew"
    qualityinfo_address: str = "https://www.qualityinfo.org"

    @property
    def raw_dir(self) -> Path:
        """Captures, as received."""
        return self.data_dir / "raw"

    @property
    def typed_dir(self) -> Path:
        """Typed cells of the captures, as Parquet; can be deleted, the next run writes them again."""
        return self.data_dir / "warehouse" / "typed"

    @property
    def estimates_dir(self) -> Path:
        """Estimates of states and years, as Parquet; can be deleted, the next run makes them again."""
        return self.data_dir / "warehouse" / "estimates"

    @property
    def spark_dir(self) -> Path:
        """What Spark reads and writes, as Parquet; can be deleted. Workers elsewhere must see it by the same path."""
        return self.data_dir / "warehouse" / "spark"

    @property
    def working_database(self) -> Path:
        """The database that a run builds in."""
        return self.data_dir / "warehouse" / f"working{self._day}.duckdb"

    @property
    def published_database(self) -> Path:
        """The warehouse that people read; only ever replaced whole."""
        return self.data_dir / "warehouse" / f"sectors{self._day}.duckdb"

    @property
    def exports_dir(self) -> Path:
        """Pages and files made from the warehouse."""
        return self.data_dir / f"exports{self._day}"

    @property
    def is_synthetic(self) -> bool:
        """Whether every figure of the run is made from the synthetic sample."""
        return self.source == "sample"

    @property
    def is_confidential(self) -> bool:
        """Whether the run reads establishment records: then nothing of it is for people."""
        return self.source == "establishments"

    @property
    def is_release(self) -> bool:
        """Whether the run reads what was released of establishment records, which is public."""
        return self.source == "release"

    @property
    def _day(self) -> str:
        """What a rebuilt day is known by: it never takes the place of the present."""
        return f"_as_of_{self.as_of}" if self.as_of else ""

    def contact(self) -> str:
        """The e-mail address that publishers are told. Raises SettingsError where there is none."""
        if not self.contact_email:
            raise SettingsError(
                "SECTORS_CONTACT_EMAIL is not set: BLS blocks programs that do not say whom to write to. Set it to an "
                "address that somebody reads; it is sent to the publisher with each request, and to nobody else"
            )
        return self.contact_email


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from SECTORS_* variables; an empty variable counts as not set.

    Raises SettingsError naming the variable, its value and what was expected.
    """
    variables = os.environ if environment is None else environment
    given = {name: value for name, value in variables.items() if name.startswith("SECTORS_") and value.strip()}
    if unknown := sorted(set(given) - VARIABLES):
        raise SettingsError(f"{', '.join(unknown)}: no such setting; there are {', '.join(sorted(VARIABLES))}")
    as_of = _day(given, "SECTORS_AS_OF")
    # what was known on a day is told by captures of real files
    source = _one_of(given, "SECTORS_SOURCE", get_args(Source), "files" if as_of else "sample")
    is_confidential = source == "establishments"
    if source not in ("files", "establishments", "release") and "SECTORS_INBOX" in given:
        raise SettingsError(
            f"SECTORS_INBOX is set, but SECTORS_SOURCE={source} never reads it; set SECTORS_SOURCE=files"
        )
    data_dir = _confidential_folder(given) if is_confidential else _folder(given, "SECTORS_DATA_DIR", Settings.data_dir)
    if data_dir.exists() and not data_dir.is_dir():
        raise SettingsError(f"SECTORS_DATA_DIR={data_dir}: this is a file; expected a folder, or a name for a new one")
    inbox = _folder(given, "SECTORS_INBOX", data_dir / "inbox")
    if "SECTORS_INBOX" in given and not inbox.exists():
        raise SettingsError(f"SECTORS_INBOX={inbox}: no such file or folder; expected a QCEW file or a folder of them")
    return Settings(
        source=source,  # type: ignore[arg-type]  # checked against the Literal above
        inbox=inbox,
        data_dir=data_dir,
        confidential_dir=_audits_folder(given, source, data_dir),
        definitions_dir=_existing_folder(
            given, "SECTORS_DEFINITIONS_DIR", SHIPPED_DEFINITIONS, "sectors.yaml or regions.yaml"
        ),
        sample_seed=_whole_number(given, "SECTORS_SAMPLE_SEED", 2016),
        scheduled_source=given.get("SECTORS_SOURCE", "bls"),  # type: ignore[arg-type]  # as above
        contact_email=_email(given, "SECTORS_CONTACT_EMAIL"),
        since=_year(given, "SECTORS_SINCE"),
        scope=_one_of(given, "SECTORS_SCOPE", get_args(Scope), "board"),  # type: ignore[arg-type]  # as above
        as_of=as_of,
        engine=_one_of(given, "SECTORS_ENGINE", get_args(Engine), "duckdb"),  # type: ignore[arg-type]  # as above
        spark_master=_spark_master(given, is_confidential),
        exports=() if is_confidential else _exports(given, "SECTORS_EXPORTS"),
        alert_webhook=_web_address(given, "SECTORS_ALERT_WEBHOOK", is_secret=True),
        bls_address=_web_address(given, "SECTORS_BLS_ADDRESS") or Settings.bls_address,
        qualityinfo_address=_web_address(given, "SECTORS_QUALITYINFO_ADDRESS") or Settings.qualityinfo_address,
    )


def _folder(given: Mapping[str, str], name: str, default: Path) -> Path:
    return Path(given[name]).expanduser().resolve() if name in given else default


def _audits_folder(given: Mapping[str, str], source: str, data_dir: Path) -> Path | None:
    """The confidential folder that a run on a release reads for its audits alone; None where it reads none."""
    if source != "release" or "SECTORS_CONFIDENTIAL_DIR" not in given:
        return None
    folder = _existing_folder(given, "SECTORS_CONFIDENTIAL_DIR", data_dir, "the audits of the release")
    if _overlap(data_dir, folder):
        raise SettingsError(
            f"SECTORS_DATA_DIR={data_dir}: it lies in or around SECTORS_CONFIDENTIAL_DIR={folder}; what is made of a "
            "release is public: expected a folder apart from it"
        )
    return folder


def _confidential_folder(given: Mapping[str, str]) -> Path:
    """Where establishment records are; apart from the project and from public data, symbolic links followed."""
    name = "SECTORS_CONFIDENTIAL_DIR"
    if name not in given:
        raise SettingsError(
            f"{name} is not set: SECTORS_SOURCE=establishments needs a folder of its own, outside the project, that "
            "nobody else can enter (mkdir -m 700 FOLDER)"
        )
    if "SECTORS_DATA_DIR" in given:
        raise SettingsError(
            f"SECTORS_DATA_DIR is set, but with SECTORS_SOURCE=establishments all data lie in {name}; leave it out"
        )
    folder = _folder(given, name, Settings.data_dir)
    for apart, what in ((PROJECT_ROOT, "the project"), (Settings.data_dir.resolve(), "the folder of public data")):
        if _overlap(folder, apart):
            raise SettingsError(
                f"{name}={folder}: it lies in or around {what}, {apart}; expected a folder apart from it"
            )
    return folder


def _overlap(one: Path, other: Path) -> bool:
    """Whether one of two folders lies in the other, or is it."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def _existing_folder(given: Mapping[str, str], name: str, default: Path, what: str) -> Path:
    folder = _folder(given, name, default)
    if not folder.is_dir():
        raise SettingsError(f"{name}={folder}: no such folder; expected one that holds {what}")
    return folder


def _whole_number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal():
        raise SettingsError(f"{name}={text}: expected a whole number, 0 or more")
    return int(text)


def _year(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is not None and not re.fullmatch(r"(199|20[0-9])[0-9]", text):
        raise SettingsError(f"{name}={text}: expected a year from 1990 on; BLS publishes no QCEW by NAICS before")
    return int(text) if text else None


def _exports(given: Mapping[str, str], name: str) -> tuple[Export, ...]:
    """Words apart by commas; none for nothing."""
    text = given.get(name, ",".join(get_args(Export))).strip()
    asked = set() if text == "none" else {word.strip() for word in text.split(",")}
    if not asked <= set(get_args(Export)):
        raise SettingsError(f"{name}={text}: expected none, or some of {', '.join(get_args(Export))}, apart by commas")
    return tuple(export for export in get_args(Export) if export in asked)


def _one_of(given: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    text = given.get(name, default)
    if text not in choices:
        raise SettingsError(f"{name}={text}: expected one of {', '.join(choices)}")
    return text


def _spark_master(given: Mapping[str, str], is_confidential: bool) -> str:
    """A master address as Spark knows them; of confidential records this machine only."""
    name = "SECTORS_SPARK_MASTER"
    text = given.get(name, Settings.spark_master).strip()
    if name in given and given.get("SECTORS_ENGINE") != "spark":
        raise SettingsError(f"{name} is set, but only SECTORS_ENGINE=spark reads it")
    if not re.fullmatch(r"local(\[(\*|[1-9][0-9]*)\])?|(spark|k8s|sc)://\S+|yarn", text):
        raise SettingsError(
            f"{name}={text}: expected local[*], local[4], spark://HOST:7077, k8s://..., yarn or sc://..."
        )
    if is_confidential and not text.startswith("local"):
        raise SettingsError(f"{name}={text}: establishment records stay on this machine; expected local[*] or local[N]")
    return text


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError(f"{name}={text}: expected a day such as 2026-03-15") from None


def _email(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name)
    if text is not None and not re.fullmatch(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+", text, re.ASCII):
        raise SettingsError(f"{name}: this is no e-mail address; expected one such as data@workforce-board.example")
    return text


def _web_address(given: Mapping[str, str], name: str, is_secret: bool = False) -> str | None:
    """An https address without a slash at its end; plain http only to this machine. A secret is not repeated."""
    text = given.get(name)
    if text is None:
        return None
    try:
        parts = urlsplit(text.strip())
        is_local = parts.hostname in LOOPBACK
    except ValueError:
        parts, is_local = urlsplit(""), False
    is_plain = parts.username is None and parts.password is None
    if not parts.hostname or not is_plain or parts.scheme not in (("https", "http") if is_local else ("https",)):
        shown = "" if is_secret or not is_plain else f"={text}"
        raise SettingsError(f"{name}{shown}: expected an address that begins with https://, without user and password")
    return text.strip().rstrip("/")
