"""Paths of a raid moved over the ground at the same height, speed and timing: for measures, never for anything that searches."""

import dataclasses
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.engine.objects import Things
from openiads.geo.ellipsoid import ecef_to_geodetic, geodetic_to_ecef
from openiads.geo.geodesic import direct, ground_range_m
from openiads.records.case import HOSTILE
from openiads.records.tables import END_STATES
from openiads.results.measures.data import RunData

Array = NDArray[Any]
LEAKED: Final = END_STATES.index("leaked")
LEVEL_M: Final = 100.0
"""Choice of the method: how far a path may rise or fall and still count as level."""
SAME: Final = 1.0
EDGE: Final = 0.01
"""Share of a cell by which a cell at the very edge may stand out."""


def attackers(data: RunData) -> Array:
    """Places of the hostile objects that leak at the end of their path."""
    objects = data.lowered.case.objects
    return np.flatnonzero((objects["side"] == HOSTILE) & (objects["end_state"] == LEAKED))


def _knots(things: Things, thing: int) -> slice:
    record = things.objects[thing]
    return slice(int(record["knot_first"]), int(record["knot_first"] + record["knot_count"]))


def shared_path(data: RunData, raid: Array) -> bool:
    """Whether all of a raid fly one path, at one height."""
    case = data.lowered.case
    first = case.knots[_slice(case.objects[raid[0]])]["position_m"]
    for thing in raid[1:]:
        other = case.knots[_slice(case.objects[thing])]["position_m"]
        if other.shape != first.shape or float(np.abs(other - first).max()) > SAME:
            return False
    heights = ecef_to_geodetic(first)[2]
    return float(heights.max() - heights.min()) <= LEVEL_M


def _slice(record: Any) -> slice:
    return slice(int(record["knot_first"]), int(record["knot_first"] + record["knot_count"]))


def turned(vectors: Array, axis: Array, angle_rad: ArrayLike) -> Array:
    """Vectors (n, 3) turned about a unit axis, each by its angle (Rodrigues)."""
    angle = np.atleast_1d(np.asarray(angle_rad, dtype=np.float64))[:, None]
    c, s = np.cos(angle), np.sin(angle)
    along = (vectors @ axis)[:, None] * axis
    return np.asarray(vectors * c + np.cross(axis, vectors) * s + along * (1.0 - c))


def carried(positions_m: Array, velocities_mps: Array, axis: Array, angle_rad: ArrayLike) -> tuple[Array, Array]:
    """Positions and velocities (n, 3) turned about an axis through the middle of the earth, at their old geodetic heights."""
    heights = ecef_to_geodetic(positions_m)[2]
    latitude, longitude, _ = ecef_to_geodetic(turned(positions_m, axis, angle_rad))
    moved = geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=heights)
    return moved, turned(velocities_mps, axis, angle_rad)


def extended(things: Things, raid: Array, further_m: float) -> Things:
    """The raid flies on past the end of its path, straight on at its last speed and height. One path for all of it."""
    knots, objects = things.knots, things.objects.copy()
    part = _knots(things, int(raid[0]))
    last, step_s = knots[part][-1], float(objects[raid[0]]["knot_step_ns"]) * 1e-9
    speed = float(np.linalg.norm(last["velocity_mps"]))
    count = int(np.ceil(further_m / (speed * step_s)))
    axis = np.cross(last["position_m"], last["velocity_mps"])
    axis /= np.linalg.norm(axis)
    rate = speed / float(np.linalg.norm(last["position_m"]))
    more = np.zeros(count, knots.dtype)
    ahead = rate * step_s * (np.arange(count) + 1)
    more["position_m"], more["velocity_mps"] = carried(
        last["position_m"][None, :], last["velocity_mps"][None, :], axis, ahead
    )
    whole = np.concatenate([knots, knots[part], more])
    for thing in raid:
        objects[thing]["knot_first"] = len(knots)
        objects[thing]["knot_count"] += count
        objects[thing]["end_ns"] += count * int(objects[thing]["knot_step_ns"])
    return dataclasses.replace(things, objects=objects, knots=whole)


def moved_aside(things: Things, raid: Array, centre_m: Array, aside_m: float) -> Things:
    """The raid on a parallel path, so far to the left of the path that would pass over a centre.

    The path is first moved aside until its line passes the centre, then by `aside_m`; it keeps its direction.
    """
    knots = things.knots.copy()
    part = _knots(things, int(raid[0]))
    middle = knots[part]
    nearest = int(np.argmin(ground_range_m(centre_m, middle["position_m"])))
    ahead = middle[nearest]["velocity_mps"] / np.linalg.norm(middle[nearest]["velocity_mps"])
    up = middle[nearest]["position_m"] / np.linalg.norm(middle[nearest]["position_m"])
    left = np.cross(up, ahead)
    off_m = float((centre_m - middle[nearest]["position_m"]) @ left)
    angle = (off_m + aside_m) / float(np.linalg.norm(middle[nearest]["position_m"]))
    position, velocity = carried(middle["position_m"], middle["velocity_mps"], ahead, -angle)
    knots["position_m"][part], knots["velocity_mps"][part] = position, velocity
    return dataclasses.replace(things, knots=knots)


def ends_moved(things: Things, raid: Array, end_m: Array) -> Things:
    """Every path of the raid carried over the ground until it ends at one place; directions and timing stay."""
    knots = things.knots.copy()
    done = set()
    for thing in raid:
        part = _knots(things, int(thing))
        if part.start in done:
            continue
        done.add(part.start)
        end = things.knots[part][-1]["position_m"]
        axis = np.cross(end, end_m)
        length = float(np.linalg.norm(axis))
        if length == 0.0:
            continue
        angle = float(np.arctan2(length, end @ end_m))
        position, velocity = carried(
            things.knots[part]["position_m"], things.knots[part]["velocity_mps"], axis / length, angle
        )
        knots["position_m"][part], knots["velocity_mps"][part] = position, velocity
    return dataclasses.replace(things, knots=knots)


def passing_ns(things: Things, raid: Array, centre_m: Array, *, radius_m: float, grid_m: float) -> list[Array]:
    """When each object of a raid passes each cell of its path within a radius, (cells,) of (raid,); cells a grid step apart.

    Cells lie symmetrically about the point of the path nearest to the centre.
    """
    record = things.objects[raid[0]]
    positions = things.knots[_slice(record)]["position_m"]
    away = ground_range_m(centre_m, positions)
    nearest = int(np.argmin(away))
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)]) - float(steps[:nearest].sum())
    number = int(np.ceil(radius_m / grid_m))
    wanted = np.arange(-number, number + 1) * grid_m
    inside = (wanted >= along[0]) & (wanted <= along[-1])
    inside &= np.interp(wanted, along, away) <= radius_m + EDGE * grid_m
    elapsed_ns = np.interp(wanted[inside], along, np.arange(len(along)) * float(record["knot_step_ns"]))
    return [things.objects["start_ns"][raid] + round(at) for at in elapsed_ns]


def cells_of(centre_m: Array, *, radius_m: float, grid_m: float) -> Array:
    """Middles of the cells of a square grid about a centre within a radius, (cells, 3) ECEF on the ellipsoid."""
    latitude, longitude, _ = (float(v) for v in ecef_to_geodetic(centre_m))
    number = int(np.ceil(radius_m / grid_m))
    east, north = np.meshgrid(*(2 * [np.arange(-number, number + 1) * grid_m]))
    away = np.hypot(east, north)
    kept = away <= radius_m + EDGE * grid_m
    lat, lon = direct(
        latitude_rad=latitude,
        longitude_rad=longitude,
        azimuth_rad=np.arctan2(east[kept], north[kept]),
        distance_m=away[kept],
    )
    return np.asarray(geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=np.zeros(int(kept.sum()))))
