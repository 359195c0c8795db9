"""Two targets that the radar cannot tell apart for a while: one plot, two tracks."""

import numpy as np
import pytest

from openiads.tracking.records import FIRM

PERIOD_S = 5.0
SIGMA_M = 50.0


def positions(k):
    """Two targets side by side: 660 m apart at first, 60 m from scan 12 to 22, and 660 m apart at last."""
    apart = 60.0 + 50.0 * max(abs(k - 17) - 5, 0)
    along = 200.0 * PERIOD_S * k
    return np.array([30e3, 40e3, 8e3]) + np.array([[along, -apart / 2, 0.0], [along, apart / 2, 0.0]])


def flown(make_node, resolution_sigmas, seed=1):
    """Numbers of the firm tracks after all scans, and which side of the pair each is on."""
    rng = np.random.default_rng(seed)
    node = make_node(resolution_sigmas=resolution_sigmas, process_noise_m2ps3=5.0)
    merged = 0
    for k in range(35):
        at = positions(k)
        if 12 <= k <= 22:
            at = at.mean(axis=0, keepdims=True)
            merged += 1
        node.scan(list(at + SIGMA_M * rng.normal(size=at.shape)), k * PERIOD_S, sigma_m=SIGMA_M, period_s=PERIOD_S)
    assert merged > 8  # longer than a track lives without plots
    return [int(row["number"]) for row in node.alive(FIRM)]


def test_without_sharing_one_of_the_two_tracks_is_lost(make_node):
    assert len(set(flown(make_node, 0.0)) & {0, 1}) == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_sharing_both_tracks_live_on(make_node, seed):
    assert set(flown(make_node, 6.0, seed)) == {0, 1}


def test_a_shared_plot_leaves_both_tracks_less_sure_than_one_of_their_own(make_node):
    def trace(shared):
        node = make_node(resolution_sigmas=6.0 if shared else 0.0)
        for k in range(6):
            node.scan(list(positions(0) * [1, 0, 1] + [[0, -100.0, 0], [0, 100.0, 0]]), k * PERIOD_S, period_s=PERIOD_S)
        last = [[30e3, 0.0, 8e3]] if shared else list(positions(0) * [1, 0, 1] + [[0, -100.0, 0], [0, 100.0, 0]])
        node.scan(last, 6 * PERIOD_S, period_s=PERIOD_S)
        rows = node.alive(FIRM)
        assert (rows["update_ns"] == rows["update_ns"].max()).all()
        assert (node.plots["track"][: len(last)] >= 0).all()
        return [float(np.trace(row["p"][:3, :3])) for row in rows]

    own, shared = trace(False), trace(True)
    assert len(own) == len(shared) == 2
    assert min(shared) > 1.2 * max(own)
