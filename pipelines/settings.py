"""What a run may be told from outside: the SECTORS_* variables, read when asked and checked at once.

Belongs here: names, defaults and checks of settings. Not here: anything that acts on them.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SHIPPED_DEFINITIONS = PROJECT_ROOT / "data" / "reference"

VARIABLES = frozenset(
    {"SECTORS_SOURCE", "SECTORS_INBOX", "SECTORS_DATA_DIR", "SECTORS_DEFINITIONS_DIR", "SECTORS_SAMPLE_SEED"}
)

Source = Literal["sample", "files"]


class SettingsError(ValueError):
    """A SECTORS_* variable that cannot be used; says which, what it is and what was expected."""


@dataclass(frozen=True)
class Settings:
    """One run's settings; .env.example explains each variable."""

    source: Source = "sample"
    inbox: Path = PROJECT_ROOT / "data" / "inbox"
    data_dir: Path = PROJECT_ROOT / "data"
    definitions_dir: Path = SHIPPED_DEFINITIONS
    sample_seed: int = 2016

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
    def working_database(self) -> Path:
        """The database that a run builds in."""
        return self.data_dir / "warehouse" / "working.duckdb"

    @property
    def published_database(self) -> Path:
        """The warehouse that people read; only ever replaced whole."""
        return self.data_dir / "warehouse" / "sectors.duckdb"

    @property
    def exports_dir(self) -> Path:
        """Pages and files made from the warehouse."""
        return self.data_dir / "exports"

    @property
    def is_synthetic(self) -> bool:
        """Whether every figure of the run is made from the synthetic sample."""
        return self.source == "sample"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from SECTORS_* variables; an empty variable counts as not set.

    Raises SettingsError naming the variable, its value and what was expected.
    """
    variables = os.environ if environment is None else environment
    given = {name: value for name, value in variables.items() if name.startswith("SECTORS_") and value.strip()}
    if unknown := sorted(set(given) - VARIABLES):
        raise SettingsError(f"{', '.join(unknown)}: no such setting; there are {', '.join(sorted(VARIABLES))}")
    source = given.get("SECTORS_SOURCE", "sample")
    if source not in get_args(Source):
        raise SettingsError(f"SECTORS_SOURCE={source}: expected one of {', '.join(get_args(Source))}")
    if source == "sample" and "SECTORS_INBOX" in given:
        raise SettingsError("SECTORS_INBOX is set, but SECTORS_SOURCE=sample never reads it; set SECTORS_SOURCE=files")
    data_dir = _folder(given, "SECTORS_DATA_DIR", PROJECT_ROOT / "data")
    if data_dir.exists() and not data_dir.is_dir():
        raise SettingsError(f"SECTORS_DATA_DIR={data_dir}: this is a file; expected a folder, or a name for a new one")
    inbox = _folder(given, "SECTORS_INBOX", data_dir / "inbox")
    if "SECTORS_INBOX" in given and not inbox.exists():
        raise SettingsError(f"SECTORS_INBOX={inbox}: no such file or folder; expected a QCEW file or a folder of them")
    return Settings(
        source=source,  # type: ignore[arg-type]  # checked against the Literal above
        inbox=inbox,
        data_dir=data_dir,
        definitions_dir=_existing_folder(given, "SECTORS_DEFINITIONS_DIR", SHIPPED_DEFINITIONS),
        sample_seed=_whole_number(given, "SECTORS_SAMPLE_SEED", 2016),
    )


def _folder(given: Mapping[str, str], name: str, default: Path) -> Path:
    return Path(given[name]).expanduser().resolve() if name in given else default


def _existing_folder(given: Mapping[str, str], name: str, default: Path) -> Path:
    folder = _folder(given, name, default)
    if not folder.is_dir():
        raise SettingsError(f"{name}={folder}: no such folder; expected one that holds sectors.yaml or regions.yaml")
    return folder


def _whole_number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal():
        raise SettingsError(f"{name}={text}: expected a whole number, 0 or more")
    return int(text)
