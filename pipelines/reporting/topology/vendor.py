"""Makes the topology of this package anew from a release of us-atlas; run by a person, never by the pipeline.

    npm pack us-atlas@3.0.1
    python -m pipelines.reporting.topology.vendor us-atlas-3.0.1.tgz

Kept are the counties and the lines they are drawn with (states and the nation go), the licence as it is, and in
README.md the lines that say which release this is.
"""

import gzip
import hashlib
import json
import sys
import tarfile
from pathlib import Path

from pipelines.reporting.topology import FEATURE, FILE_NAME

HERE = Path(__file__).parent
RECORD_STARTS = "| what | value |"


def vendor(release: Path, folder: Path = HERE) -> None:
    """Writes topology, licence and record from the archive of a release, as `npm pack` leaves it.

    folder: has a README.md that ends with the record. Raises SystemExit where the archive is another one.
    """
    with tarfile.open(release) as archive:
        package, source, licence = (
            _content(archive, f"package/{name}") for name in ("package.json", "counties-10m.json", "LICENSE")
        )
    atlas = json.loads(source)
    country = {
        "type": atlas["type"],
        "transform": atlas["transform"],
        "objects": {FEATURE: atlas["objects"][FEATURE]},
        "arcs": atlas["arcs"],
    }
    content = json.dumps(country, separators=(",", ":")).encode()
    (folder / FILE_NAME).write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    (folder / "LICENSE").write_bytes(licence)

    about = json.loads(package)
    record = {
        "package": f"{about['name']} {about['version']} (npm)",
        "sha256 of the release": hashlib.sha256(release.read_bytes()).hexdigest(),
        "sha256 of its counties-10m.json": hashlib.sha256(source).hexdigest(),
        f"sha256 of {FILE_NAME}, unpacked": hashlib.sha256(content).hexdigest(),
    }
    readme = folder / "README.md"
    words = readme.read_text("utf-8").partition(RECORD_STARTS)[0]
    lines = [RECORD_STARTS, "|---|---|", *(f"| {what} | `{value}` |" for what, value in record.items())]
    readme.write_text(words + "\n".join(lines) + "\n", "utf-8")


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    if name not in archive.getnames() or not (member := archive.extractfile(name)):
        raise SystemExit(f"no {name} in this archive: give the release as `npm pack` leaves it")
    return member.read()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    vendor(Path(sys.argv[1]))
