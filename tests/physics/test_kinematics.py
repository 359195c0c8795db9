"""Hermite arcs, turns and intercepts: printed values, conservation, every number of solutions."""

import math

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics.kinematics import constant_speed_intercepts, coordinated_turn_matrix, hermite, level_turn

KNOT = 1852.0 / 3600.0


def test_turn_near_the_pilots_handbook_whose_constants_are_rounded():
    """FAA-H-8083-25C, ch. 5: 1091 tan(bank) / V and V^2 / (11.26 tan(bank)) at 120 knots and 30 degrees."""
    turn = level_turn(speed_mps=120.0 * KNOT, bank_rad=math.radians(30.0))
    assert math.degrees(turn.turn_rate_radps) == pytest.approx(5.25, rel=4e-3, abs=0)  # deg/s
    assert turn.radius_m / 0.3048 == pytest.approx(2215.0, rel=4e-3, abs=0)  # ft
    assert math.degrees(turn.turn_rate_radps) == pytest.approx(
        1092.0 * math.tan(math.radians(30.0)) / 120.0, rel=2e-4, abs=0
    )


def test_turn_from_any_one_of_its_quantities():
    first = level_turn(speed_mps=250.0, bank_rad=math.radians(60.0))
    assert first.load_factor == pytest.approx(2.0, rel=1e-12)
    for name in ("load_factor", "turn_rate_radps", "radius_m"):
        again = level_turn(speed_mps=250.0, **{name: float(getattr(first, name))})
        assert np.array(again) == pytest.approx(np.array(first), rel=1e-12)


def test_turns_broadcast_over_every_argument():
    radius_m = np.array([1e3, 2e3, 4e3])
    turn = level_turn(speed_mps=np.array([[100.0], [200.0]]), radius_m=radius_m)
    assert turn.turn_rate_radps == pytest.approx(np.array([[100.0], [200.0]]) / radius_m, rel=1e-12)
    assert turn.radius_m == pytest.approx(np.broadcast_to(radius_m, (2, 3)), rel=1e-12)


def test_straight_flight_is_a_turn_of_infinite_radius():
    level = level_turn(speed_mps=[100.0, 200.0], bank_rad=0.0)
    assert np.all(np.isinf(level.radius_m))
    assert level.turn_rate_radps.tolist() == [0.0, 0.0]
    with pytest.raises(OutOfRangeError, match="exactly one"):
        level_turn(speed_mps=100.0)
    with pytest.raises(OutOfRangeError, match="exactly one"):
        level_turn(speed_mps=100.0, bank_rad=0.1, load_factor=2.0)


def test_coordinated_turn_matches_the_exact_transition():
    after = coordinated_turn_matrix(turn_rate_radps=0.1, step_s=2.0) @ [1000.0, 200.0, 2000.0, 50.0]
    worked = [1387.3719505107433, 186.07984902849526, 2139.2015097150475, 88.73719505107432]
    assert after == pytest.approx(worked, rel=1e-14)


def test_coordinated_turn_keeps_speed_composes_and_becomes_straight():
    quarter = coordinated_turn_matrix(turn_rate_radps=0.05, step_s=math.pi / 0.1)
    after = quarter @ [0.0, 100.0, 0.0, 0.0]
    assert after == pytest.approx([2000.0, 0.0, 2000.0, 100.0], rel=0, abs=1e-9)  # a quarter of a circle of 2 km
    once = coordinated_turn_matrix(turn_rate_radps=0.3, step_s=1.0)
    assert once @ once == pytest.approx(coordinated_turn_matrix(turn_rate_radps=0.3, step_s=2.0), rel=0, abs=1e-14)
    straight = coordinated_turn_matrix(turn_rate_radps=0.0, step_s=3.0)
    assert straight == pytest.approx(coordinated_turn_matrix(turn_rate_radps=1e-12, step_s=3.0), rel=0, abs=1e-11)
    assert straight[0, 1] == 3.0


def test_intercept_matches_the_quadratic():
    found = constant_speed_intercepts(position_m=[6e4, 2e4], velocity_mps=[-250.0, -50.0], speed_mps=1000.0)
    assert found.time_of_flight_s.tolist() == pytest.approx([50.49617381509779], rel=1e-14)
    assert found.position_m[0] == pytest.approx([47375.956546225556, 17475.19130924511], rel=1e-14)


@pytest.mark.parametrize(
    ("position_m", "velocity_mps", "speed_mps", "count"),
    [
        ([1e4, 0.0], [100.0, 0.0], 50.0, 0),  # faster, flying away
        ([1e4, 2e3], [-300.0, 0.0], 200.0, 2),  # faster, passing by
        ([1e4, 9e3], [-300.0, 0.0], 200.0, 0),  # faster, passing too far
        ([1e4, 0.0], [-200.0, 0.0], 200.0, 1),  # equal, coming
        ([1e4, 0.0], [200.0, 0.0], 200.0, 0),  # equal, going
        ([1e4, 0.0, 5e3], [10.0, 20.0, -5.0], 700.0, 1),  # in space
    ],
)
def test_intercepts_of_every_kind(position_m, velocity_mps, speed_mps, count):
    found = constant_speed_intercepts(position_m=position_m, velocity_mps=velocity_mps, speed_mps=speed_mps)
    assert len(found.time_of_flight_s) == count
    assert np.all(np.diff(found.time_of_flight_s) > 0.0)
    for time, place in zip(found.time_of_flight_s, found.position_m, strict=True):
        assert place == pytest.approx(np.array(position_m) + time * np.array(velocity_mps), rel=1e-12)
        assert np.linalg.norm(place) == pytest.approx(speed_mps * time, rel=1e-9)


def test_a_launch_delay_lets_the_target_fly_on():
    late = constant_speed_intercepts(position_m=[6e4, 2e4], velocity_mps=[-250.0, -50.0], speed_mps=1000.0, delay_s=10.0)
    moved = constant_speed_intercepts(position_m=[57.5e3, 19.5e3], velocity_mps=[-250.0, -50.0], speed_mps=1000.0)
    assert late.time_of_flight_s == pytest.approx(moved.time_of_flight_s, rel=1e-14)


def test_a_target_at_the_launcher_is_met_at_once():
    assert constant_speed_intercepts(
        position_m=[0.0, 0.0], velocity_mps=[9.0, 0.0], speed_mps=50.0
    ).time_of_flight_s.tolist() == [0.0]


def test_ends_and_a_cubic_in_between() -> None:
    def value(t: float) -> float:
        return 2.0 - 3.0 * t + 0.5 * t * t - 0.25 * t * t * t

    def rate(t: float) -> float:
        return -3.0 + t - 0.75 * t * t

    h = 4.0
    ends = (value(1.0), rate(1.0), value(1.0 + h), rate(1.0 + h), h)
    for share in (0.0, 0.125, 0.5, 0.9, 1.0):
        found, slope = hermite(*ends, share)
        assert found == pytest.approx(value(1.0 + share * h), rel=0, abs=1e-12)
        assert slope == pytest.approx(rate(1.0 + share * h), rel=0, abs=1e-12)


def test_rate_is_the_slope_of_the_value() -> None:
    ends = (10.0, 1.0, -5.0, 7.0, 2.0)
    step = 1e-6
    for share in (0.2, 0.7):
        ahead, behind = hermite(*ends, share + step)[0], hermite(*ends, share - step)[0]
        assert hermite(*ends, share)[1] == pytest.approx((ahead - behind) / (2.0 * step * 2.0), rel=1e-6, abs=0)
