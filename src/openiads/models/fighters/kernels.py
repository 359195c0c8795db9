"""Whether and when a pair of fighters meets a track. Reads a post's picture only: tracks with age and identity.

A pair is a circle that grows with its cruise speed from the take-off on: no path, no dogfight, no weapon.
"""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.models.command.authority import inside_zone
from openiads.models.command.classes import estimated_class
from openiads.models.command.kernels import rules_allow
from openiads.records.case import FREE
from openiads.records.chain import AVOID, RELIEF_FIGHTER_REACH, RELIEF_LINK, RELIEF_RULES
from openiads.records.fighters import FIGHTER_CHAIN, HOME, ORDERED, RETURNING, SPENT
from openiads.records.state import NEVER, USER_ENGAGED_ELSEWHERE, USER_HELD_DEAD, USER_RELIEF
from openiads.records.tables import IDENTITIES

Record = Any
Records = NDArray[Any]
HOSTILE = IDENTITIES.index("hostile")
FIRM = 2
NO_QUALITY, NO_IDENTITY, NO_RULES, NO_LINK, NO_REACH, NO_PAIR, NO_DECISION, SENT = range(len(FIGHTER_CHAIN))


@kernel
def meeting_after(
    away: tuple[float, float, float], velocity: tuple[float, float, float], speed: float, elapsed_s: float
) -> float:
    """Seconds from now until a circle about the base reaches a target that flies straight on; negative when it never does.

    The circle grows with `speed` since the take-off `elapsed_s` ago (negative: the take-off is yet to come, and nothing is met
    before it). With d the place of the target from the base and v its velocity, |d + v t| = s (t + e): a quadratic, of which
    the first root counts at which the circle is not behind; at once where the target is within it already.

    Parameters
    ----------
    away : tuple of float
        From the base to the target now. [m]
    velocity : tuple of float
        Of the target. [m/s]
    """
    first_s = max(0.0, -elapsed_s)
    dx, dy, dz = away[0] + first_s * velocity[0], away[1] + first_s * velocity[1], away[2] + first_s * velocity[2]
    grown = speed * (elapsed_s + first_s)
    square = dx * dx + dy * dy + dz * dz - grown * grown
    if square <= 0.0:
        return first_s
    vx, vy, vz = velocity
    a = vx * vx + vy * vy + vz * vz - speed * speed
    half = dx * vx + dy * vy + dz * vz - speed * grown
    if abs(a) <= 1e-9 * speed * speed:  # as fast as the pair: the quadratic is a line
        return first_s - 0.5 * square / half if half < 0.0 else -1.0
    discriminant = half * half - a * square
    if discriminant < 0.0:
        return -1.0
    root = math.sqrt(discriminant)
    # The smallest positive root, written without the difference of two that are nearly equal.
    if a < 0.0:
        return first_s + (half + root) / -a if half > 0.0 else first_s + square / (root - half)
    return first_s + square / (root - half) if half < 0.0 else -1.0


@kernel
def meeting_ns(base: Record, zones: Records, track: Record, off_ns: int, now_ns: int) -> int:
    """When a pair that takes off at `off_ns` meets a track, straight on; -1 when it does not: too far, or in a zone of missiles."""
    if track["user"][USER_RELIEF] & RELIEF_FIGHTER_REACH != 0:
        return max(off_ns, now_ns)
    x, age_s = track["x"], (now_ns - track["update_ns"]) * 1e-9
    dx, dy, dz = x[0] + age_s * x[3], x[1] + age_s * x[4], x[2] + age_s * x[5]
    away = (dx - base["base_m"][0], dy - base["base_m"][1], dz - base["base_m"][2])
    time_s = meeting_after(away, (x[3], x[4], x[5]), base["speed_mps"], (now_ns - off_ns) * 1e-9)
    if time_s < 0.0:
        return -1
    px, py, pz = dx + time_s * x[3], dy + time_s * x[4], dz + time_s * x[5]
    fx, fy, fz = px - base["base_m"][0], py - base["base_m"][1], pz - base["base_m"][2]
    if fx * fx + fy * fy + fz * fz > base["radius_m"] * base["radius_m"]:
        return -1
    for k in range(base["keep_first"], base["keep_first"] + base["keep_count"]):
        if inside_zone(zones[k], px, py, pz):
            return -1
    return now_ns + int(time_s * 1e9)


@kernel
def allowed(weapons: int, track: Record) -> bool:
    """Whether the rules let a pair go at a track of this identity, or go on."""
    return rules_allow(FREE if track["user"][USER_RELIEF] & RELIEF_RULES != 0 else weapons, track["identity"])


@kernel
def left_to_missiles(track: Record, now_ns: int) -> bool:
    """Whether a fire unit has told the post that it engages the track."""
    return bool(now_ns < track["user"][USER_ENGAGED_ELSEWHERE] and track["user"][USER_RELIEF] & RELIEF_LINK == 0)


@kernel
def unmet(base: Record, zones: Records, control: Record, weapons: int, track: Record, off_ns: int, now_ns: int) -> int:
    """How many conditions a firm track meets before anybody asks for a pair: `FIGHTER_CHAIN` of this number is not met.

    NO_PAIR when all of them hold and a pair that took off at `off_ns` would meet it.
    """
    if now_ns - track["update_ns"] > base["max_track_age_ns"]:
        return NO_QUALITY
    if not allowed(weapons, track):
        return NO_RULES if track["identity"] == HOSTILE else NO_IDENTITY
    if now_ns < track["user"][USER_HELD_DEAD] or track["user"][USER_RELIEF] & AVOID != 0:
        return NO_QUALITY
    if left_to_missiles(track, now_ns):
        return NO_LINK
    seems = estimated_class(control, base["ground_m"], track)
    if base["takes"][seems] == 0 and track["user"][USER_RELIEF] & RELIEF_FIGHTER_REACH == 0:
        return NO_REACH
    return NO_REACH if meeting_ns(base, zones, track, off_ns, now_ns) < 0 else NO_PAIR


@kernel
def send(pair: Record, slot: int, track: Record, off_ns: int) -> None:
    """Order a pair to take off at `off_ns` and go at a track."""
    pair["status"] = ORDERED
    pair["slot"], pair["number"] = slot, track["number"]
    pair["due_ns"], pair["off_ns"] = off_ns, off_ns
    track["engaged"] += 1


@kernel
def follows(pair: Record, track: Record) -> bool:
    """Whether the slot still holds the track that a pair was sent at."""
    return bool(track["status"] > 0 and track["number"] == pair["number"])


@kernel
def hold_dead(track: Record) -> None:
    """What a pair saw go down is not gone at again while its track lives on."""
    track["user"][USER_HELD_DEAD] = NEVER


@kernel
def go_home(base: Record, pair: Record, now_ns: int) -> None:
    """A pair in the air turns back: as long as it flew out, then it is turned round."""
    pair["status"] = RETURNING
    pair["due_ns"] = now_ns + (now_ns - pair["off_ns"]) + base["turnaround_ns"]


@kernel
def stand_down(base: Record, pair: Record) -> None:
    """A pair that has not taken off, or is turned round, is ready again, or has flown all its sorties."""
    spent = base["sorties"] > 0 and pair["sorties"] >= base["sorties"]
    pair["status"] = SPENT if spent else HOME
    pair["due_ns"] = NEVER
