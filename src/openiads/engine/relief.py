"""Counterfactuals: one link of the chain restored for one object, everything else and every draw as it was.

A relief is part of a case, never of a run: `OBJECTS.relief` says which links are restored for an object, and the walk copies
that to each track that really follows it (`TRACK.user[USER_RELIEF]`), so that the models honour it without being told more.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.resolve import ask_again
from openiads.kernels import kernel
from openiads.records.case import Case
from openiads.records.chain import (
    AVOID,
    RELIEF_FALSE_SHOT,
    RELIEF_IDENTITY,
    RELIEF_TRACK,
    RELIEFS,
)
from openiads.records.state import USER_RELIEF, State
from openiads.records.truth import motion_at
from openiads.tracking.gating import settle_track
from openiads.tracking.life import occupy

Record = Any
Records = NDArray[Any]
FREE, FIRM, OWN = 0, 2, 0
PLAINER_DB = 100
"""Choice of the method: by how much the cross-section grows where detection is restored, so that whatever is looked at within
range is seen."""
EXACT = 1.0
"""Standard error per axis, in metres and metres per second, of a track that is restored."""

Relief = Mapping[str, str]
"""Object and the one link that is restored for it."""

LOWERED = ("node", "horizon", "detection", "link", "pair")
"""Links whose relief changes what is worked out before the walk."""


def relief_bits(relief: Relief, names: tuple[str, ...]) -> NDArray[np.int32]:
    """Bits of each object, (objects,), for a relief by object name."""
    bits = np.zeros(len(names), np.int32)
    for name, link in relief.items():
        bits[names.index(name)] |= 1 << RELIEFS.index(link)
    return bits


def relieve_objects(objects: Records, bits: NDArray[np.int32]) -> Records:
    """A copy of OBJECTS with these reliefs; where detection is restored the cross-section is as plain as can be."""
    out = objects.copy()
    out["relief"] = bits
    plain = (bits >> RELIEFS.index("detection")) & 1 == 1
    out["rcs_db"][plain] += PLAINER_DB
    out["reflectors_db"][plain] += PLAINER_DB
    return out


def relieve_control(control: Records, bits: NDArray[np.int32]) -> Records:
    """A copy of CONTROL that says which links are restored for anybody."""
    out = control.copy()
    out["relief"] = int(np.bitwise_or.reduce(bits, initial=0))
    return out


@kernel
def relief_of(objects: Records, relief: int, o: int) -> int:
    """Links that are restored for a track that follows object `o`, -1 for none; AVOID when nobody is to fire at it."""
    own = objects[o]["relief"] if o >= 0 else 0
    fake = o < 0 or objects[o]["decoy"] > 0
    if fake and own == 0 and relief & RELIEF_FALSE_SHOT != 0:
        return AVOID
    return int(own)


@kernel
def mark_tracks(case: Case, state: State, count: int) -> None:
    """Carry reliefs from objects to the tracks that took their plots; a wrong identity is asked for again."""
    relief = case.control[0]["relief"]
    for k in range(count):
        slot = state.plots[k]["track"]
        if slot < 0:
            continue
        o = state.track_truth[slot]
        track = state.tracks[slot]
        bits = relief_of(case.objects, relief, o)
        track["user"][USER_RELIEF] = bits
        if o >= 0 and bits & RELIEF_IDENTITY != 0:
            ask_again(case.objects[o]["side"], track)


@kernel
def mark_received(case: Case, state: State, slot: int) -> None:
    """Carry reliefs from an object to a track of it that came over a link, for units that may fire at such a track.

    Its identity is the sender's, who asks again himself where it is wrong.
    """
    relief = case.control[0]["relief"]
    state.tracks[slot]["user"][USER_RELIEF] = relief_of(case.objects, relief, state.track_truth[slot])


@kernel
def grant_tracks(case: Case, state: State, n: int, slots: tuple[int, int], now_ns: int) -> None:
    """Give node `n` an exact, fresh, firm own track of each object whose track is restored, from its first plot on."""
    if case.control[0]["relief"] & RELIEF_TRACK == 0:
        return
    for o in range(len(case.objects)):
        detected_ns = state.stages[n, o]["detected_ns"]
        if case.objects[o]["relief"] & RELIEF_TRACK == 0 or detected_ns < 0 or state.objects[o]["present"] == 0:
            continue
        slot = held_slot(state, o, slots)
        if slot < 0:
            slot = occupy(case.trackers[n], state.node_states[n], state.tracks, case.trackers[n]["first_slot"])
            if slot < 0:
                continue
            state.track_truth[slot] = o
            state.tracks[slot]["born_ns"] = now_ns
            state.tracks[slot]["period_ns"] = case.fire_units[case.nodes[n]["fire_unit"]]["cycle_ns"]
        write_exact(case, state.tracks[slot], o, now_ns)
        settle_track(case.trackers[n], state.tracks[slot])
        if state.stages[n, o]["firm_ns"] < 0:
            state.stages[n, o]["firm_ns"] = now_ns


@kernel
def held_slot(state: State, o: int, slots: tuple[int, int]) -> int:
    """Slot of the node's own track of object `o`, one with missiles before others, then a firm one; -1 when there is none."""
    best, found = -1, -1
    for slot in range(slots[0], slots[1]):
        track = state.tracks[slot]
        if track["status"] == FREE or track["source"] != OWN or state.track_truth[slot] != o:
            continue
        worth = 2 if track["engaged"] > 0 else (1 if track["status"] == FIRM else 0)
        if worth > best:
            best, found = worth, slot
    return found


@kernel
def write_exact(case: Case, track: Record, o: int, now_ns: int) -> None:
    """Make a track firm and fresh, and put it where the object is."""
    x = motion_at(case.objects, case.knots, o, now_ns)
    track["status"] = FIRM
    track["source"] = OWN
    track["update_ns"] = now_ns
    track["user"][USER_RELIEF] = case.objects[o]["relief"]
    if track["firm_ns"] < 0:
        track["firm_ns"] = now_ns
    track["hits"] += 1
    for i in range(6):
        track["x"][i] = x[i]
        for j in range(6):
            track["p"][i, j] = 0.0
        track["p"][i, i] = EXACT * EXACT
