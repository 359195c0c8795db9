import math

import numpy as np
import pytest

from openiads.stats.intervals import wilson
from openiads.stats.pairing import (
    paired_counts,
    paired_proportions,
    paired_ratios,
    variance_of_mean_difference,
    variance_reduction,
)


def test_pairing_worked_by_hand():
    """4 + 9 - 2 x 0.8 x 2 x 3 = 3.4, over 100."""
    got = variance_of_mean_difference(variance_a=4, variance_b=9, correlation=[0.8, 0.0], replications=100)
    assert got == pytest.approx([0.034, 0.13], rel=1e-12)
    assert float(variance_reduction(variance_a=4, variance_b=9, correlation=0.8)) == pytest.approx(13 / 3.4, rel=1e-12)


def test_it_is_the_sample_variance_of_paired_differences():
    a = np.array([1.0, 4.0, 2.0, 8.0, 5.0])
    b = np.array([2.0, 3.0, 3.0, 9.0, 4.0])
    wanted = (a - b).var(ddof=1) / len(a)
    rho = np.corrcoef(a, b)[0, 1]
    got = variance_of_mean_difference(
        variance_a=a.var(ddof=1), variance_b=b.var(ddof=1), correlation=rho, replications=len(a)
    )
    assert float(got) == pytest.approx(wanted, rel=1e-12)


def test_paired_proportions_cover() -> None:
    """Both arms happen with 0.1, mostly together: the interval of no difference is right in about 95 % of repeats."""
    rng, hits, n = np.random.default_rng(5), 0, 64
    for _ in range(400):
        u = rng.random(n)
        first = (u < 0.1).astype(float)
        second = np.where(rng.random(n) < 0.5, u < 0.1, rng.random(n) < 0.1).astype(float)
        found = paired_proportions(first, second)
        hits += found.low <= 0.0 <= found.high  # type: ignore[operator]
    assert 0.92 <= hits / 400 <= 1.0


def test_paired_proportions_worked_by_hand() -> None:
    """10 pairs: 4 both, 3 only the second, 1 only the first, 2 neither; Wilson's limits and phi joined by hand."""
    first = np.array([1.0] * 4 + [0.0] * 3 + [1.0] + [0.0] * 2)
    second = np.array([1.0] * 4 + [1.0] * 3 + [0.0] + [0.0] * 2)
    a, b = wilson(7, 10), wilson(5, 10)
    phi = max(4 * 2 - 3 * 1 - 5, 0) / math.sqrt(7 * 3 * 5 * 5)
    down, up = (0.7 - a.low, b.high - 0.5), (a.high - 0.7, 0.5 - b.low)  # type: ignore[operator]
    found = paired_proportions(first, second)
    assert found.value == pytest.approx(0.2, rel=1e-12)
    assert found.low == pytest.approx(0.2 - math.sqrt(down[0] ** 2 - 2 * phi * down[0] * down[1] + down[1] ** 2), rel=1e-9)
    assert found.high == pytest.approx(0.2 + math.sqrt(up[0] ** 2 - 2 * phi * up[0] * up[1] + up[1] ** 2), rel=1e-9)


def test_paired_counts_never_collapse() -> None:
    found = paired_counts(np.zeros(100))
    assert (found.value, found.low, found.high) == (
        0.0,
        pytest.approx(-0.036889, abs=1e-6),
        pytest.approx(0.036889, abs=1e-6),
    )
    assert paired_counts(np.array([1.0, -1.0, 2.0, 0.0])).value == pytest.approx(0.5, rel=1e-12)


def test_a_difference_of_ratios_is_jackknifed_by_pairs() -> None:
    """The same by leaving out each pair in a loop: value, and half-width by Student's t of 2.571 at 5 degrees of freedom."""
    first = (np.array([3.0, 1.0, 4.0, 2.0, 5.0, 2.0]), np.array([4.0, 2.0, 7.0, 3.0, 6.0, 5.0]))
    second = (np.array([2.0, 3.0, 5.0, 1.0, 6.0, 4.0]), np.array([3.0, 4.0, 6.0, 4.0, 7.0, 5.0]))

    def ratio_difference(keep: list[int]) -> float:
        return float(second[0][keep].sum() / second[1][keep].sum() - first[0][keep].sum() / first[1][keep].sum())

    everyone = list(range(6))
    left_out = [ratio_difference([k for k in everyone if k != out]) for out in everyone]
    middle = sum(left_out) / 6
    half = 2.5705818 * math.sqrt(5 / 6 * sum((value - middle) ** 2 for value in left_out))
    found = paired_ratios(first, second)
    assert found.value == pytest.approx(ratio_difference(everyone), rel=1e-12)
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half), rel=1e-6)


@pytest.mark.parametrize("bottom", [[0.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
def test_a_ratio_to_nothing_is_missing(bottom: list[float]) -> None:
    """Nothing at all: no value. Nothing once a pair is left out: no interval."""
    ones = np.ones(3)
    found = paired_ratios((ones, np.array(bottom)), (ones, ones))
    assert (found.value is None) is (sum(bottom) == 0.0)
    assert found.low is None
