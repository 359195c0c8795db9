"""Plots from outside: what comes out of good ones, and what each kind of bad one does."""

import math

import numpy as np
import pytest

from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.setup import TrackingError
from openiads.tracking.tracker import COASTING, FIRM_NOW, STATUS

PLACE = {"east_m": 0.0, "north_m": 0.0, "up_m": 0.0}
QUALITY = {"sigma_range_m": 50.0, "sigma_azimuth_deg": 0.1, "sigma_elevation_deg": 0.2, "scan_period_s": 10.0}
START_M = np.array([40e3, 30e3, 8e3])
VELOCITY_MPS = np.array([-200.0, 50.0, 0.0])


def tracker(sensors=None, frame="flat", **options):
    sensors = sensors or [Sensor(id="a", **PLACE, **QUALITY)]
    return Tracker(TrackerConfig(sensors, frame, TrackerOptions(max_tracks=500, **options)))


def plots(positions_m, at_s):
    x = np.atleast_2d(np.asarray(positions_m, dtype=float).reshape(-1, 3))
    ground = np.hypot(x[:, 0], x[:, 1])
    return {
        "time_s": np.broadcast_to(np.asarray(at_s, dtype=float), len(x)),
        "range_m": np.hypot(ground, x[:, 2]),
        "azimuth_rad": np.arctan2(x[:, 0], x[:, 1]),
        "elevation_rad": np.arctan2(x[:, 2], ground),
    }


def at(t_s):
    return START_M + t_s * VELOCITY_MPS


def beside(t_s, east_m):
    return at(t_s) + np.array([east_m, 0.0, 0.0])


def fed(made, times_s):
    for t in times_s:
        picture = made.step(Scan("a", plots(at(t), t), t))
    return picture


def test_a_target_becomes_a_firm_track_with_its_velocity():
    picture = fed(tracker(), [0.0, 10.0, 20.0, 30.0])
    assert picture.status.tolist() == [FIRM_NOW]
    assert picture.time_s == 30.0
    assert picture.state[0, :3] == pytest.approx(at(30.0), rel=0, abs=60.0)  # m
    assert picture.state[0, 3:] == pytest.approx(VELOCITY_MPS, rel=0, abs=10.0)  # m/s
    assert np.all(np.linalg.eigvalsh(picture.covariance[0]) > 0.0)


def test_empty_scans_let_time_pass_and_the_track_coasts_and_ends():
    made = tracker()
    fed(made, [0.0, 10.0, 20.0])
    statuses = [[STATUS[s] for s in made.step(Scan("a", plots([], []), t)).status] for t in (30.0, 40.0, 50.0, 60.0)]
    assert statuses == [["firm"], ["coasting"], ["coasting"], []]


@pytest.mark.parametrize("name", ["converted", "ekf"])
def test_after_a_gap_a_track_that_has_lapsed_takes_no_plot(name):
    """As if the scans between had come and been empty; its gate would by then be as wide as the sky."""
    made, waited = tracker(filter=name), tracker(filter=name)
    before = fed(made, [0.0, 10.0, 20.0]).track_id.tolist()
    fed(waited, [0.0, 10.0, 20.0])
    waited.step(Scan("a", plots([], []), 80.0))
    after = [fed(one, [80.0, 90.0, 100.0]) for one in (made, waited)]
    assert before == [0]
    assert after[0].track_id.tolist() == [1]
    assert np.array_equal(after[0].state, after[1].state)


def test_an_empty_scan_needs_its_time():
    with pytest.raises(TrackingError, match="time_s"):
        tracker().step(Scan("a", plots([], [])))


def test_rows_that_are_not_finite_or_impossible_are_set_aside_and_counted():
    made = tracker()
    scan = plots([at(0.0)] * 5, 0.0)
    scan = {name: np.array(values) for name, values in scan.items()}
    scan["range_m"][1], scan["range_m"][2], scan["elevation_rad"][3] = math.nan, -5.0, 2.0
    assert len(made.step(Scan("a", scan))) == 1
    assert {k: v for k, v in made.counts.items() if v} == {"plots": 5, "not_finite": 1, "out_of_range": 2, "duplicates": 1}


def test_the_order_of_plots_and_copies_of_them_change_nothing():
    both = [at(20.0), beside(20.0, 20e3)]
    once, twice = tracker(), tracker()
    for t in (0.0, 10.0):
        fed(once, [t]), fed(twice, [t])
    first = once.step(Scan("a", plots(both, 20.0)))
    second = twice.step(Scan("a", plots([*both[::-1], both[0]], 20.0)))
    assert np.array_equal(first.state, second.state)
    assert (once.counts["duplicates"], twice.counts["duplicates"]) == (0, 1)


def test_degrees_and_other_units_are_refused_with_the_conversion():
    scan = plots([at(0.0)] * 3, 0.0)
    with pytest.raises(TrackingError, match="look like degrees"):
        tracker().step(Scan("a", scan | {"azimuth_rad": [200.0, 210.0, 220.0]}))
    renamed = {("range_km" if name == "range_m" else name): values for name, values in scan.items()}
    with pytest.raises(TrackingError, match="range_m = 1000 range_km"):
        tracker().step(Scan("a", renamed))


def test_noise_that_carries_an_elevation_beyond_the_zenith_is_not_another_unit():
    made = tracker()
    assert len(made.step(Scan("a", plots(at(0.0), 0.0) | {"elevation_rad": [math.pi / 2 + 0.05]}))) == 0
    assert made.counts["out_of_range"] == 1
    with pytest.raises(TrackingError, match="look like degrees"):
        made.step(Scan("a", plots(at(10.0), 10.0) | {"elevation_rad": [5.0]}))


def test_late_scans_are_waited_for_up_to_the_lateness_and_set_aside_beyond():
    times = [0.0, 10.0, 20.0, 30.0, 40.0]
    straight, shuffled = tracker(), tracker(lateness_s=25.0)
    fed(straight, times)
    fed(shuffled, [0.0, 20.0, 10.0, 40.0, 30.0])
    expected, found = straight.finish(), shuffled.finish()
    assert np.array_equal(expected.state, found.state)
    assert found.time_s == 40.0
    strict = tracker()
    fed(strict, [0.0, 20.0, 10.0])
    assert strict.counts["too_late"] == 1


def test_a_scan_beyond_the_room_is_counted_and_does_not_hang():
    rng = np.random.default_rng(1)
    made = tracker()
    scan = {
        "range_m": rng.uniform(5e3, 3e5, 100_000),
        "azimuth_rad": rng.uniform(0.0, 6.28, 100_000),
        "elevation_rad": rng.uniform(0.0, 0.17, 100_000),
    }
    for k in range(3):
        picture = made.step(Scan("a", scan | {"time_s": np.full(100_000, 10.0 * k)}))
    assert len(picture) == 500
    assert made.counts["overflow"] > 290_000


def test_two_sensors_in_a_geodetic_frame_make_one_track():
    sites = [(39.0, 32.0, 900.0), (39.5, 33.0, 1200.0)]
    sensors = [
        Sensor(id=name, latitude_deg=lat, longitude_deg=lon, height_m=h, **QUALITY)
        for name, (lat, lon, h) in zip("ab", sites, strict=True)
    ]
    made = tracker(sensors, "geodetic")
    from openiads.geo.ellipsoid import ecef_to_polar

    start = made.origin + np.array([60e3, 40e3, 9e3]) @ made.frame_axes
    velocity = np.array([100.0, -150.0, 0.0]) @ made.frame_axes
    for k in range(8):
        t = 5.0 * k
        r, az, el = ecef_to_polar(made.sites[k % 2], made.axes[k % 2], (start + t * velocity)[None])
        scan = {"time_s": [t], "range_m": r, "azimuth_rad": az, "elevation_rad": el}
        picture = made.step(Scan("ab"[k % 2], scan))
    assert picture.status.tolist() == [FIRM_NOW]
    expected = np.array([60e3, 40e3, 9e3]) + 35.0 * np.array([100.0, -150.0, 0.0])
    assert picture.state[0, :3] == pytest.approx(expected, rel=0, abs=40.0)  # m


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"sensors": []}, "empty"),
        ({"sensors": [{"id": "a"}]}, "sigma_range_m"),
        ({"sensors": [{"id": "a", **PLACE, **QUALITY, "sigma_rang_m": 3}]}, "Did you mean 'sigma_range_m'"),
        ({"sensors": [{"id": "a", **PLACE, **QUALITY}] * 2}, "twice"),
        ({"frame": "geodetic", "sensors": [{"id": "a", **PLACE, **QUALITY}]}, "latitude_deg"),
        ({"frame": "polar", "sensors": [{"id": "a", **PLACE, **QUALITY}]}, "flat, geodetic"),
        ({"sensors": [{"id": "a", **PLACE, **QUALITY}], "tracker": {"motion": "warp"}}, "cv, ca, turn"),
        ({"sensors": [{"id": "a", **PLACE, **QUALITY}], "tracker": {"confirm_hits": 2.5}}, "whole number"),
    ],
)
def test_a_sensor_file_says_what_is_wrong(tree, message):
    with pytest.raises(TrackingError, match=message):
        TrackerConfig.from_mapping(tree)


def test_coasting_is_told_from_firm():
    made = tracker()
    fed(made, [0.0, 10.0, 20.0])
    assert made.step(Scan("a", plots([], []), 36.0)).status.tolist() == [COASTING]
