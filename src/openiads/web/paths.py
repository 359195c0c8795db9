"""True paths of the objects, thinned as they are laid out, so that thousands of them fit in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import MEAN_EARTH_RADIUS_M, NANOSECONDS_PER_SECOND
from openiads.engine.objects import members
from openiads.engine.sites import Sites
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.models.motion.lowering import hold, path_of
from openiads.scenario.schema import ScenarioSpec
from openiads.web.columns import NANOSECONDS_PER_MILLISECOND, scaled

Array = NDArray[Any]

WITHIN_M: Final = 5.0
"""Choice of the method: a point is left out where the straight line between its neighbours, on the page's own map, passes so near
to it."""

LONGEST: Final = 16
"""Points of the run's own path between two that are sent, at most: 80 seconds of flight."""


@dataclass(frozen=True)
class TruePath:
    """Where an object is at times (n,) in ms since the start of the scenario: longitude, latitude and altitude as they are sent."""

    name: str
    time_ms: NDArray[np.int32]
    places: dict[str, Array]


def true_paths(spec: ScenarioSpec, sites: Sites) -> Iterator[TruePath]:
    """Paths of all objects by name, at those points of the run's own path that a page needs to draw them within `WITHIN_M`.

    One at a time, so that a scenario of thousands needs the memory of one.
    """
    by_name = {name: (key, start_s) for key, thing in spec.objects.items() for name, _, start_s in members(key, thing)}
    laid: tuple[str, Any, Any] = ("", None, None)
    for name in sorted(by_name):
        key, start_s = by_name[name]
        if laid[0] != key:
            laid = (key, *_laid(spec, sites, key))
        yield TruePath(name, (round(start_s * 1000.0) + laid[1]).astype(np.int32), laid[2])


def _laid(spec: ScenarioSpec, sites: Sites, key: str) -> tuple[NDArray[np.int64], dict[str, Array]]:
    """Times since its start [ms] and places of the points of an object that are sent."""
    thing = spec.objects[key]
    step_ns, _, path = path_of(thing.motion, sites.locate, sites.ground)
    if thing.motion.end == "stay":
        path = hold(path, round(spec.clock.duration_s * NANOSECONDS_PER_SECOND) // step_ns + 1)
    latitude, longitude, height_m = ecef_to_geodetic(np.ascontiguousarray(path["position_m"]))
    picked = needed(latitude, longitude, height_m)
    time_ms = picked * step_ns // NANOSECONDS_PER_MILLISECOND
    return time_ms, scaled(latitude[picked], longitude[picked], height_m[picked])


def needed(latitude_rad: Array, longitude_rad: Array, height_m: Array) -> NDArray[np.int64]:
    """Numbers of the points, even in time, that straight lines must pass through to come within `WITHIN_M` of all others.

    Stretches of `LONGEST` steps whose line is near enough keep their ends; the others are halved until it is.
    """
    last = len(latitude_rad) - 1
    metres = np.stack(
        [
            latitude_rad * MEAN_EARTH_RADIUS_M,
            np.unwrap(longitude_rad) * MEAN_EARTH_RADIUS_M * np.cos(latitude_rad.mean()),
            height_m,
        ],
        axis=1,
    )
    keep = np.zeros(last + 1, bool)
    keep[[0, last]] = True
    keep[::LONGEST] = True
    length = LONGEST
    while length > 1:
        starts = np.arange(0, last + 1 - length, length)
        if len(starts):
            share = np.linspace(0.0, 1.0, length + 1)[None, :, None]
            along = metres[starts[:, None] + np.arange(length + 1)]
            off = np.linalg.norm(along - (along[:, :1] * (1.0 - share) + along[:, -1:] * share), axis=2).max(axis=1)
            keep[starts[off > WITHIN_M] + length // 2] = True
        keep[(last // length) * length :: max(1, length // 2)] = True  # the rest that is shorter than a stretch
        length //= 2
    return np.flatnonzero(keep)
