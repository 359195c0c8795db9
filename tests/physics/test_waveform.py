import math

import pytest

from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.errors import OutOfRangeError
from openiads.physics import waveform


def test_range_and_frequency_invert_each_other():
    assert float(waveform.highest_prf_hz(unambiguous_range_m=12e3, speed_of_light_mps=3e8)) == pytest.approx(
        12500.0, rel=1e-14
    )
    prf = waveform.highest_prf_hz(unambiguous_range_m=400e3)
    assert float(waveform.unambiguous_range_m(prf_hz=prf)) == pytest.approx(400e3, rel=1e-14)  # m


def test_blind_speeds():
    wavelength = waveform.wavelength_m(frequency_hz=3e9)
    first = waveform.blind_speed_mps(order=1, wavelength_m=wavelength, prf_hz=1000.0)
    assert float(first) == pytest.approx(49.965409666666666, rel=1e-13)  # m/s
    assert waveform.blind_speed_mps(order=[1, 3], wavelength_m=wavelength, prf_hz=1000.0)[1] == pytest.approx(
        3 * float(first)
    )
    assert float(waveform.unambiguous_velocity_mps(wavelength_m=wavelength, prf_hz=1000.0)) == pytest.approx(
        float(first) / 2
    )
    shift = waveform.doppler_shift_hz(radial_velocity_mps=first, wavelength_m=wavelength)
    assert float(shift) == pytest.approx(1000.0, rel=1e-13)  # Hz: one whole turn between pulses


@pytest.mark.parametrize(
    ("prfs_hz", "common_hz"),
    [
        ([1000.0, 800.0], 4000.0),
        ([1000.0], 1000.0),
        ([0.3, 0.2], 0.6),
        ([1000.5, 667.0], 2001.0),
        ([7.0, 11.0, 13.0], 1001.0),
    ],
)
def test_common_blind_speed_is_the_exact_least_common_multiple(prfs_hz, common_hz):
    got = waveform.first_common_blind_speed_mps(prfs_hz=prfs_hz, wavelength_m=2.0)
    assert got == pytest.approx(common_hz, rel=1e-14)
    assert all(abs(common_hz / prf - round(common_hz / prf)) < 1e-9 for prf in prfs_hz)


def test_staggered_pair_at_1300_megahertz():
    got = waveform.first_common_blind_speed_mps(prfs_hz=[1000, 800], wavelength_m=SPEED_OF_LIGHT_MPS / 1.3e9)
    assert got == pytest.approx(461.2191661538462, rel=1e-13)  # m/s


def test_hits_per_scan():
    """300 Hz, 1.5 degrees, 5 turns a minute: 15 (the example of Skolnik's book)."""
    got = waveform.hits_per_scan(beamwidth_rad=math.radians(1.5), scan_rate_radps=math.radians(30.0), prf_hz=300.0)
    assert float(got) == pytest.approx(15.0, rel=1e-12)


def test_blind_ranges_and_duty():
    start, end = waveform.blind_range_m(order=[0, 2], prf_hz=1000.0, pulse_width_s=1e-5)
    assert start == pytest.approx([0.0, SPEED_OF_LIGHT_MPS / 1000.0])
    assert end - start == pytest.approx(SPEED_OF_LIGHT_MPS * 0.5e-5)
    assert float(waveform.duty_factor(prf_hz=1000.0, pulse_width_s=1e-5)) == pytest.approx(0.01)
    with pytest.raises(OutOfRangeError, match="duty factor = 2 is outside"):
        waveform.duty_factor(prf_hz=1000.0, pulse_width_s=2e-3)
    with pytest.raises(OutOfRangeError, match="no pulse repetition frequency"):
        waveform.first_common_blind_speed_mps(prfs_hz=[], wavelength_m=0.1)
