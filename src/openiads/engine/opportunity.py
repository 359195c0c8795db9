"""What true paths offer: when each object first rises above a node's horizon, and when a fire unit could decide to fire.

Worked out once per scenario, for the ledger alone: no model is given any of it.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.angles import wrap_signed
from openiads.geo.ellipsoid import ecef_to_polar_k, height_k
from openiads.kernels import kernel
from openiads.models.engagement.limits import crossing_and_dive, limits_hold
from openiads.models.engagement.meeting import flight_time
from openiads.records.case import WINDOWS
from openiads.records.truth import motion_at
from openiads.records.visibility import visible

Record = Any
Records = NDArray[Any]
Masks = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


def lower_windows(
    *,
    control: Records,
    objects: Records,
    knots: Records,
    radars: Records,
    nodes: int,
    fire_units: Records,
    missiles: Records,
    tables: tuple[Records, Records],
    masks: Masks,
) -> NDArray[Any]:
    """Windows of every node on every object, (nodes, objects) of WINDOWS; -1 where there is none."""
    out = np.zeros((nodes, len(objects)), WINDOWS)
    for name in WINDOWS.names or ():
        out[name] = -1
    for radar in radars:
        for o in range(len(objects)):
            first_above(radar, objects, knots, o, masks, control[0]["duration_ns"], out[radar["node"]])
    for unit in fire_units:
        for o in range(len(objects)):
            radar = radars[unit["radar"]]
            decision_window(unit, radar, missiles, tables, objects, knots, o, masks, control[0], out[unit["node"]])
    return out


def mark_outages(windows: NDArray[Any], outages: list[list[tuple[int, int]]]) -> None:
    """Note which windows an outage of the node cuts into; `outages` by node, in nanoseconds."""
    windows["out"] = 0
    for own, gaps in zip(windows, outages, strict=True):
        for first, last in gaps:
            own["out"] |= (own["from_ns"] >= 0) & (own["from_ns"] < last) & (own["to_ns"] >= first)


@kernel
def first_above(
    radar: Record, objects: Records, knots: Records, o: int, masks: Masks, duration_ns: int, windows: Records
) -> None:
    """Note when object `o` is first in view of a radar, looked at once per rotation or frame; range does not matter."""
    thing = objects[o]
    at_ns = thing["start_ns"]
    last = min(thing["end_ns"], duration_ns)
    window = windows[o]
    while at_ns <= last and (window["above_ns"] < 0 or at_ns < window["above_ns"]):
        x, y, z, _, _, _ = motion_at(objects, knots, o, at_ns)
        azimuth = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)[1]
        if visible(radar, masks, x, y, z, azimuth):
            window["above_ns"] = at_ns
        at_ns += radar["period_ns"]


@kernel
def decision_window(
    unit: Record,
    radar: Record,
    missiles: Records,
    tables: tuple[Records, Records],
    objects: Records,
    knots: Records,
    o: int,
    masks: Masks,
    control: Record,
    windows: Records,
) -> None:
    """Note the first and the last instant at which a decision to fire at object `o` leads to an intercept on its true path.

    Each point of the path, one per command cycle, is taken as the point of intercept: it must lie in the envelope of a missile,
    in line of sight, in reach and, where the antenna cannot turn, in the sector of the engagement radar. Flight and reaction
    time before it give the decision. Full magazines, free channels and a perfect track are assumed.
    """
    thing, window = objects[o], windows[o]
    at_ns = thing["start_ns"]
    last = min(thing["end_ns"], control["duration_ns"])
    while at_ns <= last:
        x, y, z, vx, vy, vz = motion_at(objects, knots, o, at_ns)
        range_m, azimuth, elevation = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)
        turned = radar["slew_radps"] > 0.0 or abs(wrap_signed(azimuth - radar["boresight_rad"])) <= radar["sector_half_rad"]
        if turned and range_m <= radar["instrumented_m"] and elevation <= radar["elevation_max_rad"]:
            motion = (x, y, z, vx, vy, vz)
            shortest, longest = flight_times(unit, radar, missiles, tables, motion, range_m, control["ballistic_mps"])
            if longest >= 0.0 and visible(radar, masks, x, y, z, azimuth):
                decide_ns = at_ns - int(longest * 1e9) - unit["reaction_ns"]
                if decide_ns >= thing["start_ns"] and (window["from_ns"] < 0 or decide_ns < window["from_ns"]):
                    window["from_ns"] = decide_ns
                decide_ns = at_ns - int(shortest * 1e9) - unit["reaction_ns"]
                if decide_ns >= thing["start_ns"]:
                    window["to_ns"] = max(window["to_ns"], decide_ns)
                    if window["from_ns"] < 0:
                        window["from_ns"] = thing["start_ns"]
        at_ns += unit["cycle_ns"]


@kernel
def flight_times(
    unit: Record,
    radar: Record,
    missiles: Records,
    tables: tuple[Records, Records],
    motion: tuple[float, float, float, float, float, float],
    range_m: float,
    ballistic_mps: float,
) -> tuple[float, float]:
    """Shortest and longest seconds of flight among the missiles of the unit that reach an object; (-1, -1) when none does.

    `motion` is its ECEF position and velocity, `range_m` its slant range from the engagement radar.
    """
    x, y, z, vx, vy, vz = motion
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    at, ballistic = (range_m, height_k(x, y, z), speed), speed > ballistic_mps
    slant = crossing_and_dive(radar, x, y, z, vx, vy, vz)
    shortest, longest = -1.0, -1.0
    for m in range(unit["missile_first"], unit["missile_first"] + unit["missile_count"]):
        if not limits_hold(missiles[m], tables[1], at, ballistic, slant[0], slant[1]):
            continue
        time_s = flight_time(missiles[m], tables[0], at[0])
        shortest = time_s if shortest < 0.0 else min(shortest, time_s)
        longest = max(longest, time_s)
    return shortest, longest
