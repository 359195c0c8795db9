"""A multifunction radar: each frame spends a budget of dwells on its node's own needs, most urgent first.

Guidance before confirmation before track update before cued search before search. What is left over pays for columns of the
search raster, so the raster stretches when the radar is busy. A dwell points where the *track* says; the truth is
evaluated at the dwell's own time, and an object off the axis of the beam pays the beam-shape loss.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.angles import wrap_signed
from openiads.geo.ellipsoid import ecef_to_polar_k
from openiads.kernels import kernel
from openiads.models.sensing.kernels import is_there, observe
from openiads.physics.antenna import beam_shape_loss_db
from openiads.physics.link_budget import two_way_loss_db
from openiads.records.truth import motion_at
from openiads.records.visibility import visible

Record = Any
Records = NDArray[Any]
FRONT, SIDE, REAR = 0, 1, 2
GUIDANCE, CONFIRM, UPDATE = 0, 1, 2
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
def points_at(radar: Record, track: Record, boresight: float, at_ns: int) -> tuple[float, float, float, bool]:
    """Range, azimuth and elevation where the track should be at `at_ns`, and whether the radar can point there."""
    dt = (at_ns - track["update_ns"]) * 1e-9
    x = track["x"]
    px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
    range_m, azimuth, elevation = ecef_to_polar_k(radar["site_m"], radar["axes"], px, py, pz)
    inside = abs(wrap_signed(azimuth - boresight)) <= radar["sector_half_rad"]
    low, high = radar["elevation_min_rad"] - radar["beam_elevation_rad"], radar["elevation_max_rad"]
    return range_m, azimuth, elevation, inside and low <= elevation <= high and range_m <= radar["instrumented_m"]


@kernel
def dwell_on(
    radar: Record,
    pair: np.uint64,
    swerling: int,
    motion: tuple[float, float, float, float, float, float],
    rcs_db: NDArray[np.float64],
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
    if range_m > radar["instrumented_m"] or not visible(radar, masks, motion[0], motion[1], motion[2], azimuth):
        return count
    loss_db, across, up = 0.0, 0.0, 0.0
    if axis[2] != 0.0:
        reach = abs(axis[2])
        across = wrap_signed(azimuth - axis[0]) * math.cos(elevation)
        up = elevation - axis[1]
        if abs(across) > reach * radar["beam_azimuth_rad"] or abs(up) > reach * radar["beam_elevation_rad"]:
            return count
    if axis[2] > 0.0:
        loss_db = beam_shape_loss_db(across, radar["beam_azimuth_rad"]) + beam_shape_loss_db(up, radar["beam_elevation_rad"])
    line = (site[0] - motion[0], site[1] - motion[1], site[2] - motion[2])
    aspect = aspect_of(motion[3], motion[4], motion[5], line[0], line[1], line[2])
    snr_db = radar["gain_db"] - two_way_loss_db(range_m) + rcs_db[aspect] - loss_db
    geometry = (range_m, azimuth, elevation)
    return observe(radar, swerling, pd_table, clock, pair, number, at_ns, geometry, snr_db, plots, count)


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
) -> int:
    """One dwell (or one patch of dwells) along `axis`: look at every candidate in it that this frame has not looked at yet.

    `truth` is objects, knots, pair keys and object states. Returns the new count of plots.
    """
    objects, knots, radar_object, object_states = truth
    reach_azimuth = abs(axis[2]) * radar["beam_azimuth_rad"]
    reach_elevation = abs(axis[2]) * radar["beam_elevation_rad"]
    for k in range(row["first"], row["first"] + row["count"]):
        c = candidates[k]
        o = c["object"]
        if seen[o] == number or not is_there(objects[o], object_states[o], at_ns):
            continue
        if abs(c["elevation_rad"] - axis[1]) > reach_elevation + c["margin_rad"]:
            continue
        if abs(wrap_signed(c["azimuth_rad"] - axis[0])) * math.cos(c["elevation_rad"]) > reach_azimuth + c["margin_rad"]:
            continue
        if count >= len(plots):
            clock[0]["overflow"] += 1
            continue
        before = count
        motion = motion_at(objects, knots, o, at_ns)
        count = dwell_on(
            radar,
            radar_object[r, o],
            objects[o]["swerling"],
            motion,
            object_states[o]["rcs_db"],
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
