"""Coasts and borders of the world as lines of longitude and latitude, for the backdrop of a picture.

The file is TopoJSON as the npm package `world-atlas` ships it; `tools/make_map.py` fetched it. Lines are arcs: an arc that
one country uses is coast, an arc between two countries is border. Format: M. Bostock, C. Metcalf, "The TopoJSON Format
Specification", 2013, sections 2.1.1 (quantization), 2.1.3 (arcs) and 2.1.4 (arc indexes).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError

Line = NDArray[np.float64]
"""(n, 2) longitude and latitude in degrees, WGS 84, n at least 2."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the map comes from and what it does not claim; show `disclaimer` wherever borders are drawn."""

    file: str
    sha256: str
    package: str
    natural_earth_version: str
    scale: str
    licence: str
    disclaimer: str


@dataclass(frozen=True, slots=True)
class MapLines:
    """Coast lines and land borders."""

    coasts: tuple[Line, ...]
    borders: tuple[Line, ...]


def origin() -> Origin:
    """Version, licence, checksum and disclaimer of the map."""
    text = (files("openiads.catalogue") / "data/map/origin.json").read_text(encoding="utf-8")
    return Origin(**json.loads(text))


@cache
def load_map() -> MapLines:
    """Every coast and border of the world. Treat the arrays as read-only; they are shared."""
    text = (files("openiads.catalogue") / "data/map" / origin().file).read_text(encoding="utf-8")
    return decode(json.loads(text))


def lines_within(*, west_deg: float, south_deg: float, east_deg: float, north_deg: float) -> MapLines:
    """Coasts and borders inside a box, cut at its edges.

    Parameters
    ----------
    west_deg, east_deg : float
        Longitudes, −180 to 180, west below east (a box over the antimeridian is two boxes). [deg]
    south_deg, north_deg : float
        Latitudes, −90 to 90, south below north. [deg]

    Raises
    ------
    OutOfRangeError
        When the box is empty or leaves the map.
    """
    if not (-180 <= west_deg < east_deg <= 180 and -90 <= south_deg < north_deg <= 90):
        raise OutOfRangeError(
            f"map box west {west_deg:g}, south {south_deg:g}, east {east_deg:g}, north {north_deg:g}: allowed are "
            "longitudes -180 to 180 with west < east and latitudes -90 to 90 with south < north."
        )
    low, high = np.array([west_deg, south_deg]), np.array([east_deg, north_deg])
    world = load_map()
    return MapLines(
        coasts=tuple(piece for line in world.coasts for piece in clip(line, low=low, high=high)),
        borders=tuple(piece for line in world.borders for piece in clip(line, low=low, high=high)),
    )


def decode(topology: dict[str, Any]) -> MapLines:
    """Coasts and borders of a quantized TopoJSON topology with an object `countries`."""
    scale, translate = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    owners: list[list[int]] = [[] for _ in topology["arcs"]]
    for number, country in enumerate(topology["objects"]["countries"]["geometries"]):
        for arc in _arcs_of(country.get("arcs", [])):
            owners[arc if arc >= 0 else ~arc].append(number)  # a negative index is the arc walked backwards
    coasts, borders = [], []
    for raw, users in zip(topology["arcs"], owners, strict=True):
        line = np.cumsum(np.array(raw, dtype=np.int64), axis=0) * scale + translate
        if len(set(users)) > 1:
            borders += _without_frame(line)
        elif len(users) == 1:
            coasts += _without_frame(line)
    return MapLines(coasts=tuple(coasts), borders=tuple(borders))


def clip(line: Line, *, low: Line, high: Line) -> list[Line]:
    """Pieces of `line` inside the box from corner `low` to corner `high`, cut at the edges.

    Source: Y. D. Liang, B. A. Barsky, "A new concept and method for line clipping", ACM Trans. Graphics 3(1), 1984.
    """
    if np.any(line.max(axis=0) < low) or np.any(line.min(axis=0) > high):
        return []
    if np.all(line.min(axis=0) >= low) and np.all(line.max(axis=0) <= high):
        return [line]
    start, step = line[:-1], np.diff(line, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - start) / step, (high - start) / step
    still = step == 0
    outside = still & ((start < low) | (start > high))
    enter = np.where(still, 0.0, np.minimum(first, second)).max(axis=1).clip(min=0.0)
    leave = np.where(still, 1.0, np.maximum(first, second)).min(axis=1).clip(max=1.0)
    kept = (enter < leave) & ~outside.any(axis=1)
    pieces: list[list[Line]] = []
    for i in np.flatnonzero(kept):
        if not (pieces and i > 0 and kept[i - 1] and leave[i - 1] == 1.0):
            pieces.append([start[i] + enter[i] * step[i]])
        pieces[-1].append(line[i + 1] if leave[i] == 1.0 else start[i] + leave[i] * step[i])
    return [np.array(piece) for piece in pieces]


def _arcs_of(nested: Sequence[Any]) -> Iterator[int]:
    for item in nested:
        if isinstance(item, int):
            yield item
        else:
            yield from _arcs_of(item)


def _without_frame(line: Line) -> list[Line]:
    """`line` without what only the flat map has: runs along its edges, and jumps between its left and right edge."""
    framed = (np.abs(line[:, 0]) > 179.99) | (line[:, 1] < -89.9)
    jumps = np.abs(np.diff(line[:, 0])) > 180
    breaks = np.flatnonzero((framed[:-1] & framed[1:]) | jumps)
    parts = np.split(np.arange(len(line)), breaks + 1)
    return [line[part] for part in parts if len(part) > 1]
