import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics import mti
from openiads.physics.waveform import first_common_blind_speed_mps


@pytest.mark.parametrize("pulses", [2, 3, 5])
def test_binomial_gain_is_a_power_of_the_sine(pulses):
    shift = np.linspace(0.0, 1500.0, 40)
    gain = mti.canceller_gain(doppler_hz=shift, weights=mti.binomial_weights(pulses), interval_s=1e-3)
    assert gain == pytest.approx((2 * np.sin(np.pi * shift * 1e-3)) ** (2 * (pulses - 1)), rel=1e-9, abs=1e-20)


def test_mean_gain_over_doppler_is_the_noise_gain():
    weights = mti.binomial_weights(4)
    shift = np.arange(1000) / 1000.0 * 1e3
    assert mti.canceller_gain(doppler_hz=shift, weights=weights, interval_s=1e-3).mean() == pytest.approx(20.0, rel=1e-12)
    assert mti.noise_gain(weights) == 20.0


def test_improvement_factors_printed_by_mathworks():
    """Four pulses, 300 MHz, PRF 200 Hz, clutter of 2 m/s."""
    spread = mti.clutter_spread_hz(velocity_std_mps=2.0, wavelength_m=299792458.0 / 300e6)
    weights = mti.binomial_weights(4)
    coherent = mti.improvement_factor(weights=weights, interval_s=1 / 200, clutter_spread_hz=spread)
    assert 10 * np.log10(float(coherent)) == pytest.approx(55.3986, rel=0, abs=2e-4)  # dB
    other = mti.noncoherent_improvement_factor(weights=weights, interval_s=1 / 200, clutter_spread_hz=spread)
    assert 10 * np.log10(float(other)) == pytest.approx(49.4972, rel=0, abs=0.01)  # dB


def test_improvement_is_the_integral_over_the_spectrum():
    weights, interval, sigma, centre = mti.binomial_weights(3), [1e-3, 1.3e-3], 60.0, 40.0
    f = np.linspace(-8 * sigma, 8 * sigma, 4001) + centre
    density = np.exp(-((f - centre) ** 2) / (2 * sigma**2))
    gain = mti.canceller_gain(doppler_hz=f, weights=weights, interval_s=interval)
    residue = (gain * density).sum() / density.sum()
    got = mti.improvement_factor(weights=weights, interval_s=interval, clutter_spread_hz=sigma, mean_doppler_hz=centre)
    assert float(got) == pytest.approx(mti.noise_gain(weights) / residue, rel=1e-9)


def test_a_narrow_spectrum_keeps_its_digits_and_follows_the_power_law():
    narrow = float(mti.improvement_factor(weights=mti.binomial_weights(3), interval_s=1e-3, clutter_spread_hz=0.05))
    assert narrow == pytest.approx(2.0 / (2 * np.pi * 0.05e-3) ** 4, rel=1e-5)
    with pytest.raises(OutOfRangeError, match="too narrow"):
        mti.improvement_factor(weights=mti.binomial_weights(3), interval_s=1e-3, clutter_spread_hz=0.0)


def test_clutter_as_wide_as_the_repetition_frequency_is_noise():
    got = mti.improvement_factor(weights=mti.binomial_weights(3), interval_s=1e-3, clutter_spread_hz=2000.0)
    assert float(got) == pytest.approx(1.0, rel=1e-9)


def test_stagger_fills_the_blind_speed_of_one_interval():
    weights = mti.binomial_weights(3)
    blind = 0.1 * 1000.0 / 2
    shift = 2 * blind / 0.1
    even = mti.canceller_gain(doppler_hz=shift, weights=weights, interval_s=1e-3)
    staggered = mti.canceller_gain(doppler_hz=shift, weights=weights, interval_s=[1 / 1000, 1 / 800])
    assert float(even) == pytest.approx(0.0, abs=1e-20)
    assert float(staggered) > 1.0
    common = first_common_blind_speed_mps(prfs_hz=[1000.0, 800.0], wavelength_m=0.1)
    at_common = mti.canceller_gain(doppler_hz=2 * common / 0.1, weights=weights, interval_s=[1 / 1000, 1 / 800])
    assert float(at_common) == pytest.approx(0.0, abs=1e-18)


def test_minimum_detectable_velocity_of_two_pulses():
    """4 sin^2 = 2 x response: for half the mean gain sin = 1/2, a sixth of the blind speed."""
    got = mti.minimum_detectable_velocity_mps(
        weights=mti.binomial_weights(2), interval_s=1e-3, wavelength_m=0.1, response=0.5
    )
    assert got == pytest.approx(50.0 / 6, rel=1e-9)  # m/s
    with pytest.raises(OutOfRangeError, match="never reaches 3"):
        mti.minimum_detectable_velocity_mps(weights=[1.0, -1.0], interval_s=1e-3, wavelength_m=0.1, response=3.0)


def test_intervals_must_fit_the_pulses():
    with pytest.raises(OutOfRangeError, match="3 intervals for 3 pulses"):
        mti.canceller_gain(doppler_hz=1.0, weights=mti.binomial_weights(3), interval_s=[1e-3] * 3)
