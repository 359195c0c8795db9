import numpy as np
import pytest
from scipy.stats import qmc

from openiads.errors import OutOfRangeError
from openiads.stats import sensitivity

G = [0.0, 1.0, 4.5, 9.0]


def g_function(x):
    return np.prod((np.abs(4 * x - 2) + G) / (1 + np.array(G)), axis=1)


def test_g_function_matches_its_closed_form():
    got = sensitivity.g_function_indices(G)
    assert got.first_order == pytest.approx(
        [0.7164929348576993, 0.17912323371442482, 0.0236857168547999, 0.0071649293485769], rel=1e-10
    )
    assert got.total == pytest.approx(
        [0.7873697011432744, 0.24226760035177675, 0.03432674446401197, 0.01046338473280099], rel=1e-10
    )
    assert got.shapley.sum() == pytest.approx(1.0, rel=1e-12)
    assert np.all((got.first_order < got.shapley) & (got.shapley < got.total))


def test_ishigami_matches_its_closed_form():
    got = sensitivity.ishigami_indices(a=7.0, b=0.1)
    assert got.shapley == pytest.approx([0.4357470231788853, 0.4424111447900408, 0.12184183203107386], rel=1e-10)
    assert got.first_order == pytest.approx([0.3139, 0.4424, 0.0], rel=0, abs=1e-4)
    assert got.variance == pytest.approx(7.0**2 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 0.5, rel=1e-12)
    assert got.total[2] == pytest.approx(0.2437, rel=0, abs=1e-4)


def test_first_order_indices_of_correlated_inputs_add_to_more_than_one_and_shapley_effects_to_one():
    covariance = [[1.0, 1.0], [1.0, 4.0]]  # deviations 1 and 2, correlation 0.5
    got = sensitivity.linear_gaussian_indices(coefficients=[1.0, 1.0], covariance=covariance)
    assert got.shapley == pytest.approx([0.3392857142857143, 0.6607142857142857], rel=1e-12)
    assert got.first_order.sum() == pytest.approx(1.464, rel=0, abs=1e-3)
    assert got.shapley.sum() == pytest.approx(1.0, rel=1e-12)


def test_three_independent_inputs_have_one_kind_of_index_only():
    got = sensitivity.linear_gaussian_indices(coefficients=[1.0, 2.0, 3.0], covariance=np.eye(3))
    assert got.variance == pytest.approx(14.0, rel=1e-12)
    for kind in (got.first_order, got.total, got.shapley):
        assert kind == pytest.approx(np.array([1, 4, 9]) / 14, rel=1e-12)


def test_estimates_come_near_the_closed_form():
    points = qmc.Sobol(8, scramble=True, rng=np.random.default_rng(7)).random(2**12)
    first, total = sensitivity.estimate_sobol(g_function, base=points[:, :4], other=points[:, 4:])
    exact = sensitivity.g_function_indices(G)
    assert first == pytest.approx(exact.first_order, rel=0, abs=0.02)
    assert total == pytest.approx(exact.total, rel=0, abs=0.02)


def test_what_cannot_be_attributed_is_refused():
    same = np.zeros((4, 2))
    with pytest.raises(OutOfRangeError, match="does not vary"):
        sensitivity.estimate_sobol(lambda x: np.ones(len(x)), base=same, other=same)
    with pytest.raises(OutOfRangeError, match="both must be"):
        sensitivity.estimate_sobol(lambda x: x[:, 0], base=same, other=np.zeros((3, 2)))
    with pytest.raises(OutOfRangeError, match="1 to 16"):
        sensitivity.g_function_indices([])
