import numpy as np
import pytest

from openiads.stats.pairing import variance_of_mean_difference, variance_reduction


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
