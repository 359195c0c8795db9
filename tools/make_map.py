"""Write `src/openiads/catalogue/data/map/`: coasts and borders from the npm package `world-atlas` (Natural Earth).

Needs `npm` and the network; the product itself needs neither, because the result is committed. The package is pinned and
its file checked, so that a rerun writes the same bytes.
"""

import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "world-atlas@2.0.2"
FILE = "countries-50m.json"
SHA256 = "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394"
FOLDER = Path(__file__).resolve().parents[1] / "src/openiads/catalogue/data/map"

ORIGIN = {
    "file": FILE,
    "sha256": SHA256,
    "package": PACKAGE,
    "natural_earth_version": "4.1.0",
    "scale": "1:50m",
    "licence": (
        "Map data: Natural Earth, public domain (naturalearthdata.com). Packaging as TopoJSON: world-atlas, "
        "copyright 2013-2019 Michael Bostock, ISC licence (LICENSE-world-atlas)."
    ),
    "disclaimer": (
        "Borders are drawn as Natural Earth draws them, by who controls the ground. They are a backdrop for orientation, "
        "at a scale of 1:50 million, and take no position on any border, name or claim."
    ),
}


def main() -> None:
    """Fetch the package, check it, and write the map with its licence and a note of origin."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            topology = _member(archive, FILE)
            licence = _member(archive, "LICENSE")
    found = hashlib.sha256(topology).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{FILE} of {PACKAGE} has SHA-256 {found}, expected {SHA256}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / FILE).write_bytes(topology)
    (FOLDER / "LICENSE-world-atlas").write_bytes(licence)
    (FOLDER / "origin.json").write_text(json.dumps(ORIGIN, indent=2) + "\n", encoding="utf-8")
    print(f"{FOLDER}: {len(topology) / 1000:.0f} kB")


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f"package/{name}")
    if member is None:
        raise SystemExit(f"{PACKAGE} holds no {name}")
    return member.read()


if __name__ == "__main__":
    main()
