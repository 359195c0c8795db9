"""Free fall: closed forms, conservation laws of the integrated arc, and the traps of frames and drag."""

import math

import numpy as np
import pytest

from openiads.constants import EARTH_RATE, GRAVITATIONAL_PARAMETER
from openiads.errors import OutOfRangeError
from openiads.geo.ellipsoid import ecef_to_geodetic, enu_axes, geodetic_to_ecef
from openiads.physics.ballistics import (
    ballistic_arc,
    coriolis_acceleration_mps2,
    drag_fall,
    eastward_drop_m,
    gravity_ecef_mps2,
    kepler_trajectory,
    minimum_energy_trajectory,
    vacuum_arc,
)

EARTH_M = 6_371_000.0
KEPLER = [  # range in km, then speed, angle in degrees, apogee and time, worked to 30 digits
    (3000, 4864.99563796802248, 38.25508795560952, 655206.4772596984, 895.035580315339016),
    (10000, 7198.08352450591662, 22.516959852031736, 1319476.5134952855, 1930.95646689251689),
]


@pytest.mark.parametrize(("range_km", "speed", "angle_deg", "apogee_m", "time_s"), KEPLER)
def test_minimum_energy_trajectories(range_km, speed, angle_deg, apogee_m, time_s):
    arc = minimum_energy_trajectory(ground_range_m=range_km * 1e3, earth_radius_m=EARTH_M)
    assert arc.burnout_speed_mps == pytest.approx(speed, rel=1e-13)
    assert math.degrees(arc.flight_path_angle_rad) == pytest.approx(angle_deg, rel=1e-13)
    assert arc.apogee_m == pytest.approx(apogee_m, rel=1e-12)
    assert arc.time_of_flight_s == pytest.approx(time_s, rel=1e-13)
    assert arc.ground_range_m == pytest.approx(range_km * 1e3, rel=1e-13)


def test_minimum_energy_is_the_minimum():
    """At a fixed speed the range is largest at the optimal angle."""
    best = minimum_energy_trajectory(ground_range_m=3e6, earth_radius_m=EARTH_M)
    angles = best.flight_path_angle_rad + np.array([-0.02, 0.0, 0.02])
    ranges = kepler_trajectory(
        burnout_speed_mps=best.burnout_speed_mps, flight_path_angle_rad=angles, earth_radius_m=EARTH_M
    ).ground_range_m
    assert np.argmax(ranges) == 1


def test_short_trajectories_are_parabolas():
    arc = kepler_trajectory(burnout_speed_mps=100.0, flight_path_angle_rad=math.radians(45.0), earth_radius_m=EARTH_M)
    flat = vacuum_arc(speed_mps=100.0, elevation_rad=math.radians(45.0), gravity_mps2=GRAVITATIONAL_PARAMETER / EARTH_M**2)
    assert arc.ground_range_m == pytest.approx(flat.range_m, rel=5e-4, abs=0)
    assert arc.time_of_flight_s == pytest.approx(flat.time_of_flight_s, rel=5e-4, abs=0)
    assert flat.range_m == pytest.approx(4 * flat.apex_m, rel=1e-12)


def test_what_never_comes_down_is_refused():
    with pytest.raises(OutOfRangeError, match="does not come back"):
        kepler_trajectory(burnout_speed_mps=11_500.0, flight_path_angle_rad=0.5, earth_radius_m=EARTH_M)


def test_drag_fall():
    fall = drag_fall(ballistic_coefficient_kgpm2=100 / (0.3 * 0.05), density_kgpm3=1.225, time_s=10.0)
    assert tuple(fall) == pytest.approx((326.70942382956696, 95.22369142725393, 483.1416601527027), rel=1e-13)
    late = drag_fall(ballistic_coefficient_kgpm2=100.0, density_kgpm3=1.225, time_s=1e4, initial_speed_mps=900.0)
    assert late.speed_mps == pytest.approx(late.terminal_speed_mps, rel=1e-12)


@pytest.mark.parametrize("start_mps", [0.0, 20.0, 40.0, 400.0])
def test_fall_from_any_speed_obeys_its_equation(start_mps):
    beta, density = 100.0, 1.2

    def at(time_s):
        return drag_fall(ballistic_coefficient_kgpm2=beta, density_kgpm3=density, time_s=time_s, initial_speed_mps=start_mps)

    times = np.array([1e-5, 0.5, 3.0])
    here, before, after = at(times), at(times - 1e-5), at(times + 1e-5)
    pull = 9.80665 - density * here.speed_mps**2 / (2.0 * beta)
    assert (after.speed_mps - before.speed_mps) / 2e-5 == pytest.approx(pull, rel=1e-4, abs=1e-4)  # m/s2
    assert (after.distance_m - before.distance_m) / 2e-5 == pytest.approx(here.speed_mps, rel=1e-4, abs=1e-4)  # m/s


def test_coriolis_turns_right_in_the_north_and_left_in_the_south():
    north = coriolis_acceleration_mps2(latitude_rad=math.radians(45.0), velocity_enu_mps=[0.0, 1000.0, 0.0])
    assert north == pytest.approx([0.10312607931384282, 0.0, 0.0], rel=1e-14, abs=1e-18)  # m/s2
    south = coriolis_acceleration_mps2(latitude_rad=math.radians(-45.0), velocity_enu_mps=[0.0, 1000.0, 0.0])
    assert south[0] == -north[0]
    up = coriolis_acceleration_mps2(latitude_rad=0.0, velocity_enu_mps=[0.0, 0.0, 100.0])
    assert up == pytest.approx([-2 * EARTH_RATE * 100.0, 0.0, 0.0], rel=1e-14)  # westwards on the way up
    assert eastward_drop_m(height_m=100.0, latitude_rad=0.0, gravity_mps2=9.81) == pytest.approx(0.022, rel=0, abs=5e-4)  # m


def launch(*, east, north, up, latitude_deg=40.0, longitude_deg=33.0, height_m=10.0):
    place = {"latitude_rad": math.radians(latitude_deg), "longitude_rad": math.radians(longitude_deg)}
    return geodetic_to_ecef(height_m=height_m, **place), enu_axes(**place).T @ np.array([east, north, up])


def energy(arc):
    """Energy of the inertial motion with a point-mass earth, per kilogram."""
    spin = np.array([0.0, 0.0, EARTH_RATE])
    inertial = arc.velocity_ecef_mps + np.cross(spin, arc.position_ecef_m)
    return 0.5 * np.sum(inertial**2, axis=1) - GRAVITATIONAL_PARAMETER / np.linalg.norm(arc.position_ecef_m, axis=1)


def test_arc_keeps_energy_and_angular_momentum():
    position, velocity = launch(east=2500.0, north=1000.0, up=3500.0)
    arc = ballistic_arc(position_ecef_m=position, velocity_ecef_mps=velocity, longest_s=4000.0, oblate=False, step_s=20.0)
    assert arc.impact
    assert np.ptp(energy(arc)) / abs(energy(arc)[0]) < 1e-9
    spin = np.array([0.0, 0.0, EARTH_RATE])
    momentum = np.cross(arc.position_ecef_m, arc.velocity_ecef_mps + np.cross(spin, arc.position_ecef_m))[:, 2]
    assert np.ptp(momentum) / abs(momentum[0]) < 1e-9
    assert ecef_to_geodetic(arc.position_ecef_m[-1])[2] == pytest.approx(0.0, rel=0, abs=1e-3)  # m


def test_arc_matches_the_kepler_ellipse_in_an_inertial_frame():
    """At the equator, launched to cancel the earth's turn: an inertial vertical shot, whose time of flight is closed form."""
    position, _ = launch(east=0.0, north=0.0, up=0.0, latitude_deg=0.0, height_m=0.0)
    radius = float(np.linalg.norm(position))
    axes = enu_axes(latitude_rad=0.0, longitude_rad=math.radians(33.0))
    velocity = axes.T @ np.array([-EARTH_RATE * radius, 0.0, 2000.0])
    arc = ballistic_arc(position_ecef_m=position, velocity_ecef_mps=velocity, longest_s=2000.0, oblate=False)
    closed = kepler_trajectory(burnout_speed_mps=2000.0, flight_path_angle_rad=math.pi / 2, earth_radius_m=radius)
    assert arc.time_s[-1] == pytest.approx(float(closed.time_of_flight_s), rel=1e-8)


def test_gravity_and_the_turning_earth_make_980665_only_together():
    """Attraction plus centrifugal acceleration at 45 degrees is the standard gravity: it is counted once, not twice."""
    position, _ = launch(east=0.0, north=0.0, up=0.0, latitude_deg=45.0, height_m=0.0)
    attraction = gravity_ecef_mps2(position_ecef_m=position)
    centrifugal = EARTH_RATE**2 * position * np.array([1.0, 1.0, 0.0])
    total = float(np.linalg.norm(attraction + centrifugal))
    assert total == pytest.approx(9.80620, rel=0, abs=1.5e-4)  # m/s2: Somigliana's normal gravity at 45 degrees
    assert float(np.linalg.norm(attraction)) > total + 0.016


def test_drag_shortens_and_the_air_turns_with_the_earth():
    position, velocity = launch(east=0.0, north=800.0, up=800.0)
    case = {"position_ecef_m": position, "velocity_ecef_mps": velocity, "longest_s": 400.0}
    free, heavy = ballistic_arc(**case), ballistic_arc(ballistic_coefficient_kgpm2=5000.0, **case)
    assert np.linalg.norm(heavy.position_ecef_m[-1] - position) < 0.8 * np.linalg.norm(free.position_ecef_m[-1] - position)
    start, calm = launch(east=0.0, north=0.0, up=0.0, height_m=3000.0)
    drop = ballistic_arc(position_ecef_m=start, velocity_ecef_mps=calm, longest_s=400.0, ballistic_coefficient_kgpm2=50.0)
    assert np.linalg.norm(drop.velocity_ecef_mps[-1]) < 35.0  # m/s: no wind of 350 m/s carries it along
    assert np.linalg.norm(drop.velocity_ecef_mps[-1]) == pytest.approx(math.sqrt(2 * 9.80 * 50.0 / 1.225), rel=0.02, abs=0)


def test_oblateness_moves_the_impact_by_kilometres():
    position, velocity = launch(east=2500.0, north=2500.0, up=4000.0)
    case = {"position_ecef_m": position, "velocity_ecef_mps": velocity, "longest_s": 4000.0, "step_s": 100.0}
    apart = np.linalg.norm(
        ballistic_arc(**case).position_ecef_m[-1] - ballistic_arc(oblate=False, **case).position_ecef_m[-1]
    )
    assert 1e3 < apart < 1e5  # m


def test_a_drop_lands_east():
    start, calm = launch(east=0.0, north=0.0, up=0.0, latitude_deg=0.0, height_m=100.0)
    arc = ballistic_arc(position_ecef_m=start, velocity_ecef_mps=calm, longest_s=20.0)
    east = enu_axes(latitude_rad=0.0, longitude_rad=math.radians(33.0))[0] @ (arc.position_ecef_m[-1] - start)
    assert east == pytest.approx(
        float(eastward_drop_m(height_m=100.0, latitude_rad=0.0, gravity_mps2=9.78)), rel=1e-3, abs=0
    )


def test_arc_ends_at_the_time_limit_or_refuses_a_start_below_ground():
    position, velocity = launch(east=0.0, north=0.0, up=3000.0)
    short = ballistic_arc(position_ecef_m=position, velocity_ecef_mps=velocity, longest_s=60.5)
    assert not short.impact
    assert short.time_s[-1] == 60.5
    with pytest.raises(OutOfRangeError, match="below ground_m"):
        ballistic_arc(position_ecef_m=position, velocity_ecef_mps=velocity, longest_s=60.0, ground_m=500.0)
    with pytest.raises(OutOfRangeError, match="ballistic_coefficient_kgpm2 = -1"):
        ballistic_arc(position_ecef_m=position, velocity_ecef_mps=velocity, longest_s=60.0, ballistic_coefficient_kgpm2=-1.0)


@pytest.mark.parametrize("ratio", [0.0, 0.3, 2.5])
def test_a_short_fall_is_the_same_by_series_and_in_closed_form(ratio):
    """Where the logarithm cancels a series stands in; extended precision tells that its terms have the right signs."""
    beta, density, gravity = 1000.0, 1.2, 9.8
    terminal = math.sqrt(2 * gravity * beta / density)
    for x in (0.9e-3, 0.2e-3):
        t = x * terminal / gravity
        fall = drag_fall(
            ballistic_coefficient_kgpm2=beta,
            density_kgpm3=density,
            time_s=t,
            initial_speed_mps=ratio * terminal,
            gravity_mps2=gravity,
        )
        long = np.longdouble(x)
        exact = np.longdouble(terminal) ** 2 / gravity * np.log(np.cosh(long) + np.longdouble(ratio) * np.sinh(long))
        falls_without_drag = ratio * terminal * t + 0.5 * gravity * t * t
        assert float(fall.distance_m - exact) == pytest.approx(0.0, abs=1e-6 * falls_without_drag)
