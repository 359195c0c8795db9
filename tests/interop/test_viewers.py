"""CZML, KML and GeoJSON: paths within a metre of the truth as their readers draw them, valid documents, the same bytes again."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads
from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.interop.shapes import thin
from openiads.interop.source import Source

ROOT = Path(__file__).resolve().parents[2]
CESIUM = os.environ.get("OPENIADS_CESIUM", "")
KML_SCHEMA = os.environ.get("OPENIADS_KML_SCHEMA", "")


def export(run: Any, to: str, path: Path) -> Path:
    openiads.export(run, to, path, overwrite=True)
    return path


def test_thinning_keeps_corners_and_drops_the_rest() -> None:
    times = np.arange(0, 101, dtype=np.int64) * 10**9
    position = np.zeros((101, 3))
    position[:, 0] = np.minimum(times, 50 * 10**9) / 1e9 * 100
    position[:, 1] = np.maximum(times - 50 * 10**9, 0) / 1e9 * 100
    assert list(thin(times, position)) == [0, 50, 100]
    bent = position.copy()
    bent[20, 2] = 0.9
    assert list(thin(times, bent)) == [0, 50, 100]  # within a metre
    bent[20, 2] = 1.1
    assert 20 in thin(times, bent)


def lines_of_czml(path: Path) -> dict[str, tuple[Any, Any]]:
    packets = json.loads(path.read_text(encoding="utf-8"))
    assert packets[0]["id"] == "document"
    assert packets[0]["version"] == "1.0"
    found = {}
    for packet in packets[1:]:
        if packet["id"].startswith("object "):
            table = np.array(packet["position"]["cartesian"]).reshape(-1, 4)
            found[packet["name"]] = table[:, 0], table[:, 1:]
    return found


def lines_of_geojson(path: Path) -> dict[str, tuple[Any, Any]]:
    tree = json.loads(path.read_text(encoding="utf-8"))
    assert tree["type"] == "FeatureCollection"
    found = {}
    for feature in tree["features"]:
        about = feature["properties"]
        if about["what"] == "object":
            lon, lat, high = np.array(feature["geometry"]["coordinates"]).T
            position = geodetic_to_ecef(latitude_rad=np.radians(lat), longitude_rad=np.radians(lon), height_m=high)
            times = np.array([np.datetime64(t[:-1]) for t in about["times"]]) - np.datetime64("2019-07-12T06:00:00")
            found[about["id"]] = times / np.timedelta64(1, "s"), position
    return found


@pytest.mark.parametrize(("to", "read"), [("czml", lines_of_czml), ("geojson", lines_of_geojson)])
def test_paths_as_viewers_join_them_are_within_a_metre(run: Any, tmp_path: Path, to: str, read: Any) -> None:
    source = Source.open(run.reader)
    found = read(export(run, to, tmp_path / f"a.{to}"))
    assert sorted(found) == [thing.object_id for thing in source.things]
    for name, (times, position) in found.items():
        dense = np.linspace(times[0], times[-1], 997)
        drawn = np.stack([np.interp(dense, times, position[:, k]) for k in range(3)], axis=-1)
        truth, _ = source.paths.at(source.index[name], np.round(dense * 1e9).astype(np.int64))
        assert np.linalg.norm(drawn - truth, axis=-1).max() < 1.6, name  # m: 1 m, rounding, and corners within half a second
        assert times[-1] == pytest.approx(source.things[source.index[name]].end_ns / 1e9, rel=0, abs=2e-6)


@pytest.mark.skipif(not CESIUM, reason="OPENIADS_CESIUM does not name a folder with @cesium/engine (tools/check_viewers.py)")
def test_cesium_loads_it_and_draws_the_truth(run: Any, tmp_path: Path) -> None:
    path = export(run, "czml", tmp_path / "a.czml")
    tool = ["node", str(ROOT / "tools" / "check_czml.mjs"), CESIUM]
    done = subprocess.run([*tool, str(path)], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    source = Source.open(run.reader)
    shots = [row for row in run.table("association", 0).to_pylist() if row["reference"] == "shot" and row["object_id"]]
    assert told["entities"] == len(source.nodes) + len(source.things) + len(shots)
    for name, rows in told["positions"].items():
        times, drawn = np.array(rows)[:, 0], np.array(rows)[:, 1:]
        truth, _ = source.paths.at(source.index[name.removeprefix("object ")], np.round(times * 1e9).astype(np.int64))
        assert np.linalg.norm(drawn - truth, axis=-1).max() < 1.1, name  # m
    broken = path.read_text(encoding="utf-8").replace('"cartesian":[0', '"cartesian":["x"', 1)
    path.write_text(broken, encoding="utf-8")
    assert subprocess.run([*tool, str(path)], capture_output=True, check=False).returncode == 1


def test_kml_holds_what_the_run_holds(run: Any, tmp_path: Path) -> None:
    text = export(run, "kml", tmp_path / "a.kml").read_text(encoding="utf-8")
    source = Source.open(run.reader)
    for thing in source.things:
        assert f"<Folder><name>{thing.object_id}</name>" in text
    first = re.search(r"<name>liner \(neutral\), path</name>.*?<coordinates>([^ ]+) ", text)
    assert first is not None
    assert first[1] == "32.7000000,40.1500000,10000.0"
    with zipfile.ZipFile(export(run, "kml", tmp_path / "a.kmz")) as archive:
        assert archive.namelist() == ["doc.kml"]
        assert archive.read("doc.kml").decode() == text


@pytest.mark.skipif(
    not KML_SCHEMA, reason="OPENIADS_KML_SCHEMA does not name ogckml22.xsd (tools/check_viewers.py fetches it)"
)
@pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed (Debian: apt install libxml2-utils)")
def test_kml_is_valid_against_the_schema_of_the_ogc(run: Any, tmp_path: Path) -> None:
    tool = ["xmllint", "--noout", "--nonet", "--schema", KML_SCHEMA]
    path = export(run, "kml", tmp_path / "a.kml")
    done = subprocess.run([*tool, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<altitudeMode>absolute<", "<altitudeMode>above<", 1), encoding="utf-8")
    assert subprocess.run([*tool, str(path)], capture_output=True, check=False).returncode != 0


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="ogrinfo (GDAL) is not installed")
@pytest.mark.parametrize(("to", "name"), [("kml", "a.kml"), ("geojson", "a.geojson")])
def test_gdal_reads_it(run: Any, tmp_path: Path, to: str, name: str) -> None:
    path = export(run, to, tmp_path / name)
    done = subprocess.run(["ogrinfo", "-al", "-so", str(path)], capture_output=True, text=True, check=True)
    if to == "geojson":
        count = len(json.loads(path.read_text(encoding="utf-8"))["features"])
        assert f"Feature Count: {count}" in done.stdout
    else:
        assert "raider" in done.stdout


@pytest.mark.parametrize(
    "name", ["a.czml", "a.kml", "a.kmz", "a.geojson", "a.txt.acmi", "a.zip.acmi", "a.pcap", "a.csv", "a.zip"]
)
def test_the_same_run_gives_the_same_bytes(run: Any, tmp_path: Path, name: str) -> None:
    formats = {".czml": "czml", ".kml": "kml", ".kmz": "kml", ".geojson": "geojson", ".acmi": "acmi", ".pcap": "dis"}
    to = (formats | {".csv": "events", ".zip": "stonesoup"})[Path(name).suffix]
    first = export(run, to, tmp_path / name).read_bytes()
    assert export(run, to, tmp_path / name).read_bytes() == first
    assert b"this model" in first or name.endswith(("kmz", "zip.acmi", "zip", "csv"))
