"""Envelope by crossing offset, speed class and, for ballistic objects, height, speed, descent and errors; factors on p_kill."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.errors import ScenarioError
from openiads.models.engagement.limits import (
    crossing_and_dive,
    kill_probability,
    limits_hold,
    point_error_m,
    speed_row,
)
from openiads.records.arms import KINDS, SPEED_LIMITS
from openiads.records.case import MISSILES, RADARS
from openiads.tracking.records import TRACK

EARTH_M = 6378137.0
NO_ROWS = np.zeros(0, SPEED_LIMITS)


def missile(**fields: Any) -> np.ndarray:
    """A missile that only the envelope limits, but for `fields`."""
    found = np.zeros(1, MISSILES)[0]
    given = {
        "max_range_m": 100e3,
        "max_range_ballistic_m": 40e3,
        "max_altitude_m": 25e3,
        "max_target_speed_mps": 3000.0,
        "max_crossing_m": math.inf,
        "ballistic_min_altitude_m": -math.inf,
        "ballistic_max_speed_mps": math.inf,
        "dive_min_rad": -math.pi,
        "dive_max_rad": math.pi,
        "p_kill": 0.8,
        "crossing_factor": 1.0,
        "kind_factor": [1.0] * 5,
    }
    for name, value in {**given, **fields}.items():
        found[name] = value
    return found


def radar() -> np.ndarray:
    """On the equator: east is the second axis, north the third."""
    one = np.zeros(1, RADARS)[0]
    one["site_m"] = [EARTH_M, 0.0, 0.0]
    one["axes"] = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    return one


def test_crossing_offset_and_descent() -> None:
    """A target 30 km east and 12 km north that flies due west passes 12 km from the radar."""
    crossing, dive = crossing_and_dive(radar(), EARTH_M, 30e3, 12e3, 0.0, -300.0, 0.0)
    assert crossing == pytest.approx(12e3, rel=1e-12, abs=0)  # m
    assert dive == pytest.approx(30e3 / EARTH_M, rel=1e-3, abs=0)  # level at the radar: down by the curvature here
    _, dive = crossing_and_dive(radar(), EARTH_M, 0.0, 0.0, -300.0, -300.0, 0.0)
    assert dive == pytest.approx(math.pi / 4, rel=1e-12, abs=0)  # rad
    straight_down, _ = crossing_and_dive(radar(), EARTH_M, 3e3, 4e3, -300.0, 0.0, 0.0)
    assert straight_down == pytest.approx(5e3, rel=1e-12, abs=0)  # no ground line: where it comes down


@pytest.mark.parametrize(
    ("fields", "at", "ballistic", "crossing_m", "dive_rad", "holds"),
    [
        ({}, (50e3, 5e3, 300.0), False, 90e3, 0.0, True),
        ({"max_crossing_m": 20e3}, (50e3, 5e3, 300.0), False, 20e3, 0.0, True),
        ({"max_crossing_m": 20e3}, (50e3, 5e3, 300.0), False, 20001.0, 0.0, False),
        ({"ballistic_min_altitude_m": 6e3}, (30e3, 5e3, 1500.0), True, 0.0, 1.0, False),
        ({"ballistic_min_altitude_m": 6e3}, (30e3, 6e3, 1500.0), True, 0.0, 1.0, True),
        ({"ballistic_min_altitude_m": 6e3}, (30e3, 5e3, 300.0), False, 0.0, 0.0, True),  # an aircraft may be lower
        ({"ballistic_max_speed_mps": 1400.0}, (30e3, 5e3, 1500.0), True, 0.0, 1.0, False),
        ({"ballistic_max_speed_mps": 1600.0}, (30e3, 5e3, 1500.0), True, 0.0, 1.0, True),
        ({"dive_min_rad": 0.5}, (30e3, 5e3, 1500.0), True, 0.0, 0.49, False),
        ({"dive_max_rad": 0.9}, (30e3, 5e3, 1500.0), True, 0.0, 0.91, False),
        ({"dive_min_rad": 0.5, "dive_max_rad": 0.9}, (30e3, 5e3, 1500.0), True, 0.0, 0.7, True),
    ],
)
def test_limits(
    fields: dict[str, float],
    at: tuple[float, float, float],
    ballistic: bool,
    crossing_m: float,
    dive_rad: float,
    holds: bool,
) -> None:
    assert limits_hold(missile(**fields), NO_ROWS, at, ballistic, crossing_m, dive_rad) == holds


def test_limits_by_speed() -> None:
    rows = np.array([(300.0, 80e3, math.inf, 1.0), (900.0, 40e3, 10e3, 0.5)], dtype=SPEED_LIMITS)
    one = missile(speed_count=2)
    assert [speed_row(one, rows, speed) for speed in (0.0, 300.0, 301.0, 900.0, 901.0)] == [0, 0, 1, 1, -2]
    assert speed_row(missile(), rows, 300.0) == -1
    for at, crossing_m, holds in (
        ((80e3, 5e3, 300.0), 60e3, True),
        ((81e3, 5e3, 300.0), 0.0, False),
        ((40e3, 5e3, 600.0), 10e3, True),
        ((41e3, 5e3, 600.0), 0.0, False),
        ((40e3, 5e3, 600.0), 11e3, False),
        ((10e3, 5e3, 901.0), 0.0, False),  # faster than the last class
    ):
        assert limits_hold(one, rows, at, False, crossing_m, 0.0) == holds, at


def test_kill_probability() -> None:
    rows = np.array([(300.0, math.inf, math.inf, 1.0), (900.0, math.inf, math.inf, 0.5)], dtype=SPEED_LIMITS)
    one = missile(speed_count=2, max_crossing_m=20e3, crossing_factor=0.6, kind_factor=[1.0, 0.9, 1.0, 0.25, 1.0])
    aircraft, ballistic = KINDS.index("aircraft"), KINDS.index("ballistic")
    for kind, speed, crossing_m, expected in (
        (aircraft, 250.0, 0.0, 0.8),
        (aircraft, 250.0, 10e3, 0.8 * 0.8),
        (aircraft, 250.0, 20e3, 0.8 * 0.6),
        (aircraft, 250.0, 90e3, 0.8 * 0.6),
        (aircraft, 500.0, 0.0, 0.4),
        (ballistic, 250.0, 0.0, 0.2),
        (ballistic, 500.0, 20e3, 0.8 * 0.25 * 0.5 * 0.6),
    ):
        assert kill_probability(one, rows, kind, speed, crossing_m) == pytest.approx(expected, rel=1e-12, abs=0)
    assert kill_probability(missile(kind_factor=[10.0] * 5), NO_ROWS, 0, 1.0, 0.0) == 1.0


def test_the_error_of_a_predicted_point_grows_with_that_of_the_velocity() -> None:
    track = np.zeros(1, TRACK)[0]
    for i in range(3):
        track["p"][i, i], track["p"][i + 3, i + 3] = 100.0**2, 10.0**2
        track["p"][i, i + 3] = track["p"][i + 3, i] = 500.0
    assert point_error_m(track, 0.0) == pytest.approx(100.0 * math.sqrt(3), rel=1e-12, abs=0)  # m
    grown = 3.0 * (100.0**2 + 2.0 * 30.0 * 500.0 + 30.0**2 * 10.0**2)
    assert point_error_m(track, 30.0) == pytest.approx(math.sqrt(grown), rel=1e-12, abs=0)


def far(tree: dict[str, Any]) -> dict[str, Any]:
    return tree["fire_units"]["unit-1"]["missiles"]["far"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"ballistic": {"reentry_min_deg": 60, "reentry_max_deg": 30}}, "reentry_min_deg is 60"),
        ({"p_kill_crossing_factor": 0.5}, "without max_crossing_km"),
        ({"spare_count": 4}, "without per_launcher"),
        ({"reserve_count": 2}, "without reserve_for"),
        ({"speed_classes": [{"up_to_mps": 900}, {"up_to_mps": 300}]}, "must rise"),
    ],
)
def test_what_a_missile_must_not_say(cases: ModuleType, fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ScenarioError, match=text):
        cases.edited(lambda tree: far(tree).update(fields))


def test_lowered_limits(cases: ModuleType) -> None:
    def edit(tree: dict[str, Any]) -> None:
        far(tree).update(
            max_crossing_km=15,
            ballistic={"min_altitude_km": 4, "reentry_min_deg": 30, "handover_tolerance_km": 2},
            speed_classes=[{"up_to_mps": 300}, {"up_to_mps": 1200, "max_range_km": 30, "p_kill_factor": 0.5}],
            p_kill_by_kind={"ballistic": 0.4},
        )

    case = cases.lowered(cases.edited(edit)).case
    one = case.missiles[1]
    assert (one["max_crossing_m"], one["ballistic_min_altitude_m"], one["handover_m"]) == (15e3, 4e3, 2e3)
    assert one["dive_min_rad"] == pytest.approx(math.radians(30), rel=1e-12, abs=0)
    assert (one["ballistic_max_speed_mps"], case.missiles[0]["handover_m"]) == (math.inf, math.inf)
    assert case.speed_limits.tolist() == [(300.0, math.inf, math.inf, 1.0), (1200.0, 30e3, math.inf, 0.5)]
    assert one["kind_factor"].tolist() == [1.0, 1.0, 1.0, 0.4, 1.0]
