"""Where a missile meets its target: closed forms, missiles slower than the target, tables with knees, free fall."""

import math

import numpy as np
import pytest

from openiads.constants import WGS84_SEMI_MAJOR_M
from openiads.models.engagement.meeting import (
    bend_of,
    flight_time,
    free_fall,
    lateness,
    meeting_time,
    place_after,
    slowness,
)
from openiads.physics.ballistics import ballistic_arc
from openiads.records.case import FLIGHT, MISSILES

SITE = np.array([WGS84_SEMI_MAJOR_M, 0.0, 0.0])
STRAIGHT = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
LONG_S = 1e4


def missile(*rows: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """A missile with this time-of-flight table, from (0, 0)."""
    one = np.zeros(1, MISSILES)[0]
    one["flight_first"], one["flight_count"] = 0, len(rows) + 1
    return one, np.array([(0.0, 0.0), *rows], dtype=FLIGHT)


def target(x_m: float, y_m: float, vx_mps: float, vy_mps: float) -> np.ndarray:
    """State of a target in the tangent plane of the site: y to the east, x as the third axis to the north."""
    return np.array([SITE[0], y_m, x_m, 0.0, vy_mps, vx_mps])


def quadratic(x_m: float, y_m: float, vx: float, vy: float, speed: float, start_s: float) -> float:
    """First time at which |p + v t| = speed (t - start): the triangle of pursuit, solved by the formula for quadratics."""
    a = vx * vx + vy * vy - speed * speed
    px, py = x_m + start_s * vx, y_m + start_s * vy
    b, c = 2.0 * (px * vx + py * vy), px * px + py * py
    if a == 0.0:
        return -c / b if b < 0.0 else -1.0
    root = b * b - 4.0 * a * c
    if root < 0.0:
        return -1.0
    times = sorted(((-b - math.sqrt(root)) / (2.0 * a), (-b + math.sqrt(root)) / (2.0 * a)))
    return next((t for t in times if t > 0.0), -1.0)


@pytest.mark.parametrize("speed", [250.0, 500.0, 600.0, 900.0, 1500.0])
@pytest.mark.parametrize(
    ("x_m", "y_m", "vx", "vy"),
    [
        (0.0, 100e3, 0.0, -600.0),  # straight in, faster than some of the missiles
        (20e3, 60e3, 0.0, -600.0),  # passes at 20 km
        (40e3, 60e3, 0.0, -600.0),
        (0.0, 50e3, 0.0, 300.0),  # away
        (5e3, 50e3, -30.0, 280.0),
        (0.0, 80e3, 250.0, 0.0),  # across
    ],
)
def test_the_triangle_of_pursuit(speed: float, x_m: float, y_m: float, vx: float, vy: float) -> None:
    """The solver finds the first of two meetings, and none where there is none; also where the missile is the slower one."""
    one, flight = missile((100e3, 100e3 / speed))
    x = target(x_m, y_m, vx, vy)
    for start_s in (0.0, 12.5):
        found = meeting_time(one, flight, SITE, x, start_s, LONG_S, STRAIGHT)
        expected = quadratic(x_m, y_m, vx, vy, speed, start_s)
        if expected < 0.0:
            assert found == -1.0
        else:
            assert found == pytest.approx(expected, rel=0, abs=1e-6)  # s


def test_repeated_substitution_would_run_away() -> None:
    """A missile at half its target's speed: substituting flight times never comes near; the solver does."""
    one, flight = missile((100e3, 200.0))  # 500 m/s
    x = target(0.0, 90e3, 0.0, -1000.0)
    time_s, steps = flight_time(one, flight, 90e3), []
    for _ in range(6):
        steps.append(abs(time_s - 60.0))
        time_s = flight_time(one, flight, abs(90e3 - 1000.0 * time_s))
    assert min(steps) > 119.0  # s away, every time
    assert meeting_time(one, flight, SITE, x, 0.0, LONG_S, STRAIGHT) == pytest.approx(60.0, rel=0, abs=1e-6)  # 90 km / 1500


def test_a_meeting_beyond_the_longest_flight_is_none() -> None:
    one, flight = missile((100e3, 100.0))
    x = target(0.0, 50e3, 0.0, 900.0)
    assert meeting_time(one, flight, SITE, x, 0.0, LONG_S, STRAIGHT) == pytest.approx(500.0, rel=0, abs=1e-6)  # s
    assert meeting_time(one, flight, SITE, x, 0.0, 499.0, STRAIGHT) == -1.0


@pytest.mark.parametrize("vy", [-1200.0, -400.0, 200.0, 500.0])
def test_a_table_with_knees(vy: float) -> None:
    """Slow off the rail, fast after: where it ends, missile and target are at one place, and no earlier step of 0.01 s is."""
    one, flight = missile((5e3, 15.0), (40e3, 40.0), (100e3, 110.0))
    x = target(3e3, 60e3, 0.0, vy)
    found = meeting_time(one, flight, SITE, x, 0.0, 300.0, STRAIGHT)
    times = np.arange(0.0, 300.0, 0.01)
    late = [lateness(one, flight, SITE, x, 0.0, t, STRAIGHT)[0] for t in times]
    first = next((t for t, value in zip(times, late, strict=True) if value <= 0.0), None)
    if first is None:
        assert found == -1.0
    else:
        assert lateness(one, flight, SITE, x, 0.0, found, STRAIGHT)[0] == pytest.approx(0.0, rel=0, abs=1e-6)  # s
        assert first - 0.01 <= found <= first


def test_the_slope_of_the_table() -> None:
    one, flight = missile((10e3, 20.0), (50e3, 60.0))
    assert slowness(one, flight, 5e3) == pytest.approx(2e-3, rel=1e-12, abs=0)  # s/m
    assert slowness(one, flight, 30e3) == pytest.approx(1e-3, rel=1e-12, abs=0)
    assert slowness(one, flight, 80e3) == pytest.approx(60.0 / 50e3, rel=1e-12, abs=0)


@pytest.mark.parametrize(("seconds", "within_m"), [(10.0, 1.0), (30.0, 8.0), (60.0, 60.0)])
def test_free_fall_against_the_integrator(seconds: float, within_m: float) -> None:
    """A body coming down at 1.5 km/s from 60 km over a turning, oblate earth."""
    start = np.array([4_300_000.0, 2_600_000.0, 4_000_000.0])
    start *= (np.linalg.norm(start) + 60e3) / np.linalg.norm(start)
    down = -start / np.linalg.norm(start)
    velocity = 900.0 * down + 1200.0 * np.cross(down, [0.0, 0.0, 1.0])
    arc = ballistic_arc(position_ecef_m=start, velocity_ecef_mps=velocity, longest_s=seconds)
    assert not arc.impact
    x = np.concatenate([start, velocity])
    fell = np.array(place_after(x, seconds, free_fall(x)))
    assert float(np.linalg.norm(fell - arc.position_ecef_m[-1])) < within_m
    straight = np.array(place_after(x, seconds, STRAIGHT))
    assert float(np.linalg.norm(straight - arc.position_ecef_m[-1])) > 0.4 * 9.8 * seconds**2


def test_only_fast_tracks_fall() -> None:
    slow, fast = target(0.0, 50e3, 0.0, -800.0), target(0.0, 50e3, 0.0, -1000.0)
    assert bend_of(slow, 900.0, 1) == STRAIGHT
    assert bend_of(fast, 900.0, 0) == STRAIGHT
    assert bend_of(fast, 900.0, 1) == free_fall(fast)
    assert math.sqrt(sum(a * a for a in free_fall(fast)[:3])) == pytest.approx(9.8, rel=0, abs=0.2)  # m/s2
