"""A class of object as it comes at an asset: how far, how high, how fast and how long before the end, sampled from far to near."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.sites import Sites
from openiads.errors import ScenarioError
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.geo.geodesic import ground_range_m
from openiads.models.motion.lowering import path_of

if TYPE_CHECKING:
    from openiads.scenario.objects import ObjectSpec
    from openiads.scenario.schema import ScenarioSpec

Array = NDArray[np.float64]
SAMPLES: Final = {True: 240, False: 120}
"""Samples of a level way, and of an arc."""


@dataclass(frozen=True)
class Intruder:
    """The way of one class of object to what it comes at, (n,) from far to near; heights are above mean sea level.

    `go_s` is the time to go, `go_m` the ground distance to go. `level` is true when height and speed stay as they are.
    """

    name: str
    go_s: Array
    go_m: Array
    height_m: Array
    speed_mps: Array
    rcs_m2: float
    swerling: int
    ballistic: bool
    level: bool


def intruder(spec: "ScenarioSpec", key: str, *, ground_m: float, farthest_m: float) -> Intruder:
    """The class of an object of a scenario: it comes straight, as high and as fast as there, or on its own arc.

    Parameters
    ----------
    key : str
        Object of the scenario.
    ground_m : float
        Ground above mean sea level under a path that is given above ground.
    farthest_m : float
        Ground distance from which a level path begins.

    Raises
    ------
    ScenarioError
        When the scenario has no such object.
    """
    if key not in spec.objects:
        raise ScenarioError(f"objects has no {key!r}. Known: {', '.join(sorted(spec.objects))}.")
    thing: ObjectSpec = spec.objects[key]
    facts: dict[str, Any] = {"name": key, "rcs_m2": thing.rcs.front_m2, "swerling": thing.rcs.swerling}
    motion = thing.motion
    if motion.kind == "ballistic":
        return Intruder(**facts, **_arc(spec, motion))
    height_m = (motion.altitude_m or 0.0) + (ground_m if motion.altitude_reference == "agl" else 0.0)
    go_m = np.linspace(farthest_m, 0.0, SAMPLES[True])
    speed = np.full(SAMPLES[True], motion.speed_mps)
    return Intruder(
        **facts,
        go_s=go_m / speed,
        go_m=go_m,
        height_m=np.full(SAMPLES[True], height_m),
        speed_mps=speed,
        ballistic=bool(motion.speed_mps > spec.control.ballistic_speed_mps),
        level=True,
    )


def _arc(spec: "ScenarioSpec", motion: Any) -> Mapping[str, Any]:
    """The arc of a ballistic object by time to go, as the engine itself samples it."""
    sites = Sites(spec)
    step_ns, duration_ns, knots = path_of(motion, sites.locate, sites.ground)
    height = ecef_to_geodetic(knots["position_m"])[2]
    last_s = duration_ns / NANOSECONDS_PER_SECOND
    at_s = np.arange(len(knots)) * step_ns / NANOSECONDS_PER_SECOND
    end_m = np.array([np.interp(last_s, at_s, knots["position_m"][:, axis]) for axis in range(3)])
    go_m = ground_range_m(end_m, knots["position_m"])
    speed = np.sqrt(np.sum(knots["velocity_mps"] ** 2, axis=1))
    chosen = np.unique(np.linspace(0, math.floor(last_s / (at_s[1] - at_s[0])), SAMPLES[False]).astype(int))
    return {
        "go_s": last_s - at_s[chosen],
        "go_m": go_m[chosen],
        "height_m": np.maximum(height[chosen], 0.0),
        "speed_mps": speed[chosen],
        "ballistic": bool(np.median(speed) > spec.control.ballistic_speed_mps),
        "level": False,
    }
