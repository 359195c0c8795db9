"""States of weapons by echelon and by sector, and which of several counts."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.models.command.authority import inside_zone, weapons_for
from openiads.models.command.classes import estimated_class
from openiads.records.arms import BALLISTIC, FAST, LOW, SLOW, ZONES
from openiads.records.case import CONTROL, FIRE_UNITS, FREE, HOLD, TIGHT
from openiads.tracking.records import TRACK

EARTH_M = 6378137.0


def zone(from_deg: float, to_deg: float, weapons: int, near_m: float = 0.0, far_m: float = np.inf) -> np.ndarray:
    """A sector on the equator: east is the second axis, north the third."""
    one = np.zeros(1, ZONES)[0]
    one["site_m"] = [EARTH_M, 0.0, 0.0]
    one["axes"] = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    one["from_rad"], one["width_rad"] = np.radians(from_deg), np.radians((to_deg - from_deg) % 360 or 360)
    one["near_m"], one["far_m"], one["weapons"] = near_m, far_m, weapons
    return one


@pytest.mark.parametrize(
    ("from_deg", "to_deg", "azimuth_deg", "inside"),
    [
        (80, 100, 90, True),
        (80, 100, 79, False),
        (80, 100, 101, False),
        (350, 10, 0, True),  # over north
        (350, 10, 180, False),
        (0, 360, 222, True),
    ],
)
def test_sectors(from_deg: float, to_deg: float, azimuth_deg: float, inside: bool) -> None:
    a = np.radians(azimuth_deg)
    point = (EARTH_M, 50e3 * np.sin(a), 50e3 * np.cos(a))
    assert inside_zone(zone(from_deg, to_deg, HOLD), *point) == inside
    assert not inside_zone(zone(from_deg, to_deg, HOLD, far_m=49e3), *point)
    assert not inside_zone(zone(from_deg, to_deg, HOLD, near_m=51e3), *point)


def test_the_strictest_or_the_nearest() -> None:
    """Own sector free, the post's tight, nothing on hold: strictest is tight, nearest is free; outside the base counts."""
    zones = np.array([zone(80, 100, FREE), zone(0, 360, TIGHT)], dtype=ZONES)
    unit, track = np.zeros(1, FIRE_UNITS)[0], np.zeros(1, TRACK)[0]
    unit["zone_count"] = 2
    track["x"][:] = [EARTH_M, 50e3, 0.0, 0.0, 0.0, 1000.0]  # due east, moving north
    assert weapons_for(unit, FREE, zones, track, 0) == TIGHT
    assert weapons_for(unit, HOLD, zones, track, 0) == HOLD
    unit["nearest_rule"] = 1
    assert weapons_for(unit, HOLD, zones, track, 0) == FREE
    assert weapons_for(unit, HOLD, zones, track, 30_000_000_000) == TIGHT  # it has left the own sector by now
    unit["zone_count"] = 1
    assert weapons_for(unit, HOLD, zones, track, 30_000_000_000) == HOLD


@pytest.mark.parametrize(
    ("rule", "unit", "post", "expected"),
    [
        ("strictest", "free", "tight", TIGHT),
        ("strictest", "hold", "free", HOLD),
        ("nearest", "free", "hold", FREE),
        ("nearest", None, "free", FREE),
        ("strictest", None, None, TIGHT),  # what control says
    ],
)
def test_echelons(cases: ModuleType, rule: str, unit: str | None, post: str | None, expected: int) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree["control"] = {"weapons": "tight", "authority": rule}
        for where, state in (("fire_units", unit), ("command_posts", post)):
            node = next(iter(tree[where].values()))
            if state is not None:
                node["weapons"] = state
        tree["command_posts"]["post-1"]["zones"] = [{"from_deg": 350, "to_deg": 20, "weapons": "hold", "max_range_km": 30}]

    lowered = cases.lowered(cases.edited(edit))
    row = lowered.case.fire_units[0]
    assert row["weapons"] == expected
    assert (row["zone_count"], row["nearest_rule"]) == (1, int(rule == "nearest"))
    assert lowered.names.nodes[row["superior"]] == "post-1"
    assert lowered.case.zones[0]["width_rad"] == pytest.approx(np.radians(30), rel=1e-12, abs=0)
    assert lowered.case.zones[0]["far_m"] == 30e3


@pytest.mark.parametrize(
    ("speed_mps", "height_m", "expected"),
    [(1000.0, 20e3, BALLISTIC), (500.0, 500.0, FAST), (200.0, 500.0, LOW), (200.0, 2000.0, SLOW)],
)
def test_classes_by_motion(speed_mps: float, height_m: float, expected: int) -> None:
    control, track = np.zeros(1, CONTROL)[0], np.zeros(1, TRACK)[0]
    control["ballistic_mps"], control["fast_mps"], control["low_m"] = 900.0, 400.0, 1000.0
    track["x"][:] = [EARTH_M + height_m, 0.0, 0.0, 0.0, speed_mps, 0.0]
    assert estimated_class(control, 0.0, track) == expected
    if expected == SLOW:
        assert estimated_class(control, 1500.0, track) == LOW  # above the ground of the unit
