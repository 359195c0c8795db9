"""Cutting one grid of posts out of a folder of tiles, tile by tile, at the tiles' own spacing or coarser."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.errors import TerrainError
from openiads.geo.shapes import Floats
from openiads.geo.terrain.grid import METRES_PER_ARCSEC, Terrain
from openiads.geo.terrain.viewshed import HIGHEST_LATITUDE, Heights, Patch

DEGREE_ARCSEC: Final = 3600
MOST_POSTS: Final = 40_000_000
"""Posts of one patch at most: 160 MB of heights, and twice that while it is used."""
FILL_ROUNDS: Final = 2000


@dataclass(frozen=True)
class Cut:
    """A patch and what was done to get it: spacing along the meridian, voids filled, tiles taken as sea, posts pooled into one."""

    patch: Patch
    spacing_arcsec: float
    filled_voids: int
    sea_tiles: tuple[str, ...]
    pooled: int

    def describe(self) -> str:
        """For captions: spacing and what follows from it, and everything that was done to the data."""
        metres = self.spacing_arcsec * METRES_PER_ARCSEC
        parts = [f"ground every {self.spacing_arcsec:g} arc-seconds ({metres:.0f} m)"]
        if self.pooled > 1:
            parts.append(f"the highest of {self.pooled} x {self.pooled} posts each")
        if self.filled_voids:
            parts.append(f"{self.filled_voids} voids filled from their neighbours")
        if self.sea_tiles:
            parts.append(f"taken as sea for want of a tile: {', '.join(self.sea_tiles)}")
        return "; ".join(parts)


def cut_patch(
    terrain: Terrain, *, latitude_rad: float, longitude_rad: float, reach_m: float, spacing_arcsec: float | None = None
) -> Cut:
    """The ground within a distance of a point, as one grid of posts.

    Parameters
    ----------
    terrain : Terrain
        Where tiles come from; at most `keep` of them are in memory at a time.
    latitude_rad, longitude_rad : float
        The middle. [rad]
    reach_m : float
        The patch holds at least everything nearer than this. [m]
    spacing_arcsec : float or None
        Between posts along the meridian: a whole multiple of the tiles' own, of which the highest post counts; None: their own.

    Raises
    ------
    TerrainError
        When a tile is missing (and the terrain does not take it as sea) or broken, the patch is too near a pole or too large, the
        spacing does not fit, or all posts are void.
    """
    south_deg, north_deg, half_deg = _box(latitude_rad, reach_m)
    own = terrain.spacing_arcsec(terrain.nearest_cell(latitude_rad, longitude_rad))
    factor = 1 if spacing_arcsec is None else round(spacing_arcsec / own[0])
    if factor < 1 or (spacing_arcsec is not None and not math.isclose(factor * own[0], spacing_arcsec, rel_tol=1e-6)):
        raise TerrainError(
            f"{terrain.folder}: posts are every {own[0]:g} arc-seconds; {spacing_arcsec:g} is no whole multiple. "
            "Choose one that is."
        )
    per_degree = round(DEGREE_ARCSEC / (own[0] * factor))
    middle_deg = math.degrees(longitude_rad)
    south, north = math.floor(south_deg * per_degree), math.ceil(north_deg * per_degree)
    west, east = math.floor((middle_deg - half_deg) * per_degree), math.ceil((middle_deg + half_deg) * per_degree)
    rows, columns = north - south + 1, east - west + 1
    if rows * columns > MOST_POSTS:
        raise TerrainError(
            f"{terrain.folder}: {rows} x {columns} posts within {reach_m / 1000:.0f} km are too many. Choose a coarser spacing."
        )
    ground = np.full((rows, columns), np.nan, dtype=np.float32)
    sea = _fill(terrain, ground, south=south, west=west, per_degree=per_degree)
    filled = _fill_voids(ground, terrain)
    step = math.radians(1.0 / per_degree)
    return Cut(Patch(ground, south, west, step, step), own[0] * factor, filled, tuple(sorted(sea)), factor)


def _box(latitude_rad: float, reach_m: float) -> tuple[float, float, float]:
    """Southernmost and northernmost latitude, and half the width in longitude, of a circle. [deg] A little too much."""
    angle = 1.01 * reach_m / MEAN_EARTH_RADIUS_M
    middle = math.degrees(latitude_rad)
    reach_deg = math.degrees(angle)
    if max(abs(middle - reach_deg), abs(middle + reach_deg)) > HIGHEST_LATITUDE:
        raise TerrainError(
            f"the area reaches latitude {abs(middle) + reach_deg:.1f} degrees, where meridians converge; elevation grids are used "
            f"up to {HIGHEST_LATITUDE:g}. Shorten the range, or leave the terrain out for a smooth sea horizon."
        )
    return middle - reach_deg, middle + reach_deg, math.degrees(math.asin(math.sin(angle) / math.cos(latitude_rad)))


def _fill(terrain: Terrain, ground: Heights, *, south: int, west: int, per_degree: int) -> set[str]:
    """Write all tiles into the patch; returns the names of those taken as sea."""
    before = set(terrain.taken_as_sea)
    rows, columns = ground.shape
    for lat in range(south // per_degree, (south + rows - 1) // per_degree + 1):
        for lon in range(west // per_degree, (west + columns - 1) // per_degree + 1):
            r, c = lat * per_degree - south, lon * per_degree - west
            r0, r1 = max(r, 0), min(r + per_degree + 1, rows)
            c0, c1 = max(c, 0), min(c + per_degree + 1, columns)
            inside = r0 < min(r + per_degree, rows) and c0 < min(c + per_degree, columns)
            tile = terrain.tile((lat, (lon + 180) % 360 - 180), needed=inside)
            if tile is None:
                posts = np.zeros((per_degree + 1, per_degree + 1), dtype=np.float32)
                posts[[0, -1], :], posts[:, [0, -1]] = np.nan, np.nan  # an edge belongs to a neighbour that is there
            else:
                posts = _regular(tile.elevation_m, per_degree)
            part = ground[r0:r1, c0:c1]
            np.fmax(part, posts[r0 - r : r1 - r, c0 - c : c1 - c], out=part)
    taken = terrain.taken_as_sea - before
    if taken:
        ground[np.isnan(ground) & _on_edges(ground.shape, south, west, per_degree)] = 0.0
    return taken


def _on_edges(shape: tuple[int, int], south: int, west: int, per_degree: int) -> np.ndarray:
    rows, columns = np.arange(shape[0]) + south, np.arange(shape[1]) + west
    return np.asarray((rows % per_degree == 0)[:, None] | (columns % per_degree == 0)[None, :])


def _regular(heights: Heights, per_degree: int) -> Heights:
    """The posts of a tile, `per_degree` along each side: pooled to the highest around, and spread where they lie wider."""
    for axis in (0, 1):
        posts = heights.shape[axis] - 1
        if posts > per_degree:
            heights = _pooled(heights, posts // per_degree, axis)
        elif posts < per_degree:
            at = np.arange(per_degree + 1) * (posts / per_degree)
            low = np.minimum(at.astype(int), posts - 1)
            share = np.expand_dims((at - low).astype(np.float32), 1 - axis)
            first, second = np.take(heights, low, axis=axis), np.take(heights, low + 1, axis=axis)
            heights = np.where(share == 0, first, np.where(share == 1, second, first * (1 - share) + second * share))
    return heights


def _pooled(heights: Heights, factor: int, axis: int) -> Heights:
    """Every `factor`-th post along an axis, each the highest within half that many posts."""
    half = factor // 2
    moved = np.moveaxis(heights, axis, 0)
    padded = np.pad(moved, ((half, half), (0, 0)), constant_values=np.nan)
    count = (moved.shape[0] - 1) // factor + 1
    out = padded[0 : (count - 1) * factor + 1 : factor].copy()
    for offset in range(1, 2 * half + 1):
        np.fmax(out, padded[offset : offset + (count - 1) * factor + 1 : factor], out=out)
    return np.moveaxis(out, 0, axis)


def _fill_voids(ground: Heights, terrain: Terrain) -> int:
    """Give every void the mean of the posts beside it that are known, from the edges of a hole inwards; returns how many."""
    void = np.isnan(ground)
    count = int(np.count_nonzero(void))
    if count == ground.size:
        raise TerrainError(f"{terrain.folder}: all posts there are void. Leave the tiles out, or fetch others.")
    for _ in range(FILL_ROUNDS):
        places = np.argwhere(np.isnan(ground))
        if not len(places):
            break
        around: list[Floats] = []
        for i, j in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            r, c = places[:, 0] + i, places[:, 1] + j
            inside = (r >= 0) & (r < ground.shape[0]) & (c >= 0) & (c < ground.shape[1])
            value = ground[np.clip(r, 0, ground.shape[0] - 1), np.clip(c, 0, ground.shape[1] - 1)]
            around.append(np.where(inside, value, np.nan))
        known = np.array(around)
        number = np.count_nonzero(~np.isnan(known), axis=0)
        ready = number > 0
        ground[tuple(places[ready].T)] = np.nansum(known, axis=0)[ready] / number[ready]
    return count
