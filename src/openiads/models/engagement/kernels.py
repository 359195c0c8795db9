"""Which missile meets a track and when, and what the fire unit plans with it."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.angles import wrap_signed
from openiads.geo.ellipsoid import ecef_to_polar_k, height_k
from openiads.kernels import kernel
from openiads.models.engagement.limits import crossing_and_dive, limits_hold, point_error_m
from openiads.models.engagement.meeting import bend_of, flight_time, meeting_time, place_after, velocity_after
from openiads.records.arms import OWN_RADAR
from openiads.records.chain import RELIEF_ENVELOPE, RELIEF_HORIZON, RELIEF_MAGAZINE, RELIEF_READINESS
from openiads.records.state import PLANNED, USER_RELIEF
from openiads.records.visibility import visible

Record = Any
Records = NDArray[Any]
Masks = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
OWN = 0
ANY_TIME_S = 1.0e5
"""Choice of the method: as long as a flight may last where the envelope does not limit it."""


@kernel
def in_sector(radar: Record, boresight: float, track: Record, at_ns: int) -> bool:
    """Whether the engagement radar, pointing at `boresight`, has the track in its sector at `at_ns`: it must guide there."""
    if track["user"][USER_RELIEF] & RELIEF_ENVELOPE != 0:
        return True
    x = track["x"]
    dt = (at_ns - track["update_ns"]) * 1e-9
    azimuth = ecef_to_polar_k(radar["site_m"], radar["axes"], x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5])[1]
    return bool(abs(wrap_signed(azimuth - boresight)) <= radar["sector_half_rad"])


@kernel
def predict_intercept(
    radar: Record,
    boresight: float,
    missile: Record,
    tables: tuple[Records, Records],
    track: Record,
    launch_ns: int,
    control: Record,
    masks: Masks,
) -> float:
    """Seconds of flight until the missile meets the unit's track, launched at `launch_ns`; negative when it cannot.

    As `meets` says; where its own radar must hold the track at the launch, the track is its own and in its sector then.
    """
    if missile["launch_need"] == OWN_RADAR and (track["source"] != OWN or not in_sector(radar, boresight, track, launch_ns)):
        return -1.0
    return meets(radar, boresight, missile, tables, track, launch_ns, control, masks)


@kernel
def meets(
    radar: Record,
    boresight: float,
    missile: Record,
    tables: tuple[Records, Records],
    track: Record,
    launch_ns: int,
    control: Record,
    masks: Masks,
) -> float:
    """Seconds of flight until a missile meets a track that anybody holds, launched at `launch_ns`; negative when it cannot.

    The track is predicted straight on, or in free fall where it is fast enough for a ballistic object. Where the engagement
    radar must hold the track at the intercept, the point lies in its sector, its reach, its elevation limits and in line of
    sight. `tables` is the flight tables and the limits by speed.
    """
    x = track["x"]
    start_s = (launch_ns - track["update_ns"]) * 1e-9
    bend = bend_of(x, control["ballistic_mps"], control["free_fall"])
    relief = track["user"][USER_RELIEF]
    free = relief & RELIEF_ENVELOPE != 0
    longest_s = ANY_TIME_S if free else flight_time(missile, tables[0], missile["farthest_m"])
    time_s = meeting_time(missile, tables[0], radar["site_m"], x, start_s, longest_s, bend)
    if time_s < 0.0 or free:
        return time_s
    dt = start_s + time_s
    px, py, pz = place_after(x, dt, bend)
    vx, vy, vz = velocity_after(x, dt, bend)
    range_m, azimuth, elevation = ecef_to_polar_k(radar["site_m"], radar["axes"], px, py, pz)
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    ballistic = speed > control["ballistic_mps"]
    crossing_m, dive_rad = crossing_and_dive(radar, px, py, pz, vx, vy, vz)
    at = (range_m, height_k(px, py, pz), speed)
    if not limits_hold(missile, tables[1], at, ballistic, crossing_m, dive_rad):
        return -1.0
    if ballistic and point_error_m(track, dt) > missile["handover_m"]:
        return -1.0
    if missile["terminal_need"] != OWN_RADAR:
        return time_s
    seen = abs(wrap_signed(azimuth - boresight)) <= radar["sector_half_rad"] and range_m <= radar["instrumented_m"]
    if not seen or relief & RELIEF_HORIZON != 0:
        return time_s if seen else -1.0
    if elevation > radar["elevation_max_rad"]:
        return -1.0
    return time_s if visible(radar, masks, px, py, pz, azimuth) else -1.0


@kernel
def armed(unit: Record, missiles_left: NDArray[np.int32]) -> bool:
    """Whether the unit has any missile left to plan with."""
    count = 0
    for m in range(unit["missile_first"], unit["missile_first"] + unit["missile_count"]):
        count += max(missiles_left[m], 0)
    return count > 0


@kernel
def at_hand(missile: Record, left: int, target_class: int, relief: int) -> bool:
    """Whether a missile of this type may be spent on a target of this class: some are kept for others."""
    kept = missile["reserved"] if missile["reserved_class"] != target_class else 0
    return bool(left > kept or relief & (RELIEF_MAGAZINE | RELIEF_READINESS) != 0)


@kernel
def choose_missile(
    unit: Record,
    radar: Record,
    boresight: float,
    missiles: Records,
    missiles_left: NDArray[np.int32],
    tables: tuple[Records, Records],
    track: Record,
    launch_ns: int,
    control: Record,
    masks: Masks,
    target_class: int,
) -> tuple[int, float]:
    """The missile that is preferred for the class and can do it, and its seconds of flight; (-1, -1) when none can.

    Without a preference the missile of shortest reach: missiles of a unit are stored by growing range, so that long ones are
    kept for far targets; ties by name.
    """
    preferred = unit["preferred"][target_class]
    stated = preferred[0] >= 0
    for k in range(len(preferred) if stated else unit["missile_count"]):
        m = preferred[k] if stated else unit["missile_first"] + k
        if m < 0:
            break
        if not at_hand(missiles[m], missiles_left[m], target_class, track["user"][USER_RELIEF]):
            continue
        time_s = predict_intercept(radar, boresight, missiles[m], tables, track, launch_ns, control, masks)
        if time_s >= 0.0:
            return int(m), time_s
    return -1, -1.0


@kernel
def plan_shot(
    fire_unit: int,
    missile: int,
    slot: int,
    track: Record,
    launch_ns: int,
    flight_s: float,
    delayed: bool,
    clock: Records,
    shots: Records,
) -> None:
    """Reserve one missile for a track: it leaves at `launch_ns`, when everything is checked once more.

    `delayed` says that somebody takes time to decide before.
    """
    k = clock[0]["shots"]
    shot = shots[k]
    shot["status"] = PLANNED
    shot["fire_unit"] = fire_unit
    shot["missile"] = missile
    shot["number"] = -1
    shot["track_slot"] = slot
    shot["track_number"] = track["number"]
    shot["due_ns"] = launch_ns
    shot["launch_ns"] = launch_ns
    shot["predicted_ns"] = launch_ns + int(flight_s * 1e9)
    shot["intercept_ns"] = -1
    shot["assessed_ns"] = -1
    shot["assessment"] = 0
    shot["delayed"] = 1 if delayed else 0
    shot["phase"] = 0
    shot["meet_ns"] = -1
    track["engaged"] += 1
    clock[0]["shots"] = k + 1
    clock[0]["shot_ns"] = min(clock[0]["shot_ns"], launch_ns)
    clock[0]["due_ns"] = min(clock[0]["due_ns"], launch_ns)


@kernel
def missiles_at(shots: Records, count: int, fire_unit: int, slot: int, number: int) -> int:
    """Missiles of a fire unit planned for a track, flying at it or spent on it; those given back do not count."""
    found = 0
    for k in range(count):
        s = shots[k]
        spent = s["number"] >= 0 or s["status"] == PLANNED
        if spent and s["track_slot"] == slot and s["track_number"] == number and s["fire_unit"] == fire_unit:
            found += 1
    return found
