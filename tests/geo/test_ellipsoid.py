"""Frames against printed values and pymap3d; the kernels against the array functions."""

import math

import numpy as np
import pymap3d
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.geo.ellipsoid import (
    ecef_to_geodetic,
    ecef_to_geodetic_k,
    ecef_to_polar,
    ecef_to_polar_k,
    enu_axes,
    geodetic_to_ecef,
    height_k,
    polar_to_ecef,
)

RNG = np.random.default_rng(20190610)
COUNT = 500
LATITUDE = np.radians(RNG.uniform(-90, 90, COUNT))
LONGITUDE = np.radians(RNG.uniform(-180, 180, COUNT))


def test_geodetic_to_ecef_matches_gade_example_4():
    """Gade, "A Non-singular Horizontal Position Representation", navlab.net, example 4."""
    got_m = geodetic_to_ecef(latitude_rad=np.radians(1), longitude_rad=np.radians(2), height_m=3.0)
    printed_m = [6373290.27721828, 222560.20067474, 110568.82718179]
    assert got_m == pytest.approx(printed_m, rel=0, abs=1e-6)  # m; float64 resolves 1e-9 m here


def test_geodetic_to_ecef_matches_the_value_printed_by_pymap3d():
    got_m = geodetic_to_ecef(latitude_rad=np.radians(42), longitude_rad=np.radians(-82), height_m=200.0)
    assert got_m == pytest.approx([660675.2518247, -4700948.68316, 4245737.66222], rel=0, abs=1e-4)  # m


@pytest.mark.parametrize(("low_m", "high_m", "within_m"), [(-1e4, 1e5, 5e-9), (-1e6, -1e4, 5e-9), (1e5, 5e7, 5e-8)])
def test_ecef_to_geodetic_is_the_inverse(low_m, high_m, within_m):
    height_m = RNG.uniform(low_m, high_m, COUNT)
    position_m = geodetic_to_ecef(latitude_rad=LATITUDE, longitude_rad=LONGITUDE, height_m=height_m)
    latitude, longitude, back_m = ecef_to_geodetic(position_m)
    assert latitude == pytest.approx(LATITUDE, rel=0, abs=1e-14)  # rad
    assert longitude == pytest.approx(LONGITUDE, rel=0, abs=1e-14)  # rad
    assert back_m == pytest.approx(height_m, rel=0, abs=within_m)  # m; a few steps of float64
    cheap_m = [height_k(*p) for p in position_m]
    assert cheap_m == pytest.approx(height_m, rel=0, abs=1e-6)  # m


@pytest.mark.parametrize("latitude_deg", [90.0, -90.0, 89.9999999, 0.0, -1e-12])
def test_poles_and_equator_come_back(latitude_deg):
    position_m = geodetic_to_ecef(latitude_rad=np.radians(latitude_deg), longitude_rad=1.0, height_m=-400.0)
    latitude, longitude, height_m = ecef_to_geodetic(position_m)
    assert latitude == pytest.approx(np.radians(latitude_deg), rel=0, abs=1e-15)  # rad
    assert height_m == pytest.approx(-400.0, rel=0, abs=3e-9)  # m
    if abs(latitude_deg) < 89:
        assert longitude == pytest.approx(1.0, rel=0, abs=1e-15)  # rad


def test_on_the_axis_itself_there_is_a_latitude_and_a_height():
    latitude, _, height_m = ecef_to_geodetic([0.0, 0.0, -6356752.314245179 - 10.0])
    assert latitude == pytest.approx(-math.pi / 2, rel=0, abs=1e-15)  # rad
    assert height_m == pytest.approx(10.0, rel=0, abs=3e-9)  # m


def test_polar_agrees_with_pymap3d():
    site = (39.0, 33.0, 900.0)
    latitude, longitude = np.radians(site[0]), np.radians(site[1])
    position_m = geodetic_to_ecef(
        latitude_rad=latitude + LATITUDE / 30, longitude_rad=longitude + LONGITUDE / 60, height_m=RNG.uniform(0, 2e4, COUNT)
    )
    axes = enu_axes(latitude_rad=latitude, longitude_rad=longitude)
    site_m = geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=site[2])
    range_m, azimuth, elevation = ecef_to_polar(site_m, axes, position_m)
    oracle_az, oracle_el, oracle_m = pymap3d.ecef2aer(*position_m.T, *site)
    assert range_m == pytest.approx(oracle_m, rel=0, abs=1e-7)  # m
    assert np.degrees(azimuth) == pytest.approx(oracle_az, rel=0, abs=1e-10)  # degrees
    assert np.degrees(elevation) == pytest.approx(oracle_el, rel=0, abs=1e-10)  # degrees
    back_m = polar_to_ecef(site_m, axes, range_m=range_m, azimuth_rad=azimuth, elevation_rad=elevation)
    assert back_m == pytest.approx(position_m, rel=0, abs=1e-8)  # m


def test_axes_are_right_handed_and_up_is_the_normal():
    axes = enu_axes(latitude_rad=0.7, longitude_rad=-2.0)
    assert axes @ axes.T == pytest.approx(np.eye(3), rel=0, abs=1e-15)
    assert np.cross(axes[0], axes[1]) == pytest.approx(axes[2], rel=0, abs=1e-15)
    above_m = geodetic_to_ecef(latitude_rad=0.7, longitude_rad=-2.0, height_m=[0.0, 1000.0])
    assert (above_m[1] - above_m[0]) / 1000.0 == pytest.approx(axes[2], rel=0, abs=1e-11)


@pytest.mark.parametrize(
    ("east_m", "north_m", "azimuth_deg"), [(0, 1, 0), (1, 0, 90), (0, -1, 180), (-1, 0, 270), (-1e-30, 1, 0)]
)
def test_azimuth_is_clockwise_from_north_and_below_a_full_circle(east_m, north_m, azimuth_deg):
    _, azimuth, _ = ecef_to_polar(np.zeros(3), np.eye(3), [east_m, north_m, 0.0])
    assert 0.0 <= azimuth < 2 * math.pi
    assert np.degrees(azimuth) == pytest.approx(azimuth_deg, rel=0, abs=1e-12)  # degrees


def test_the_site_itself_is_at_range_zero():
    assert [float(v) for v in ecef_to_polar([1.0, 2.0, 3.0], np.eye(3), [1.0, 2.0, 3.0])] == [0.0, 0.0, 0.0]


def test_kernels_give_the_bits_of_the_array_functions():
    position_m = geodetic_to_ecef(latitude_rad=LATITUDE, longitude_rad=LONGITUDE, height_m=1e4)
    site_m, axes = position_m[0], enu_axes(latitude_rad=LATITUDE[0], longitude_rad=LONGITUDE[0])
    assert np.array_equal(np.stack(ecef_to_geodetic(position_m), -1), [ecef_to_geodetic_k(*p) for p in position_m])
    polar = np.stack(ecef_to_polar(site_m, axes, position_m), -1)
    assert np.array_equal(polar, [ecef_to_polar_k(site_m, axes, *p) for p in position_m])


def test_shapes_broadcast_and_a_wrong_last_axis_is_refused():
    position_m = geodetic_to_ecef(latitude_rad=np.zeros((4, 1)), longitude_rad=np.zeros(5), height_m=0.0)
    assert position_m.shape == (4, 5, 3)
    assert ecef_to_geodetic(position_m)[2].shape == (4, 5)
    with pytest.raises(ValueError, match="must be 3 long"):
        ecef_to_geodetic(np.zeros((3, 2)))


@settings(max_examples=200, deadline=None)
@given(
    st.floats(-math.pi / 2, math.pi / 2), st.floats(-math.pi, math.pi), st.floats(-1e5, 1e6),
)  # fmt: skip
def test_the_round_trip_stays_at_the_place(latitude, longitude, height_m):
    position_m = geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=height_m)
    back = ecef_to_geodetic(position_m)
    again_m = geodetic_to_ecef(latitude_rad=back[0], longitude_rad=back[1], height_m=back[2])
    assert np.linalg.norm(again_m - position_m) < 5e-9  # m
