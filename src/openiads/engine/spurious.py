"""False ballistic tracks: a fire unit holds a track of a falling missile that is not there. Off unless a scenario says so."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.engine.identity import declare
from openiads.engine.questions import captured
from openiads.engine.resolve import note_firm
from openiads.kernels import kernel
from openiads.models.identification.kernels import DECLARED_HOSTILE
from openiads.records.case import Case
from openiads.records.state import State
from openiads.streams.draws import uniforms
from openiads.streams.names import FALSE_BALLISTIC
from openiads.tracking.gating import settle_track
from openiads.tracking.life import occupy

Record = Any
Records = NDArray[Any]
FREE, FIRM, NOTHING = 0, 2, -1
SLOPE = math.sqrt(0.5)
"""Sine and cosine of the angle at which it comes down: 45 degrees."""
ERROR, SPEED_ERROR = 50.0, 10.0
"""Standard errors per axis that the unit states for it, in metres and metres per second."""


@kernel
def keep_spurious(case: Case, state: State, n: int, cycle: int, now_ns: int) -> None:
    """Keep the false ballistic track of a fire unit alive while it lasts, or begin one, by the draw of this command cycle."""
    evidence = case.evidence[n]
    if evidence["false_interval_ns"] <= 0.0 or case.nodes[n]["fire_unit"] < 0:
        return
    spurious = state.spurious[n]
    if now_ns < spurious["until_ns"]:
        track = state.tracks[spurious["slot"]]
        if track["status"] != FREE and track["number"] == spurious["number"]:
            advance(case.trackers[n], track, now_ns)
        return
    c, unit = state.clock[0], case.fire_units[case.nodes[n]["fire_unit"]]
    begins, azimuth, far, _ = uniforms(c["seed"], c["replication"], FALSE_BALLISTIC, case.nodes[n]["name"], cycle)
    if begins < 1.0 - math.exp(-unit["cycle_ns"] / evidence["false_interval_ns"]):
        begin_spurious(case, state, n, 2.0 * math.pi * azimuth, 0.5 + 0.5 * far, now_ns)


@kernel
def begin_spurious(case: Case, state: State, n: int, azimuth_rad: float, share: float, now_ns: int) -> None:
    """A false track begins at a share of its farthest range, comes down on the unit, and is declared hostile unasked."""
    evidence, unit = case.evidence[n], case.fire_units[case.nodes[n]["fire_unit"]]
    slot = occupy(case.trackers[n], state.node_states[n], state.tracks, case.trackers[n]["first_slot"])
    if slot < 0:
        return
    track, radar = state.tracks[slot], case.radars[unit["radar"]]
    state.track_truth[slot] = NOTHING
    track["status"] = FIRM
    track["radar"] = unit["radar"]
    track["born_ns"], track["update_ns"], track["firm_ns"] = now_ns, now_ns, now_ns
    track["period_ns"] = unit["cycle_ns"]
    track["hits"] = 2
    east, north, up = SLOPE * math.sin(azimuth_rad), SLOPE * math.cos(azimuth_rad), SLOPE
    for i in range(3):
        along = east * radar["axes"][0, i] + north * radar["axes"][1, i] + up * radar["axes"][2, i]
        track["x"][i] = radar["site_m"][i] + share * evidence["false_range_m"] * along
        track["x"][3 + i] = -evidence["false_mps"] * along
        track["p"][i, i] = ERROR * ERROR
        track["p"][3 + i, 3 + i] = SPEED_ERROR * SPEED_ERROR
    settle_track(case.trackers[n], track)
    spurious = state.spurious[n]
    spurious["number"], spurious["slot"] = track["number"], slot
    spurious["until_ns"] = now_ns + evidence["false_duration_ns"]
    state.counts[0]["tracks_started"] += 1
    note_firm(
        n,
        track,
        NOTHING,
        now_ns,
        state.clock,
        state.events,
        state.associations,
        state.objects,
        state.stages[n],
        state.counts,
    )
    declare(case, state, n, slot, DECLARED_HOSTILE, math.nan, now_ns)


@kernel
def advance(config: Record, track: Record, now_ns: int) -> None:
    """Move a track straight on to now, as if a plot had confirmed it."""
    dt = (now_ns - track["update_ns"]) * 1e-9
    if dt <= 0.0:
        return
    for i in range(3):
        track["x"][i] += dt * track["x"][3 + i]
    track["update_ns"] = now_ns
    settle_track(config, track)


@kernel
def met_instead(case: Case, state: State, n: int, slot: int, now_ns: int) -> int:
    """What a missile meets that node `n` fired at nothing: the nearest real object where the track was a false ballistic one."""
    spurious, track = state.spurious[n], state.tracks[slot]
    if spurious["until_ns"] == 0 or spurious["number"] != track["number"]:
        return NOTHING
    return captured(case, state, track, case.evidence[n]["capture_m"], now_ns)
