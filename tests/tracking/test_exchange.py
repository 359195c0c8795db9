"""Stone Soup and back; registration; two pictures of the same plots; tables and the commands that read them."""

import datetime as dt
import math

import numpy as np
import pytest
from typer.testing import CliRunner

from openiads.cli.main import app
from openiads.errors import OpeniadsError
from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.registration import estimate_biases, fuse_tracks
from openiads.tracking.scoring import score
from openiads.tracking.tables import COVARIANCE, TRACK_COLUMNS, picture_columns, read_table

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
RADAR = Sensor(
    id="a", east_m=0.0, north_m=0.0, up_m=0.0, sigma_range_m=50.0, sigma_azimuth_deg=0.1, sigma_elevation_deg=0.2,
    scan_period_s=10.0,
)  # fmt: skip
SENSORS = """frame: flat
sensors:
  - {id: a, east_m: 0, north_m: 0, up_m: 0, sigma_range_m: 50, sigma_azimuth_deg: 0.1, sigma_elevation_deg: 0.2, scan_period_s: 10}
"""


def plots(t_s):
    x = np.array([40e3 - 200.0 * t_s, 30e3, 8e3])
    ground = math.hypot(x[0], x[1])
    return {
        "time_s": [t_s],
        "range_m": [math.hypot(ground, x[2])],
        "azimuth_rad": [math.atan2(x[0], x[1])],
        "elevation_rad": [math.atan2(x[2], ground)],
    }


def pictures(count=5):
    tracker = Tracker(TrackerConfig([RADAR], "flat", TrackerOptions(max_tracks=50)))
    return tracker, [tracker.step(Scan("a", plots(10.0 * k))) for k in range(count)]


def test_plots_go_to_stone_soup_and_back():
    adapters = pytest.importorskip("openiads.tracking.stonesoup")
    pytest.importorskip("stonesoup")
    detections = adapters.to_detections(plots(0.0), RADAR, start=START)
    back = adapters.from_detections(detections, start=START)
    for name, values in plots(0.0).items():
        assert back[name] == pytest.approx(values, rel=1e-12)
    position = detections[0].measurement_model.inverse_function(detections[0])[[0, 2, 4], 0]
    assert np.asarray(position, dtype=float) == pytest.approx([40e3, 30e3, 8e3], rel=1e-9)  # m


def test_tracks_go_to_stone_soup_and_back():
    pytest.importorskip("stonesoup")
    from openiads.tracking.stonesoup import from_tracks, to_tracks

    tracker, seen = pictures()
    tracks = to_tracks(seen, start=START)
    back = from_tracks(tracks, start=START)
    expected = picture_columns(seen[-1], tracker)
    assert len(tracks) == 1
    for name in ("time_s", "east_m", "velocity_up_mps", *COVARIANCE):
        assert back[name][-1] == pytest.approx(expected[name][0], rel=1e-12, abs=1e-12)


def test_offsets_of_two_radars_are_found_from_common_tracks():
    rng = np.random.default_rng(3)
    places = [(np.array([0.0, 0.0, 0.0]), np.eye(3)), (np.array([60e3, 10e3, 0.0]), np.eye(3))]
    offsets = [np.array([80.0, 0.003, 0.001]), np.array([-40.0, -0.002, 0.002])]
    sides = [[], []]
    for at in rng.uniform([-50e3, 40e3, 3e3], [90e3, 120e3, 11e3], (60, 3)):
        for k, (site, _) in enumerate(places):
            rel = at - site
            ground = math.hypot(rel[0], rel[1])
            r, a, e = (
                np.array([math.hypot(ground, rel[2]), math.atan2(rel[0], rel[1]), math.atan2(rel[2], ground)]) + offsets[k]
            )
            moved = site + r * np.array([math.cos(e) * math.sin(a), math.cos(e) * math.cos(a), math.sin(e)])
            sides[k].append(moved + 20.0 * rng.normal(size=3))
    spread = np.broadcast_to(400.0 * np.eye(3), (60, 3, 3))
    found = estimate_biases(sides[0], spread, places[0], sides[1], spread, places[1], prior=[200.0, 0.01, 0.01])
    sigma = np.sqrt(np.diag(found.covariance))
    error = np.concatenate([found.first, found.second]) - np.concatenate(offsets)
    assert np.all(np.abs(error) < 4.0 * sigma)
    assert np.all(np.abs(error) < [12.0, 3e-4, 5e-4] * 2)  # m, rad


def test_two_nodes_with_the_same_plots_do_not_grow_more_certain():
    _, seen = pictures()
    last = seen[-1]
    fused = fuse_tracks(last.state, last.covariance, last.state, last.covariance, gate=16.0)
    assert [(i, j) for i, j, _ in fused] == [(0, 0)]
    assert fused[0][2].covariance == pytest.approx(last.covariance[0], rel=1e-6, abs=1e-6)
    assert fuse_tracks(last.state, last.covariance, np.zeros((0, 6)), np.zeros((0, 6, 6)), gate=16.0) == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_commands_track_and_score(tmp_path, kind):
    rows = [plots(10.0 * k) for k in range(6)]
    text = "time_s,sensor_id,range_m,azimuth_rad,elevation_rad\n" + "".join(
        f"{r['time_s'][0]},a,{r['range_m'][0]!r},{r['azimuth_rad'][0]!r},{r['elevation_rad'][0]!r}\n" for r in reversed(rows)
    )
    (tmp_path / "plots.csv").write_text(text + "NaN,a,1,1,1\n")
    (tmp_path / "sensors.yaml").write_text(SENSORS)
    truth = "".join(f"{10.0 * k},x,{40e3 - 2e3 * k},30000,8000,-200,0,0\n" for k in range(6))
    header = "time_s,object_id,east_m,north_m,up_m,velocity_east_mps,velocity_north_mps,velocity_up_mps\n"
    (tmp_path / "truth.csv").write_text(header + truth)
    out = tmp_path / f"tracks.{kind}"
    arguments = ["track", str(tmp_path / "plots.csv"), "--sensors", str(tmp_path / "sensors.yaml"), "-o", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "not finite" in result.output
    table = read_table(out)
    assert tuple(table) == TRACK_COLUMNS
    assert list(table["status"]) == ["tentative"] * 2 + ["firm"] * 4
    result = CliRunner().invoke(
        app, ["score", str(out), "--truth", str(tmp_path / "truth.csv"), "--json", str(tmp_path / "s.json")]
    )
    assert result.exit_code == 0, result.output
    found = {m.name: m.value for m in score(table, read_table(tmp_path / "truth.csv"))}
    assert found["siap_completeness"] == pytest.approx(4 / 6)
    assert found["track_latency_median"] == 20.0
    assert found["position_rms"] < 30.0  # m
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".aside")]


def test_no_sensor_file_is_refused(tmp_path):
    with pytest.raises(OpeniadsError, match="--sensors FILE is missing"):
        CliRunner().invoke(
            app, ["track", "plots.csv", "-o", str(tmp_path / "t.csv")], catch_exceptions=False, standalone_mode=False
        )


def test_a_truth_of_other_times_is_refused():
    tracker, seen = pictures(3)
    truth = {"time_s": [1e6], "object_id": ["x"], "east_m": [0.0], "north_m": [0.0], "up_m": [0.0]}
    with pytest.raises(OpeniadsError, match="same seconds"):
        score(picture_columns(seen[-1], tracker), truth)
