"""Beam shape: 3 dB one way and 6 dB two ways at half the half-power width. Patterns, scanning, gain and width."""

import numpy as np
import pytest
from scipy import integrate

from openiads.errors import OutOfRangeError
from openiads.physics import antenna
from openiads.physics.antenna import beam_shape_loss_db

WIDTH = 0.03


def test_six_decibels_two_ways_at_half_the_beamwidth() -> None:
    assert beam_shape_loss_db(0.0, 1.5) == 0.0
    assert beam_shape_loss_db(0.75, 1.5) == pytest.approx(6.0, rel=0, abs=1e-12)  # dB
    assert beam_shape_loss_db(-0.75, 1.5) == beam_shape_loss_db(0.75, 1.5)
    assert beam_shape_loss_db(1.5, 1.5) == pytest.approx(24.0, rel=0, abs=1e-12)
    gaussian = 2 * 10 ** (-0.1 * beam_shape_loss_db(0.75, 1.5) / 2)  # one way, as a ratio: half the power
    assert gaussian == pytest.approx(1.0, rel=0, abs=3e-3)  # 3 dB is 0.50119


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_patterns_are_the_transform_of_their_illumination(power):
    """Far field of cos^n over a line, by quadrature; the aperture comes from the half-power width."""
    u_half = antenna._half_power_u(power)
    for angle in (0.01, 0.04, 0.09):
        u = u_half * np.sin(angle) / np.sin(WIDTH / 2)
        top, _ = integrate.quad(lambda x: np.cos(np.pi * x / 2) ** power * np.cos(u * x), 0, 1)  # noqa: B023
        bottom, _ = integrate.quad(lambda x: np.cos(np.pi * x / 2) ** power, 0, 1)
        got = antenna.cosine_pattern_db(angle_rad=angle, beamwidth_rad=WIDTH, power=power)
        assert float(got) == pytest.approx(20 * np.log10(abs(top / bottom)), rel=0, abs=1e-6)  # dB


@pytest.mark.parametrize(("power", "side_lobe_db"), [(0, -13.26), (1, -23.0), (2, -31.47), (3, -39.3)])
def test_half_power_width_and_first_side_lobe(power, side_lobe_db):
    half = antenna.cosine_pattern_db(angle_rad=WIDTH / 2, beamwidth_rad=WIDTH, power=power)
    assert float(half) == pytest.approx(10 * np.log10(0.5), rel=0, abs=1e-9)  # dB
    angle = np.linspace(0, 0.25, 20001)
    level = antenna.cosine_pattern_db(angle_rad=angle, beamwidth_rad=WIDTH, power=power)
    first_null = np.argmax(np.diff(level) > 0)
    assert level[first_null:].max() == pytest.approx(side_lobe_db, rel=0, abs=0.1)  # dB; ITU-R M.1851, table 4
    assert level[0] == 0.0


def test_removable_poles_and_nulls():
    u = antenna._half_power_u(1)
    pole = np.arcsin(np.sin(WIDTH / 2) * np.pi / 2 / u)
    around = antenna.cosine_pattern_db(angle_rad=[pole - 1e-6, pole, pole + 1e-6], beamwidth_rad=WIDTH, power=1)
    assert np.ptp(around) < 1e-2
    assert float(antenna.cosine_pattern_db(angle_rad=0.2, beamwidth_rad=WIDTH, power=3, floor_db=-30.0)) == -30.0


def test_scan_loss_and_widening():
    loss = antenna.scan_loss_db(scan_rad=np.radians(60), exponent=1.0, ways=1)
    assert float(loss) == pytest.approx(10 * np.log10(2), rel=1e-12)  # dB
    two_ways = antenna.scan_loss_db(scan_rad=np.radians(60), exponent=1.5)
    assert float(two_ways) == pytest.approx(30 * np.log10(2), rel=1e-12)
    assert float(antenna.scanned_beamwidth_rad(beamwidth_rad=0.02, scan_rad=np.radians(60))) == pytest.approx(
        0.04, rel=1e-12
    )
    with pytest.raises(OutOfRangeError, match="scan_rad"):
        antenna.scan_loss_db(scan_rad=1.4, exponent=1.0)


def test_gain_and_width():
    gain = antenna.gain_from_beamwidths_db(azimuth_beamwidth_rad=np.radians(1), elevation_beamwidth_rad=np.radians(1))
    assert float(gain) == pytest.approx(10 * np.log10(26_000), rel=0, abs=0.01)  # dB
    width = antenna.beamwidth_rad(wavelength_m=0.1, aperture_m=5.0, factor=0.886)
    assert float(width) == pytest.approx(0.01772, rel=1e-12)
    assert 2 * antenna._half_power_u(0) / np.pi == pytest.approx(0.886, rel=0, abs=1e-3)
