"""What a missile can reach: range, height, crossing offset, speed class, and what holds for ballistic objects alone."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel

Record = Any
Records = NDArray[Any]


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
def speed_row(missile: Record, speed_limits: Records, speed_mps: float) -> int:
    """Row of `speed_limits` for a target of this speed: the first whose speed is not exceeded; -1 for none, -2 past the last."""
    first, count = missile["speed_first"], missile["speed_count"]
    for k in range(first, first + count):
        if speed_mps <= speed_limits[k]["up_to_mps"]:
            return int(k)
    return -1 if count == 0 else -2


@kernel
def crossing_and_dive(
    radar: Record, px: float, py: float, pz: float, vx: float, vy: float, vz: float
) -> tuple[float, float]:
    """How far the ground line of a target passes the radar [m], and how steeply it comes down [rad], from ECEF motion."""
    site, axes = radar["site_m"], radar["axes"]
    dx, dy, dz = px - site[0], py - site[1], pz - site[2]
    east = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
    north = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
    east_mps = axes[0, 0] * vx + axes[0, 1] * vy + axes[0, 2] * vz
    north_mps = axes[1, 0] * vx + axes[1, 1] * vy + axes[1, 2] * vz
    level = math.sqrt(east_mps * east_mps + north_mps * north_mps)
    crossing = abs(east * north_mps - north * east_mps) / level if level > 0.0 else math.sqrt(east * east + north * north)
    r = math.sqrt(px * px + py * py + pz * pz)
    return crossing, math.atan2(-(px * vx + py * vy + pz * vz) / r, level)


@kernel
def limits_hold(
    missile: Record,
    speed_limits: Records,
    at: tuple[float, float, float],
    ballistic: bool,
    crossing_m: float,
    dive_rad: float,
) -> bool:
    """Whether a missile can intercept at a point: `inside_envelope`, crossing offset, speed class, and the ballistic limits.

    Parameters
    ----------
    at : (float, float, float)
        Slant range and height above sea level of the point [m], and the target's speed there [m/s].
    """
    range_m, height_m, speed_mps = at
    if not inside_envelope(missile, range_m, height_m, speed_mps, ballistic) or crossing_m > missile["max_crossing_m"]:
        return False
    row = speed_row(missile, speed_limits, speed_mps)
    if row == -2:
        return False
    if row >= 0 and (range_m > speed_limits[row]["max_range_m"] or crossing_m > speed_limits[row]["max_crossing_m"]):
        return False
    if not ballistic:
        return True
    if height_m < missile["ballistic_min_altitude_m"] or speed_mps > missile["ballistic_max_speed_mps"]:
        return False
    return bool(missile["dive_min_rad"] <= dive_rad <= missile["dive_max_rad"])


@kernel
def point_error_m(track: Record, dt: float) -> float:
    """Standard error of where a track will be after `dt` seconds: root of the trace of its covariance, carried on freely.

    Without process noise: an object in free fall does not manoeuvre.
    """
    p = track["p"]
    total = 0.0
    for i in range(3):
        total += p[i, i] + 2.0 * dt * p[i, i + 3] + dt * dt * p[i + 3, i + 3]
    return math.sqrt(max(total, 0.0))


@kernel
def kill_probability(missile: Record, speed_limits: Records, kind: int, speed_mps: float, crossing_m: float) -> float:
    """Single-shot kill probability at an intercept: the missile's own, by kind of object, speed class and crossing offset."""
    p = missile["p_kill"] * missile["kind_factor"][kind]
    row = speed_row(missile, speed_limits, speed_mps)
    if row >= 0:
        p *= speed_limits[row]["kill_factor"]
    if missile["crossing_factor"] != 1.0:
        share = min(crossing_m / missile["max_crossing_m"], 1.0)
        p *= 1.0 + share * (missile["crossing_factor"] - 1.0)
    return min(p, 1.0)
