"""Which tracks a fire unit may engage, and in what order. Reads the unit's own picture only: tracks with age and identity."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.angles import wrap_signed
from openiads.geo.ellipsoid import ecef_to_polar_k
from openiads.kernels import kernel
from openiads.models.command.authority import weapons_for
from openiads.models.command.threat import threat_value
from openiads.records.case import FREE, HOLD, TIGHT
from openiads.records.chain import AVOID, LEDGER_CAUSES, RELIEF_LINK, RELIEF_RULES
from openiads.records.state import USER_ENGAGED_ELSEWHERE, USER_HELD_DEAD, USER_RELIEF
from openiads.records.tables import IDENTITIES
from openiads.tracking.ordering import sort_order

Record = Any
Records = NDArray[Any]
PENDING, UNKNOWN, FRIENDLY, NEUTRAL, HOSTILE = range(len(IDENTITIES))
FIRM, OWN = 2, 0
NO_QUALITY = LEDGER_CAUSES.index("track_quality")
NO_IDENTITY = LEDGER_CAUSES.index("identity")
NO_RULES = LEDGER_CAUSES.index("rules")
NO_ENVELOPE = LEDGER_CAUSES.index("out_of_envelope")
NO_LINK = LEDGER_CAUSES.index("link")
NO_SHOT = LEDGER_CAUSES.index("shot_spent_on_false_or_decoy")
NO_THREAT = 1.0e9
SLOWEST_APPROACH = 1.0


@kernel
def rules_allow(weapons: int, identity: int) -> bool:
    """Whether the rules of engagement let the unit fire at a track of this identity.

    Hold: at nothing. Tight: at what is identified hostile. Free: at what is not identified friendly or neutral, once the
    identification has been tried.
    """
    if weapons == HOLD or identity == PENDING:
        return False
    if weapons == TIGHT:
        return identity == HOSTILE
    return weapons == FREE and identity not in (FRIENDLY, NEUTRAL)


@kernel
def held_dead(unit: Record, track: Record, now_ns: int) -> bool:
    """Whether a verdict of "killed" still keeps the unit from a track: for a time, or until further plots contradict it."""
    until = track["user"][USER_HELD_DEAD]
    return bool(track["hits"] < until if unit["reattack_hits"] > 0 else now_ns < until)


@kernel
def may_engage(unit: Record, weapons: int, track: Record, now_ns: int) -> bool:
    """Firm, held by own sensors, fresh, allowed by the rules, and not engaged, held dead or engaged by another unit.

    A track of another node will do where the unit has a missile that may leave on one.
    """
    if track["status"] != FIRM or track["engaged"] > 0 or (track["source"] != OWN and unit["any_launch"] == 0):
        return False
    if now_ns - track["update_ns"] > unit["max_track_age_ns"]:
        return False
    relief = track["user"][USER_RELIEF]
    elsewhere = now_ns < track["user"][USER_ENGAGED_ELSEWHERE] and relief & RELIEF_LINK == 0
    if held_dead(unit, track, now_ns) or elsewhere or relief & AVOID != 0:
        return False
    return rules_allow(FREE if relief & RELIEF_RULES != 0 else weapons, track["identity"])


@kernel
def conditions_met(unit: Record, weapons: int, track: Record, now_ns: int) -> int:
    """How many conditions of the chain an own firm track meets before anybody asks whether a missile reaches it.

    The first that it does not meet is `LEDGER_CAUSES` of this number: the track is stale; its identity would not do even where
    the rules allow shooting; the rules; NO_ENVELOPE when `may_engage` says yes; NO_LINK when only another unit's status report
    keeps the unit from it; NO_SHOT when it is held for dead, though an object that a track follows lives.
    """
    if now_ns - track["update_ns"] > unit["max_track_age_ns"]:
        return NO_QUALITY
    if not rules_allow(weapons, track["identity"]):
        return NO_RULES if track["identity"] == HOSTILE else NO_IDENTITY
    if held_dead(unit, track, now_ns):
        return NO_SHOT
    return NO_LINK if now_ns < track["user"][USER_ENGAGED_ELSEWHERE] else NO_ENVELOPE


@kernel
def time_to_asset(track: Record, assets_m: NDArray[np.float64], now_ns: int) -> float:
    """Seconds until the track would reach the nearest defended asset at its present closing speed; large when it recedes."""
    dt = (now_ns - track["update_ns"]) * 1e-9
    x = track["x"]
    px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
    closest_s, nearest = NO_THREAT, NO_THREAT * NO_THREAT
    for a in range(assets_m.shape[0]):
        dx, dy, dz = assets_m[a, 0] - px, assets_m[a, 1] - py, assets_m[a, 2] - pz
        square = dx * dx + dy * dy + dz * dz
        along = dx * x[3] + dy * x[4] + dz * x[5]
        if square == 0.0:
            return 0.0
        nearest = min(nearest, square)
        if along > 0.0 and along * along > square * SLOWEST_APPROACH * SLOWEST_APPROACH:
            closest_s = min(closest_s, square / along)
    # A receding track still ranks, behind every closing one, by distance.
    return closest_s if closest_s < NO_THREAT else 0.5 * NO_THREAT + math.sqrt(nearest)


@kernel
def rank(
    unit: Record,
    weapons: int,
    zones: Records,
    slots: tuple[int, int],
    tracks: Records,
    assets: tuple[Records, NDArray[np.float64]],
    now_ns: int,
    keys: Records,
    order: NDArray[np.int64],
    other: NDArray[np.int64],
) -> int:
    """Tracks that the unit may engage, those with the smallest time to an asset first, ties by track number. Returns how many.

    A unit that goes by threat takes those that threaten most value first. `assets` is what they are worth and where they are.
    `order` is filled with rows of `keys`, whose field `c` is the slot of a track; `other` is scratch.
    """
    count = 0
    for slot in range(slots[0], slots[1]):
        track = tracks[slot]
        if track["status"] != FIRM:
            continue
        allowed = weapons if unit["zone_count"] == 0 else weapons_for(unit, weapons, zones, track, now_ns)
        if may_engage(unit, allowed, track, now_ns):
            key = keys[count]
            time_s = time_to_asset(track, assets[1], now_ns)
            key["a"] = -threat_value(track, assets[0], assets[1], now_ns) if unit["by_threat"] != 0 else time_s
            key["b"] = track["number"]
            key["c"] = slot
            order[count] = count
            count += 1
    sort_order(order, other, keys, count)
    return count


@kernel
def engaged_tracks(slots: tuple[int, int], tracks: Records) -> int:
    """How many tracks of the unit have missiles planned, in flight or waiting for assessment."""
    count = 0
    for slot in range(slots[0], slots[1]):
        if tracks[slot]["status"] > 0 and tracks[slot]["engaged"] > 0:
            count += 1
    return count


@kernel
def no_channel(unit: Record, unit_state: Record, busy: int, shots: int) -> bool:
    """Whether the unit, engaging `busy` tracks, lacks a channel for one more target or for the missiles of one more salvo."""
    return bool(busy >= unit["channels_targets"] or unit_state["guided"] + shots > unit["channels_missiles"])


@kernel
def out_of_sector(
    radar: Record,
    slots: tuple[int, int],
    tracks: Records,
    assets_m: NDArray[np.float64],
    boresight: float,
    now_ns: int,
) -> float:
    """Azimuth of the most urgent track when the sector around `boresight` does not hold it; negative when it does.

    Firm tracks and tracks that came over a link count, unless they are friendly or neutral.
    """
    best_score, best_number, azimuth = math.inf, 0, -1.0
    for slot in range(slots[0], slots[1]):
        track = tracks[slot]
        own_tentative = track["source"] == OWN and track["status"] != FIRM
        if track["status"] == 0 or own_tentative or track["identity"] == FRIENDLY or track["identity"] == NEUTRAL:
            continue
        score, number = time_to_asset(track, assets_m, now_ns), track["number"]
        if score < best_score or (score == best_score and number < best_number):
            best_score, best_number = score, number
            dt = (now_ns - track["update_ns"]) * 1e-9
            x = track["x"]
            px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
            azimuth = ecef_to_polar_k(radar["site_m"], radar["axes"], px, py, pz)[1]
    inside = abs(wrap_signed(azimuth - boresight)) <= radar["sector_half_rad"]
    return -1.0 if azimuth < 0.0 or inside else azimuth
