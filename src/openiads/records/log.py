"""Writing to the logs of a replication. A full log counts an overflow and the pool runs the replication again with more room."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.ellipsoid import normal_k
from openiads.kernels import kernel
from openiads.records.tables import EVENTS

Record = Any
Records = NDArray[Any]

FIRM_EVENT, DROPPED, IDENTIFIED, ASSIGNED, LAUNCHED, INTERCEPT, ASSESSED, SLEWED, WITHHELD, ORDERED, DOWN, UP = range(12)
COMMITTED, AIRBORNE, MET, RECALLED, READY_AGAIN = range(12, len(EVENTS))
"""Codes of EVENTS, in the same order; the second line is of fighters."""

TRACK_REFERENCE, SHOT_REFERENCE, IDENTITY_REFERENCE, SORTIE_REFERENCE = 0, 1, 2, 3


@kernel
def log_event(
    clock: Records, events: Records, at_ns: int, node: int, event: int, number: int, detail: int, value: float
) -> None:
    """One row of the event log, unless only counts are recorded."""
    c = clock[0]
    if c["level"] < 1:
        return
    if c["events"] >= len(events):
        c["overflow"] += 1
        return
    row = events[c["events"]]
    row["at_ns"] = at_ns
    row["node"] = node
    row["event"] = event
    row["number"] = number
    row["detail"] = detail
    row["value"] = value
    c["events"] += 1


@kernel
def log_association(
    clock: Records,
    associations: Records,
    at_ns: int,
    node: int,
    reference: int,
    number: int,
    thing: int,
    result: int,
) -> None:
    """One row of truth: that track or shot `number` belongs to object `thing` (-1: to none)."""
    c = clock[0]
    if c["level"] < 1:
        return
    if c["associations"] >= len(associations):
        c["overflow"] += 1
        return
    row = associations[c["associations"]]
    row["at_ns"] = at_ns
    row["node"] = node
    row["reference"] = reference
    row["number"] = number
    row["object"] = thing
    row["result"] = result
    c["associations"] += 1


@kernel
def log_track(clock: Records, track_log: Records, at_ns: int, node: int, track: Record) -> None:
    """One row of the track log at level full."""
    c = clock[0]
    if c["level"] < 2:
        return
    if c["track_rows"] >= len(track_log):
        c["overflow"] += 1
        return
    row = track_log[c["track_rows"]]
    row["at_ns"] = at_ns
    row["node"] = node
    row["number"] = track["number"]
    row["status"] = track["status"]
    row["origin"] = track["origin"]
    row["origin_number"] = track["origin_number"]
    row["identity"] = track["identity"]
    p = track["p"]
    for k in range(6):
        row["x"][k] = track["x"][k]
    row["sigma_position_m"] = math.sqrt(p[0, 0] + p[1, 1] + p[2, 2])
    row["sigma_velocity_mps"] = math.sqrt(p[3, 3] + p[4, 4] + p[5, 5])
    horizontal_covariance(track["x"], p, row["horizontal_m2"])
    c["track_rows"] += 1


@kernel
def horizontal_covariance(x: Records, p: Records, out: Records) -> None:
    """Covariance of an ECEF position in the plane of the horizon there: `out` becomes east, north, east with north. [m2]

    `x` (6,) is position and velocity, `p` (6, 6) their covariance; of a point on the axis of the earth east is the direction of y.
    """
    across = math.sqrt(x[0] * x[0] + x[1] * x[1])
    sin_lat, cos_lat = normal_k(across, x[2], 3)
    cos_lon, sin_lon = 1.0, 0.0
    if across > 0.0:
        cos_lon, sin_lon = x[0] / across, x[1] / across
    a, b, c = -sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat  # north; east is (-sin_lon, cos_lon, 0)
    along_x = -sin_lon * p[0, 0] + cos_lon * p[0, 1]
    along_y = -sin_lon * p[0, 1] + cos_lon * p[1, 1]
    along_z = -sin_lon * p[0, 2] + cos_lon * p[1, 2]
    out[0] = -sin_lon * along_x + cos_lon * along_y
    out[1] = (
        a * a * p[0, 0] + b * b * p[1, 1] + c * c * p[2, 2] + 2.0 * (a * b * p[0, 1] + a * c * p[0, 2] + b * c * p[1, 2])
    )
    out[2] = a * along_x + b * along_y + c * along_z


@kernel
def log_plots(
    clock: Records,
    plot_log: Records,
    radar: int,
    first_number: int,
    plots: Records,
    plot_truth: NDArray[np.int32],
    count: int,
) -> None:
    """The plots of one look, at level full."""
    c = clock[0]
    if c["level"] < 2:
        return
    for k in range(count):
        if c["plot_rows"] >= len(plot_log):
            c["overflow"] += 1
            return
        row = plot_log[c["plot_rows"]]
        plot = plots[k]
        row["at_ns"] = plot["at_ns"]
        row["radar"] = radar
        row["number"] = first_number + k
        row["range_m"] = plot["range_m"]
        row["azimuth_rad"] = plot["azimuth_rad"]
        row["elevation_rad"] = plot["elevation_rad"]
        row["sigma_range_m"] = plot["sigma_range_m"]
        row["sigma_azimuth_rad"] = plot["sigma_azimuth_rad"]
        row["sigma_elevation_rad"] = plot["sigma_elevation_rad"]
        row["snr_db"] = plot["snr_db"]
        row["object"] = plot_truth[k]
        c["plot_rows"] += 1


@kernel
def log_message(clock: Records, message_log: Records, at_ns: int, link: int, number: int, content: int, due_ns: int) -> None:
    """One row of the message log at level full; `due_ns` is -1 for a lost one."""
    c = clock[0]
    if c["level"] < 2:
        return
    if c["message_rows"] >= len(message_log):
        c["overflow"] += 1
        return
    row = message_log[c["message_rows"]]
    row["at_ns"] = at_ns
    row["link"] = link
    row["number"] = number
    row["content"] = content
    row["due_ns"] = due_ns
    c["message_rows"] += 1


@kernel
def log_belief(
    clock: Records,
    belief_log: Records,
    at_ns: int,
    node: int,
    belief: Record,
    answers: tuple[int, int, int, int, int],
    identity: int,
) -> None:
    """One row of the log of beliefs at level events: what was answered this time, and what the node makes of all of it."""
    c = clock[0]
    if c["level"] < 1:
        return
    if c["belief_rows"] >= len(belief_log):
        c["overflow"] += 1
        return
    row = belief_log[c["belief_rows"]]
    row["at_ns"] = at_ns
    row["node"] = node
    row["number"] = belief["number"]
    row["civil"], row["code"], row["plan"], row["corridor"], row["crewed"] = answers
    row["as_missile"] = belief["as_missile"]
    row["told"] = belief["told"]
    row["identity"] = identity
    for side in range(3):
        row["p"][side] = belief["p"][side]
    c["belief_rows"] += 1
