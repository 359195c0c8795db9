"""Reader of GeoTIFF elevation rasters in geographic coordinates, cut into tiles of one degree. Needs the extra `geo`."""

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import TerrainError
from openiads.geo.terrain.dted import HIGHEST, LOWEST, DtedTile

DEGREE_ARCSEC: Final = 3600
COARSE_ARCSEC, FINE_ARCSEC = 15, 2  # spacings that part levels 0, 1 and 2
ALIGNED: Final = 1e-3
"""Share of a post by which pixel centres may miss the posts and still be taken as they are."""
LEAST_STEP: Final = 1e-9
"""Of a degree; finer is no raster that is read anyway."""
MOST_POSTS: Final = 3601
"""Posts along a degree at most: 1 arc-second."""


@dataclass(frozen=True)
class Raster:
    """What the header of a GeoTIFF says: level by spacing, posts per degree, and the cells (latitude, longitude) it covers."""

    path: Path
    level: int
    posts: tuple[int, int]
    cells: tuple[tuple[int, int], ...]


def read_header(path: Path) -> Raster:
    """Level, spacing and cells of a GeoTIFF, from its header alone.

    Raises
    ------
    TerrainError
        When rasterio is missing, the file is no raster, has other coordinates than longitude and latitude, is turned, or is finer
        than 1 arc-second.
    """
    with _open(path) as raster:
        t, crs = raster.transform, raster.crs
        if crs is None or not crs.is_geographic:
            raise TerrainError(
                f"{path}: coordinates are {crs.to_string() if crs else 'not stated'}; longitude and latitude (EPSG:4326) are "
                f"needed. Convert it first: gdalwarp -t_srs EPSG:4326 {path.name} converted.tif"
            )
        if not all(map(math.isfinite, t[:6])) or t.b or t.d or t.a <= 0 or t.e >= 0:
            raise TerrainError(
                f"{path}: the raster is turned or mirrored. Convert it first: gdalwarp {path.name} converted.tif"
            )
        posts = tuple(round(1.0 / max(step, LEAST_STEP)) for step in (-t.e, t.a))
        if not all(1 <= n < MOST_POSTS for n in posts) or raster.width < 2 or raster.height < 2:
            raise TerrainError(
                f"{path}: {raster.width} x {raster.height} pixels, {posts[1]} x {posts[0]} per degree; 1 to {MOST_POSTS - 1} per "
                "degree are read. Choose another file."
            )
        south, north = t.f + t.e * (raster.height - 0.5), t.f + t.e * 0.5
        west, east = t.c + t.a * 0.5, t.c + t.a * (raster.width - 0.5)
    if max(abs(south), abs(north)) > 91.0 or max(abs(west), abs(east)) > 361.0:
        raise TerrainError(
            f"{path}: would reach from {south:g} to {north:g} of latitude, {west:g} to {east:g} of longitude, which is off the "
            "earth. Fetch the file again or leave it out."
        )
    rows = range(math.floor(south + ALIGNED), math.ceil(north - ALIGNED))
    columns = range(math.floor(west + ALIGNED), math.ceil(east - ALIGNED))
    spacing = DEGREE_ARCSEC / posts[0]
    level = 0 if spacing >= COARSE_ARCSEC else 1 if spacing >= FINE_ARCSEC else 2
    return Raster(path, level, posts, tuple((r, (c + 180) % 360 - 180) for r in rows for c in columns))


def read_geotiff(path: Path, cell: tuple[int, int]) -> DtedTile:
    """One degree of a GeoTIFF as a tile: its own pixels where they lie on the posts, else bilinear between pixel centres."""
    header = read_header(path)
    with _open(path) as raster:
        t = raster.transform
        south, west = cell
        lat = south + np.arange(header.posts[0] + 1) / header.posts[0]
        lon = west + np.arange(header.posts[1] + 1) / header.posts[1]
        lon = np.where(lon < t.c - 1.0, lon + 360.0, lon)
        row, column = (lat - t.f) / t.e - 0.5, (lon - t.c) / t.a - 0.5
        heights = _sampled(raster, path, row, column)
    spacing = tuple(DEGREE_ARCSEC / n for n in header.posts)
    return DtedTile(path, header.level, cell[0], cell[1], spacing[0], spacing[1], heights.astype(np.float32))


def _sampled(raster: Any, path: Path, row: NDArray[np.float64], column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heights at fractional rows and columns (their product); NaN where the raster has no data or does not reach."""
    import rasterio  # noqa: PLC0415 - an extra
    from rasterio.windows import Window  # noqa: PLC0415

    top, left = max(math.floor(row.min()), 0), max(math.floor(column.min()), 0)
    bottom, right = min(math.ceil(row.max()) + 2, raster.height), min(math.ceil(column.max()) + 2, raster.width)
    try:
        values = raster.read(1, window=Window(left, top, right - left, bottom - top)).astype(np.float64)
    except (rasterio.errors.RasterioIOError, MemoryError) as error:
        raise TerrainError(f"{path}: the data cannot be read ({error}). Fetch the file again or leave it out.") from error
    void = ~np.isfinite(values) if raster.nodata is None else (values == raster.nodata) | ~np.isfinite(values)
    wrong = ~void & ((values < LOWEST) | (values > HIGHEST))
    if wrong.any():
        raise TerrainError(
            f"{path}: height {values[wrong][0]:g} m; {LOWEST} to {HIGHEST} m is land or sea. State the value for no data in "
            "the file."
        )
    values[void] = np.nan
    outside = ((row < -1.0) | (row > raster.height))[:, None] | ((column < -1.0) | (column > raster.width))[None, :]
    found = _along(_along(values, row - top, 0), column - left, 1)
    return np.where(outside, np.nan, found)


def _along(values: NDArray[np.float64], at: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Linear between neighbours along an axis; at the edge the last value."""
    at = np.clip(at, 0.0, values.shape[axis] - 1.0)
    near = np.rint(at)
    at = np.where(np.abs(at - near) < ALIGNED, near, at)
    low = np.floor(at).astype(int)
    share = np.expand_dims(at - low, 1 - axis)
    first = np.take(values, low, axis=axis)
    second = np.take(values, np.minimum(low + 1, values.shape[axis] - 1), axis=axis)
    return np.where(share == 0.0, first, first * (1.0 - share) + second * share)


def _open(path: Path) -> Any:
    try:
        import rasterio  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise TerrainError(f"{path}: GeoTIFF files need the extra geo: pip install 'openiads[geo]'.") from error
    try:
        with warnings.catch_warnings():  # a raster without a place is refused in words of ours
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            return rasterio.open(path)
    except rasterio.errors.RasterioError as error:
        raise TerrainError(
            f"{path}: not a GeoTIFF that can be read ({error}). Fetch the file again or leave it out."
        ) from error
