"""What a missile can reach, as an envelope and a time of flight, and what the fire unit plans with it."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.angles import wrap_signed
from openiads.geo.ellipsoid import ecef_to_polar_k, height_k
from openiads.kernels import kernel
from openiads.records.chain import RELIEF_ENVELOPE, RELIEF_HORIZON, RELIEF_MAGAZINE
from openiads.records.state import PLANNED, USER_RELIEF
from openiads.records.visibility import visible

Record = Any
Records = NDArray[Any]
PREDICTION_PASSES = 6


@kernel
def flight_time(missile: Record, flight: Records, range_m: float) -> float:
    """Seconds to fly `range_m`, linear in the missile's table; beyond its last row at the last row's mean speed."""
    first, count = missile["flight_first"], missile["flight_count"]
    last = first + count - 1
    if range_m >= flight[last]["range_m"]:
        return float(flight[last]["time_s"] * range_m / flight[last]["range_m"])
    k = first
    while flight[k + 1]["range_m"] < range_m:
        k += 1
    a, b = flight[k], flight[k + 1]
    share = (range_m - a["range_m"]) / (b["range_m"] - a["range_m"])
    return float(a["time_s"] + share * (b["time_s"] - a["time_s"]))


@kernel
def inside_envelope(missile: Record, range_m: float, height_m: float, speed_mps: float, ballistic: bool) -> bool:
    """Whether a point at slant range and height above sea level, with the target's speed, lies inside the envelope."""
    farthest = missile["max_range_ballistic_m"] if ballistic else missile["max_range_m"]
    if not missile["min_range_m"] <= range_m <= farthest:
        return False
    return (
        missile["min_altitude_m"] <= height_m <= missile["max_altitude_m"] and speed_mps <= missile["max_target_speed_mps"]
    )


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
    flight: Records,
    track: Record,
    launch_ns: int,
    ballistic_mps: float,
    masks: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
) -> float:
    """Seconds of flight until the missile meets the track, launched at `launch_ns`; negative when it cannot.

    Straight-line prediction of the track; it must be in the sector at launch, and the point of intercept in the sector, in the
    envelope, in line of sight and within the elevation limits of the engagement radar, which must hold the track until then.
    """
    if not in_sector(radar, boresight, track, launch_ns):
        return -1.0
    x = track["x"]
    start = (launch_ns - track["update_ns"]) * 1e-9
    time_s, range_m, azimuth, elevation = 0.0, 0.0, 0.0, 0.0
    px, py, pz = 0.0, 0.0, 0.0
    for _ in range(PREDICTION_PASSES):
        dt = start + time_s
        px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
        range_m, azimuth, elevation = ecef_to_polar_k(radar["site_m"], radar["axes"], px, py, pz)
        time_s = flight_time(missile, flight, range_m)
    relief = track["user"][USER_RELIEF]
    if relief & RELIEF_ENVELOPE != 0:
        return time_s
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    if not inside_envelope(missile, range_m, height_k(px, py, pz), speed, speed > ballistic_mps):
        return -1.0
    if abs(wrap_signed(azimuth - boresight)) > radar["sector_half_rad"]:
        return -1.0
    if range_m > radar["instrumented_m"]:
        return -1.0
    if relief & RELIEF_HORIZON != 0:
        return time_s
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
def choose_missile(
    unit: Record,
    radar: Record,
    boresight: float,
    missiles: Records,
    missiles_left: NDArray[np.int32],
    flight: Records,
    track: Record,
    launch_ns: int,
    ballistic_mps: float,
    masks: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
) -> tuple[int, float]:
    """The missile of shortest reach that can do it and its seconds of flight; (-1, -1) when none can.

    Missiles of a unit are stored by growing range, so that long ones are kept for far targets; ties by name.
    """
    for m in range(unit["missile_first"], unit["missile_first"] + unit["missile_count"]):
        if missiles_left[m] <= 0 and track["user"][USER_RELIEF] & RELIEF_MAGAZINE == 0:
            continue
        time_s = predict_intercept(radar, boresight, missiles[m], flight, track, launch_ns, ballistic_mps, masks)
        if time_s >= 0.0:
            return m, time_s
    return -1, -1.0


@kernel
def plan_shot(
    fire_unit: int, missile: int, slot: int, track: Record, launch_ns: int, flight_s: float, clock: Records, shots: Records
) -> None:
    """Reserve one missile for a track: it leaves at `launch_ns`, when everything is checked once more."""
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
    track["engaged"] += 1
    clock[0]["shots"] = k + 1
    clock[0]["shot_ns"] = min(clock[0]["shot_ns"], launch_ns)
    clock[0]["due_ns"] = min(clock[0]["due_ns"], launch_ns)
