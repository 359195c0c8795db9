"""A matched model is consistent: the stated covariance is the real one."""

import numpy as np
import pytest
from scipy import stats

from openiads.tracking.metrics import nees

RUNS = 100
SCANS = 30


def truth_and_tracks(make_node, seed, period_s=5.0, level=2.0, sigma_m=80.0):
    """A target that moves by the tracker's own model, from a velocity that the tracker's start allows for."""
    rng = np.random.default_rng(seed)
    node = make_node(
        confirm_hits=1, process_noise_m2ps3=level, gate_probability=1 - 1e-15, max_speed_mps=600.0, drop_after_updates=9
    )
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


@pytest.fixture
def runs(make_node):
    return [list(truth_and_tracks(make_node, seed)) for seed in range(RUNS)]


def test_nees_lies_in_the_band_of_a_matched_model(runs):
    """Mean over 100 runs of 6 states: 95 % of scans lie within chi2 quantiles / 50; we ask for 85 %, as scans correlate."""
    values = nees(np.array([[e for e, *_ in r] for r in runs]), np.array([[p for _, p, *_ in r] for r in runs]))
    low, high = stats.chi2.ppf([0.025, 0.975], 6 * RUNS) / RUNS
    means = values.mean(axis=0)
    assert ((low < means) & (means < high)).mean() > 0.85
    assert values.mean() == pytest.approx(6.0, rel=0.05)


def test_score_is_three_for_a_matched_model(runs):
    assert np.mean([r[-1][2] for r in runs]) == pytest.approx(3.0, rel=0.15)


def test_nis_lies_in_the_band_of_a_matched_model(runs):
    """The squared distance of each plot from its prediction, from the second scan on: 3 on average."""
    values = np.array([[d for *_, d in r[1:]] for r in runs])
    low, high = stats.chi2.ppf([0.025, 0.975], 3 * RUNS) / RUNS
    means = values.mean(axis=0)
    assert ((low < means) & (means < high)).mean() > 0.85
    assert values.mean() == pytest.approx(3.0, rel=0.05)
