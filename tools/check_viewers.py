"""What viewers make of an exported run: `python tools/check_viewers.py RUN --tools FOLDER`.

CZML is loaded by `@cesium/engine` under Node, and half-way between samples its positions are compared with the paths of the run.
KML is validated against the OGC's `ogckml22.xsd` by xmllint. ACMI is read back by our strict reader. Engine and schema are fetched
into FOLDER from npm and PyPI when they are not there (the schema lies in the package fastkml, LGPL, which is unpacked and never
imported or shipped). Needs node, npm and xmllint.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

import openiads
from openiads.interop.source import Source

HERE = Path(__file__).parent
WITHIN_M = 1.1
"""A path is thinned to 1 m; positions are written to the centimetre."""


def cesium_folder(folder: Path) -> Path:
    """Where `@cesium/engine` is installed; installs it."""
    place = folder / "cesium"
    if not (place / "node_modules" / "@cesium" / "engine").is_dir():
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text("{}")
        subprocess.run(["npm", "install", "--silent", "@cesium/engine"], cwd=place, check=True)
    return place


def kml_schema(folder: Path) -> Path:
    """The OGC's schema of KML 2.2 with the schemas that it imports; fetches them."""
    schema = folder / "fastkml" / "schema" / "ogckml22.xsd"
    if not schema.is_file():
        fetch = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary",
            ":all:",
            "fastkml",
            "-d",
            str(folder),
        ]
        subprocess.run(fetch, check=True)
        with zipfile.ZipFile(next(folder.glob("fastkml-*.whl"))) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.endswith(".xsd")])
    return schema


def check_czml(source: Source, file: Path, cesium: Path) -> str:
    """How far Cesium draws objects from where the run has them."""
    command = ["node", str(HERE / "check_czml.mjs"), str(cesium), str(file)]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()[-1])
    worst = 0.0
    for name, rows in told["positions"].items():
        table = np.array(rows)
        index = source.index[name.removeprefix("object ").split(" ")[0]]
        truth, _ = source.paths.at(index, np.round(table[:, 0] * 1e9).astype(np.int64) + source.from_ns)
        worst = max(worst, float(np.linalg.norm(table[:, 1:] - truth, axis=-1).max()))
    if worst > WITHIN_M:
        raise SystemExit(f"{file.name}: Cesium draws an object {worst:.2f} m off its path")
    count = sum(map(len, told["positions"].values()))
    return (
        f"czml: {told['entities']} entities loaded by @cesium/engine, {count} positions between samples within {worst:.2f} m"
    )


def check_kml(file: Path, schema: Path) -> str:
    """Whether the file is valid; xmllint says why not."""
    subprocess.run(
        ["xmllint", "--noout", "--nonet", "--schema", str(schema), str(file)], check=True, stderr=subprocess.DEVNULL
    )
    return "kml: valid against ogckml22.xsd"


def check_acmi(source: Source, file: Path, folder: Path) -> str:
    """Read back: every object, where the run has it."""
    openiads.import_file("acmi", file, folder / "back.parquet")
    table: Any = pq.read_table(folder / "back.parquet").to_pandas(use_threads=False)
    worst = 0.0
    for thing in source.things:
        rows = table[table["object_id"] == thing.object_id]
        truth, _ = source.paths.at(source.index[thing.object_id], (rows["time_s"] * 1e9).round().astype(int).to_numpy())
        stated = rows[[f"position_ecef_{axis}_m" for axis in "xyz"]].to_numpy()
        worst = max(worst, float(np.linalg.norm(stated - truth, axis=-1).max()))
    return f"acmi: {len(table)} positions read back, objects within {100 * worst:.1f} cm"


def main(arguments: list[str] | None = None) -> int:
    """Check a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", help="run folder")
    parser.add_argument("--replication", type=int, default=0)
    parser.add_argument("--tools", type=Path, required=True, help="folder for @cesium/engine and the schema")
    given = parser.parse_args(arguments)
    given.tools.mkdir(parents=True, exist_ok=True)
    run = openiads.open_run(given.run)
    source = Source.open(run.reader, given.replication)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {"czml": folder / "a.czml", "kml": folder / "a.kml", "acmi": folder / "a.zip.acmi"}
        for to, file in files.items():
            openiads.export(run, to, file, replication=given.replication)
        print(check_czml(source, files["czml"], cesium_folder(given.tools)))
        print(check_kml(files["kml"], kml_schema(given.tools)))
        print(check_acmi(source, files["acmi"], folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
