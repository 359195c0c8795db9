"""What the page is given: the run, to the resolution stated, and nothing that is not in it."""

import io
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from openiads import api
from openiads.engine.lowering import lower
from openiads.errors import ResultsError
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.records.truth import motion_at
from openiads.web.columns import Columns
from openiads.web.coverage import ALTITUDES, RCS_DBSM, coverage
from openiads.web.payload import Payload
from openiads.web.scene import Shown, scene
from openiads.web.series import counters, series
from openiads.web.tracks import Tracks, ellipse, tracks


@pytest.fixture(scope="module")
def shown(payload: Payload) -> Shown:
    return payload.runs[0]


def read(content: Columns) -> pa.Table:
    assert len(content) == len(bytes(content))
    file = io.BytesIO()
    content.write_to(file)
    assert file.getvalue() == bytes(content)
    return pa.ipc.open_stream(io.BytesIO(bytes(content))).read_all()


def test_tracks_are_those_of_the_table(shown: Shown) -> None:
    found = tracks(shown.run, 0)
    table, ids = read(found.arrow), found.ids
    rows = shown.run.table("tracks", 0)
    assert ids == sorted(set(rows.column("track_id").to_pylist()))
    one = max(ids, key=rows.column("track_id").to_pylist().count)
    mine = table.filter(pc.equal(table.column("track"), ids.index(one))).to_pydict()
    theirs = rows.filter(pc.equal(rows.column("track_id"), one)).sort_by("at_ns").to_pylist()
    first: dict[int, Any] = {}
    for row in theirs:  # of the updates within two seconds the first
        first.setdefault(row["at_ns"] // 2_000_000_000, row)
    sent = list(first.values())
    assert len(sent) > 20
    assert mine["time"] == [row["at_ns"] // 1_000_000 for row in sent]
    latitude, longitude, height = ecef_to_geodetic(np.array([[row[f"position_ecef_{a}_m"] for a in "xyz"] for row in sent]))
    assert np.array(mine["latitude"]) / 1e6 == pytest.approx(np.degrees(latitude), abs=5.1e-7)
    assert np.array(mine["longitude"]) / 1e6 == pytest.approx(np.degrees(longitude), abs=5.1e-7)
    assert mine["altitude"] == pytest.approx(height, abs=0.51)
    assert mine["sigma"] == pytest.approx([row["sigma_position_m"] for row in sent], abs=0.51)
    for row, major, minor, bearing in zip(sent, mine["major"], mine["minor"], mine["bearing"], strict=True):
        turned = np.array(
            [
                [row["variance_north_m2"], row["covariance_east_north_m2"]],
                [row["covariance_east_north_m2"], row["variance_east_m2"]],
            ]
        )
        values, vectors = np.linalg.eigh(turned)
        assert (major, minor) == pytest.approx(np.sqrt(values[::-1]), rel=1e-3)
        along = np.array([np.cos(np.radians(bearing / 10)), np.sin(np.radians(bearing / 10))])
        assert abs(along @ vectors[:, 1]) == pytest.approx(1.0, abs=1e-3)
        assert row["variance_east_m2"] + row["variance_north_m2"] < row["sigma_position_m"] ** 2


def test_the_ellipse_of_a_covariance() -> None:
    """By hand: east alone, north alone, and 45 degrees with a correlation of one half."""
    major, minor, bearing = ellipse(np.array([4.0, 1.0, 1.0]), np.array([1.0, 9.0, 1.0]), np.array([0.0, 0.0, 0.5]))
    assert major == pytest.approx([2.0, 3.0, np.sqrt(1.5)])
    assert minor == pytest.approx([1.0, 1.0, np.sqrt(0.5)])
    assert np.degrees(bearing) == pytest.approx([90.0, 0.0, 45.0])


def test_long_runs_are_sent_more_coarsely_and_in_order(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openiads.web.tracks.MOST_UPDATES", 500)
    found = tracks(shown.run, 0)
    table = read(found.arrow).to_pydict()
    rows = shown.run.table("tracks", 0)
    pairs = list(zip(table["track"], table["time"], strict=True))
    assert pairs == sorted(pairs)
    assert len(found.ids) <= len(pairs) <= max(500, len(found.ids)) < len(rows)
    updates = [(row["track_id"], row["at_ns"] // 1_000_000) for row in rows.select(["track_id", "at_ns"]).to_pylist()]
    step = 2000 * -(-len(updates) // 500)
    while len({(track, time // step) for track, time in updates}) > max(500, len(found.ids)):
        step *= 2
    first: dict[tuple[str, int], int] = {}
    for track, time in updates:
        first.setdefault((track, time // step), time)
    assert found.step_ms == step > 4000
    assert {(found.ids[track], time // step): time for track, time in pairs} == first


def test_truth_follows_the_paths_of_the_run(shown: Shown) -> None:
    """Against the arrays that the walk itself uses."""
    table = read(shown.truth.arrow).to_pydict()
    lowered = lower(shown.scenario)
    case = lowered.case
    assert list(shown.truth.names) == list(lowered.names.objects)
    for number, thing in enumerate(case.objects):
        rows = [k for k, o in enumerate(table["object"]) if o == number]
        times = [table["time"][k] for k in rows]
        assert times == sorted(times)
        assert times[0] == thing["start_ns"] // 1_000_000
        assert times[-1] >= thing["end_ns"] // 1_000_000 - 1
        for k in (rows[0], rows[len(rows) // 2], rows[-2]):  # the last lies beyond the end
            x, y, z, *_ = motion_at(case.objects, case.knots, number, table["time"][k] * 1_000_000)
            latitude, longitude, height = ecef_to_geodetic(np.array([x, y, z]))
            assert table["latitude"][k] / 1e6 == pytest.approx(np.degrees(float(latitude)), abs=2e-6)
            assert table["longitude"][k] / 1e6 == pytest.approx(np.degrees(float(longitude)), abs=2e-6)
            assert table["altitude"][k] == pytest.approx(float(height), abs=1.0)


def test_counters_are_those_of_the_tables(shown: Shown) -> None:
    for number in range(3):
        end = counters(shown, number, 10**9)
        counts = shown.run.table("counts", number).to_pylist()[0]
        assert end["kills"] == pc.sum(pc.equal(shown.run.table("outcomes", number).column("end_state"), "killed")).as_py()
        assert end["leaks"] == pc.sum(pc.equal(shown.run.table("outcomes", number).column("end_state"), "leaked")).as_py()
        assert end["magazine"] == sum(shown.run.table("magazines", number).column("remaining").to_pylist())
        assert len(shown.run.table("shots", number)) == counts["shots"]


def test_bands_hold_the_replications(shown: Shown) -> None:
    found = series(shown)
    for name, (low, middle, high) in found["bands"].items():
        assert all(a <= b <= c for a, b, c in zip(low, middle, high, strict=True)), name
    last = [counters(shown, k, 10**9)["kills"] for k in range(6)]
    assert found["bands"]["kills"][1][-1] == pytest.approx(np.median(last), abs=1e-9)


def test_a_replication_that_was_not_recorded_in_full(shown: Shown) -> None:
    found = tracks(shown.replication(3), 3)
    other = scene(shown, 3, found)
    assert other["replication"] == 3
    assert len(other["tracks"]["ids"]) > 10
    assert read(found.arrow).num_rows > 100


def test_leakers_carry_their_cause(shown: Shown) -> None:
    found = [
        o for k in range(6) for o in scene(shown, k, Tracks(Columns({}), [], 2000))["objects"] if o["end_state"] == "leaked"
    ]
    assert found
    for thing in found:
        at_unit = next(link for link in thing["chain"] if link["node"] == thing["cause"]["unit"])
        assert at_unit["cause"] == thing["cause"]["first"]
        assert at_unit["stages"]["first_detection"] <= at_unit["stages"].get("first_firm", 10**9)
        assert thing["cause"] is not None
        assert thing["stages"][-1][0] == "outcome"


def test_coverage_grows_with_cross_section(shown: Shown) -> None:
    found = coverage(shown.scenario)
    assert found["altitudes_m"] == list(ALTITUDES)
    for radar in found["radars"]:
        for end in ("low", "nominal", "high"):
            for reaches in radar["reach_m"][end]:
                assert reaches == sorted(reaches)
        one, more = (radar["reach_m"]["nominal"][5][RCS_DBSM.index(dbsm)] for dbsm in (0, 12))
        assert 1.5 < more / one <= 10 ** (12 / 40) * 1.01  # the fourth root of the cross-section, less what the air takes
        sight = np.array(radar["sight_m"])
        assert (np.diff(sight[:6], axis=0) >= 0).all()  # higher is seen farther, until the cone above matters
        assert sight[0].max() < sight[5].max()


def test_wrong_folders(tmp_path: Path, web_runs: tuple[Path, Path], cases: ModuleType) -> None:
    with pytest.raises(ResultsError, match="shows one, or compares two"):
        Payload.open([])
    with pytest.raises(ResultsError):
        Payload.open([tmp_path])
    with pytest.raises(ResultsError, match="no such file"):
        Payload.open(web_runs[:1], report=tmp_path / "none.html")
    assert api.open_run(web_runs[0]).folder == web_runs[0]
