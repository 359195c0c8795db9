"""ADS-B recordings into truth tables: values worked by hand, real files, broken ones."""

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openiads.errors import InteropError
from openiads.interop.adsb import Reports
from openiads.interop.truth import velocities

ROW = {"timestamp": 1_587_624_110_000, "icao24": "4ba946", "latitude": 40.0, "longitude": 33.0, "altitude": 10_000.0}
ROW |= {"groundspeed": 100.0, "track": 90.0, "vertical_rate": 600.0, "callsign": "THY1 "}


def one(path: Path) -> tuple[dict[str, Any], Reports]:
    reports = Reports(path)
    (batch,) = reports.batches()
    return batch, reports


def test_units_of_a_traffic_frame(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([ROW]), encoding="utf-8")
    batch, reports = one(path)
    assert batch["height_m"][0] == pytest.approx(3048, rel=0, abs=1e-9)  # m
    velocity = np.array([batch[f"velocity_ecef_{axis}_mps"][0].as_py() for axis in "xyz"])
    lat, lon = math.radians(40), math.radians(33)
    east = np.array([-math.sin(lon), math.cos(lon), 0])
    up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    assert velocity == pytest.approx(51.4444 * east + 3.048 * up, rel=0, abs=1e-3)  # m/s: 100 kn and 600 ft/min
    assert batch["system"] == ["THY1"]
    assert reports.summary.time_zero == "2020-04-23T06:41:50+00:00"


def test_rows_and_columns_say_the_same(tmp_path: Path) -> None:
    rows, columns = tmp_path / "rows.json", tmp_path / "columns.json"
    rows.write_text(json.dumps([ROW, {**ROW, "latitude": 41.0}]), encoding="utf-8")
    columns.write_text(
        json.dumps({key: {"0": value, "1": 41.0 if key == "latitude" else value} for key, value in ROW.items()}),
        encoding="utf-8",
    )
    a, b = one(rows)[0], one(columns)[0]
    assert list(a["latitude_deg"]) == list(b["latitude_deg"]) == [40.0, 41.0]


@pytest.mark.parametrize(
    ("name", "rows", "objects"),
    [
        ("stonesoup/OpenSky_Plane_States.csv", 6052, 84),
        ("traffic/featured/turkish_flag.json.gz", 917, 1),
        ("traffic/featured/zero_gravity.json.gz", 10367, 1),
        ("traffic/noisy/noisy_spoofing.json.gz", 8670, 1),
        ("traffic/readsb/trace_full_ac671b.json", 2500, 1),
    ],
)
def test_real_recordings(shared_data: Callable[[str], Path], name: str, rows: int, objects: int) -> None:
    reports = Reports(shared_data(f"adsb/{name}"))
    assert sum(len(batch["time_s"]) for batch in reports.batches()) == rows
    assert (reports.summary.rows, reports.summary.objects, reports.summary.fault_count) == (rows, objects, 0)


def test_velocities_agree_with_the_positions(shared_data: Callable[[str], Path]) -> None:
    batch, _ = one(shared_data("adsb/stonesoup/OpenSky_Plane_States.csv"))
    names = np.array(batch["object_id"])
    stated = np.stack([batch[f"velocity_ecef_{axis}_mps"].to_numpy(zero_copy_only=False) for axis in "xyz"], axis=-1)
    position = np.stack([batch[f"position_ecef_{axis}_m"] for axis in "xyz"], axis=-1)
    time = np.array(batch["time_s"])
    off = []
    for name in np.unique(names):
        where = names == name
        derived = velocities(time[where], position[where])
        off.append(np.linalg.norm(derived - stated[where], axis=-1))
    assert np.nanmedian(np.concatenate(off)) < 12.0  # m/s: states every 10 s, turns, and positions up to seconds old


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"time,icao24,lat\n1,a,2\n", "has no column 'lon'"),
        ("a.json", b"{", "is no JSON"),
        ("a.json", b"{}", "is neither a readsb trace nor a traffic data frame"),
        ("a.json", b'{"trace": 3}', "`trace` is no list"),
        ("a.json.gz", b"\x1f\x8bnot gzip", "is no gzip that can be read"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InteropError, match=message):
        list(Reports(tmp_path / name).batches())


def test_reports_without_a_place_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    rows = [ROW, {**ROW, "latitude": None}, {**ROW, "latitude": 91}, {**ROW, "altitude": 1e9}, 7]
    path.write_text(json.dumps(rows), encoding="utf-8")
    batch, reports = one(path)
    assert len(batch["time_s"]) == 1
    assert reports.summary.counts == {
        "pressure altitudes": 1,
        "reports without time, address, position or altitude, left out": 1,
        "reports with an impossible time or position, left out": 1,
        "reports with an impossible altitude, left out": 1,
    }
    assert reports.summary.faults == ["a row is a int, not a mapping"]


def samples() -> dict[str, list[bytes]]:
    trace = {
        "icao": "a",
        "timestamp": 1.5e9,
        "trace": [[k, 40.0, 33.0, 1000, 200, 90.0, 0, 64, None, "x", 1100] for k in range(5)],
    }
    frame = json.dumps([ROW] * 3).encode()
    return {
        "a.json": [frame, json.dumps(trace).encode(), gzip.compress(frame)],
        "a.csv": [b"time,icao24,lat,lon,geoaltitude,velocity,heading\n" + b"1626098400,3c4591,51.4,-0.4,10843,254,99\n" * 4],
    }


@pytest.mark.parametrize("name", ["a.json", "a.csv"])
def test_broken_recordings_never_crash(survive: Any, file_decoder: Callable[..., Any], name: str) -> None:
    survive(file_decoder(lambda path: list(Reports(path).batches()), name), samples()[name], 1_000)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["a.json", "a.csv"])
def test_a_hundred_thousand_broken_recordings(survive: Any, file_decoder: Callable[..., Any], name: str) -> None:
    survive(file_decoder(lambda path: list(Reports(path).batches()), name), samples()[name], 50_000)
