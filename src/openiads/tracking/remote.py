"""Tracks that other nodes send: kept apart from the own ones, never merged into them.

A remote track that fits an own firm track tells this node nothing but an identity: its plots may be the very plots that this
node has sent out before, so that a merged covariance would count them twice (data incest). Fusion that is safe against this
needs covariance intersection: S. Julier, J. Uhlmann, "A non-divergent estimation algorithm in the presence of unknown
correlations", Proc. American Control Conference, 1997.
"""

import math

from openiads.kernels import kernel
from openiads.tracking.filters import PER_SECOND, innovation, predict, process_noise
from openiads.tracking.life import note_dropped, occupy, release
from openiads.tracking.records import FIRM, FREE, OWN, REMOTE, Record, Rows, Scratch, Vector


@kernel
def extrapolate(config: Record, track: Record, now_ns: int, x: Vector, p: Vector, q: Vector) -> None:
    """Copy a track's state into `x`, (6,), and `p`, (6, 6), moved to `now_ns` (left where newer); `q` is scratch."""
    for i in range(6):
        x[i] = track["x"][i]
        for j in range(6):
            p[i, j] = track["p"][i, j]
    dt_s = (now_ns - track["update_ns"]) / PER_SECOND
    process_noise(config, x, q)
    if dt_s > 0.0:
        predict(x, p, dt_s, q)


@kernel
def find_remote(config: Record, node_state: Record, tracks: Rows, origin: int, origin_number: int) -> int:
    """Slot of the remote track that node `origin` calls `origin_number`, or -1."""
    first_slot = config["first_slot"]
    for slot in range(first_slot, first_slot + node_state["high"]):
        track = tracks[slot]
        if track["status"] == FREE or track["source"] != REMOTE:
            continue
        if track["origin"] == origin and track["origin_number"] == origin_number:
            return slot
    return -1


@kernel
def find_own(config: Record, node_state: Record, tracks: Rows, message: Record, now_ns: int, work: Record) -> int:
    """Slot of the own firm track nearest to the message's track among those that fit it, or -1; ties by track number.

    Both are moved to `now_ns`; they fit when the squared distance of the positions under the sum of both covariances is
    within the gate (errors taken as independent).
    """
    extrapolate(config, message, now_ns, work["x"], work["p"], work["q"])
    for i in range(3):
        for j in range(3):
            work["a"][i, j] = work["p"][i, j]
    best = -1
    least = config["gate"]
    first_slot = config["first_slot"]
    for slot in range(first_slot, first_slot + node_state["high"]):
        track = tracks[slot]
        if track["status"] != FIRM or track["source"] != OWN:
            continue
        extrapolate(config, track, now_ns, work["y"], work["o"], work["q"])
        innovation(work["y"], work["o"], 0.0, work["x"], work["a"], work)
        distance = work["distance"]
        if distance > least or math.isinf(distance):
            continue
        if best >= 0 and distance == least and track["number"] > tracks[best]["number"]:
            continue
        best = slot
        least = distance
    return best


@kernel
def write_remote(track: Record, message: Record) -> None:
    """Copy the sender's state and identity into a remote track."""
    track["identity"] = message["identity"]
    track["update_ns"] = message["update_ns"]
    track["hits"] += 1
    track["opportunities"] += 1
    for i in range(6):
        track["x"][i] = message["x"][i]
        for j in range(6):
            track["p"][i, j] = message["p"][i, j]


@kernel
def receive_remote(config: Record, node_state: Record, tracks: Rows, message: Record, now_ns: int, scratch: Scratch) -> int:
    """Take in one track from another node; returns the slot that now stands for it, or -1 when there was no room (counted).

    Where an own firm track fits, its slot is returned: its state stays untouched, and its identity becomes the message's
    when it had none (0); a remote entry for the same track is freed, unless missiles are engaged with it. Otherwise the
    remote entry of (origin, origin_number) is updated, or a new one is made, firm and with a number of this node. A message
    older than the entry changes nothing.

    Parameters
    ----------
    message : record
        With the fields of TRACK_MESSAGE: identity, origin, origin_number, update_ns, x, p.
    """
    known = find_remote(config, node_state, tracks, int(message["origin"]), int(message["origin_number"]))
    own = find_own(config, node_state, tracks, message, now_ns, scratch.work[0])
    if own >= 0 and tracks[own]["identity"] == 0:
        tracks[own]["identity"] = message["identity"]
    if known >= 0:
        if own >= 0 and tracks[known]["engaged"] == 0:
            release(config, node_state, tracks, known)
        elif message["update_ns"] > tracks[known]["update_ns"]:
            write_remote(tracks[known], message)
    if own >= 0:
        return own
    if known >= 0:
        return known
    slot = occupy(config, node_state, tracks, config["first_slot"])
    if slot < 0:
        return -1
    track = tracks[slot]
    track["status"] = FIRM
    track["source"] = REMOTE
    track["origin"] = message["origin"]
    track["origin_number"] = message["origin_number"]
    track["born_ns"] = message["update_ns"]
    track["firm_ns"] = now_ns
    track["period_ns"] = 0
    write_remote(track, message)
    return slot


@kernel
def expire_remote(
    config: Record, node_state: Record, tracks: Rows, hold_ns: int, now_ns: int, changes: Rows, scratch: Scratch
) -> int:
    """Drop the remote tracks whose state is older than `hold_ns`, by track number; returns how many `changes` are filled."""
    work = scratch.work[0]
    work["changes"] = 0
    work["drops_from"] = 0
    first_slot = config["first_slot"]
    for slot in range(first_slot, first_slot + node_state["high"]):
        track = tracks[slot]
        if track["status"] == FREE or track["source"] != REMOTE:
            continue
        if now_ns - track["update_ns"] > hold_ns:
            note_dropped(changes, work, slot, track)
            release(config, node_state, tracks, slot)
    return int(work["changes"])
