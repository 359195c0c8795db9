"""Radii of the ellipsoid against printed values, and lines of sight to it."""

import math

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.geo.ellipsoid import A, B, ecef_to_geodetic, enu_axes, geodetic_to_ecef
from openiads.geo.surface import curvature, sight_line_range_m


def test_radii_at_45_degrees_as_printed():
    """pymap3d test suite, test_rcurve.py."""
    got = curvature(latitude_rad=math.radians(45.0))
    assert got.meridian_m == pytest.approx(6367381.8156, rel=1e-11)
    assert got.parallel_m == pytest.approx(4517590.87884893, rel=1e-13)


def test_radii_at_equator_and_pole():
    got = curvature(latitude_rad=[0.0, math.pi / 2])
    assert got.geocentric_m == pytest.approx([A, B], rel=1e-15)
    assert got.prime_vertical_m == pytest.approx([A, A * A / B], rel=1e-14)
    assert got.meridian_m == pytest.approx([B * B / A, A * A / B], rel=1e-14)


def test_auxiliary_latitudes_are_ordered():
    got = curvature(latitude_rad=math.radians(50.0))
    assert got.geocentric_latitude_rad < got.reduced_latitude_rad < math.radians(50.0)
    assert math.tan(got.reduced_latitude_rad) == pytest.approx(B / A * math.tan(math.radians(50.0)), rel=1e-14)


def test_sight_line_meets_the_surface():
    here = geodetic_to_ecef(latitude_rad=math.radians(10.0), longitude_rad=math.radians(-20.0), height_m=1000.0)
    axes = enu_axes(latitude_rad=math.radians(10.0), longitude_rad=math.radians(-20.0))
    ray = axes.T @ np.array([0.5, 0.5, -math.sqrt(0.5)])
    distance = sight_line_range_m(position_ecef_m=here, direction_ecef=ray)
    assert distance == pytest.approx(1414.324795, rel=1e-9)  # pymap3d test suite, test_look_spheroid.py
    assert ecef_to_geodetic(here + distance * ray)[2] == pytest.approx(0.0, rel=0, abs=1e-6)  # m
    with pytest.raises(OutOfRangeError, match="misses the earth"):
        sight_line_range_m(position_ecef_m=here, direction_ecef=-ray)
