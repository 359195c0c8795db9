"""Horizon angles and diffraction of profiles: printed values, single edges, symmetry, and the smooth earth in the limit."""

import math

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics.path_profile import bullington_loss_db, delta_bullington_loss_db, path_horizon, smooth_heights_m
from openiads.physics.propagation import fresnel_parameter, knife_edge_loss_approx_db, smooth_earth_loss_db
from openiads.physics.waveform import wavelength_m

FLAT_M = np.arange(101) * 1e3
ROUGH_M = np.array([50.0, 80.0, 300.0, 120.0, 60.0, 480.0, 200.0, 90.0, 40.0, 30.0, 20.0])
ROUGH_AT_M = np.arange(11) * 4e3
RADIUS_M = 8735511.968


def test_flat_path_beyond_the_horizon_as_printed():
    """ITU-R P.452-18 validation set, flat land of 100 km in steps of 1 km."""
    got = path_horizon(distance_m=FLAT_M, ground_m=0 * FLAT_M, height1_m=10.0, height2_m=10.0, effective_radius_m=RADIUS_M)
    assert got.beyond_horizon
    assert got.angle1_rad == pytest.approx(-1.513319e-3, rel=0, abs=1e-9)  # rad
    assert (got.distance1_m, got.distance2_m) == (13e3, 13e3)


def test_flat_path_in_sight_gives_the_angle_to_the_other_end():
    near_m = np.arange(501) * 10.0
    got = path_horizon(
        distance_m=near_m, ground_m=0 * near_m, height1_m=10.0, height2_m=10.0, effective_radius_m=8738167.287
    )
    assert not got.beyond_horizon
    assert got.angle1_rad == pytest.approx(-0.286101e-3, rel=0, abs=1e-9)
    assert got.distance1_m == 2500.0  # where the bulge comes nearest


def test_exchanging_the_ends_exchanges_the_answers():
    there = path_horizon(
        distance_m=ROUGH_AT_M, ground_m=ROUGH_M, height1_m=70.0, height2_m=55.0, effective_radius_m=RADIUS_M
    )
    back = path_horizon(
        distance_m=ROUGH_AT_M, ground_m=ROUGH_M[::-1], height1_m=55.0, height2_m=70.0, effective_radius_m=RADIUS_M
    )
    assert there.beyond_horizon
    assert (back.angle1_rad, back.distance1_m) == (there.angle2_rad, there.distance2_m)
    assert (back.angle2_rad, back.distance2_m) == (there.angle1_rad, there.distance1_m)


def test_a_ridge_hides_by_the_arctangent_and_not_by_the_small_angle():
    ground_m = np.array([0.0, 340.0, 0.0])
    got = path_horizon(distance_m=[0, 2e4, 4e4], ground_m=ground_m, height1_m=0.0, height2_m=0.0, effective_radius_m=1e9)
    slope = 340.0 / 2e4 - 2e4 / 2e9
    assert got.angle1_rad == pytest.approx(math.atan(slope), rel=1e-12)
    assert slope - got.angle1_rad == pytest.approx(1.63e-6, rel=0.02, abs=0)  # rad: 0.0016 mrad at 17 mrad


def test_the_end_points_do_not_hide():
    ground_m = np.array([500.0, 0.0, 0.0, 500.0])
    got = path_horizon(
        distance_m=[0, 1e3, 2e3, 3e3], ground_m=ground_m, height1_m=500.0, height2_m=500.0, effective_radius_m=RADIUS_M
    )
    assert not got.beyond_horizon


def test_one_edge_is_a_knife_edge_plus_the_correction_for_what_bullington_lacks():
    distance_m, ground_m = np.array([0.0, 8e3, 20e3]), np.array([0.0, 150.0, 0.0])
    case = {"height1_m": 20.0, "height2_m": 10.0, "effective_radius_m": 1e9, "frequency_hz": 3e9}
    above = 150.0 + 8e3 * 12e3 / 2e9 - (20.0 * 12e3 + 10.0 * 8e3) / 20e3
    v = fresnel_parameter(clearance_m=above, distance1_m=8e3, distance2_m=12e3, wavelength_m=wavelength_m(frequency_hz=3e9))
    edge = float(knife_edge_loss_approx_db(fresnel_v=v))
    expected = edge + (1.0 - math.exp(-edge / 6.0)) * (10.0 + 0.02 * 20.0)
    assert bullington_loss_db(distance_m=distance_m, ground_m=ground_m, **case) == pytest.approx(expected, rel=1e-12)


def test_delta_bullington_of_smooth_earth_is_smooth_earth():
    """ITU-R P.452-18 validation set, flat land, 100 km, 2 GHz, vertical: 99.60559847 dB by the residue series."""
    case = {
        "height1_m": 10.0,
        "height2_m": 10.0,
        "effective_radius_m": RADIUS_M,
        "frequency_hz": 2e9,
        "polarisation": "vertical",
    }
    got = delta_bullington_loss_db(distance_m=FLAT_M, ground_m=0 * FLAT_M, **case)
    assert got == pytest.approx(99.60559847, rel=0, abs=1e-6)  # dB
    assert (
        bullington_loss_db(
            distance_m=FLAT_M,
            ground_m=0 * FLAT_M,
            height1_m=10.0,
            height2_m=10.0,
            effective_radius_m=RADIUS_M,
            frequency_hz=2e9,
        )
        < got - 30.0
    )


def test_delta_bullington_is_the_same_both_ways_and_vanishes_in_the_clear():
    case = {"effective_radius_m": RADIUS_M, "frequency_hz": 3e9, "polarisation": "horizontal"}
    there = delta_bullington_loss_db(distance_m=ROUGH_AT_M, ground_m=ROUGH_M, height1_m=70.0, height2_m=55.0, **case)
    back = delta_bullington_loss_db(distance_m=ROUGH_AT_M, ground_m=ROUGH_M[::-1], height1_m=55.0, height2_m=70.0, **case)
    assert there == pytest.approx(back, rel=1e-9)
    assert there > 20.0
    clear = delta_bullington_loss_db(distance_m=ROUGH_AT_M, ground_m=0 * ROUGH_M, height1_m=3e3, height2_m=3e3, **case)
    assert clear == 0.0


def test_smooth_surface_fits_a_slope_exactly_and_stays_below_the_ground():
    slope_m = np.linspace(100.0, 300.0, 11)
    assert smooth_heights_m(distance_m=ROUGH_AT_M, ground_m=slope_m, height1_m=400.0, height2_m=400.0) == pytest.approx(
        (100.0, 300.0)
    )
    start, end = smooth_heights_m(distance_m=ROUGH_AT_M, ground_m=ROUGH_M, height1_m=70.0, height2_m=55.0)
    assert start <= 50.0
    assert end <= 20.0


def test_smooth_earth_needs_no_profile():
    """Raising both antennas out of the diffraction zone takes the loss to zero without a jump."""
    heights = np.linspace(5.0, 400.0, 80)
    loss = [
        smooth_earth_loss_db(
            distance_m=6e4, height1_m=float(h), height2_m=float(h), effective_radius_m=RADIUS_M, frequency_hz=3e9,
            polarisation="horizontal",
        )
        for h in heights
    ]  # fmt: skip
    assert loss[0] > 40.0
    assert loss[-1] == 0.0
    assert np.max(np.abs(np.diff(loss))) < 14.0  # dB per 5 m, at the lowest antennas


@pytest.mark.parametrize(
    ("distance_m", "ground_m", "height1_m", "message"),
    [
        ([0, 1e3], [0, 0], 10.0, "at least 3 points"),
        ([1e3, 2e3, 3e3], [0, 0, 0], 10.0, "start at 0 and increase"),
        ([0, 2e3, 1e3], [0, 0, 0], 10.0, "start at 0 and increase"),
        ([0, 1e3, 2e3], [50, 0, 0], 10.0, "below the ground"),
        ([0, 1e3, 2e3], [0, math.nan, 0], 10.0, "ground_m = nan"),
    ],
)
def test_malformed_profiles_are_refused(distance_m, ground_m, height1_m, message):
    with pytest.raises(OutOfRangeError, match=message):
        path_horizon(
            distance_m=distance_m, ground_m=ground_m, height1_m=height1_m, height2_m=10.0, effective_radius_m=RADIUS_M
        )


def test_smooth_surface_is_lowered_under_an_obstacle_by_its_slopes():
    """P.452-18, eqs. 164 to 167, worked here: one ridge of 200 m a quarter of the way along a level path."""
    distance_m, ground_m = np.arange(5) * 1e4, np.array([300.0, 500.0, 300.0, 300.0, 300.0])
    start, end = smooth_heights_m(distance_m=distance_m, ground_m=ground_m, height1_m=310.0, height2_m=310.0)
    v1 = 1e4 * (800 + 800 + 600 + 600)
    v2 = 1e4 * (500 * 2e4 + 300 * 1e4 + 300 * 5e4 + 500 * 4e4 + 300 * 8e4 + 300 * 7e4 + 300 * 11e4 + 300 * 10e4)
    low1, low2 = 190.0 * 0.75, 190.0 * 0.25  # 190 m above the line; slopes are as 3 to 1
    assert start == pytest.approx((2 * v1 * 4e4 - v2) / 16e8 - low1, rel=1e-12)
    assert end == pytest.approx((v2 - v1 * 4e4) / 16e8 - low2, rel=1e-12)
