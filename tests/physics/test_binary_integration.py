import pytest

from openiads.errors import OutOfRangeError
from openiads.physics.binary_integration import m_of_n_probability, near_optimum_hits, single_look_probability


def test_binomial_tail_matches_exact_values_down_to_1e_minus_18():
    assert float(m_of_n_probability(p_single=0.5, hits=3, looks=5)) == pytest.approx(0.5, rel=1e-13)
    assert float(m_of_n_probability(p_single=0.01, hits=12, looks=24)) == pytest.approx(2.4194504749972364e-18, rel=1e-11)
    assert float(m_of_n_probability(p_single=0.6, hits=12, looks=24)) == pytest.approx(0.885734917680756, rel=1e-11)


def test_the_inverse_gives_the_probability_back():
    p = single_look_probability(p_out=1e-8, hits=3, looks=5)
    assert float(m_of_n_probability(p_single=p, hits=3, looks=5)) == pytest.approx(1e-8, rel=1e-10)
    assert float(p) == pytest.approx((1e-8 / 10) ** (1 / 3), rel=2e-3)  # ten ways to choose 3 of 5


@pytest.mark.parametrize(("looks", "swerling", "hits"), [(24, 0, 12), (10, 0, 6), (1, 1, 1), (24, 2, 8), (24, 4, 9)])
def test_near_optimum(looks, swerling, hits):
    assert near_optimum_hits(looks=looks, swerling=swerling) == hits


def test_more_hits_than_looks_is_refused():
    with pytest.raises(OutOfRangeError, match="hits = 6 of looks = 5"):
        m_of_n_probability(p_single=0.5, hits=6, looks=5)
