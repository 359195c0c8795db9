"""Tracks that other nodes send: kept apart from the own ones, never merged into them.

A remote track that fits an own firm track tells this node nothing but an identity: its plots may be the very plots that this
node has sent out before, so that a merged covariance would count them twice (data incest). Fusion that is safe against this
needs covariance intersection: S. Julier, J. Uhlmann, "A non-divergent estimation algorithm in the presence of unknown
correlations", Proc. American Control Conference, 1997.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.tracking.filters import PER_SECOND, innovation, predict, process_noise
from openiads.tracking.gating import first_at_least, spread, take_traces
from openiads.tracking.life import note_dropped, occupy, release
from openiads.tracking.ordering import sort_order
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
def index_picture(config: Record, node_state: Record, tracks: Rows, now_ns: int, scratch: Scratch) -> None:
    """Make the picture of a node quick to search at `now_ns`.

    Own firm tracks become cells sorted by predicted position, remote ones a list. The index holds until an own track moves;
    what `take_message` changes, it keeps up itself.
    """
    work = scratch.work[0]
    own, remote = 0, 0
    first_slot = config["first_slot"]
    for slot in range(first_slot, first_slot + node_state["high"]):
        track = tracks[slot]
        if track["status"] != FREE and track["source"] == REMOTE:
            scratch.picked[remote] = slot
            remote += 1
        if track["status"] == FIRM and track["source"] == OWN:
            key = scratch.keys[own]
            key["a"] = track["x"][0] + track["x"][3] * age_s(track, now_ns)
            key["b"] = track["number"]
            scratch.row_order[own] = slot
            scratch.order[own] = own
            own += 1
    sort_order(scratch.order, scratch.other, scratch.keys, own)
    work["own"], work["remote"], work["widest"] = own, remote, 0.0
    for k in range(own):
        slot = scratch.row_order[scratch.order[k]]
        fill_track_cell(config, tracks[slot], slot, now_ns, scratch.cells[k], work)


@kernel
def age_s(track: Record, now_ns: int) -> float:
    """Seconds by which a track is older than `now_ns`, at least 0."""
    return float(max(now_ns - track["update_ns"], 0) / PER_SECOND)


@kernel
def fill_track_cell(config: Record, track: Record, slot: int, now_ns: int, cell: Record, work: Record) -> None:
    """A track as a cell: its slot, where it is at `now_ns`, and a bound on the trace of its position covariance there."""
    x = track["x"]
    dt_s = age_s(track, now_ns)
    for i in range(3):
        cell["z"][i] = x[i] + dt_s * x[i + 3]
    cell["plot"] = slot
    cell["along"] = cell["z"][0]
    take_traces(track["traces"], work)
    cell["trace"] = spread(config["process_noise_m2ps3"], dt_s, work)
    work["widest"] = max(work["widest"], cell["trace"])


@kernel
def find_remote(tracks: Rows, origin: int, origin_number: int, picked: NDArray[np.int64], work: Record) -> int:
    """Slot of the remote track that node `origin` calls `origin_number`, or -1, by the list of the index."""
    for k in range(work["remote"]):
        track = tracks[picked[k]]
        if track["origin"] != origin or track["origin_number"] != origin_number:
            continue
        if track["status"] != FREE and track["source"] == REMOTE:
            return int(picked[k])
    return -1


@kernel
def find_own(config: Record, tracks: Rows, message: Record, now_ns: int, cells: Rows, work: Record) -> int:
    """Slot of the own firm track nearest to the message's track among those that fit it, or -1; ties by track number.

    Both are moved to `now_ns`; they fit when the squared distance of the positions under the sum of both covariances is
    within the gate (errors taken as independent). The bound of `gating` spares most tracks the covariance.
    """
    extrapolate(config, message, now_ns, work["x"], work["p"], work["q"])
    z, p, gate = work["x"], work["p"], config["gate"]
    trace = p[0, 0] + p[1, 1] + p[2, 2]
    reach = math.sqrt(gate * (work["widest"] + trace))
    for i in range(3):
        for j in range(3):
            work["a"][i, j] = p[i, j]
    best = -1
    least = gate
    k = first_at_least(cells, work["own"], z[0] - reach)
    while k < work["own"] and cells[k]["along"] <= z[0] + reach:
        cell = cells[k]
        k += 1
        away_0, away_1, away_2 = z[0] - cell["z"][0], z[1] - cell["z"][1], z[2] - cell["z"][2]
        if away_0 * away_0 + away_1 * away_1 + away_2 * away_2 > gate * (cell["trace"] + trace):
            continue
        track = tracks[cell["plot"]]
        process_noise(config, track["x"], work["q"])
        innovation(track["x"], track["p"], age_s(track, now_ns), z, work["a"], work)
        distance = work["distance"]
        if distance > least or math.isinf(distance):
            continue
        if best >= 0 and distance == least and track["number"] > tracks[best]["number"]:
            continue
        best = int(cell["plot"])
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
    index_picture(config, node_state, tracks, now_ns, scratch)
    return take_message(config, node_state, tracks, message, now_ns, scratch.cells, scratch.picked, scratch.work[0])


@kernel
def take_message(
    config: Record,
    node_state: Record,
    tracks: Rows,
    message: Record,
    now_ns: int,
    cells: Rows,
    picked: NDArray[np.int64],
    work: Record,
) -> int:
    """`receive_remote` for one of several messages that arrive at `now_ns`, after one `index_picture` for all of them."""
    known = find_remote(tracks, int(message["origin"]), int(message["origin_number"]), picked, work)
    own = find_own(config, tracks, message, now_ns, cells, work)
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
    picked[work["remote"]] = slot
    work["remote"] += 1
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
