"""The lowest height at which an antenna sees something, over every post of a grid of ground heights.

Rays run along great ellipses (within some metres of the geodesic at 400 km), one and a half per post of the outermost ring.
Along each ray the ground of the bilinear facets counts in full, crossings and peaks between them, on an earth stretched by
the refraction factor; a post takes the tangent of elevation between those of the two rays beside it. Distances are chords of
the ellipsoid bent to arcs of the mean radius, as in a run.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openiads.checks import require_within
from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.errors import TerrainError
from openiads.geo.ellipsoid import E2, A
from openiads.geo.shapes import Floats
from openiads.geo.terrain.facets import LOWEST
from openiads.geo.terrain.march import BLOCK, DEGREE, MET, lowest_heights, march
from openiads.geo.terrain.sectors import SECTOR
from openiads.geo.terrain.strips import GROUP, TABLE

Heights = NDArray[np.float32]
RAYS_PER_POST = 1.1
"""Rays per post of the outermost ring: the error of interpolating between them falls with its square."""
NEAR_DENSITY = 4.0
"""Times as many rays over the finer ground at least: its last ring is much nearer than what its rays mask."""
HIGHEST_LATITUDE = 85.0  # degrees, of any post: meridians converge beyond
WEST, EAST, SOUTH, NORTH = range(4)
ON_POST = 1e-6
"""Share of a post within which an antenna stands on it."""
ROUNDING = 0.02
"""By how much arcs and chords may differ where a ring is cut to the reach; posts beyond it are blanked exactly later."""
NODES = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
AROUND = np.cos(np.pi * (np.arange(8) + 0.5) / 8)
AROUND_FIT = np.linalg.pinv(np.vander(AROUND, 5, increasing=True))
FIT = np.linalg.inv(np.vander(NODES, DEGREE + 1, increasing=True)).T


@dataclass(frozen=True)
class Patch:
    """Ground heights (rows, columns) [m above mean sea level], float32, posts from south to north and west to east.

    The first post stands at `south` steps of latitude and `west` steps of longitude from 0, 0; steps in radians.
    """

    ground_m: Heights
    south: int
    west: int
    latitude_step_rad: float
    longitude_step_rad: float

    @property
    def latitude_rad(self) -> Floats:
        """Latitudes of the rows."""
        return np.asarray((self.south + np.arange(self.ground_m.shape[0])) * self.latitude_step_rad)

    @property
    def longitude_rad(self) -> Floats:
        """Longitudes of the columns, rising; they may run past a half turn."""
        return np.asarray((self.west + np.arange(self.ground_m.shape[1])) * self.longitude_step_rad)

    def place(self, latitude_rad: float, longitude_rad: float) -> tuple[float, float]:
        """Row and column, with fractions, of a point."""
        return latitude_rad / self.latitude_step_rad - self.south, longitude_rad / self.longitude_step_rad - self.west

    def ground_at(self, row: float, column: float) -> float:
        """Ground at a row and column with fractions: bilinear. [m]"""
        i = min(max(int(row), 0), self.ground_m.shape[0] - 2)
        j = min(max(int(column), 0), self.ground_m.shape[1] - 2)
        f, e = row - i, column - j
        z = self.ground_m[i : i + 2, j : j + 2].astype(np.float64)
        return float((z[0, 0] * (1 - e) + z[0, 1] * e) * (1 - f) + (z[1, 0] * (1 - e) + z[1, 1] * e) * f)


class _Met(NamedTuple):
    """Slope of the outermost ray of a side, and the largest tangent that each of its rays has met, evenly spread in slope."""

    slope: float
    tangent: Floats


@dataclass(frozen=True)
class _Geometry:
    """Series and tables of one antenna over one patch."""

    row: float
    column: float
    psi: float
    kappa: float
    record: Any
    arc: Floats
    scale: Floats
    w: Floats


def lowest_visible_m(
    patch: Patch,
    *,
    latitude_rad: float,
    longitude_rad: float,
    antenna_height_amsl_m: float,
    refraction_factor: float,
    reach_m: float,
    rays_per_post: float = RAYS_PER_POST,
    near: Patch | None = None,
    near_reach_m: float = 0.0,
) -> Heights:
    """Lowest visible height above mean sea level at every post, not below its ground.

    Parameters
    ----------
    patch : Patch
        The ground. Nothing outside it masks, so it must reach as far as `reach_m` in every direction.
    latitude_rad, longitude_rad : float
        The antenna; the longitude as the patch counts it.
    antenna_height_amsl_m : float
        Height of the antenna above mean sea level. [m] Not below the ground of the patch.
    refraction_factor : float
        Effective-earth factor k. [-] 0.5 to 10
    reach_m : float
        Ground range within which posts get a value. [m] up to 1e6
    rays_per_post : float
        Rays per post of the outermost ring.
    near : Patch or None
        Finer ground around the antenna, whose ratio of the two steps is that of `patch`; it replaces `patch` within
        `near_reach_m`, which it must cover.
    near_reach_m : float
        Ground range up to which the finer ground counts. [m]

    Returns
    -------
    (rows, columns) float32 ndarray
        Height. [m] NaN beyond the reach.

    Raises
    ------
    TerrainError
        When the antenna is below the ground or outside the patch, when a height is not finite, or when the patch comes near a
        pole.

    Notes
    -----
    Validity: `benchmarks/viewshed.py` measures the distance from exact rays; 1.4 m rms for Mürted to 400 km.
    Source: the ring march is method R2 of W. R. Franklin and C. K. Ray, "Higher isn't necessarily better: visibility
    algorithms and experiments", SDH 1994, with two rays per post and bilinear facets.
    """
    require_within(0.5, refraction_factor, 10.0, name="refraction_factor", source="the effective-earth model")
    require_within(1.0, reach_m, 1e6, name="reach_m", source="the viewshed")
    _require_usable(patch, latitude_rad, longitude_rad, antenna_height_amsl_m)
    geometry = _geometry(patch, latitude_rad, longitude_rad, antenna_height_amsl_m, refraction_factor, reach_m)
    if near is None:
        return _cast(patch, geometry, rays_per_post, {})[0]
    _require_usable(near, latitude_rad, longitude_rad, antenna_height_amsl_m)
    close = _geometry(near, latitude_rad, longitude_rad, antenna_height_amsl_m, refraction_factor, near_reach_m)
    wider = max(NEAR_DENSITY, patch.ground_m.shape[0] / near.ground_m.shape[0])
    fine, met = _cast(near, close, rays_per_post * wider, {})
    geometry.record["near_u"] = close.record["reach_u"]
    out, _ = _cast(patch, geometry, rays_per_post, met)
    _put_near(patch, out, near, fine)
    return out


def _cast(patch: Patch, g: _Geometry, density: float, start: dict[int, _Met]) -> tuple[Heights, dict[int, _Met]]:
    """Lowest visible heights over a patch, and what the rays of each side have met; `start` is what they begin with."""
    rows, columns = patch.ground_m.shape
    ground = np.ascontiguousarray(patch.ground_m, dtype=np.float32).reshape(-1)
    highest = _highest_of_blocks(ground.reshape(rows, columns)).reshape(-1)
    if not np.isfinite(highest).all():
        raise TerrainError("the ground holds voids. Fill them first, or leave the terrain out.")
    tangent = np.full(rows * columns, LOWEST, dtype=np.float32)
    met = {
        side: _march_sector(patch, g, side, ground, highest, tangent, density, start.get(side))
        for side in (WEST, EAST, SOUTH, NORTH)
    }
    lowest_heights(g.record, g.arc, g.scale, g.w, ground, tangent)
    if g.row.is_integer() and g.column.is_integer():  # the post below the antenna lies in no direction
        at = int(g.row) * columns + int(g.column)
        tangent[at] = ground[at]
    return tangent.reshape(rows, columns), met


def _put_near(patch: Patch, out: Heights, near: Patch, fine: Heights) -> None:
    """Replace the posts of the patch that are also posts of the finer one, where that has a value."""
    ratio = round(patch.latitude_step_rad / near.latitude_step_rad)
    row = (patch.south + np.arange(out.shape[0])) * ratio - near.south
    column = (patch.west + np.arange(out.shape[1])) * ratio - near.west
    rows = np.flatnonzero((row >= 0) & (row < fine.shape[0]))
    columns = np.flatnonzero((column >= 0) & (column < fine.shape[1]))
    found = fine[np.ix_(row[rows], column[columns])]
    out[np.ix_(rows, columns)] = np.where(np.isnan(found), out[np.ix_(rows, columns)], found)


def _require_usable(patch: Patch, latitude_rad: float, longitude_rad: float, antenna_m: float) -> None:
    row, column = patch.place(latitude_rad, longitude_rad)
    rows, columns = patch.ground_m.shape
    if not (0.0 <= row <= rows - 1 and 0.0 <= column <= columns - 1):
        raise TerrainError("the antenna stands outside the ground that was given. Give ground around it.")
    highest = float(np.degrees(np.abs(patch.latitude_rad).max()))
    if highest > HIGHEST_LATITUDE:
        raise TerrainError(
            f"the ground reaches latitude {highest:.1f} degrees, where meridians converge; elevation grids are used up to "
            f"{HIGHEST_LATITUDE:g}. Shorten the range, or leave the terrain out for a smooth sea horizon."
        )
    ground_m = patch.ground_at(row, column)
    if antenna_m < ground_m:
        raise TerrainError(
            f"the antenna at {antenna_m:.1f} m above sea level is below the ground of the elevation model there, {ground_m:.1f} m. "
            "Raise the antenna, or state the ground of the site as the model has it."
        )


def _highest_of_blocks(ground: Heights) -> Heights:
    """Highest post of each block of `BLOCK` by `BLOCK` posts, the last ones smaller."""
    rows, columns = (n - n % BLOCK for n in ground.shape)
    strips = ground[:rows].reshape(-1, BLOCK, ground.shape[1]).max(axis=1)
    if rows < ground.shape[0]:
        strips = np.vstack([strips, ground[rows:].max(axis=0)])
    found = strips[:, :columns].reshape(len(strips), -1, BLOCK).max(axis=2)
    if columns < ground.shape[1]:
        found = np.column_stack([found, strips[:, columns:].max(axis=1)])
    return np.ascontiguousarray(found)


def _geometry(patch: Patch, latitude: float, longitude: float, antenna_m: float, factor: float, reach_m: float) -> _Geometry:
    row, column = (_snapped(value) for value in patch.place(latitude, longitude))
    across, up = _meridian(np.array(latitude))
    offsets = np.arange(patch.ground_m.shape[0]) - row
    rho, z = _meridian(patch.latitude_rad)
    scale4 = 4.0 * MEAN_EARTH_RADIUS_M * MEAN_EARTH_RADIUS_M
    arc, scale = ((rho - across) ** 2 + (z - up) ** 2) / scale4, 2.0 * across * rho / scale4
    dlon = patch.longitude_rad - longitude
    record = np.zeros(1, SECTOR)
    s = record[0]
    far = max(abs(offsets[0]), abs(offsets[-1]), 1.0)
    sample = far * AROUND
    rho_s, z_s = _meridian((sample * patch.latitude_step_rad) + latitude)
    s["a"] = _series(((rho_s - across) ** 2 + (z_s - up) ** 2) / scale4 / AROUND**2) / far ** np.arange(2, 7)
    s["b"] = _series(2.0 * across * rho_s / scale4) / far ** np.arange(5)
    step2 = patch.longitude_step_rad**2
    s["w"] = step2 / 2.0, -(step2**2) / 24.0, step2**3 / 720.0
    s["v"] = _versine_series(1.0 / factor)
    s["height_m"] = antenna_m
    s["radius_m"] = factor * MEAN_EARTH_RADIUS_M
    s["curve_per_m"] = 1.0 / (factor * MEAN_EARTH_RADIUS_M + antenna_m)
    s["reach_u"] = np.sin(reach_m / (2.0 * MEAN_EARTH_RADIUS_M)) ** 2
    psi = float(np.arctan((1.0 - E2) * np.tan(latitude)))
    kappa = patch.latitude_step_rad / patch.longitude_step_rad / np.cos(psi)
    return _Geometry(row, column, psi, float(kappa), record, arc, scale, 2.0 * np.sin(0.5 * dlon) ** 2)


def _snapped(place: float) -> float:
    """A place on the grid, moved to the post when it is as good as on it, so that no ring is nearly at the antenna."""
    return float(round(place)) if abs(place - round(place)) < ON_POST else place


def _meridian(latitude: Floats) -> tuple[Floats, Floats]:
    """Distance from the axis and height over the equator of points of the ellipsoid. [m]"""
    normal = A / np.sqrt(1.0 - E2 * np.sin(latitude) ** 2)
    return normal * np.cos(latitude), (1.0 - E2) * normal * np.sin(latitude)


def _series(value: Floats) -> Floats:
    """Coefficients of degree 4 through values at `AROUND`, by least squares."""
    return np.asarray(AROUND_FIT @ value)


def _versine_series(m: float) -> tuple[float, float, float, float]:
    """Coefficients of 1 - cos(2 m t) in powers of u = sin(t)^2: a hypergeometric series, four terms for u up to 1e-3."""
    terms = [2.0 * m * m]
    for n in (1, 2, 3):
        terms.append(terms[-1] * (n * n - m * m) / ((n + 0.5) * (n + 1)))
    return terms[0], terms[1], terms[2], terms[3]


def _march_sector(
    patch: Patch,
    g: _Geometry,
    side: int,
    ground: Heights,
    highest: Heights,
    tangent: Heights,
    density: float,
    start: _Met | None,
) -> _Met:
    s = _sector(patch, g, side)
    rings = int(s[0]["rings"])
    if rings < 1:
        return _Met(1.0, np.full(2, LOWEST))
    away = np.abs(s[0]["first"] + s[0]["step"] * np.arange(rings) - s[0]["origin_line"])
    few = away[:: max(1, rings // 8)]
    slope = 1.02 * float(np.abs(_slope_of(patch, g, side, np.append(few, away[-1])[:, None], np.array([-1.0, 1.0]))).max())
    rays = int(np.ceil(2.0 * slope * away[-1] * density)) + 2
    s[0]["rays"], s[0]["slope"] = rays, slope
    minors = _minor_of(patch, g, side, away[:, None], slope * NODES) @ FIT
    index = (_slope_of(patch, g, side, away[:, None], NODES) / slope + 1.0) * 0.5 * (rays - 1)
    groups = (rays + GROUP - 1) // GROUP
    table, least = np.full((2, rays), LOWEST), np.full(groups, LOWEST)
    if start is not None:
        slopes = np.linspace(-slope, slope, rays)
        table[MET] = np.interp(slopes, np.linspace(-start.slope, start.slope, len(start.tangent)), start.tangent)
        least[:] = np.minimum.reduceat(table[MET], np.arange(0, rays, GROUP))
    active = np.zeros(groups, dtype=np.int64)
    width = _half_width(g, side, s[0])
    strip, lanes = np.zeros((4, int(s[0]["minors"]))), np.zeros(1, TABLE)
    march(s, ground, highest, minors, index @ FIT, width, table, least, active, strip, lanes, tangent)
    return _Met(slope, table[MET])


def _half_width(g: _Geometry, side: int, s: Any) -> Floats:
    """Posts on either side of the middle of each ring that may lie within the reach: a little too many."""
    lines = s["first"] + s["step"] * np.arange(s["rings"])
    if side in (WEST, EAST):
        left, unit = s["reach_u"] - g.w[lines] * g.scale.min(), s["a"][0] * (1.0 - ROUNDING)
        return np.asarray(np.sqrt(np.maximum(left, 0.0) / unit) + 1.0)
    left = np.maximum(s["reach_u"] - g.arc[lines], 0.0) / g.scale[lines]
    return np.asarray(np.sqrt(left / s["w"][0]) * (1.0 + ROUNDING) + 1.0)


def _sector(patch: Patch, g: _Geometry, side: int) -> Any:
    rows, columns = patch.ground_m.shape
    s = g.record.copy()
    by_column = side in (WEST, EAST)
    line, minor, lines, minors = (g.column, g.row, columns, rows) if by_column else (g.row, g.column, rows, columns)
    outward = 1 if side in (EAST, NORTH) else -1
    first = int(np.floor(line)) + 1 if outward > 0 else int(np.ceil(line)) - 1
    s["columns"] = by_column
    s["first"], s["step"] = first, outward
    s["rings"] = lines - first if outward > 0 else first + 1
    s["line_stride"], s["minor_stride"] = (1, columns) if by_column else (columns, 1)
    across = (columns + BLOCK - 1) // BLOCK
    s["blocks_line"], s["blocks_minor"] = (1, across) if by_column else (across, 1)
    s["minors"], s["origin_line"], s["origin_minor"] = minors, line, minor
    return s


def _minor_of(patch: Patch, g: _Geometry, side: int, away: Floats, slope: Floats) -> Floats:
    """Posts along a ring at which rays of a slope cross it, over the distance of the ring: broadcast."""
    sine0, cosine0 = np.sin(g.psi), np.cos(g.psi)
    if side in (WEST, EAST):
        dlon = away * patch.longitude_step_rad
        tangent = (sine0 * np.cos(dlon) + slope * g.kappa * np.sin(dlon)) / cosine0
        row = np.arctan(tangent / (1.0 - E2)) / patch.latitude_step_rad - patch.south
        return np.asarray((row - g.row) / away)
    outward = 1.0 if side == NORTH else -1.0
    latitude = (g.row + outward * away + patch.south) * patch.latitude_step_rad
    t = outward * slope / g.kappa
    sine = t * cosine0 * (1.0 - E2) * np.tan(latitude) / np.sqrt(1.0 + (t * sine0) ** 2)
    dlon = np.arcsin(np.clip(sine, -1.0, 1.0)) - np.arctan(t * sine0)
    return np.asarray(dlon / patch.longitude_step_rad / away)


def _slope_of(patch: Patch, g: _Geometry, side: int, away: Floats, share: Floats) -> Floats:
    """Slope of the ray through a place on a ring, given as a share of the distance of the ring: the inverse of `_minor_of`."""
    sine0, cosine0 = np.sin(g.psi), np.cos(g.psi)
    if side in (WEST, EAST):
        dlon = away * patch.longitude_step_rad
        latitude = (g.row + share * away + patch.south) * patch.latitude_step_rad
        tangent = (1.0 - E2) * np.tan(latitude)
        return np.asarray((tangent * cosine0 - sine0 * np.cos(dlon)) / (g.kappa * np.sin(dlon)))
    outward = 1.0 if side == NORTH else -1.0
    latitude = (g.row + outward * away + patch.south) * patch.latitude_step_rad
    dlon = share * away * patch.longitude_step_rad
    return np.asarray(outward * g.kappa * np.sin(dlon) / (cosine0 * (1.0 - E2) * np.tan(latitude) - sine0 * np.cos(dlon)))
