"""The assignment is the cheapest one: against SciPy on the dense matrix, for random sparse clusters."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from openiads.tracking.assignment import assign
from openiads.tracking.records import make_config, make_scratch, make_tracks

FORBIDDEN = 1e9
CONFIG = make_config(
    confirm_hits=2, confirm_window=3, drop_after_updates=3, process_noise_m2ps3=1.0, gate_probability=0.999,
    max_speed_mps=600.0, capacity=40,
)[0]  # fmt: skip


def fill(scratch, allowed, distance, log_det, config=CONFIG):
    """Rows and pairs of a cost matrix; every row of `allowed` must hold a True."""
    n = 0
    for i, row_allowed in enumerate(allowed):
        row = scratch.rows[i]
        row["slot"], row["first"] = i, n
        for j in np.flatnonzero(row_allowed):
            pair = scratch.pairs[n]
            cost = np.sqrt(distance[i, j]) if config["by_distance"] else distance[i, j] + log_det[i, j]
            pair["cell"], pair["distance"], pair["log_det"], pair["cost"] = j, distance[i, j], log_det[i, j], cost
            n += 1
        row["count"] = n - row["first"]


def least_total(allowed, distance, log_det):
    """The same problem by SciPy, with the price of a miss worked out again."""
    n, m = allowed.shape
    widest = np.where(allowed, log_det, -np.inf).max(axis=0)
    miss = CONFIG["gate"] + np.where(allowed, widest, -np.inf).max(axis=1)
    cost = np.full((n, m + n), FORBIDDEN)
    cost[:, :m][allowed] = (distance + log_det)[allowed]
    cost[np.arange(n), m + np.arange(n)] = miss
    return cost[linear_sum_assignment(cost)].sum(), miss


def prepared(n, m):
    scratch = make_scratch(40, 40)
    scratch.cells["row"] = -1
    tracks = make_tracks(40)
    tracks["number"][:n] = np.arange(n)
    return scratch, tracks


@pytest.mark.parametrize("density", [0.15, 0.4, 1.0])
def test_total_is_the_least_possible(density):
    rng = np.random.default_rng(11)
    contested = 0
    for _ in range(150):
        n, m = rng.integers(1, 13, size=2)
        allowed = rng.random((n, m)) < density
        allowed[np.arange(n), rng.integers(0, m, size=n)] = True
        distance = rng.uniform(0, CONFIG["gate"], (n, m))
        log_det = rng.uniform(20, 45, (n, 1)) + rng.uniform(0, 2, (n, m))
        scratch, tracks = prepared(n, m)
        fill(scratch, allowed, distance, log_det)
        assign(CONFIG, tracks, n, scratch)
        cells = scratch.rows["cell"][:n]
        total, miss = least_total(allowed, distance, log_det)
        got = sum(miss[i] if j < 0 else distance[i, j] + log_det[i, j] for i, j in enumerate(cells))
        taken = cells[cells >= 0]
        assert got == pytest.approx(total, rel=1e-12)
        assert len(set(taken.tolist())) == len(taken)
        assert all(allowed[i, j] for i, j in enumerate(cells) if j >= 0)
        contested += len(taken) < n
    assert contested > 20  # the cases include tracks that go without


def test_a_lone_track_always_takes_a_plot_in_its_gate():
    scratch, tracks = prepared(1, 1)
    fill(scratch, np.array([[True]]), np.array([[CONFIG["gate"] * 0.999]]), np.array([[50.0]]))
    assign(CONFIG, tracks, 1, scratch)
    assert scratch.rows["cell"][0] == 0


def test_a_narrow_track_wins_a_plot_from_a_wide_one_at_equal_distance():
    scratch, tracks = prepared(2, 1)
    fill(scratch, np.array([[True], [True]]), np.array([[3.0], [3.0]]), np.array([[40.0], [30.0]]))
    assign(CONFIG, tracks, 2, scratch)
    assert scratch.rows["cell"][:2].tolist() == [-1, 0]


@pytest.mark.parametrize("numbers", [(7, 3), (3, 7)])
def test_an_exact_tie_goes_to_the_older_number_wherever_it_lies(numbers):
    scratch, tracks = prepared(2, 1)
    tracks["number"][:2] = numbers
    fill(scratch, np.array([[True], [True]]), np.array([[3.0], [3.0]]), np.array([[30.0], [30.0]]))
    assign(CONFIG, tracks, 2, scratch)
    assert scratch.rows["cell"][int(np.argmin(numbers))] == 0


def test_what_happens_in_one_cluster_changes_nothing_in_another():
    rng = np.random.default_rng(2)
    distance, log_det = rng.uniform(0, 16, (6, 6)), rng.uniform(20, 30, (6, 6))
    allowed = np.zeros((6, 6), bool)
    allowed[:3, :3] = True
    scratch, tracks = prepared(3, 3)
    fill(scratch, allowed[:3], distance[:3], log_det[:3])
    assign(CONFIG, tracks, 3, scratch)
    alone = scratch.rows["cell"][:3].tolist()
    allowed[3:, 3:] = True
    log_det[3:, 3:] += 60.0
    scratch, tracks = prepared(6, 6)
    fill(scratch, allowed, distance, log_det)
    assign(CONFIG, tracks, 6, scratch)
    assert scratch.rows["cell"][:3].tolist() == alone


BY_DISTANCE = make_config(
    confirm_hits=2, confirm_window=3, drop_after_updates=3, process_noise_m2ps3=1.0, gate_probability=0.999,
    max_speed_mps=600.0, capacity=40, by_distance=True,
)[0]  # fmt: skip


def test_by_distance_the_nearer_track_wins_however_wide_it_is():
    near_and_wide, far_and_narrow = (2.9, 40.0), (3.0, 30.0)
    allowed = np.array([[True], [True]])
    distance, log_det = np.array([near_and_wide, far_and_narrow]).T.reshape(2, 2, 1)
    winners = {}
    for name, config in (("likelihood", CONFIG), ("distance", BY_DISTANCE)):
        scratch, tracks = prepared(2, 1)
        fill(scratch, allowed, distance, log_det, config)
        assign(config, tracks, 2, scratch)
        winners[name] = scratch.rows["cell"][:2].tolist()
    assert winners == {"likelihood": [-1, 0], "distance": [0, -1]}


def test_by_distance_the_total_of_distances_is_the_least_possible():
    rng = np.random.default_rng(5)
    for _ in range(60):
        n, m = rng.integers(1, 10, size=2)
        allowed = rng.random((n, m)) < 0.5
        allowed[np.arange(n), rng.integers(0, m, size=n)] = True
        distance = rng.uniform(0, BY_DISTANCE["gate"], (n, m))
        scratch, tracks = prepared(n, m)
        fill(scratch, allowed, distance, rng.uniform(20, 45, (n, m)), BY_DISTANCE)
        assign(BY_DISTANCE, tracks, n, scratch)
        miss = np.sqrt(BY_DISTANCE["gate"])
        cost = np.full((n, m + n), FORBIDDEN)
        cost[:, :m][allowed] = np.sqrt(distance)[allowed]
        cost[np.arange(n), m + np.arange(n)] = miss
        cells = scratch.rows["cell"][:n]
        got = sum(miss if j < 0 else np.sqrt(distance[i, j]) for i, j in enumerate(cells))
        assert got == pytest.approx(cost[linear_sum_assignment(cost)].sum(), rel=1e-12)
