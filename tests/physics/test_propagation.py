"""Horizon geometry against exact values and round trips; diffraction against high-precision values and quadrature."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from openiads.errors import OutOfRangeError
from openiads.geo.horizon import horizon_range_m
from openiads.physics.propagation import (
    elevation_rad,
    first_term_loss_db,
    fresnel_parameter,
    ground_range_m,
    horizon_slant_range_m,
    knife_edge_loss_approx_db,
    knife_edge_loss_db,
    slant_range_m,
    small_angle_horizon_m,
    smooth_earth_loss_db,
    target_height_m,
)

RADIUS_M = 4 / 3 * 6_371_000.0


def test_small_angle_horizon_is_near_the_exact_one_and_beyond_it():
    heights = {"antenna_height_m": 20.0, "target_height_m": 10_000.0}
    small = float(small_angle_horizon_m(effective_radius_m=RADIUS_M, **heights))
    assert small == pytest.approx(430614.49312615406, rel=1e-12)
    exact = float(horizon_range_m(refraction_factor=RADIUS_M / 6_371_008.7714, **heights))
    assert 150.0 < small - exact < 250.0  # m


def test_horizon_slant_range_grazes():
    """At the slant range to the horizon of 30 m the ray down to height 0 is tangent: two crossings become one."""
    distance = float(horizon_slant_range_m(antenna_height_m=30.0, target_height_m=0.0, effective_radius_m=RADIUS_M))
    up = float(
        elevation_rad(slant_range_m=distance, target_height_m=0.0, antenna_height_m=30.0, effective_radius_m=RADIUS_M)
    )
    assert up == pytest.approx(-math.acos(RADIUS_M / (RADIUS_M + 30.0)), rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.floats(10.0, 4e5), st.floats(0.0, 1.5), st.floats(0.0, 3000.0))
def test_height_and_range_are_inverse(distance_m, elevation, antenna_m):
    fixed = {"antenna_height_m": antenna_m, "effective_radius_m": RADIUS_M}
    height = float(target_height_m(slant_range_m=distance_m, elevation_rad=elevation, **fixed))
    assert slant_range_m(target_height_m=height, elevation_rad=elevation, **fixed) == pytest.approx(
        distance_m, rel=1e-6, abs=0.01
    )
    back = elevation_rad(slant_range_m=distance_m, target_height_m=height, **fixed)
    assert back == pytest.approx(elevation, rel=0, abs=1e-7)  # rad


def test_a_ray_down_meets_the_height_at_its_nearer_crossing():
    fixed = {"antenna_height_m": 1000.0, "effective_radius_m": RADIUS_M, "elevation_rad": math.radians(-2.0)}
    distance = float(slant_range_m(target_height_m=100.0, **fixed))
    assert distance == pytest.approx(900.0 / math.sin(math.radians(2.0)), rel=0.1, abs=0)
    assert target_height_m(slant_range_m=distance, **fixed) == pytest.approx(100.0, rel=0, abs=1e-6)  # m
    assert target_height_m(slant_range_m=0.5 * distance, **fixed) > 100.0
    with pytest.raises(OutOfRangeError, match="never comes down"):
        slant_range_m(target_height_m=100.0, elevation_rad=0.01, antenna_height_m=1000.0, effective_radius_m=RADIUS_M)


def test_ground_range_is_the_arc_of_the_law_of_sines():
    fixed = {"elevation_rad": math.radians(2.0), "antenna_height_m": 10.0, "effective_radius_m": RADIUS_M}
    height = float(target_height_m(slant_range_m=50e3, **fixed))
    arc = RADIUS_M * math.asin(50e3 * math.cos(math.radians(2.0)) / (RADIUS_M + height))
    assert ground_range_m(slant_range_m=50e3, **fixed) == pytest.approx(arc, rel=1e-9)


@pytest.mark.parametrize(("v", "exact"), [(0.0, 6.02059991327962), (1.0, 13.8641054136290981), (2.4, 20.6181954120075799)])
def test_knife_edge_matches_50_digit_values(v, exact):
    assert knife_edge_loss_db(fresnel_v=v) == pytest.approx(exact, rel=0, abs=1e-9)  # dB


@pytest.mark.parametrize("v", [-2.3, -0.5, 0.7, 4.0])
def test_knife_edge_matches_the_integral_of_huygens(v):
    """Field over a half plane: (1 + j)/2 times the integral from v up of exp(-j pi t^2 / 2), closed in the complex plane."""

    def turned(s, part):  # along t = v + s e^(-j pi/4) the integrand falls off
        t = v + s * complex(math.cos(math.pi / 4), -math.sin(math.pi / 4))
        value = np.exp(-0.5j * math.pi * t * t) * complex(math.cos(math.pi / 4), -math.sin(math.pi / 4))
        return value.real if part == "real" else value.imag

    integral = (
        quad(turned, 0.0, 12.0, args=("real",), limit=400)[0] + 1j * quad(turned, 0.0, 12.0, args=("imag",), limit=400)[0]
    )
    field = abs((1 + 1j) / 2 * integral)
    assert knife_edge_loss_db(fresnel_v=v) == pytest.approx(-20.0 * math.log10(field), rel=0, abs=1e-7)  # dB


def test_knife_edge_has_no_seam_and_no_end():
    below, above = knife_edge_loss_db(fresnel_v=[8.0 - 1e-9, 8.0 + 1e-9])
    assert above == pytest.approx(below, rel=0, abs=2e-6)  # dB
    assert knife_edge_loss_db(fresnel_v=1e5) == pytest.approx(20 * math.log10(math.pi * math.sqrt(2) * 1e5), rel=0, abs=1e-6)
    assert knife_edge_loss_db(fresnel_v=-1e4) == pytest.approx(0.0, rel=0, abs=1e-3)


def test_the_approximation_is_named_and_limited():
    v = np.linspace(-0.5, 20.0, 400)
    error = np.abs(knife_edge_loss_approx_db(fresnel_v=v) - knife_edge_loss_db(fresnel_v=v))
    assert 0.05 < error[v > 0].max() < 0.13  # dB
    assert knife_edge_loss_approx_db(fresnel_v=-0.78) == 0.0
    assert knife_edge_loss_approx_db(fresnel_v=51.63977794943222) == pytest.approx(47.16508524476248, rel=3e-5, abs=0)


def test_fresnel_parameter_of_a_worked_edge():
    got = fresnel_parameter(clearance_m=5.0, distance1_m=15.0, distance2_m=25.0, wavelength_m=0.002)
    assert got == pytest.approx(51.63977794943222, rel=1e-14)
    assert fresnel_parameter(clearance_m=-5.0, distance1_m=15.0, distance2_m=25.0, wavelength_m=0.002) == -got


def test_radar_loses_twice_the_knife_edge():
    """At grazing the echo loses 12 dB, not 6: a target on the shadow edge is seen at half the range."""
    two_way_db = 2.0 * float(knife_edge_loss_db(fresnel_v=0.0))
    assert 10.0 ** (-two_way_db / 40.0) == pytest.approx(0.5, rel=1e-12)


P452 = [(0.1, 67.30014953), (0.25, 70.36696319), (2.0, 99.60559847)]


@pytest.mark.parametrize(("ghz", "printed_db"), P452)
def test_smooth_earth_matches_the_itu_example(ghz, printed_db):
    """ITU-R P.452-18 validation set, flat land, 100 km, antennas of 10 m, vertical polarisation."""
    got_db = smooth_earth_loss_db(
        distance_m=1e5, height1_m=10.0, height2_m=10.0, effective_radius_m=8735511.968, frequency_hz=ghz * 1e9,
        polarisation="vertical",
    )  # fmt: skip
    assert got_db == pytest.approx(printed_db, rel=0, abs=2e-8)  # dB


def test_smooth_earth_is_symmetric_grows_and_vanishes_in_sight():
    case = {"effective_radius_m": RADIUS_M, "frequency_hz": 3e9, "polarisation": "horizontal"}
    loss = [smooth_earth_loss_db(distance_m=d, height1_m=20.0, height2_m=300.0, **case) for d in (5e3, 6e4, 8e4, 1e5, 2e5)]
    assert loss[0] == 0.0
    assert np.all(np.diff(loss) >= 0.0)
    swapped = smooth_earth_loss_db(distance_m=8e4, height1_m=300.0, height2_m=20.0, **case)
    assert swapped == pytest.approx(loss[2], rel=1e-12)


def test_sea_matters_for_vertical_polarisation_at_low_frequency():
    case = {
        "distance_m": 1e5, "height1_m": 10.0, "height2_m": 10.0, "effective_radius_m": RADIUS_M, "frequency_hz": 3e7,
        "polarisation": "vertical",
    }  # fmt: skip
    land, mixed, sea = (float(first_term_loss_db(sea_share=share, **case)) for share in (0.0, 0.25, 1.0))
    assert sea < land - 5.0
    assert mixed == pytest.approx(0.75 * land + 0.25 * sea, rel=1e-12)
    with pytest.raises(OutOfRangeError, match="polarisation 'circular'"):
        first_term_loss_db(**{**case, "polarisation": "circular"})


def test_the_height_gain_has_a_floor():
    """An antenna on the ground gains 2 + 20 log10 K and no less: lowering it further changes nothing. P.526-15, eq. 18."""
    case = {
        "distance_m": 1e5, "height2_m": 10.0, "effective_radius_m": 8.5e6, "frequency_hz": 1e8, "polarisation": "vertical",
    }  # fmt: skip
    low, lower, high = (float(first_term_loss_db(height1_m=h, **case)) for h in (0.02, 0.01, 50.0))
    assert low == lower
    k = (
        0.036
        * (8500.0 * 0.1) ** (-1 / 3)
        * (21.0**2 + (18 * 0.003 / 0.1) ** 2) ** -0.25
        * math.hypot(22.0, 18 * 0.003 / 0.1)
    )
    scale = (1 + 1.6 * k**2 + 0.67 * k**4) / (1 + 4.5 * k**2 + 1.53 * k**4)
    b = scale**2 * 0.9575 * (0.1**2 / 8500.0) ** (1 / 3) * 50.0
    assert b < 2.0
    assert low - high == pytest.approx(20 * math.log10(b + 0.1 * b**3) - 2.0 - 20 * math.log10(k), rel=1e-9)


def test_the_grazing_ray_is_two_tangents():
    """From each end to the point where it touches: sqrt((R + h)^2 - R^2), added."""
    low_m, high_m = 30.0, 9000.0
    wanted = sum(math.sqrt((RADIUS_M + h) ** 2 - RADIUS_M**2) for h in (low_m, high_m))
    found = horizon_slant_range_m(antenna_height_m=low_m, target_height_m=high_m, effective_radius_m=RADIUS_M)
    assert float(found) == pytest.approx(wanted, rel=1e-9)
