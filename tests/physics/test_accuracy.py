"""Measurement errors: closed forms, and a floor in quadrature."""

import math

import numpy as np
import pytest

from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.errors import OutOfRangeError
from openiads.physics import accuracy
from openiads.physics.accuracy import sigma_angle, sigma_range


def test_angle_error_worked_separately() -> None:
    """theta / (k_m sqrt(2 SNR)) with 1.5 deg, 20 dB, k_m 1.6 (closed form at 50 digits)."""
    assert sigma_angle(1.5, 100.0, 0.0) == pytest.approx(0.06629126073623882, rel=1e-12, abs=0)  # deg


def test_range_error_worked_separately() -> None:
    assert sigma_range(150.0, 50.0, 0.0) == pytest.approx(15.0, rel=1e-12, abs=0)  # m: 150 / sqrt(2 x 50)


@pytest.mark.parametrize("error", [sigma_range, sigma_angle])
def test_floor_in_quadrature_and_more_signal_helps(error: object) -> None:
    assert error(1.0, 1e12, 0.3) == pytest.approx(0.3, rel=1e-6, abs=0)  # type: ignore[operator]
    free = error(1.0, 10.0, 0.0)  # type: ignore[operator]
    assert error(1.0, 10.0, 0.4) == pytest.approx(math.hypot(free, 0.4), rel=1e-12, abs=0)  # type: ignore[operator]
    assert error(1.0, 40.0, 0.0) == pytest.approx(free / 2.0, rel=1e-12, abs=0)  # type: ignore[operator]


def test_angle_and_radial_velocity_worked_separately():
    angle = accuracy.angle_sigma_rad(beamwidth_rad=np.radians(1.5), snr=100.0, floor_rad=0.0)
    assert np.degrees(float(angle)) == pytest.approx(0.06629126073623882, rel=1e-12)  # deg
    speed = accuracy.radial_velocity_sigma_mps(wavelength_m=0.1, coherent_time_s=0.01, snr=100.0, floor_mps=0.0)
    assert float(speed) == pytest.approx(0.194924200308419, rel=1e-12)  # m/s


def test_range_of_a_pulse_worked_by_hand():
    """1 MHz: a cell of 149.896 m; at 13.01 dB (20) one sigma is the cell over sqrt(40)."""
    got = accuracy.range_sigma_m(bandwidth_hz=1e6, snr=20.0, floor_m=0.0)
    assert float(got) == pytest.approx(149.896229 / 6.324555320336759, rel=1e-9)  # m


def test_arrays_agree_with_the_compiled_forms():
    snr = np.array([5.0, 50.0, 5e4])
    cell = float(accuracy.range_resolution_m(bandwidth_hz=2e6))
    kernels = [accuracy.sigma_range(cell, s, 3.0) for s in snr]
    assert accuracy.range_sigma_m(bandwidth_hz=2e6, snr=snr, floor_m=3.0) == pytest.approx(kernels, rel=1e-13)
    kernels = [accuracy.sigma_angle(0.02, s, 1e-4) for s in snr]
    assert accuracy.angle_sigma_rad(beamwidth_rad=0.02, snr=snr, floor_rad=1e-4) == pytest.approx(kernels, rel=1e-13)


def test_a_floor_remains_at_any_signal():
    got = accuracy.range_sigma_m(bandwidth_hz=1e6, snr=1e12, floor_m=7.5)
    assert float(got) == pytest.approx(7.5, rel=1e-6)  # m
    low = accuracy.range_sigma_m(bandwidth_hz=1e6, snr=1.0, floor_m=7.5)
    assert float(low) ** 2 == pytest.approx(
        float(accuracy.range_sigma_m(bandwidth_hz=1e6, snr=1.0, floor_m=0.0)) ** 2 + 7.5**2
    )


def test_the_bound_of_a_linear_sweep():
    """E/N0 of 50 is 2E/N0 = 100: sigma = 1/(10 beta), beta = pi B / sqrt(3). Mixing the two is 3 dB."""
    beta = accuracy.rms_bandwidth_linear_sweep_rad_per_s(bandwidth_hz=1e6)
    assert float(beta) == pytest.approx(1813799.364234218, rel=1e-12)  # rad/s
    got = accuracy.delay_sigma_bound_s(rms_bandwidth_rad_per_s=beta, energy_over_noise=50.0)
    assert float(got) == pytest.approx(0.1 / 1813799.364234218, rel=1e-12)  # s


def test_resolutions():
    assert float(accuracy.range_resolution_m(bandwidth_hz=1e6)) == pytest.approx(SPEED_OF_LIGHT_MPS / 2e6, rel=1e-14)
    assert float(accuracy.velocity_resolution_mps(wavelength_m=0.1, coherent_time_s=0.01)) == pytest.approx(5.0, rel=1e-14)
    assert float(accuracy.cross_range_resolution_m(range_m=1e5, beamwidth_rad=0.02)) == pytest.approx(2000.0, rel=1e-4)


def test_zero_signal_has_no_accuracy():
    with pytest.raises(OutOfRangeError, match="snr = 0 is outside"):
        accuracy.range_sigma_m(bandwidth_hz=1e6, snr=0.0, floor_m=0.0)
    with pytest.raises(OutOfRangeError, match="floor = -1 is outside"):
        accuracy.range_sigma_m(bandwidth_hz=1e6, snr=1.0, floor_m=-1.0)


def test_width_of_a_wide_beam_is_by_the_tangent_of_half_of_it() -> None:
    """60 degrees at 1 km: 2 km times tan 30 degrees."""
    width_m = float(accuracy.cross_range_resolution_m(range_m=1000.0, beamwidth_rad=math.radians(60.0)))
    assert width_m == pytest.approx(2000.0 / math.sqrt(3.0), rel=1e-12)
