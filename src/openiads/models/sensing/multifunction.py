"""A multifunction radar: each frame spends a budget of dwells on its node's own needs, most urgent first.

Guidance before confirmation before track update before cued search before search. What is left over pays for columns of the
search raster, so the raster stretches when the radar is busy. A dwell points where the *track* says; the truth is
evaluated at the dwell's own time, and an object off the axis of the beam pays the beam-shape loss.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.angles import wrap, wrap_signed
from openiads.geo.ellipsoid import ecef_to_polar_k
from openiads.kernels import kernel
from openiads.models.sensing.kernels import is_there, observe
from openiads.physics.antenna import beam_shape_loss_db
from openiads.physics.link_budget import two_way_loss_db
from openiads.records.chain import RELIEF_ENVELOPE, RELIEF_HORIZON
from openiads.records.state import USER_RELIEF
from openiads.records.truth import motion_at
from openiads.records.visibility import in_view

Record = Any
Records = NDArray[Any]
FRONT, SIDE, REAR = 0, 1, 2
GUIDANCE, CONFIRM, UPDATE, CUED = 0, 1, 2, 3
BEAM_REACH = 1.5
"""Half-power beamwidths off the axis within which a dwell can see an object; beyond, the loss exceeds 54 dB."""
MOST_CUED_BEAMS = 5
"""Beams along each side of the patch that one cue may cost; a vaguer cue is searched as far as that."""


@kernel
def aspect_of(vx: float, vy: float, vz: float, lx: float, ly: float, lz: float) -> int:
    """Sector from which the radar sees the object: velocity against the line from object to radar, split at 45 and 135 deg."""
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    distance = math.sqrt(lx * lx + ly * ly + lz * lz)
    if speed == 0.0 or distance == 0.0:
        return SIDE
    cosine = (vx * lx + vy * ly + vz * lz) / (speed * distance)
    if cosine > math.sqrt(0.5):
        return FRONT
    return REAR if cosine < -math.sqrt(0.5) else SIDE


@kernel
def boresight_at(radar: Record, unit: Record, at_ns: int) -> float:
    """Where the antenna points at `at_ns`, slewing at its rate toward where it is wanted."""
    reach = radar["slew_radps"] * (at_ns - unit["boresight_ns"]) * 1e-9
    turn = wrap_signed(unit["wanted_rad"] - unit["boresight_rad"])
    return unit["boresight_rad"] + min(max(turn, -reach), reach)


@kernel
def facing(radar: Record, boresight: float) -> tuple[float, float, float, float]:
    """Boresight, its east and north components, and a slope: what is farther aside than so many times ahead is off sector.

    The slope is a little generous and 0 (no such test) for sectors of nearly a half circle and more.
    """
    half = radar["sector_half_rad"]
    slope = 1.001 * math.tan(half) if half < 1.5 else 0.0
    return boresight, math.sin(boresight), math.cos(boresight), slope


@kernel
def points_at(
    radar: Record, track: Record, face: tuple[float, float, float, float], at_ns: int
) -> tuple[float, float, float, bool]:
    """Range, azimuth and elevation where the track should be at `at_ns`, and whether the radar can point there.

    `face` is what `facing` gives; off sector the first three are 0.
    """
    dt = (at_ns - track["update_ns"]) * 1e-9
    x, site, axes = track["x"], radar["site_m"], radar["axes"]
    px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
    relief = track["user"][USER_RELIEF]
    if face[3] > 0.0 and relief == 0:
        dx, dy, dz = px - site[0], py - site[1], pz - site[2]
        east = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
        north = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
        if abs(east * face[2] - north * face[1]) > face[3] * (east * face[1] + north * face[2]):
            return 0.0, 0.0, 0.0, False
    range_m, azimuth, elevation = ecef_to_polar_k(site, axes, px, py, pz)
    inside = abs(wrap_signed(azimuth - face[0])) <= radar["sector_half_rad"]
    low, high = radar["elevation_min_rad"] - radar["beam_elevation_rad"], radar["elevation_max_rad"]
    inside = inside or relief & RELIEF_ENVELOPE != 0
    above = low <= elevation <= high or relief & RELIEF_HORIZON != 0
    return range_m, azimuth, elevation, inside and above and range_m <= radar["instrumented_m"]


@kernel
def first_candidate(candidates: Records, first: int, last: int, azimuth: float) -> int:
    """The candidate among `first` to `last` - 1, sorted by azimuth, that is first at or after `azimuth`; `last` when none is."""
    while first < last:
        middle = (first + last) // 2
        if candidates[middle]["azimuth_rad"] < azimuth:
            first = middle + 1
        else:
            last = middle
    return first


@kernel
def widest_margin(row: Record, candidates: Records) -> tuple[float, float]:
    """Largest margin and largest stretch among the candidates of a frame."""
    margin, stretch = 0.0, 1.0
    for k in range(row["first"], row["first"] + row["count"]):
        margin = max(margin, candidates[k]["margin_rad"])
        stretch = max(stretch, candidates[k]["stretch"])
    return margin, stretch


@kernel
def dwell_on(
    radar: Record,
    pair: np.uint64,
    thing: Record,
    state: Record,
    motion: tuple[float, float, float, float, float, float],
    path_db: float,
    axis: tuple[float, float, float],
    pd_table: NDArray[np.float64],
    masks: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    clock: Records,
    number: int,
    at_ns: int,
    plots: Records,
    count: int,
) -> int:
    """One dwell looking at one object whose motion at `at_ns` is given. Returns the new count of plots.

    `axis` is azimuth and elevation of the beam and its reach in beamwidths. Negative: a patch of overlapping beams that reaches
    so far and has no shape loss. Zero: a column of the search raster, whose place the caller has checked.
    """
    site = radar["site_m"]
    range_m, azimuth, elevation = ecef_to_polar_k(site, radar["axes"], motion[0], motion[1], motion[2])
    if range_m > radar["instrumented_m"]:
        return count
    loss_db, across, up = 0.0, 0.0, 0.0
    if axis[2] != 0.0:
        reach = abs(axis[2])
        across = wrap_signed(azimuth - axis[0]) * math.cos(elevation)
        up = elevation - axis[1]
        if abs(across) > reach * radar["beam_azimuth_rad"] or abs(up) > reach * radar["beam_elevation_rad"]:
            return count
    if not in_view(thing, radar, masks, motion[0], motion[1], motion[2], azimuth):
        return count
    if axis[2] > 0.0:
        loss_db = beam_shape_loss_db(across, radar["beam_azimuth_rad"]) + beam_shape_loss_db(up, radar["beam_elevation_rad"])
    line = (site[0] - motion[0], site[1] - motion[1], site[2] - motion[2])
    aspect = aspect_of(motion[3], motion[4], motion[5], line[0], line[1], line[2])
    snr_db = radar["gain_db"] - two_way_loss_db(range_m) + path_db + state["rcs_db"][aspect] - loss_db
    geometry = (range_m, azimuth, elevation)
    return observe(radar, thing, state, pd_table, clock, pair, number, at_ns, geometry, snr_db, plots, count)


@kernel
def sweep(
    number: int,
    axis: tuple[float, float, float],
    at_ns: int,
    row: Record,
    r: int,
    radar: Record,
    candidates: Records,
    truth: tuple[Records, Records, NDArray[np.uint64], Records],
    pd_table: NDArray[np.float64],
    masks: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    clock: Records,
    plots: Records,
    plot_truth: NDArray[np.int32],
    seen: NDArray[np.int32],
    count: int,
    widest: tuple[float, float],
) -> int:
    """One dwell (or one patch of dwells) along `axis`: look at every candidate in it that this frame has not looked at yet.

    `truth` is objects, knots, pair keys and object states; `widest` is what `widest_margin` gives. Returns the new count of
    plots.
    """
    objects, knots, radar_object, object_states = truth
    reach_azimuth = abs(axis[2]) * radar["beam_azimuth_rad"]
    reach_elevation = abs(axis[2]) * radar["beam_elevation_rad"]
    half_window = min((reach_azimuth + widest[0]) * widest[1], math.pi)
    from_azimuth = wrap(axis[0] - half_window)
    last = row["first"] + row["count"]
    k = first_candidate(candidates, row["first"], last, from_azimuth)
    for _ in range(row["count"]):
        if k == last:
            k = row["first"]
        c = candidates[k]
        k += 1
        o = c["object"]
        if wrap(c["azimuth_rad"] - from_azimuth) > 2.0 * half_window:
            break
        if seen[o] == number or not is_there(objects[o], object_states[o], at_ns):
            continue
        if abs(c["elevation_rad"] - axis[1]) > reach_elevation + c["margin_rad"]:
            continue
        if abs(wrap_signed(c["azimuth_rad"] - axis[0])) > (reach_azimuth + c["margin_rad"]) * c["stretch"]:
            continue
        if count >= len(plots):
            clock[0]["overflow"] += 1
            continue
        before = count
        motion = motion_at(objects, knots, o, at_ns)
        count = dwell_on(
            radar,
            radar_object[r, o],
            objects[o],
            object_states[o],
            motion,
            c["path_db"],
            axis,
            pd_table,
            masks,
            clock,
            row["number"],
            at_ns,
            plots,
            count,
        )
        if count > before:
            seen[o] = number
            plot_truth[before] = o
    return count
