import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics.approximations import albersheim_snr_db, shnidman_snr_db
from openiads.physics.detection import fluctuation_shape, required_snr_db


@pytest.mark.parametrize(("pulses", "limit_db"), [(1, 0.1), (10, 0.3), (256, 0.3)])
def test_albersheim_is_as_near_as_its_docstring_says(pulses, limit_db):
    p_d, p_fa = np.array([[0.4], [0.6], [0.9]]), np.array([1e-7, 1e-5, 1e-3])
    exact = required_snr_db(p_d=p_d, p_fa=p_fa, pulses=pulses, shape=np.inf)
    assert np.abs(albersheim_snr_db(p_d=p_d, p_fa=p_fa, pulses=pulses) - exact).max() < limit_db


def test_albersheim_matches_its_equation_worked_separately():
    assert float(albersheim_snr_db(p_d=0.9, p_fa=1e-6)) == pytest.approx(13.11454449432279, rel=0, abs=1e-10)  # dB
    assert float(albersheim_snr_db(p_d=0.9, p_fa=1e-6, pulses=10)) == pytest.approx(4.9903859594287, rel=0, abs=1e-10)


def test_the_wrong_copy_with_exchanged_constants_is_far_off():
    a, b = np.log(0.62 / 1e-6), np.log(9.0)
    wrong = (6.2 + 4.54 / 1.2) * np.log10(a + 0.12 * b + 1.7 * a * b)
    assert abs(wrong - float(albersheim_snr_db(p_d=0.9, p_fa=1e-6))) > 3


@pytest.mark.parametrize(("p_d", "p_fa"), [(0.1, 1e-6), (0.95, 1e-6), (0.5, 1e-8)])
def test_albersheim_is_refused_where_it_does_not_hold(p_d, p_fa):
    with pytest.raises(OutOfRangeError, match="where Albersheim holds"):
        albersheim_snr_db(p_d=p_d, p_fa=p_fa)


def test_the_bare_formula_can_still_be_asked_for():
    got = albersheim_snr_db(p_d=0.5, p_fa=1e-8, pulses=100, enforce_range=False)
    assert float(got) == pytest.approx(-1.6578877378652326, rel=0, abs=1e-10)  # dB
    with pytest.raises(OutOfRangeError, match="has no value"):
        albersheim_snr_db(p_d=1e-5, p_fa=0.5, enforce_range=False)


@pytest.mark.parametrize(("swerling", "limit_db"), [(0, 0.3), (1, 1.1), (2, 1.1), (3, 0.9), (4, 0.6)])
def test_shnidman_is_as_near_as_its_docstring_says(swerling, limit_db):
    worst = 0.0
    p_d, p_fa = np.array([[0.1], [0.5], [0.872], [0.873], [0.99]]), np.array([1e-9, 1e-3])
    for pulses in (1, 2, 39, 40, 100):
        shape = fluctuation_shape(swerling=swerling, pulses=pulses)
        exact = required_snr_db(p_d=p_d, p_fa=p_fa, pulses=pulses, shape=shape)
        worst = max(worst, np.abs(shnidman_snr_db(p_d=p_d, p_fa=p_fa, pulses=pulses, shape=shape) - exact).max())
    assert worst < limit_db
    assert worst > 0.8 * limit_db  # the docstring does not claim less than it should


@pytest.mark.parametrize(
    ("swerling", "pulses", "snr_db"),
    [(0, 10, 5.333641594566303), (1, 100, 7.1549320535565135), (3, 24, 6.800729761994527), (4, 24, 2.8323238989426547)],
)
def test_shnidman_matches_another_programme(swerling, pulses, snr_db):
    shape = fluctuation_shape(swerling=swerling, pulses=pulses)
    assert float(shnidman_snr_db(p_d=0.9, p_fa=1e-6, pulses=pulses, shape=shape)) == pytest.approx(snr_db, rel=0, abs=1e-9)


def test_shnidman_is_refused_outside_its_ranges():
    with pytest.raises(OutOfRangeError, match="where Shnidman holds"):
        shnidman_snr_db(p_d=0.05, p_fa=1e-6, pulses=10, shape=1.0)
    with pytest.raises(OutOfRangeError, match="where Shnidman holds"):
        shnidman_snr_db(p_d=0.5, p_fa=1e-6, pulses=101, shape=1.0)


def test_both_formulas_go_on_where_their_logarithm_is_of_less_than_one():
    """Beyond their stated ranges, on request: Albersheim's argument is 0.387 here, Shnidman's steady term 0.74."""
    a, b = np.log(0.62 / 1e-3), np.log(0.08 / 0.92)
    wanted = (6.2 + 4.54 / np.sqrt(1.44)) * np.log10(a + 0.12 * a * b + 1.7 * b)
    assert float(albersheim_snr_db(p_d=0.08, p_fa=1e-3, enforce_range=False)) == pytest.approx(wanted, rel=1e-12)
    low, high = (
        float(shnidman_snr_db(p_d=p_d, p_fa=1e-3, pulses=1, shape=np.inf, enforce_range=False)) for p_d in (0.01, 0.02)
    )
    assert -20.0 < low < high < 5.0
