"""A plain firing range for tests of command and engagement: sensors without error, objects where a test puts them."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml

from openiads.scenario.loader import Scenario, load_scenario_text

Tree = dict[str, Any]
LATITUDE_DEG = 40.0
LONGITUDE_DEG = 33.0
KM_PER_DEG = 111.2

EXACT_AND_HIGH: Tree = {
    "elevation_min_deg": -3,
    "elevation_max_deg": 60,
    "antenna_height_m": 20,
    "sigma_range_floor_m": 1,
    "sigma_azimuth_floor_deg": 0.001,
    "sigma_elevation_floor_deg": 0.001,
}
"""What both radars share: they see low and high, nearly without error."""


def point(azimuth_deg: float, range_km: float, altitude_m: float = 5000.0) -> Tree:
    """A waypoint at an azimuth and a ground distance from the site, well enough for tests."""
    north, east = range_km * math.cos(math.radians(azimuth_deg)), range_km * math.sin(math.radians(azimuth_deg))
    return {
        "latitude_deg": LATITUDE_DEG + north / KM_PER_DEG,
        "longitude_deg": LONGITUDE_DEG + east / (KM_PER_DEG * math.cos(math.radians(LATITUDE_DEG))),
        "altitude_m": altitude_m,
    }


def thing(azimuth_deg: float, from_km: float, to_km: float, *, speed_mps: float, start_s: float = 0.0, **more: Any) -> Tree:
    """A hostile object that flies along an azimuth from one distance to another, where it leaks."""
    altitude_m = more.pop("altitude_m", 5000.0)
    motion = {
        "kind": "waypoints",
        "speed_mps": speed_mps,
        "start_s": start_s,
        "altitude_reference": "amsl",
        "altitude_m": altitude_m,
        "waypoints": [point(azimuth_deg, from_km, altitude_m), point(azimuth_deg, to_km, altitude_m)],
        "end": more.pop("end", "leak"),
    }
    rcs = {"front_m2": 10, "side_m2": 10, "rear_m2": 10, "swerling": 0}
    return {
        "side": "hostile",
        "kind": "aircraft",
        "rcs": rcs,
        "rcs_sortie_sigma_db": 0.0,
        "rcs_decorrelation_s": 0,
        "motion": motion,
        **more,
    }


def unit(**more: Any) -> Tree:
    """A fire unit that sees everything all round, knows everybody, errs never and has missiles and channels to spare."""
    found = {
        "place": "site",
        "tracker": {"capacity": 400, "max_speed_mps": 2500, "confirm_hits": 2, "confirm_window": 3},
        "command": {"cycle_s": 1, "reaction_time_s": 0, "channels_targets": 500, "channels_missiles": 1000},
        "identification": {"delay_s": 0, "p_hostile_correct": 1.0, "p_hostile_as_friend": 0.0},
        "assessment": {"delay_s": 2, "p_miss_kill": 0.0, "p_false_kill": 0.0, "reattack_after_s": 3600},
        "engagement_radar": {
            "kind": "multifunction",
            "range_km": 400,
            "rcs_m2": 1,
            "p_detection": 0.9,
            "p_false_alarm": 1e-12,
            "swerling_reference": 0,
            "instrumented_range_km": 200,
            "frequency_ghz": 9,
            "sector_deg": 360,
            "slew_deg_per_s": 0,
            "frame_s": 1,
            "dwells_per_frame": 4000,
            "beamwidth_azimuth_deg": 3,
            "beamwidth_elevation_deg": 3,
            **EXACT_AND_HIGH,
        },
        "missiles": {
            "round": {
                "count": 1000,
                "min_range_km": 0,
                "max_range_km": 120,
                "max_range_ballistic_km": 120,
                "max_altitude_km": 40,
                "min_altitude_m": 0,
                "mean_speed_mps": 1000,
                "max_target_speed_mps": 4000,
                "p_kill": 1.0,
            }
        },
    }
    return merged(found, more)


def search_radar(**more: Any) -> Tree:
    """A rotating radar that sees everything all round to 200 km, nearly without error."""
    return {
        "kind": "rotating",
        "range_km": 300,
        "rcs_m2": 1,
        "p_detection": 0.9,
        "p_false_alarm": 1e-12,
        "swerling_reference": 0,
        "instrumented_range_km": 200,
        "frequency_ghz": 3,
        "scan_period_s": 2,
        **EXACT_AND_HIGH,
        **more,
    }


def post(**more: Any) -> Tree:
    """A command post that knows everybody; with a `search_radar` it has a picture of its own."""
    return {
        "place": "site",
        "tracker": {"capacity": 200, "max_speed_mps": 2500, "confirm_hits": 2, "confirm_window": 3},
        "identification": {"delay_s": 0, "p_hostile_correct": 1.0, "p_hostile_as_friend": 0.0},
        **more,
    }


def merged(base: Tree, over: Tree) -> Tree:
    """`base` with the leaves of `over` in place of its own."""
    found = dict(base)
    for key, value in over.items():
        found[key] = merged(found[key], value) if isinstance(value, dict) and isinstance(found.get(key), dict) else value
    return found


def tree(objects: Tree, units: Tree, *, duration_s: float = 300.0, **more: Any) -> Tree:
    """A whole scenario on a flat site."""
    places = {"site": {"latitude_deg": LATITUDE_DEG, "longitude_deg": LONGITUDE_DEG, "ground_m": 0, "mask_angle_deg": -1.0}}
    return merged(
        {
            "openiads_scenario": "0.1",
            "scenario": {"id": "range", "title": "Firing range", "notional": True},
            "clock": {"start_utc": "2019-07-12T06:00:00Z", "duration_s": duration_s},
            "terrain": {"masks": "none"},
            "sensing": {"gas": "none"},
            "places": places,
            "control": {"weapons": "tight"},
            "assets": {"city": {"place": "site"}},
            "fire_units": units,
            "objects": objects,
        },
        more,
    )


def scenario(objects: Tree, units: Tree, **more: Any) -> Scenario:
    """The same, loaded."""
    plain = json.loads(json.dumps(tree(objects, units, **more)))  # a part used twice becomes two, not an alias
    return load_scenario_text(yaml.safe_dump(plain, sort_keys=False), "range.yaml")


MADE = (point, thing, unit, search_radar, post, merged, tree, scenario)


@pytest.fixture(scope="session")
def blind(module_at: Callable[[Path], ModuleType]) -> ModuleType:
    """The module `tests/engine/blind.py`."""
    return module_at(Path(__file__).with_name("blind.py"))


@pytest.fixture(scope="session")
def firing() -> SimpleNamespace:
    """The functions above."""
    made: dict[str, Callable[..., Any]] = {f.__name__: f for f in MADE}
    return SimpleNamespace(**made, KM_PER_DEG=KM_PER_DEG)
