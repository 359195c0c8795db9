import numpy as np
import pytest
from scipy.stats import ncx2, norm

from openiads.errors import OutOfRangeError
from openiads.physics.marcum import coherent_detection_probability, coherent_required_snr, coherent_threshold, marcum_q


@pytest.mark.parametrize(
    ("order", "a", "b", "value"),
    [
        (1, 5.0, 5.0, 0.5400983867737184),
        (5, 3.0, 8.0, 1.9027088567793476e-05),
        (100, 10.0, 20.0, 0.0005712533967706922),
        (1, 0.1, 5.0, 3.962640153442064e-06),
    ],
)
def test_marcum_matches_fifty_digit_values(order, a, b, value):
    assert float(marcum_q(order=order, a=a, b=b)[0]) == pytest.approx(value, rel=1e-12)


def test_marcum_of_arrays_and_half_orders_agrees_with_the_noncentral_law():
    a, b = np.array([[0.0], [2.0], [6.0]]), np.array([0.0, 1.0, 4.0, 9.0])
    q, complement = marcum_q(order=1.5, a=a, b=b)
    assert q.shape == (3, 4)
    assert q[1:, 1:] == pytest.approx(ncx2.sf(b[1:] ** 2, 3, a[1:] ** 2), rel=1e-10)
    assert complement[1:, 1:] == pytest.approx(ncx2.cdf(b[1:] ** 2, 3, a[1:] ** 2), rel=1e-9)
    assert q[:, 0] == pytest.approx(1.0)


def test_the_complement_keeps_digits_where_one_minus_q_has_none():
    q, complement = marcum_q(order=1, a=40.0, b=5.0)
    assert float(q) == pytest.approx(1.0, rel=1e-14)
    assert 0.0 < float(complement) < 1e-250


def test_known_phase_matches_the_gaussian_integral_for_every_element():
    """One public code multiplies the signal by N again for every false-alarm probability; here each element stands alone."""
    p_fa = np.array([1e-1, 1e-2, 1e-3])
    p_d, p_miss = coherent_detection_probability(snr=0.2, p_fa=p_fa, pulses=10)
    assert p_d == pytest.approx(norm.sf(norm.isf(p_fa) - 2.0), rel=1e-12)
    assert p_miss == pytest.approx(norm.cdf(norm.isf(p_fa) - 2.0), rel=1e-12)


def test_required_snr_of_known_phase_inverts_its_probability():
    snr = coherent_required_snr(p_d=0.87, p_fa=1e-6, pulses=4)
    assert float(coherent_detection_probability(snr=snr, p_fa=1e-6, pulses=4)[0]) == pytest.approx(0.87, rel=1e-12)
    with pytest.raises(OutOfRangeError, match="p_d must lie between p_fa and 1"):
        coherent_required_snr(p_d=1e-9, p_fa=1e-6, pulses=4)


def test_threshold_of_real_noise_is_three_decibels_above_that_of_one_quadrature():
    real, complex_ = (float(coherent_threshold(p_fa=1e-6, pulses=1, real=real)) for real in (True, False))
    assert 20 * np.log10(real) == pytest.approx(13.54, rel=0, abs=0.006)  # dB; printed by MathWorks, npwgnthresh
    assert real / complex_ == pytest.approx(np.sqrt(2.0), rel=1e-12)
