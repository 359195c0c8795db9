"""Block prediction and update against the textbook's dense matrices, and what must hold over hours."""

import numpy as np
import pytest

from openiads.tracking.filters import innovation, invert, predict, process_noise, update
from openiads.tracking.records import WORK, make_config


def random_covariance(rng, n, scale):
    a = rng.normal(size=(n, n)) * scale
    return a @ a.T + np.eye(n)


@pytest.fixture
def work():
    return np.zeros(1, WORK)[0]


@pytest.fixture
def case():
    rng = np.random.default_rng(3)
    scale = np.array([[300.0]] * 3 + [[20.0]] * 3)
    return rng.normal(size=6) * 1e4, random_covariance(rng, 6, scale), random_covariance(rng, 3, 200.0), rng


def test_prediction_matches_dense_matrices(case):
    x, p, _, rng = case
    q, t = random_covariance(rng, 3, 1.0), 7.5
    f = np.eye(6)
    f[:3, 3:] = t * np.eye(3)
    noise = np.block([[q * t**3 / 3, q * t**2 / 2], [q * t**2 / 2, q * t]])
    expected_x, expected_p = f @ x, f @ p @ f.T + noise
    predict(x, p, t, q)
    assert x == pytest.approx(expected_x, rel=1e-13)
    assert p == pytest.approx(expected_p, rel=1e-12)
    assert (p == p.T).all()


def test_update_and_innovation_match_dense_matrices(case, work):
    x, p, r, rng = case
    z = x[:3] + rng.normal(size=3) * 300
    h = np.eye(3, 6)
    s = h @ p @ h.T + r
    gain = p @ h.T @ np.linalg.inv(s)
    expected_x, expected_p = x + gain @ (z - h @ x), (np.eye(6) - gain @ h) @ p
    innovation(x, p, 0.0, z, r, work)
    assert work["distance"] == pytest.approx((z - x[:3]) @ np.linalg.solve(s, z - x[:3]), rel=1e-10)
    assert work["log_det"] == pytest.approx(np.linalg.slogdet(s)[1], rel=1e-10)
    update(x, p, z, r, work)
    assert x == pytest.approx(expected_x, rel=1e-10)
    assert p == pytest.approx(expected_p, rel=1e-7, abs=1e-9 * np.abs(p).max())
    assert (p == p.T).all()


def test_innovation_ahead_is_that_of_the_predicted_state(case, work):
    x, p, r, rng = case
    work["q"] = random_covariance(rng, 3, 1.0)
    z = x[:3] + 500.0
    innovation(x, p, 4.0, z, r, work)
    ahead = work["distance"].item(), work["log_det"].item()
    predict(x, p, 4.0, work["q"])
    innovation(x, p, 0.0, z, r, work)
    assert ahead == pytest.approx((work["distance"], work["log_det"]), rel=1e-9)


def test_static_estimate_matches_becker_example_5(work):
    """A. Becker, kalmanfilter.net, example 5, building height: printed estimates, each rounded to a centimetre."""
    plots_m = [48.54, 47.11, 55.01, 55.15, 49.89, 40.85, 46.72, 50.05, 51.27, 49.95]
    printed_m = [49.69, 48.47, 50.57, 51.68, 51.33, 49.62, 49.21, 49.31, 49.53, 49.57]
    x, p, got_m = np.zeros(6), np.zeros((6, 6)), []
    x[0], p[0, 0], p[1, 1], p[2, 2] = 60.0, 225.0, 1.0, 1.0
    for plot_m in plots_m:
        predict(x, p, 5.0, np.zeros((3, 3)))
        update(x, p, np.array([plot_m, 0.0, 0.0]), np.eye(3) * 25.0, work)
        got_m.append(x[0])
    assert got_m == pytest.approx(printed_m, rel=0, abs=0.0051)  # m


def test_process_noise_is_smaller_along_the_vertical_only():
    config = make_config(
        confirm_hits=2, confirm_window=3, drop_after_updates=3, process_noise_m2ps3=4.0, gate_probability=0.99,
        max_speed_mps=600.0, capacity=1, vertical_noise_reduction=0.75,
    )[0]  # fmt: skip
    x, q = np.array([3e6, 4e6, 3.9e6, 0, 0, 0]), np.zeros((3, 3))
    process_noise(config, x, q)
    up = x[:3] / np.linalg.norm(x[:3])
    across = np.cross(up, [0.0, 0.0, 1.0])
    assert q @ up == pytest.approx(1.0 * up, rel=1e-12)
    assert q @ across == pytest.approx(4.0 * across, rel=1e-12, abs=1e-12)


def test_a_singular_matrix_is_refused():
    assert invert(np.zeros((3, 3)), np.zeros((3, 3))) == 0.0


def test_a_singular_gate_is_infinitely_far(work):
    innovation(np.zeros(6), np.zeros((6, 6)), 0.0, np.ones(3), np.zeros((3, 3)), work)
    assert work["distance"] == np.inf


def test_covariance_stays_positive_definite_over_four_hours(work):
    """14,400 updates at 1 Hz with a range known 200 times better than the angles, with and without process noise."""
    rng = np.random.default_rng(8)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    r = turn @ np.diag([25.0, 1e6, 1e6]) @ turn.T
    r = (r + r.T) / 2
    for level in (0.0, 1e-6, 10.0):
        x, p = np.zeros(6), np.diag([1e6, 1e6, 1e6, 4e4, 4e4, 4e4])
        least = np.inf
        for k in range(14_400):
            predict(x, p, 1.0, np.eye(3) * level)
            update(x, p, np.array([100.0 * k, 0.0, 0.0]), r, work)
            if k % 100 == 0:
                d = np.sqrt(np.diag(p))
                least = min(least, np.linalg.eigvalsh(p / np.outer(d, d)).min())
        assert (p == p.T).all()
        assert least > 1e-7  # of 1, on the correlation matrix
        assert np.isfinite(x).all()
