import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics import clutter

PATCH = {
    "azimuth_beamwidth_rad": np.radians(1.0),
    "elevation_beamwidth_rad": np.radians(3.0),
    "grazing_rad": np.radians(10.0),
}


def test_sea_of_the_nrl_model_as_printed():
    got = clutter.nrl_sea_reflectivity(sea_state=2, grazing_rad=np.radians(10), frequency_hz=30e9, polarization="H")
    assert float(got) == pytest.approx(0.00021555, rel=1e-3)


def test_vertical_polarisation_worked_separately():
    """At 1 GHz the frequency term is 0, at sea state 0 the state term is c4: all that is left is written out (10 degrees)."""
    got = clutter.nrl_sea_reflectivity(sea_state=0, grazing_rad=np.radians(10), frequency_hz=1e9, polarization="V")
    by_hand = -50.796 + 25.93 * np.log10(0.17364817766693033) + 21.588 + 0.211
    assert 10 * np.log10(float(got)) == pytest.approx(by_hand, rel=0, abs=1e-9)  # dB


@pytest.mark.parametrize(("polarization", "level_db"), [("V", -32.558518), ("H", -36.090263)])
def test_every_constant_of_the_sea_model_worked_separately(polarization, level_db):
    """Sea state 4, 5 degrees, 9 GHz, with a pocket calculator's arithmetic."""
    got = clutter.nrl_sea_reflectivity(sea_state=4, grazing_rad=np.radians(5), frequency_hz=9e9, polarization=polarization)
    assert 10 * np.log10(float(got)) == pytest.approx(level_db, rel=0, abs=1e-5)  # dB


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"sea_state": 7}, "sea_state"),
        ({"frequency_hz": 0.4e9}, "GHz"),
        ({"grazing_rad": 1.2}, "grazing"),
        ({"polarization": "X"}, "'X'"),
    ],
)
def test_the_sea_model_is_refused_outside_its_ranges(change, name):
    case = {"sea_state": 2, "grazing_rad": 0.1, "frequency_hz": 3e9, "polarization": "H"} | change
    with pytest.raises(OutOfRangeError, match=name):
        clutter.nrl_sea_reflectivity(**case)


def test_beam_limited_patch_as_printed_without_a_beam_shape_factor():
    area = clutter.clutter_patch_m2(range_m=1000.0, pulse_width_s=1e-5, **PATCH)
    assert float(clutter.clutter_rcs_m2(reflectivity=1.0, patch_m2=area)) == pytest.approx(5262.7, rel=3e-5)  # m2


def test_pulse_limited_patch_worked_by_hand():
    """1 microsecond: 149.896 m of slant range, over cos 10 degrees, times 100 km times 1 degree."""
    area = clutter.clutter_patch_m2(range_m=100e3, pulse_width_s=1e-6, **PATCH)
    assert float(area) == pytest.approx(100e3 * 0.017453292519943295 * 149.896229 / 0.984807753012208, rel=1e-12)  # m2


def test_constant_gamma_and_why_reflectivity_is_not_averaged_in_decibels():
    got = clutter.constant_gamma_reflectivity(gamma_db=-20.0, grazing_rad=np.radians(30))
    assert float(got) == pytest.approx(0.005, rel=1e-12)
    mixed = clutter.constant_gamma_reflectivity(gamma_db=[-20.0, -5.0], grazing_rad=np.radians(30))
    in_db = clutter.constant_gamma_reflectivity(gamma_db=-12.5, grazing_rad=np.radians(30))
    assert mixed.mean() / float(in_db) == pytest.approx(2.9, rel=0.01)  # 4.6 dB


def test_no_ground_is_seen_at_more_than_a_right_angle():
    with pytest.raises(OutOfRangeError, match="grazing_rad"):
        clutter.constant_gamma_reflectivity(gamma_db=-10.0, grazing_rad=1.6)
