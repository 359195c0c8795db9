"""One look: errors as large as stated, who is there when the beam passes, where an antenna points."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.geo.angles import wrap_signed
from openiads.models.sensing.kernels import detected_power, is_there
from openiads.models.sensing.multifunction import aspect_of, boresight_at
from openiads.records.case import FRONT, OBJECTS, RADARS, REAR, SIDE
from openiads.records.state import FIRE_UNIT_STATE, OBJECT_STATE


@pytest.mark.parametrize(
    ("present", "end_ns", "at_ns", "there"),
    [
        (1, -1, 99, False),
        (1, -1, 100, True),
        (0, 200, 199, True),  # it ended later than this look, though the walk already knows
        (0, 200, 200, False),
        (0, 100, 100, False),  # never came
    ],
)
def test_who_is_there(present: int, end_ns: int, at_ns: int, there: bool) -> None:
    thing, state = np.zeros(1, OBJECTS)[0], np.zeros(1, OBJECT_STATE)[0]
    thing["start_ns"], state["present"], state["end_ns"] = 100, present, end_ns
    assert is_there(thing, state, at_ns) == there


def test_power_of_a_detected_look_is_exponential_above_the_threshold() -> None:
    """Swerling 1, one pulse: given a detection, power less threshold is exponential with mean 1 + SNR."""
    snr, threshold = 9.0, 13.8
    p_d = math.exp(-threshold / (1.0 + snr))
    u = (np.arange(4000) + 0.5) / 4000.0 * p_d
    excess = np.array([detected_power(p_d, float(x), snr, threshold, 1, 1) for x in u]) + 1.0 - threshold
    assert excess.min() >= 0.0
    assert excess.mean() == pytest.approx(1.0 + snr, rel=2e-3, abs=0)
    assert np.median(excess) == pytest.approx((1.0 + snr) * math.log(2.0), rel=2e-3, abs=0)
    assert detected_power(0.9, 0.5, 100.0, 13.8, 1, 0) == 100.0  # steady: its mean
    assert detected_power(0.1, 0.05, 1.0, 30.0, 10, 4) == 2.0  # but never below what crosses the threshold


def test_sectors_of_aspect() -> None:
    """Split at 45 and 135 degrees between velocity and the line from object to radar."""
    for degrees, expected in ((0, FRONT), (44, FRONT), (46, SIDE), (134, SIDE), (136, REAR), (180, REAR)):
        angle = math.radians(degrees)
        assert aspect_of(200.0 * math.cos(angle), 200.0 * math.sin(angle), 0.0, 3e4, 0.0, 0.0) == expected
    assert aspect_of(0.0, 0.0, 0.0, 1.0, 0.0, 0.0) == SIDE


def test_the_antenna_turns_at_its_rate_the_short_way() -> None:
    radar, unit = np.zeros(1, RADARS)[0], np.zeros(1, FIRE_UNIT_STATE)[0]
    radar["slew_radps"] = 0.1
    unit["boresight_rad"], unit["wanted_rad"], unit["boresight_ns"] = 0.2, 2.0 * math.pi - 0.3, 10**9
    assert wrap_signed(boresight_at(radar, unit, 3 * 10**9)) == pytest.approx(0.0, rel=0, abs=1e-12)  # rad
    assert wrap_signed(boresight_at(radar, unit, 100 * 10**9)) == pytest.approx(-0.3, rel=0, abs=1e-12)
    radar["slew_radps"] = 0.0
    assert boresight_at(radar, unit, 100 * 10**9) == 0.2


@pytest.fixture(scope="module")
def still(cases: ModuleType) -> Any:
    """Plots of one strong object that hardly moves, seen by the three radars, without false alarms; and the case."""

    def edit(tree: dict[str, Any]) -> None:
        point = {"latitude_deg": 40.05, "longitude_deg": 33.3}
        tree["objects"] = {
            "still": {
                "side": "friendly",
                "kind": "aircraft",
                "rcs": {"front_m2": 5, "side_m2": 5, "rear_m2": 5, "swerling": 1},
                "motion": {
                    "kind": "waypoints",
                    "speed_mps": 0.001,
                    "altitude_m": 6000,
                    "altitude_reference": "amsl",
                    "waypoints": [point, {**point, "longitude_deg": 33.30001}],
                    "end": "stay",
                },
            }
        }
        tree["control"] = {"weapons": "hold"}
        for radar in (
            tree["command_posts"]["post-1"]["search_radar"],
            tree["fire_units"]["unit-1"]["search_radar"],
            tree["fire_units"]["unit-1"]["engagement_radar"],
        ):
            radar["p_false_alarm"] = 1e-12

    scenario = cases.edited(edit)
    return cases.lowered(scenario), cases.run(scenario, 30, level="full")["plots"].to_pandas()


@pytest.mark.parametrize(("node", "radar"), [("post-1", "search"), ("unit-1", "search"), ("unit-1", "engagement")])
def test_errors_are_as_large_as_stated(still: Any, node: str, radar: str) -> None:
    """Standardised errors of range, azimuth and elevation: mean 0 and variance 1 within three standard errors."""
    lowered, plots = still
    index = lowered.names.radars.index((node, radar))
    record, position = lowered.case.radars[index], lowered.case.knots[0]["position_m"]
    east, north, up = record["axes"] @ (position - record["site_m"])
    range_m = math.sqrt(east * east + north * north + up * up)
    true = {"range_m": range_m, "azimuth_rad": math.atan2(east, north), "elevation_rad": math.asin(up / range_m)}
    mine = plots[(plots["node"] == node) & (plots["radar"] == radar)]
    assert len(mine) > 500
    for name, value in true.items():
        error = mine[name].to_numpy() - value
        if name == "azimuth_rad":
            error = (error + math.pi) % (2.0 * math.pi) - math.pi
        scaled = error / mine[f"sigma_{name}"].to_numpy()
        n = len(scaled)
        assert abs(scaled.mean()) < 3.0 / math.sqrt(n), name
        assert abs(scaled.var() - 1.0) < 3.0 * math.sqrt(2.0 / n), name


def test_stated_errors_follow_the_signal(still: Any) -> None:
    """sigma = beam / (1.6 sqrt(2 SNR)) with the floor in quadrature, for the SNR that the plot itself states."""
    lowered, plots = still
    index = lowered.names.radars.index(("unit-1", "engagement"))
    record = lowered.case.radars[index]
    mine = plots[(plots["node"] == "unit-1") & (plots["radar"] == "engagement")]
    snr = 10.0 ** (mine["snr_db"].to_numpy() / 10.0)
    expected = np.hypot(record["beam_elevation_rad"] / 1.6 / np.sqrt(2.0 * snr), record["floor_elevation_rad"])
    assert mine["sigma_elevation_rad"].to_numpy() == pytest.approx(expected, rel=1e-9, abs=0)
    expected = np.hypot(record["resolution_m"] / np.sqrt(2.0 * snr), record["floor_range_m"])
    assert mine["sigma_range_m"].to_numpy() == pytest.approx(expected, rel=1e-9, abs=0)
