"""Cross-sections: 50-digit Mie values, limits, reciprocity of shapes, decibel statistics, aspect tables and their bright line."""

import io
import math
import zipfile

import numpy as np
import pytest
from scipy.integrate import quad

from openiads.errors import OutOfRangeError
from openiads.physics.signature import (
    AspectTable,
    cylinder_rcs_m2,
    disc_rcs_m2,
    fluctuation_statistics,
    plate_rcs_m2,
    require_generic,
    sphere_optical_rcs_m2,
    sphere_rayleigh_rcs_m2,
    sphere_rcs_m2,
    sphere_scattering,
    trihedral_rcs_m2,
)

MIE = [  # ka, cross-section over pi a^2: Mie series summed with 50 digits
    (0.1, 0.000898336597152270673),
    (0.5, 0.529576278696311551),
    (1.03, 3.65487382092574352),
    (2.0, 1.00814308324734706),
    (3.0, 0.520765428353641554),
    (10.0, 0.929230215951289607),
    (50.0, 0.995917678784437606),
]

AUSTIN = [("s2.f1", 0.3, 10e6), ("s2.f6", 0.3, 320e6), ("s7.f1", 9.6, 10e6), ("s7.f6", 9.6, 320e6)]
"""File, radius and frequency."""


@pytest.mark.parametrize(("ka", "exact"), MIE)
def test_sphere_matches_50_digit_values(ka, exact):
    assert sphere_scattering(size_parameter=ka).backscatter == pytest.approx(exact, rel=1e-11, abs=0)


@pytest.mark.parametrize(("ka", "efficiency"), [(0.101, 0.000348), (100.0, 2.008102)])
def test_total_scattering_matches_wiscombe(ka, efficiency):
    """W. J. Wiscombe, MIEV0, NCAR/TN-140+STR, perfectly conducting test cases."""
    assert sphere_scattering(size_parameter=ka).scattering == pytest.approx(efficiency, rel=0, abs=1e-6)


@pytest.mark.parametrize(("name", "radius_m", "hertz"), AUSTIN)
@pytest.mark.parametrize("polarisation", ["H", "V"])
def test_sphere_matches_the_austin_benchmark(shared_data, name, radius_m, hertz, polarisation):
    """Austin RCS Benchmarks, problem I.A, perfectly conducting spheres: the echo back to the radar, to the last digit printed.

    The files go around the sphere bistatically; back is where they start and end.
    """
    with zipfile.ZipFile(shared_data("rcs/austin/IA-PEC-Spheres-ReferenceData.zip")) as archive:
        rows = np.loadtxt(io.BytesIO(archive.read(f"IA-Reference Data/ref_rcs.I.A.{name}.{polarisation}.txt")))
    assert np.all(rows[:, 0] == hertz)
    mie_m2 = sphere_rcs_m2(radius_m=radius_m, wavelength_m=299_792_458.0 / hertz)
    back_db = rows[[0, -1], 3]
    assert back_db == pytest.approx([10.0 * np.log10(mie_m2)] * 2, rel=0, abs=1e-6)  # dB; 0.01 was asked for


def test_small_sphere_is_rayleigh_and_large_is_optical():
    tiny = sphere_scattering(size_parameter=1e-3)
    assert tiny.backscatter == pytest.approx(9e-12, rel=1e-5, abs=0)
    assert tiny.scattering == pytest.approx(10 / 3 * 1e-12, rel=1e-5, abs=0)
    assert tiny.asymmetry == pytest.approx(-0.4, rel=0, abs=1e-6)  # a small conductor scatters backwards
    assert sphere_scattering(size_parameter=500.0).backscatter == pytest.approx(1.0, rel=1e-3, abs=0)
    radius, wave = 0.01, 1.0
    exact = sphere_rcs_m2(radius_m=radius, wavelength_m=wave)
    assert sphere_rayleigh_rcs_m2(radius_m=radius, wavelength_m=wave) == pytest.approx(exact, rel=5e-3, abs=0)
    assert sphere_optical_rcs_m2(radius_m=2.0) == pytest.approx(
        sphere_rcs_m2(radius_m=2.0, wavelength_m=0.03), rel=2e-3, abs=0
    )
    with pytest.raises(OutOfRangeError, match="Rayleigh"):
        sphere_rayleigh_rcs_m2(radius_m=1.0, wavelength_m=1.0)


def test_sphere_peaks_at_resonance_without_gaps():
    ka = np.linspace(0.02, 20.0, 300)
    value = sphere_scattering(size_parameter=ka).backscatter
    assert ka[np.argmax(value)] == pytest.approx(1.03, rel=0, abs=0.07)
    assert np.all(np.isfinite(value))
    assert np.max(np.abs(np.diff(value))) < 0.6


def test_plate_matches_the_closed_form_and_its_own_integral():
    wave = 299_792_458.0 / 1e9
    assert 10 * math.log10(plate_rcs_m2(width_m=5.0, height_m=5.0, wavelength_m=wave)) == pytest.approx(
        49.41448475510317, rel=0, abs=1e-9
    )  # dBsm
    angle, k = math.radians(7.0), 2 * math.pi / wave
    phase = quad(lambda x: math.cos(2 * k * x * math.sin(angle)), -2.5, 2.5)[0]
    expected = 4 * math.pi * (phase * 3.0 * math.cos(angle) / wave) ** 2
    assert plate_rcs_m2(width_m=5.0, height_m=3.0, wavelength_m=wave, incidence_rad=angle) == pytest.approx(
        expected, rel=1e-9
    )


def test_other_shapes_at_their_maximum():
    wave = 0.03
    assert disc_rcs_m2(radius_m=0.5, wavelength_m=wave) == pytest.approx(4 * math.pi**3 * 0.5**4 / wave**2, rel=1e-12)
    assert cylinder_rcs_m2(radius_m=0.1, length_m=2.0, wavelength_m=wave) == pytest.approx(
        2 * math.pi * 0.1 * 4 / wave, rel=1e-12
    )
    assert (
        cylinder_rcs_m2(radius_m=0.1, length_m=2.0, wavelength_m=wave, incidence_rad=math.asin(wave / 4.0)) < 1e-20
    )  # null
    square = trihedral_rcs_m2(edge_m=0.3, wavelength_m=wave, square=True)
    assert square == pytest.approx(12 * math.pi * 0.3**4 / wave**2, rel=1e-12)
    assert square / trihedral_rcs_m2(edge_m=0.3, wavelength_m=wave) == pytest.approx(9.0, rel=1e-12)


@pytest.mark.parametrize(
    ("shape", "mean", "std", "median"),
    [
        (1, -2.50681578134852234, 5.57004314005250396, -1.59174538954861594),
        (2, -1.17417091895581602, 3.48772287902645224, -0.761482416321916634),
    ],
)
def test_averaging_decibels_understates_the_mean(shape, mean, std, median):
    found = fluctuation_statistics(shape=shape, mean_rcs_m2=1.0)
    assert found.mean_dbsm == pytest.approx(mean, rel=0, abs=1e-12)  # dB
    assert found.std_db == pytest.approx(std, rel=0, abs=1e-12)
    assert found.median_dbsm == pytest.approx(median, rel=0, abs=1e-12)
    assert fluctuation_statistics(shape=shape, mean_rcs_m2=100.0).mean_dbsm == pytest.approx(mean + 20.0, rel=0, abs=1e-12)
    assert fluctuation_statistics(shape=1e5, mean_rcs_m2=1.0).mean_dbsm == pytest.approx(0.0, rel=0, abs=1e-4)


def table(**changes):
    azimuth, elevation = np.radians(np.arange(0.0, 360.0, 30.0)), np.radians([-20.0, 0.0, 20.0])
    values = -10.0 + 5.0 * np.cos(azimuth)[None, :] + np.array([0.0, 2.0, 4.0])[:, None]
    return AspectTable(
        **{"name": "my box", "azimuth_rad": azimuth, "elevation_rad": elevation, "rcs_dbsm": values, **changes}
    )


def test_aspect_table_returns_its_values_and_interpolates_in_decibels():
    box = table()
    assert box.rcs_dbsm_at(azimuth_rad=np.radians(60.0), elevation_rad=0.0) == pytest.approx(-8.0 + 2.5, rel=1e-12)
    middle = box.rcs_dbsm_at(azimuth_rad=np.radians(15.0), elevation_rad=np.radians(10.0))
    assert middle == pytest.approx(-7.0 + 5.0 * (1.0 + math.cos(math.radians(30.0))) / 2.0, rel=1e-12)


def test_aspect_table_goes_around_the_nose():
    box = table()
    assert box.rcs_dbsm_at(azimuth_rad=np.radians(-15.0), elevation_rad=0.0) == pytest.approx(
        box.rcs_dbsm_at(azimuth_rad=np.radians(345.0), elevation_rad=0.0), rel=1e-12
    )
    assert box.rcs_dbsm_at(azimuth_rad=np.radians(345.0), elevation_rad=0.0) == pytest.approx(
        box.rcs_dbsm_at(azimuth_rad=np.radians(15.0), elevation_rad=0.0), rel=1e-12
    )
    shape = box.rcs_dbsm_at(azimuth_rad=np.zeros((2, 1)), elevation_rad=np.zeros(3)).shape
    assert shape == (2, 3)


def test_aspect_table_does_not_extrapolate():
    with pytest.raises(OutOfRangeError, match=r"elevation_rad = 0\.5"):
        table().rcs_dbsm_at(azimuth_rad=0.0, elevation_rad=0.5)
    azimuth = np.radians([0.0, 30.0, 60.0])
    half = table(azimuth_rad=azimuth, rcs_dbsm=np.zeros((3, 3)))
    with pytest.raises(OutOfRangeError, match="azimuth_rad from the table's first"):
        half.rcs_dbsm_at(azimuth_rad=np.radians(200.0), elevation_rad=0.0)
    with pytest.raises(OutOfRangeError, match="3 elevations and 12 azimuths"):
        table(rcs_dbsm=np.zeros((2, 12)))
    with pytest.raises(OutOfRangeError, match="finite"):
        table(rcs_dbsm=np.full((3, 12), -np.inf))
    one_hole = np.zeros((3, 12))
    one_hole[1, 7] = np.nan
    with pytest.raises(OutOfRangeError, match="finite"):
        table(rcs_dbsm=one_hole)


def test_named_aircraft_take_no_aspect_table():
    names = {"f-35a", "su-35"}
    require_generic(table(), object_name="target-1", catalogue_names=names)
    with pytest.raises(OutOfRangeError, match="three sectors"):
        require_generic(table(), object_name="F-35A", catalogue_names=names)
    with pytest.raises(OutOfRangeError, match="three sectors"):
        require_generic(table(name="SU 35"), object_name="target-1", catalogue_names=names)
