"""Who must hold the track of a target while a missile flies: a requirement on the picture of the unit that fired, no guidance.

A kind of guidance is three needs (NOBODY, ANYBODY or OWN_RADAR): at the launch, up to the last part of the flight, and in it.
"""

import math
from typing import Any, Final

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.models.engagement.kernels import in_sector
from openiads.models.engagement.limits import point_error_m
from openiads.records.arms import ANYBODY, NOBODY, OWN_RADAR

Record = Any
Records = NDArray[Any]
FIRM, OWN = 2, 0
FIT = 3.0
"""Standard errors within which two tracks are taken for one object."""

NEEDS: Final = {
    "own_radar_throughout": (OWN_RADAR, OWN_RADAR, OWN_RADAR),
    "own_radar_terminal": (OWN_RADAR, NOBODY, OWN_RADAR),
    "any_track_midcourse_own_terminal": (ANYBODY, ANYBODY, OWN_RADAR),
    "any_track_throughout": (ANYBODY, ANYBODY, ANYBODY),
    "autonomous_terminal": (ANYBODY, ANYBODY, NOBODY),
}
"""Needs at the launch, in midcourse and in the last part, by the word that a scenario uses."""


@kernel
def serves(unit: Record, radar: Record, boresight: float, need: int, track: Record, now_ns: int) -> bool:
    """Whether a track of the unit's picture meets a need: fresh, and for OWN_RADAR held by its own sensors in the sector."""
    if need == NOBODY:
        return True
    if track["status"] == 0 or now_ns - track["update_ns"] > unit["max_track_age_ns"]:
        return False
    return bool(need == ANYBODY or (track["source"] == OWN and in_sector(radar, boresight, track, now_ns)))


@kernel
def aim(shot: Record, track: Record) -> None:
    """Keep what the missile was last told about its target: the state of the track and its errors."""
    for i in range(6):
        shot["aim"][i] = track["x"][i]
    shot["aim_ns"] = track["update_ns"]
    shot["aim_error_m"] = point_error_m(track, 0.0)
    shot["aim_error_mps"] = math.sqrt(max(track["p"][3, 3] + track["p"][4, 4] + track["p"][5, 5], 0.0))


@kernel
def stand_in(
    unit: Record,
    radar: Record,
    boresight: float,
    need: int,
    slots: tuple[int, int],
    tracks: Records,
    shot: Record,
    now_ns: int,
) -> int:
    """Slot of the firm track nearest to where the missile was told that its target is, among those that meet the need and fit.

    Both are predicted straight on; they fit within FIT standard errors. Ties by track number; -1 when none fits.
    """
    best, least, number = -1, math.inf, 0
    dt = (now_ns - shot["aim_ns"]) * 1e-9
    for slot in range(slots[0], slots[1]):
        track = tracks[slot]
        if track["status"] != FIRM or not serves(unit, radar, boresight, need, track, now_ns):
            continue
        age = (now_ns - track["update_ns"]) * 1e-9
        square = 0.0
        for i in range(3):
            away = shot["aim"][i] + dt * shot["aim"][i + 3] - track["x"][i] - age * track["x"][i + 3]
            square += away * away
        error = shot["aim_error_m"] + dt * shot["aim_error_mps"] + point_error_m(track, age)
        if square > FIT * FIT * error * error:
            continue
        if square < least or (square == least and track["number"] < number):
            best, least, number = slot, square, track["number"]
    return best


@kernel
def has_last_part(missile: Record) -> bool:
    """Whether the needs of a missile change before it meets its target."""
    return bool(missile["midcourse_need"] != missile["terminal_need"])
