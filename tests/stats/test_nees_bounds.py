import pytest

from openiads.errors import OutOfRangeError
from openiads.stats.consistency import nees_bounds


@pytest.mark.parametrize(
    ("runs", "dimension", "low", "high"),
    [(100, 6, 5.340185504659327, 6.697691522164112), (1, 2, 0.05063561596857975, 7.3777589082278725), (50, 2, 1.484, 2.591)],
)
def test_band_is_not_divided_by_the_dimension(runs, dimension, low, high):
    got = nees_bounds(runs=runs, dimension=dimension, probability=0.95)
    assert got == pytest.approx((low, high), rel=1e-9 if runs != 50 else 4e-4)


def test_impossible_bands_are_refused():
    with pytest.raises(OutOfRangeError, match="runs = 0"):
        nees_bounds(runs=0, dimension=2, probability=0.95)
