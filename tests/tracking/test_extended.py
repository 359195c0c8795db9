"""The extended filter by its position: the same as the extended filter written out with matrices, and as that of the banks."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from openiads.tracking import Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.extended import extended_position
from openiads.tracking.filters import update
from openiads.tracking.gating import find_pairs, prepare_plots, settle_track
from openiads.tracking.measurement import convert_plot, observe
from openiads.tracking.records import FIRM, WORK, make_config, make_plots, make_scratch, make_state, make_tracks
from openiads.tracking.setup import TrackingError

HERE = Path(__file__).parent
SIGMAS = np.array([50.0, 2e-3, 4e-3])


def interpreted(script):
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, str(HERE / script)]
    return json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=300).stdout
    )


@pytest.fixture(scope="module")
def overhead():
    return interpreted("overhead_run.py")


def case(seed, place):
    """A state with a full covariance, a site with turned axes, and a plot of it: `place` is east, north, up of the target."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    axes *= np.linalg.det(axes)  # right-handed: east x north = up
    site = rng.normal(size=3) * 4e6
    x = np.concatenate([site + axes.T @ place, rng.normal(size=3) * 200.0])
    root = np.diag([300.0, 300.0, 300.0, 30.0, 30.0, 30.0]) @ (np.eye(6) + 0.4 * rng.normal(size=(6, 6)))
    z, h = np.zeros(4), np.zeros((4, 6))
    observe(x, site, axes, z, h)
    plot = make_plots(1)[0]
    measured = z[:3] + SIGMAS * rng.normal(size=3) * 2.0
    measured[1] = (measured[1] + math.pi) % (2 * math.pi) - math.pi  # as a radar reports it: on either side of the wrap
    plot["range_m"], plot["azimuth_rad"], plot["elevation_rad"] = measured
    plot["sigma_range_m"], plot["sigma_azimuth_rad"], plot["sigma_elevation_rad"] = SIGMAS
    return site, axes, x, root @ root.T, plot, measured, z[:3], h[:3]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("place", [(40e3, 30e3, 8e3), (-1.0, -90e3, 5e3), (6e3, -2e3, 20e3), (-60e3, 10e3, -800.0)])
def test_the_update_is_that_of_the_extended_filter(seed, place):
    site, axes, x, p, plot, measured, expected, h = case(seed, np.array(place))
    off = measured - expected
    off[1] = (off[1] + math.pi) % (2 * math.pi) - math.pi
    r = np.diag(SIGMAS**2)
    gain = p @ h.T @ np.linalg.inv(h @ p @ h.T + r)
    work = np.zeros(1, WORK)[0]
    got_x, got_p = x.copy(), p.copy()
    extended_position(got_x, plot, site, axes, work)
    update(got_x, got_p, work["z"], work["r"], work)
    assert got_x == pytest.approx(x + gain @ off, rel=0, abs=1e-5)  # m, of positions near 4,000 km
    assert got_p == pytest.approx(p - gain @ h @ p, rel=0, abs=1e-8 * np.abs(p).max())
    assert np.array_equal(got_p, got_p.T)


@pytest.mark.parametrize("seed", range(4))
def test_the_gate_is_that_of_the_extended_filter(seed):
    """The squared distance of the one pair is nu' (H P H' + R)^-1 nu in range and angles, not that of the converted plot."""
    site, axes, x, p, plot, measured, expected, h = case(seed, np.array([9e3, 4e3, 3e3]))
    off = measured - expected
    off[1] = (off[1] + math.pi) % (2 * math.pi) - math.pi
    config = make_config(
        confirm_hits=1, confirm_window=1, drop_after_updates=3, process_noise_m2ps3=1.0, gate_probability=1.0 - 1e-12,
        max_speed_mps=900.0, capacity=1, speed_gate=False,
    )[0]  # fmt: skip
    tracks, plots, scratch = make_tracks(1), make_plots(1), make_scratch(1, 1)
    state = make_state()[0]
    plots[0] = plot
    convert_plot(plots, 0, site, axes)
    tracks[0]["status"], tracks[0]["radar"], tracks[0]["period_ns"] = FIRM, 1, 10**10
    tracks[0]["x"], tracks[0]["p"] = x, p
    settle_track(config, tracks[0])
    prepare_plots(plots, 1, scratch)
    distances = []
    for place in (None, (site, axes)):
        scratch.work[0]["pairs"] = 0
        find_pairs(config, state, tracks, plots, 1, np.zeros(1, np.int64), 1, 0, scratch, place)
        distances.append(float(scratch.pairs[0]["distance"]))
    true = off @ np.linalg.solve(h @ p @ h.T + np.diag(SIGMAS**2), off)
    assert distances[1] == pytest.approx(true, rel=1e-6)
    assert distances[0] != pytest.approx(true, rel=1e-6)


@pytest.mark.parametrize("name", ["ekf", "ukf", "imm"])
def test_a_target_overhead_stays_one_consistent_track(overhead, name):
    """Azimuth turns by half a circle between two looks there: near the zenith the converted plot is taken instead."""
    count, firm, nees = overhead[name]
    assert (count, firm) == (1, 1)
    assert nees < 22.5  # chi-square with 6 degrees of freedom: one in a thousand lies beyond


def test_a_scene_comes_out_as_by_the_banks_to_a_nanometre_or_so():
    """Same tracks, same numbers, same statuses; states to 1e-6 m. Interpreted, for the banks take a minute to compile."""
    found = interpreted("extended_run.py")
    assert found["scans"] == 8
    assert found["firm"] >= 5
    assert found["off_m"] < 1e-6
    assert found["off_p"] < 1e-11  # of the largest


RADAR = {"id": "a", "sigma_range_m": 20.0, "sigma_azimuth_deg": 0.1, "sigma_elevation_deg": 0.1, "scan_period_s": 5.0}
PLACE = {"east_m": 0.0, "north_m": 0.0, "up_m": 0.0}


@pytest.mark.parametrize(
    ("options", "sensor"),
    [({"filter": "ekf"}, {}), ({"motion": "imm"}, {}), ({"association": "jpda"}, {}), ({}, {"sigma_range_rate_mps": 1.0})],
)
def test_sharing_plots_is_refused_where_the_filter_would_pass_it_over(options, sensor):
    with pytest.raises(TrackingError, match="resolution_sigmas is 3, but plots are shared only with"):
        Tracker(
            TrackerConfig([Sensor(**RADAR, **PLACE, **sensor)], "flat", TrackerOptions(resolution_sigmas=3.0, **options))
        )


def test_a_sensor_with_range_rate_has_it_used_by_every_filter():
    """A track that needs no bank has no place for range rate, so such a sensor's tracks always have one."""
    for name in ("converted", "ekf", "ukf"):
        for sigma, banks in ((1.0, True), (None, name == "ukf")):
            sensor = Sensor(**RADAR, **PLACE, sigma_range_rate_mps=sigma)
            made = Tracker(TrackerConfig([sensor], "flat", TrackerOptions(filter=name, max_tracks=10)))
            assert (made.banks is not None) == banks
