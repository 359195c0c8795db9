"""The largest correlation of a table, against NumPy's matrix gone through pair by pair."""

from itertools import combinations

import numpy as np
import pytest

from openiads.stats.correlation import largest_correlation


@pytest.mark.parametrize("pair", list(combinations(range(4), 2)))
def test_any_pair_of_columns_may_be_the_largest(pair: tuple[int, int]) -> None:
    """Also neighbours, also of opposite sign."""
    table = np.random.default_rng(8).normal(size=(400, 4))
    table[:, pair[1]] = 0.3 * table[:, pair[1]] - table[:, pair[0]]
    wanted = max(abs(np.corrcoef(table[:, i], table[:, j])[0, 1]) for i, j in combinations(range(4), 2))
    assert largest_correlation(table) == pytest.approx(wanted, rel=1e-12)
    assert wanted > 0.9


def test_nothing_to_correlate_is_zero() -> None:
    assert largest_correlation(np.zeros((1, 3))) == 0.0
    assert largest_correlation(np.zeros((5, 1))) == 0.0
    assert largest_correlation(np.ones((5, 2))) == 0.0  # columns without variance
