"""Where and when a missile meets a target: time of flight against the target's predicted path, solved with a bracket."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.constants import EARTH_RATE, GRAVITATIONAL_PARAMETER
from openiads.kernels import kernel

Record = Any
Records = NDArray[Any]
Bend = tuple[float, float, float, float, float, float]
"""Acceleration and its rate of change along a path, ECEF."""

SOLVER_PASSES = 60
SCAN_STEPS = 32
SOLVED_WITHIN_S = 1.0e-7
"""Choice of the method: a meeting is found when missile and target are there within so long of each other."""


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
def slowness(missile: Record, flight: Records, range_m: float) -> float:
    """Seconds of flight per metre at `range_m`: the slope of `flight_time`."""
    first, count = missile["flight_first"], missile["flight_count"]
    last = first + count - 1
    if range_m >= flight[last]["range_m"]:
        return float(flight[last]["time_s"] / flight[last]["range_m"])
    k = first
    while flight[k + 1]["range_m"] < range_m:
        k += 1
    a, b = flight[k], flight[k + 1]
    return float((b["time_s"] - a["time_s"]) / (b["range_m"] - a["range_m"]))


@kernel
def free_fall(x: Record) -> Bend:
    """Acceleration and jerk of a body in free fall over the turning earth, from its ECEF position and velocity, (6,).

    Point mass, centrifugal and Coriolis terms; no drag and no J2. The cubic that they give (`place_after`) stays within 60 m of
    the integrated fall (`physics.ballistics.ballistic_arc`) for a minute, as tests measure. Source: R. R. Bate, D. D. Mueller
    and J. E. White, Fundamentals of Astrodynamics, 1971, sect. 1.3 and 6.
    """
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    r = math.sqrt(r2)
    pull = GRAVITATIONAL_PARAMETER / (r2 * r)
    turn = EARTH_RATE
    ax = -pull * x[0] + turn * turn * x[0] + 2.0 * turn * x[4]
    ay = -pull * x[1] + turn * turn * x[1] - 2.0 * turn * x[3]
    az = -pull * x[2]
    rising = 3.0 * (x[0] * x[3] + x[1] * x[4] + x[2] * x[5]) / r2
    jx = -pull * (x[3] - rising * x[0]) + turn * turn * x[3] + 2.0 * turn * ay
    jy = -pull * (x[4] - rising * x[1]) + turn * turn * x[4] - 2.0 * turn * ax
    jz = -pull * (x[5] - rising * x[2])
    return ax, ay, az, jx, jy, jz


@kernel
def bend_of(x: Record, ballistic_mps: float, falls: int) -> Bend:
    """How a track is predicted to bend: in free fall when it is fast enough for a ballistic object and `falls` says so."""
    square = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
    if falls != 0 and square > ballistic_mps * ballistic_mps:
        return free_fall(x)
    return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0


@kernel
def place_after(x: Record, dt: float, bend: Bend) -> tuple[float, float, float]:
    """ECEF position `dt` seconds after the state `x`, (6,)."""
    half, sixth = 0.5 * dt * dt, dt * dt * dt / 6.0
    return (
        x[0] + dt * x[3] + half * bend[0] + sixth * bend[3],
        x[1] + dt * x[4] + half * bend[1] + sixth * bend[4],
        x[2] + dt * x[5] + half * bend[2] + sixth * bend[5],
    )


@kernel
def velocity_after(x: Record, dt: float, bend: Bend) -> tuple[float, float, float]:
    """ECEF velocity `dt` seconds after the state `x`, (6,)."""
    half = 0.5 * dt * dt
    return (
        x[3] + dt * bend[0] + half * bend[3],
        x[4] + dt * bend[1] + half * bend[4],
        x[5] + dt * bend[2] + half * bend[5],
    )


@kernel
def lateness(
    missile: Record, flight: Records, site: Records, x: Record, start_s: float, time_s: float, bend: Bend
) -> tuple[float, float]:
    """By how many seconds a missile, `time_s` after its launch, is too late for its target, and the slope of that over time."""
    dt = start_s + time_s
    px, py, pz = place_after(x, dt, bend)
    vx, vy, vz = velocity_after(x, dt, bend)
    dx, dy, dz = px - site[0], py - site[1], pz - site[2]
    range_m = math.sqrt(dx * dx + dy * dy + dz * dz)
    late = flight_time(missile, flight, range_m) - time_s
    if range_m <= 0.0:
        return late, -1.0
    closing = (dx * vx + dy * vy + dz * vz) / range_m
    return late, slowness(missile, flight, range_m) * closing - 1.0


@kernel
def first_in_time(
    missile: Record,
    flight: Records,
    site: Records,
    x: Record,
    start_s: float,
    low_s: float,
    longest_s: float,
    bend: Bend,
) -> tuple[float, float]:
    """Even steps from `low_s` to `longest_s`: the first step at whose end the missile is not too late; (-1, -1) when none is.

    Only for paths that curve and tables with knees: over a straight path at constant speed, what gets later stays too late.
    """
    before = low_s
    for k in range(1, SCAN_STEPS + 1):
        after = low_s + (longest_s - low_s) * k / SCAN_STEPS
        late, _ = lateness(missile, flight, site, x, start_s, after, bend)
        if late <= 0.0:
            return before, after
        before = after
    return -1.0, -1.0


@kernel
def meeting_time(
    missile: Record, flight: Records, site: Records, x: Record, start_s: float, longest_s: float, bend: Bend
) -> float:
    """Seconds of flight until a missile launched `start_s` after the state `x` meets it; -1 when it does not in `longest_s`.

    Newton's method on the lateness, kept between a time that is too early and one that is not, and halved where it would
    leave them; it ends for missiles slower than their target too, where repeated substitution runs away. Over a straight
    path with a constant missile speed the lateness is convex, so that Newton's steps from 0 reach the first of two meetings.

    Parameters
    ----------
    site : (3,) array
        Where the missile starts, ECEF. [m]
    x : (6,) array
        Position [m] and velocity [m/s] of the target, ECEF.
    """
    low, high, time_s = 0.0, -1.0, 0.0
    knees = missile["flight_count"] > 2 or bend[0] != 0.0
    for _ in range(SOLVER_PASSES):
        late, slope = lateness(missile, flight, site, x, start_s, time_s, bend)
        if abs(late) <= SOLVED_WITHIN_S:
            return time_s
        if late > 0.0:
            low = time_s
        else:
            high = time_s
        step = time_s - late / slope if slope < 0.0 else -1.0
        if high < 0.0 and (step < 0.0 or step > longest_s):
            if not knees:
                return -1.0
            low, high = first_in_time(missile, flight, site, x, start_s, low, longest_s, bend)
            if high < 0.0:
                return -1.0
            step = high
        inside = high < 0.0 or low < step < high
        time_s = step if inside else 0.5 * (low + high)
    return time_s
