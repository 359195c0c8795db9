"""A matched model is consistent: the stated covariance is the real one.

What is asked of NEES and NIS, from 4 batches of 100 runs whose seeds nobody chose (0 to 399):

* Band. The mean over 100 runs at one scan lies in the two-sided 95 % chi-square interval at 95 % of the scans. NIS of different
  scans are independent, so that the count in the band is binomial: at least its 2.5 % quantile. NEES of neighbouring scans are
  correlated: the same with as many independent scans as their correlation leaves.
* Time average. Over all runs and scans: NIS in the two-sided 95 % chi-square interval; NEES, whose scans are correlated, in the
  95 % interval of the mean of 400 independent runs.

Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, sect. 5.4.2.
"""

import numpy as np
import pytest
from scipy import stats

from openiads.tracking import Scan, Sensor, Tracker, TrackerConfig, TrackerOptions
from openiads.tracking.metrics import nees

BATCHES, RUNS, SCANS = 4, 100, 30


def in_band(values, dimensions):
    """Per batch and scan, whether the mean over the runs of the batch lies in the 95 % band; and those means."""
    means = values.reshape(BATCHES, RUNS, -1).mean(axis=1)
    low, high = stats.chi2.ppf([0.025, 0.975], dimensions * RUNS) / RUNS
    return (low < means) & (means < high), means


def assert_nis(values):
    """`values` (runs, scans) of squared distances of plots from their predictions, 3 dimensions."""
    inside, _ = in_band(values, 3)
    assert inside.sum() >= stats.binom.ppf(0.025, inside.size, 0.95), f"{inside.mean():.1%} of scans in the band"
    low, high = stats.chi2.ppf([0.025, 0.975], 3 * values.size) / values.size
    assert low < values.mean() < high


def assert_nees(values):
    """`values` (runs, scans) of squared normalised errors, 6 dimensions."""
    inside, means = in_band(values, 6)
    off = means - 6.0
    correlation = max(float((off[:, 1:] * off[:, :-1]).sum() / (off * off).sum()), 0.0)
    independent = round(inside.size * (1.0 - correlation) / (1.0 + correlation))
    assert inside.mean() * independent >= stats.binom.ppf(0.025, independent, 0.95), f"{inside.mean():.1%} in the band"
    each = values.mean(axis=1)
    half = stats.t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each))
    assert abs(each.mean() - 6.0) < half, f"{each.mean():.3f} +- {half:.3f}"


def truth_and_tracks(make_node, seed, period_s=5.0, level=2.0, sigma_m=80.0):
    """A target that moves by the tracker's own model, from a velocity of the distribution that the tracker starts with."""
    rng = np.random.default_rng(seed)
    node = make_node(
        confirm_hits=1, process_noise_m2ps3=level, gate_probability=1 - 1e-15, max_speed_mps=600.0, drop_after_updates=9,
        speed_gate=False,
    )  # fmt: skip
    x = np.concatenate([[50e3, 30e3, 8e3], 200.0 * rng.normal(size=3)])
    factor = np.linalg.cholesky(level * np.array([[period_s**3 / 3, period_s**2 / 2], [period_s**2 / 2, period_s]]))
    for k in range(SCANS):
        node.scan([x[:3] + sigma_m * rng.normal(size=3)], k * period_s, sigma_m=sigma_m, period_s=period_s)
        track = node.alive()[0]
        yield (
            x - track["x"] + [0, 0, 6.36e6, 0, 0, 0],
            track["p"].copy(),
            float(track["score"]),
            float(node.scratch.pairs[0]["distance"]),
        )
        noise = factor @ rng.normal(size=(2, 3))
        x = np.concatenate([x[:3] + period_s * x[3:] + noise[0], x[3:] + noise[1]])


@pytest.fixture(scope="module")
def runs(make_node):
    return [list(truth_and_tracks(make_node, seed)) for seed in range(BATCHES * RUNS)]


def test_nees_lies_in_the_band_of_a_matched_model(runs):
    assert_nees(nees(np.array([[e for e, *_ in r] for r in runs]), np.array([[p for _, p, *_ in r] for r in runs])))


def test_score_is_three_for_a_matched_model(runs):
    assert np.mean([r[-1][2] for r in runs]) == pytest.approx(3.0, rel=0.05)


def test_nis_lies_in_the_band_of_a_matched_model(runs):
    """The squared distance of each plot from its prediction, from the second scan on."""
    assert_nis(np.array([[d for *_, d in r[1:]] for r in runs]))


PERIOD_S = 5.0
SIGMAS = np.array([50.0, np.radians(0.1), np.radians(0.2)])
SPEEDS = np.array([200.0, 200.0, 30.0])
LEVEL, JERK, ACCELERATION, TURN = 2.0, 0.5, 3.0, 9.80665
SHAPES = {
    "converted": {},
    "ekf": {"filter": "ekf"},
    "ukf": {"filter": "ukf"},
    "ca": {"motion": "ca", "jerk_noise_m2ps5": JERK, "turn_mps2": 3.0 * ACCELERATION},
}
"""Options whose model is that of the target: constant velocity, or constant acceleration for `ca`."""


def moved(state, motion, noise):
    """The target one period on; position, velocity and, for `ca`, acceleration, one row for each axis."""
    t = PERIOD_S
    if motion == "ca":
        return state @ np.array([[1.0, t, t * t / 2], [0.0, 1.0, t], [0.0, 0.0, 1.0]]).T + noise
    return state @ np.array([[1.0, t], [0.0, 1.0]]).T + noise


def polar_run(name, seed):
    """Squared normalised errors and distances of one run against plots in range, azimuth and elevation."""
    rng, t = np.random.default_rng(seed), PERIOD_S
    radar = Sensor(
        id="a", east_m=0.0, north_m=0.0, up_m=0.0, sigma_range_m=50.0, sigma_azimuth_deg=0.1, sigma_elevation_deg=0.2,
        scan_period_s=t,
    )  # fmt: skip
    options = TrackerOptions(
        max_tracks=5, process_noise_m2ps3=LEVEL, vertical_noise_reduction=0.0, gate_probability=1 - 1e-12, confirm_hits=1,
        max_speed_mps=3.0 * SPEEDS[0], max_climb_mps=3.0 * SPEEDS[2], drop_after_updates=9, speed_gate=False, **SHAPES[name],
    )  # fmt: skip
    tracker = Tracker(TrackerConfig([radar], "flat", options))
    motion = SHAPES[name].get("motion", "cv")
    spread = LEVEL * np.array([[t**3 / 3, t**2 / 2], [t**2 / 2, t]])
    if motion == "ca":
        spread = JERK * np.array([[t**5 / 20, t**4 / 8, t**3 / 6], [t**4 / 8, t**3 / 3, t**2 / 2], [t**3 / 6, t**2 / 2, t]])
    root = np.linalg.cholesky(spread)
    bearing, far = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(40e3, 120e3)
    state = np.column_stack([[far * np.sin(bearing), far * np.cos(bearing), 8e3], SPEEDS * rng.normal(size=3)])
    if motion == "ca":
        state = np.column_stack([state, ACCELERATION * rng.normal(size=3)])
    errors, distances = [], []
    for k in range(SCANS):
        x, y, up = state[:, 0]
        z = np.array([np.hypot(np.hypot(x, y), up), np.arctan2(x, y), np.arctan2(up, np.hypot(x, y))])
        z += SIGMAS * rng.normal(size=3)
        columns = dict(zip(("range_m", "azimuth_rad", "elevation_rad"), z[:, None], strict=True))
        picture = tracker.step(Scan("a", columns | {"time_s": [t * k]}))
        assert len(picture) == 1
        error = picture.state[0] - state[:, :2].T.ravel()
        errors.append(float(error @ np.linalg.solve(picture.covariance[0], error)))
        distances.append(float(tracker._scratch.pairs[0]["distance"]))
        state = moved(state, motion, rng.normal(size=(3, len(root))) @ root.T)
    return errors, distances[1:]


@pytest.mark.nightly
@pytest.mark.parametrize("name", SHAPES)
def test_plots_in_polar_coordinates_are_consistent_with_every_matched_filter(name):
    found = [polar_run(name, seed) for seed in range(BATCHES * RUNS)]
    assert_nees(np.array([errors for errors, _ in found]))
    assert_nis(np.array([distances for _, distances in found]))
