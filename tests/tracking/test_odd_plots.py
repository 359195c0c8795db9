"""Plots as outsiders have them, through every option of the tracker: no crash, no hang, finite tracks. Nightly."""

import time

import numpy as np
import pytest

from openiads.tracking import Tracker, TrackerConfig
from openiads.tracking.batches import to_raw
from openiads.tracking.recording import pictures
from openiads.tracking.setup import TrackingError

pytestmark = pytest.mark.nightly

PERIOD_S, TARGETS, SCANS = 5.0, 6, 20
OPTIONS = {
    "default": {},
    "distance": {"assignment_cost": "distance", "speed_gate": False},
    "shared": {"resolution_sigmas": 6.0},
    "ekf": {"filter": "ekf"},
    "ukf": {"filter": "ukf"},
    "imm": {"motion": "imm"},
    "turn": {"motion": "turn"},
    "ca": {"motion": "ca"},
    "ballistic": {"motion": "ballistic"},
    "jpda": {"association": "jpda"},
    "sprt": {"initiation": "sprt"},
    "all": {"motion": "imm", "filter": "ukf", "association": "jpda", "initiation": "sprt"},
}
PLACES = ((90.0, 0.0), (-90.0, 50.0), (89.9999, -180.0), (0.0, 180.0), (40.0, 179.9999), (-60.0, -179.9999))
NAMES = ("time_s", "range_m", "azimuth_rad", "elevation_rad")


def scene(ballistic):
    """Plots of six targets and of clutter, (n, 4): time, range, azimuth, elevation."""
    rng = np.random.default_rng(0)
    low, high = np.array([-60e3, -60e3, 5e3]), np.array([60e3, 60e3, 11e3])
    start, velocity = rng.uniform(low, high, (TARGETS, 3)), rng.uniform(-200.0, 200.0, (TARGETS, 3)) * [1.0, 1.0, 0.0]
    rows = []
    for k in range(SCANS):
        t = k * PERIOD_S
        x = start + t * velocity + (np.array([0.0, 0.0, 30e3 + 300.0 * t - 4.903325 * t * t]) if ballistic else 0.0)
        ground = np.hypot(x[:, 0], x[:, 1])
        z = np.column_stack([np.hypot(ground, x[:, 2]), np.arctan2(x[:, 0], x[:, 1]), np.arctan2(x[:, 2], ground)])
        z = (z + [30.0, 1e-3, 1e-3] * rng.normal(size=z.shape))[rng.random(TARGETS) < 0.95]
        false = rng.uniform([5e3, -np.pi, 0.0], [1e5, np.pi, 0.2], (rng.poisson(3), 3))
        rows.append(np.insert(np.vstack([z, false]), 0, t, axis=1))
    return np.vstack(rows)


def tracked(name, rows, place=None, rate=None):
    """The last picture, counts, and seconds. Every picture must be finite and its covariances positive definite."""
    where = {"east_m": 0.0, "north_m": 0.0, "up_m": 0.0}
    if place is not None:
        where = {"latitude_deg": place[0], "longitude_deg": place[1], "height_m": 100.0}
    sensor = {
        "id": "a", "sigma_range_m": 30.0, "sigma_azimuth_deg": 0.0573, "sigma_elevation_deg": 0.0573, "scan_period_s": PERIOD_S,
        "p_detection": 0.95, "clutter_per_scan": 3.0, **where,
    }  # fmt: skip
    columns = dict(zip(NAMES, rows.T, strict=True))
    if rate is not None:
        sensor["sigma_range_rate_mps"] = 1.0
        columns["range_rate_mps"] = rate
    frame = "flat" if place is None else "geodetic"
    made = Tracker(TrackerConfig.from_mapping({"frame": frame, "sensors": [sensor], "tracker": OPTIONS[name]}))
    raw, counts = to_raw(columns, np.zeros(len(rows), np.int64), "plots")
    began, last = time.perf_counter(), None
    for picture, _ in pictures(made, raw):
        assert np.isfinite(picture.state).all()
        assert np.linalg.eigvalsh(picture.covariance).min(initial=1.0) > 0.0
        last = picture
    return last, made.counts | counts, time.perf_counter() - began


def firm(picture):
    return int((picture.status > 0).sum())


@pytest.fixture(scope="module", params=list(OPTIONS))
def usual(request):
    """Name of the option, its plots, and what they give as they are."""
    rows = scene(request.param == "ballistic")
    picture, _, _ = tracked(request.param, rows)
    return request.param, rows, picture


def test_every_target_has_a_firm_track(usual):
    name, _, picture = usual
    assert firm(picture) >= (
        TARGETS - 1 if name == "turn" else TARGETS
    )  # whose targets fly straight, and its model never does


def test_order_and_copies_change_nothing(usual):
    name, rows, picture = usual
    for other in (np.random.default_rng(1).permutation(rows), np.vstack([rows, rows])):
        assert np.array_equal(tracked(name, other)[0].state, picture.state)


def test_rows_that_are_no_plots_are_set_aside_and_counted(usual):
    name, rows, _ = usual
    odd = rows.copy()
    odd[::7, 1], odd[3::11, 2], odd[5::13, 0] = np.nan, np.inf, np.nan
    odd[1::29, 1], odd[2::31, 1], odd[4::37, 2] = 1e300, -1.0, 1e5
    missing = ~np.isfinite(odd).all(axis=1)
    picture, counts, _ = tracked(name, odd)
    assert counts["not_finite"] == missing.sum()
    beyond = (odd[:, 1] > 1e9) | (odd[:, 1] < 0.0) | (np.abs(odd[:, 2]) > 13.0)
    assert counts["out_of_range"] == (beyond & ~missing).sum()
    assert firm(picture) >= TARGETS // 2


def test_other_units_are_refused(usual):
    name, rows, _ = usual
    with pytest.raises(TrackingError, match="look like degrees"):
        tracked(name, np.column_stack([rows[:, :2], np.degrees(rows[:, 2:])]))


def test_times_far_off_and_one_instant(usual):
    name, rows, picture = usual
    for offset_s in (1.7e9, -1e6):
        assert firm(tracked(name, rows + np.array([offset_s, 0.0, 0.0, 0.0]))[0]) == firm(picture)
    assert firm(tracked(name, rows * np.array([0.0, 1.0, 1.0, 1.0]))[0]) == 0  # one look confirms nothing
    stray = rows[:30].copy()
    stray[-1, 0] = 1e9
    assert tracked(name, stray)[0].time_s == 1e9


@pytest.mark.parametrize("place", PLACES)
def test_poles_and_the_antimeridian_are_like_any_place(usual, place):
    name, rows, picture = usual
    assert firm(tracked(name, rows, place=place)[0]) == firm(picture)


def test_range_rates_that_are_no_rates_do_no_harm(usual):
    name, rows, _ = usual
    if name == "shared":
        pytest.skip("refused with range rate, as test_extended.py shows")
    rate = np.resize([np.inf, np.nan, 1e6, -np.inf], len(rows))
    picture, counts, _ = tracked(name, rows, rate=rate)
    assert counts["rates_aside"] > 0
    assert firm(picture) >= TARGETS - 1


@pytest.mark.parametrize("reach_m", [(5e3, 3e5), (40e3, 45e3)])
def test_a_scan_of_a_hundred_thousand_plots_ends_and_what_found_no_room_is_counted(usual, reach_m):
    name, rows, _ = usual
    rng = np.random.default_rng(2)
    heap = np.column_stack(
        [
            np.full(100_000, 50.0),
            rng.uniform(*reach_m, 100_000),
            rng.uniform(-0.1, 0.1, 100_000),
            rng.uniform(0, 0.17, 100_000),
        ]
    )
    last, counts, spent = tracked(name, np.vstack([rows, heap]))
    assert counts["overflow"] > 75_000
    assert spent < 60.0
    assert firm(last) >= TARGETS // 2
