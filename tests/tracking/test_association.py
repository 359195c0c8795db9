"""Joint association, assignments of whole matrices, SIAP, fusion: against values worked separately."""

import itertools
import math

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.tracking.allocate import best_assignments, bottleneck_cost, cheapest_assignment
from openiads.tracking.fusion import covariance_intersection, hellinger, mixture_moments
from openiads.tracking.jpda import marginals
from openiads.tracking.metrics import gospa_over_time, ospa
from openiads.tracking.siap import Segment, siap
from openiads.tracking.theory import alpha_beta, false_tracks_per_scan, piecewise_noise, wald_thresholds


def by_hand(likelihoods, p, density):
    """Marginals from all joint events, the plain way."""
    n, m = likelihoods.shape
    beta = np.zeros((n, m + 1))
    for event in itertools.product(range(m + 1), repeat=n):
        taken = [j for j in event if j < m]
        if len(taken) != len(set(taken)):
            continue
        weight = math.prod((1 - p) if j == m else p * likelihoods[i, j] / density for i, j in enumerate(event))
        for i, j in enumerate(event):
            beta[i, j] += weight
    return beta / beta.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(4))
def test_marginals_equal_the_sum_over_all_joint_events(seed):
    rng = np.random.default_rng(seed)
    likelihoods = np.where(rng.random((4, 4)) < 0.7, rng.exponential(0.01, (4, 4)), 0.0)
    assert marginals(likelihoods, p_detection=0.8, clutter_density=0.002) == pytest.approx(
        by_hand(likelihoods, 0.8, 0.002), rel=1e-9, abs=1e-12
    )


def test_belief_propagation_is_exact_without_loops_and_near_with_them():
    rng = np.random.default_rng(0)
    chain = np.zeros((3, 4))
    chain[0, :2], chain[1, 1:3], chain[2, 2:] = rng.exponential(0.01, (3, 2))
    args = {"p_detection": 0.9, "clutter_density": 0.003}
    assert marginals(chain, exact=False, **args) == pytest.approx(marginals(chain, **args), rel=0, abs=1e-6)
    full = rng.exponential(0.01, (4, 4))
    assert marginals(full, exact=False, **args) == pytest.approx(marginals(full, **args), rel=0, abs=0.2)


@pytest.mark.parametrize("seed", range(5))
def test_cheapest_assignment_equals_scipys(seed):
    from scipy.optimize import linear_sum_assignment

    costs = np.random.default_rng(seed).normal(size=(7, 9))
    rows, columns = linear_sum_assignment(costs)
    assert cheapest_assignment(costs).cost == pytest.approx(costs[rows, columns].sum(), rel=1e-12)
    assert cheapest_assignment(costs.T).cost == pytest.approx(costs[rows, columns].sum(), rel=1e-12)


def test_ranked_assignments_are_all_of_them_in_order():
    costs = np.random.default_rng(3).normal(size=(4, 4))
    totals = sorted(sum(costs[i, j] for i, j in enumerate(p)) for p in itertools.permutations(range(4)))
    found = best_assignments(costs, 30)
    assert [a.cost for a in found] == pytest.approx(totals, rel=1e-9)


def test_an_impossible_assignment_has_no_answer():
    assert cheapest_assignment([[math.nan, 1.0], [math.nan, 2.0]]) is None
    assert bottleneck_cost([[math.inf, 1.0], [math.inf, 2.0]]) == math.inf


def test_ospa_of_infinite_order_takes_the_least_largest_distance():
    assert ospa([[0, 0], [2, 0]], [[0, 0], [-0.25, math.sqrt(4 - 0.0625)]], cutoff=10, order=math.inf) == pytest.approx(2.0)
    assert ospa([[0.0]], [[0.0], [1.0]], cutoff=10, order=math.inf) == 10.0


def test_switches_cost_their_penalty():
    x = [[[1], [2], [3]], [[2], [1], [100]], [[2], [1], [3]]]
    totals, parts = gospa_over_time(x, [[[1], [2], [3]]] * 3, cutoff=2, switching_penalty=3)
    assert totals == pytest.approx([0.0, 5.1478150704935, 2.1213203435596424], rel=1e-12)
    assert parts == pytest.approx([0.0, math.sqrt(22.5), math.sqrt(4.5)], rel=1e-12)


def test_siap_of_nothing_is_missing_and_never_zero():
    found = siap([0.0, 1.0], [], truths=[0, 0], tracks=[0, 0], lifetimes_s=[])
    assert all(math.isnan(value) for value in found)


def test_a_track_that_changes_number_once_changes_once():
    segments = [Segment(0, 1, 0.0, 4.0), Segment(0, 2, 5.0, 9.0)]
    found = siap(np.arange(10.0), segments, truths=[1] * 10, tracks=[1] * 10, lifetimes_s=[9.0])
    assert found.completeness == found.ambiguity == 1.0
    assert found.track_number_changes == pytest.approx(1 / 8)
    assert found.longest_segment == pytest.approx(4 / 9)


def test_intersection_of_an_estimate_with_itself_is_that_estimate():
    """Naive fusion would halve the covariance: the same plots counted twice."""
    p = np.array([[4.0, 1.0], [1.0, 2.0]])
    fused = covariance_intersection([1.0, 2.0], p, [1.0, 2.0], p)
    assert fused.covariance == pytest.approx(p, rel=1e-9)
    assert fused.mean == pytest.approx([1.0, 2.0], rel=1e-9)


def test_intersection_is_never_overconfident_whatever_the_correlation():
    """A common part in both errors: mean squared error in units of the stated covariance stays at or below the dimension."""
    rng = np.random.default_rng(5)
    a, b, common = np.diag([4.0, 1.0]), np.diag([1.0, 4.0]), 0.8
    shared = rng.normal(size=(4000, 2))
    roots = [np.sqrt(np.diag(p)) for p in (a, b)]
    errors = [r * (math.sqrt(common) * shared + math.sqrt(1 - common) * rng.normal(size=shared.shape)) for r in roots]
    weight = covariance_intersection([0, 0], a, [0, 0], b)
    inverse = [np.linalg.inv(p) for p in (a, b)]
    fused = (weight.weight * errors[0] @ inverse[0] + (1 - weight.weight) * errors[1] @ inverse[1]) @ weight.covariance
    naive_covariance = np.linalg.inv(inverse[0] + inverse[1])
    naive = (errors[0] @ inverse[0] + errors[1] @ inverse[1]) @ naive_covariance
    nees = np.einsum("ki,ij,kj->k", fused, np.linalg.inv(weight.covariance), fused).mean()
    assert nees <= 2.05
    assert np.einsum("ki,ij,kj->k", naive, np.linalg.inv(naive_covariance), naive).mean() > 2.5


def test_mixture_and_distance_of_one_gaussian_with_itself():
    p = np.diag([1.0, 2.0])
    mean, covariance = mixture_moments([[1, 2], [1, 2]], [p, p], [3, 1])
    assert mean == pytest.approx([1, 2])
    assert covariance == pytest.approx(p)
    assert hellinger([1, 2], p, [1, 2], p) == 0.0


def test_senseless_inputs_are_refused():
    with pytest.raises(OutOfRangeError):
        mixture_moments([[0.0]], [[[1.0]]], [-1.0])
    with pytest.raises(OutOfRangeError):
        wald_thresholds(false_confirm=0.0, false_delete=0.1)
    with pytest.raises(OutOfRangeError):
        alpha_beta(-1.0)
    with pytest.raises(OutOfRangeError, match="criterion"):
        covariance_intersection([0.0], [[1.0]], [0.0], [[1.0]], criterion="sum")


def test_piecewise_noise_of_order_three_is_filterpys():
    """Q_discrete_white_noise(3, dt=1): outer product of (1/2, 1, 1)."""
    assert piecewise_noise(3, step_s=1.0, variance=1.0) == pytest.approx(np.outer([0.5, 1, 1], [0.5, 1, 1]))


def test_false_tracks_of_two_of_two_are_clutter_squared_times_the_gate():
    rate = false_tracks_per_scan(clutter_per_scan=10.0, volume_m3=1e6, gate_volumes_m3=[[100.0]], hits=2, window=2)
    assert rate == pytest.approx(10.0 * (1 - math.exp(-1e-3)), rel=1e-12)
