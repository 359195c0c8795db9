"""Time of flight, envelope, choice of missile, and the height above which a missile may intercept."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.models.engagement.kernels import in_sector
from openiads.models.engagement.limits import inside_envelope
from openiads.models.engagement.meeting import flight_time
from openiads.records.case import FLIGHT, MISSILES, RADARS
from openiads.tracking.records import TRACK

EARTH_M = 6378137.0


def missile(**fields: float) -> np.ndarray:
    found = np.zeros(1, MISSILES)[0]
    envelope = {
        "min_range_m": 3e3,
        "max_range_m": 100e3,
        "max_range_ballistic_m": 40e3,
        "min_altitude_m": 100.0,
        "max_altitude_m": 25e3,
        "max_target_speed_mps": 2500.0,
    }
    for name, value in {**envelope, "flight_first": 1, "flight_count": 3, **fields}.items():
        found[name] = value
    return found


TABLE = np.array([(0.0, 9.0), (0.0, 0.0), (10e3, 20.0), (50e3, 60.0), (0.0, 0.0)], dtype=FLIGHT)


@pytest.mark.parametrize(
    ("range_m", "seconds"),
    [(0.0, 0.0), (5e3, 10.0), (10e3, 20.0), (30e3, 40.0), (50e3, 60.0), (100e3, 120.0)],
)
def test_time_of_flight_is_linear_between_rows(range_m: float, seconds: float) -> None:
    """Beyond the last row at its mean speed."""
    assert flight_time(missile(), TABLE, range_m) == pytest.approx(seconds, rel=1e-12, abs=1e-12)  # s


@pytest.mark.parametrize(
    ("range_m", "height_m", "speed_mps", "ballistic", "inside"),
    [
        (50e3, 5e3, 300.0, False, True),
        (3e3, 5e3, 300.0, False, True),
        (2999.0, 5e3, 300.0, False, False),
        (100e3, 5e3, 300.0, False, True),
        (100001.0, 5e3, 300.0, False, False),
        (40e3, 5e3, 1500.0, True, True),
        (40001.0, 5e3, 1500.0, True, False),
        (50e3, 99.0, 300.0, False, False),
        (50e3, 25001.0, 300.0, False, False),
        (30e3, 5e3, 2501.0, True, False),
    ],
)
def test_envelope(range_m: float, height_m: float, speed_mps: float, ballistic: bool, inside: bool) -> None:
    assert inside_envelope(missile(), range_m, height_m, speed_mps, ballistic) == inside


def test_sector_of_the_engagement_radar() -> None:
    radar = np.zeros(1, RADARS)[0]
    radar["site_m"] = [EARTH_M, 0.0, 0.0]
    radar["axes"] = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    radar["sector_half_rad"] = np.radians(30.0)
    track = np.zeros(1, TRACK)[0]
    track["x"][:] = [EARTH_M, 50e3, 0.0, 0.0, 0.0, 1e3]  # due east, moving north at 1 km/s
    east = np.pi / 2
    assert in_sector(radar, east, track, 0)
    assert in_sector(radar, east, track, 28_000_000_000)  # 28 km north of east at 50 km: 29.2 degrees
    assert not in_sector(radar, east, track, 30_000_000_000)
    assert in_sector(radar, east - 0.1, track, 30_000_000_000)


def test_the_lowest_intercept_is_above_the_ground_of_the_unit(cases: ModuleType) -> None:
    """The field says so; the walk compares heights above sea level, and the site lies at 900 m."""
    overrides = {"fire_units.unit-1.missiles.near.min_altitude_m": 250.0}
    lowered = cases.lowered(cases.small(overrides))
    by_name = dict(zip(lowered.names.missiles, lowered.case.missiles, strict=True))
    assert by_name["unit-1", "near"]["min_altitude_m"] == 1150.0
    assert by_name["unit-1", "far"]["min_altitude_m"] == 900.0 + cases.small().get(
        "catalogue.defaults.missile.min_altitude_m"
    )


def test_missiles_of_short_reach_go_first(cases: ModuleType) -> None:
    lowered = cases.lowered(cases.small())
    assert lowered.names.missiles == (("unit-1", "near"), ("unit-1", "far"))
    shots = cases.rows(cases.run(cases.small({"fire_units.unit-1.missiles.near.p_kill": 0.0}), 60)["shots"])
    flights: dict[str, list[float]] = {"near": [], "far": []}
    for row in shots:
        flights[row["missile"]].append((row["predicted_intercept_ns"] - row["at_ns"]) / 1e9)
    assert max(flights["near"]) <= 15e3 / 800.0 + 1e-3  # s: 15 km at 800 m/s
    assert max(flights["far"]) <= 40.0 + 1e-3
    assert min(map(len, flights.values())) > 20


def test_a_table_replaces_the_mean_speed(cases: ModuleType) -> None:
    def edit(tree: dict[str, Any]) -> None:
        far = tree["fire_units"]["unit-1"]["missiles"]["far"]
        far["time_of_flight"] = [[10, 30], [40, 90]]

    lowered = cases.lowered(cases.edited(edit))
    rows = lowered.case.flight[lowered.case.missiles[1]["flight_first"] :][:3]
    assert rows.tolist() == [(0.0, 0.0), (10e3, 30.0), (40e3, 90.0)]
