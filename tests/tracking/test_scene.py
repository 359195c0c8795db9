"""The recorded scene of 50 targets, against Stone Soup 1.9.1 on the same plots."""

import numpy as np
import pytest

from openiads.tracking.metrics import gospa
from openiads.tracking.records import FIRM

STONE_SOUP_GOSPA_M = 3124.2
"""GNNWith2DAssignment: EKF, Mahalanobis gate 4.03, three hits, deletion after four missed scans; scans from the sixth on."""


def test_gospa_on_the_recorded_scene_equals_stone_soups(make_node, shared_data):
    with np.load(shared_data("tracking_scene_50.npz")) as scene:
        truth, alive, plots, scan_of, sigmas = (scene[k] for k in ("truth", "alive", "det", "det_scan", "sigma_r_b_e"))
    node = make_node(
        gate_probability=0.99898, vertical_noise_reduction=0.95, max_climb_mps=30.0, capacity=300  # gate 4.03^2
    )  # fmt: skip
    polar = np.column_stack([plots[:, 0], np.pi / 2 - plots[:, 1], plots[:, 2]])  # the file counts from east
    scores = []
    for k in range(len(truth)):
        node.measure(polar[scan_of == k], 10.0 * k, sigmas)
        firm = node.alive(FIRM)
        coast_s = (10.0 * k - firm["update_ns"] / 1e9)[:, None]
        estimates_m = firm["x"][:, :3] + coast_s * firm["x"][:, 3:] - [0.0, 0.0, 6.36e6]
        scores.append(gospa(estimates_m, truth[k, alive[k]][:, ::2], cutoff=3000.0))
    late = scores[5:]
    matched = sum(s.matched for s in late)
    assert np.mean([s.gospa for s in late]) == pytest.approx(STONE_SOUP_GOSPA_M, rel=0.005)  # m
    assert np.sqrt(sum(s.localisation for s in late) / matched) == pytest.approx(356.7, rel=0.01)  # m
    assert np.mean([s.missed for s in late]) == pytest.approx(0.473, rel=0.05)  # Stone Soup: 0.473
    assert np.mean([s.false for s in late]) == pytest.approx(0.527, rel=0.05)  # Stone Soup: 0.527
    assert node.state["overflow"] == node.state["pair_overflow"] == 0
