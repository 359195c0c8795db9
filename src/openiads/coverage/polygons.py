"""Outlines of the covered posts of a grid, as polygons with holes along the edges between posts."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Ring = list[tuple[float, float]]
Polygon = list[Ring]
LEAST_POSTS: Final = 4
"""Islands and holes of fewer posts are left out of the polygons; the shares count every post."""


def polygons_of(flags: Flags, *, latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]) -> list[Polygon]:
    """Polygons (outer ring anticlockwise, then holes) of (longitude, latitude), split where they cross longitude 180.

    Each flagged post stands for the rectangle half way to its neighbours.
    """
    found: list[Polygon] = []
    turn = np.floor((longitude_deg + 180.0) / 360.0).astype(int)
    for part in np.unique(turn):
        columns = np.flatnonzero(turn == part)
        found += _of_part(flags[:, columns], latitude_deg, longitude_deg[columns] - 360.0 * part)
    return found


def _of_part(flags: Flags, latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]) -> list[Polygon]:
    rings = [r for r in _rings(flags) if abs(_area(r)) >= LEAST_POSTS]
    if not rings:
        return []
    outer = sorted((r for r in rings if _area(r) > 0), key=_area)
    holes = [r for r in rings if _area(r) < 0]
    members: list[list[NDArray[np.float64]]] = [[r] for r in outer]
    for hole in holes:
        inside = hole[0] + _inward(hole)
        for ring, polygon in zip(outer, members, strict=True):
            if _contains(ring, inside):
                polygon.append(hole)
                break
    lat, lon = _edges(latitude_deg, 90.0), _edges(longitude_deg, 180.0)
    return [[_placed(ring, lat, lon) for ring in polygon] for polygon in members]


def _edges(centres: NDArray[np.float64], limit: float) -> NDArray[np.float64]:
    step = centres[1] - centres[0] if len(centres) > 1 else 1.0
    return np.asarray(np.clip(np.append(centres - step / 2, centres[-1] + step / 2), -limit, limit))


def _placed(ring: NDArray[np.float64], lat: NDArray[np.float64], lon: NDArray[np.float64]) -> Ring:
    points = [(round(float(lon[int(x)]), 6), round(float(lat[int(y)]), 6)) for x, y in ring]
    return [*points, points[0]]


def _rings(flags: Flags) -> list[NDArray[np.float64]]:
    """Closed rings (n, 2: column edge, row edge) with what is flagged on their left, corners only."""
    padded = np.pad(flags, 1)
    inner = padded[1:-1, 1:-1]
    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for neighbour, start, end in (
        (padded[:-2, 1:-1], (0, 0), (1, 0)),  # nothing to the south: eastwards along the southern edge
        (padded[1:-1, 2:], (1, 0), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (0, 1)),
        (padded[1:-1, :-2], (0, 1), (0, 0)),
    ):
        rows, columns = np.nonzero(inner & ~neighbour)
        for x, y in zip(columns.tolist(), rows.tolist(), strict=True):
            steps.setdefault((x + start[0], y + start[1]), []).append((x + end[0], y + end[1]))
    rings = []
    while steps:
        first = next(iter(steps))
        rings.append(_corners(np.array(_walk(steps, first), dtype=np.float64)))
    return rings


def _walk(steps: dict[tuple[int, int], list[tuple[int, int]]], first: tuple[int, int]) -> list[tuple[int, int]]:
    """Follow edges until they close; where two leave a corner, the leftmost turn keeps diagonal neighbours apart."""
    ring, at, heading = [], first, (0, 0)
    while True:
        choices = steps[at]
        best = max(choices, key=lambda to: heading[0] * (to[1] - at[1]) - heading[1] * (to[0] - at[0]))
        choices.remove(best)
        if not choices:
            del steps[at]
        ring.append(at)
        heading, at = (best[0] - at[0], best[1] - at[1]), best
        if at == first:
            return ring


def _corners(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    ahead, behind = np.roll(ring, -1, axis=0) - ring, ring - np.roll(ring, 1, axis=0)
    return np.asarray(ring[ahead[:, 0] * behind[:, 1] != ahead[:, 1] * behind[:, 0]])


def _area(ring: NDArray[np.float64]) -> float:
    ahead = np.roll(ring, -1, axis=0)
    return float(0.5 * np.sum(ring[:, 0] * ahead[:, 1] - ahead[:, 0] * ring[:, 1]))


def _inward(hole: NDArray[np.float64]) -> NDArray[np.float64]:
    """A short step from the first corner of a hole to the flagged side: left of the way."""
    way = np.sign(hole[1] - hole[0])
    back = np.sign(hole[0] - hole[-1])
    return np.array([-way[1] - back[1], way[0] + back[0]]) * 0.25


def _contains(ring: NDArray[np.float64], point: NDArray[np.float64]) -> bool:
    x, y = point
    ahead = np.roll(ring, -1, axis=0)
    crosses = (ring[:, 1] > y) != (ahead[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = ring[:, 0] + (y - ring[:, 1]) * (ahead[:, 0] - ring[:, 0]) / (ahead[:, 1] - ring[:, 1])
    return bool(np.count_nonzero(crosses & (at > x)) % 2)
