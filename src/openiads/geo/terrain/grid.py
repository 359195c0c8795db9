"""A folder of elevation tiles as one seamless terrain, read as needed."""

import math
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import TerrainError
from openiads.geo.shapes import Floats
from openiads.geo.terrain.dted import DtedTile
from openiads.geo.terrain.tiles import LAYOUT, Cell, find_tiles, read_tile, tile_name

Missing = Literal["error", "sea"]
METRES_PER_ARCSEC = 30.87  # of latitude; only to say the spacing in people's units


class Terrain:
    """Heights above mean sea level from tiles of one degree: DTED laid out as `eXXX/nYY.dt0`, .hgt or GeoTIFF.

    `missing` says what a place without a tile is: "error" refuses it, "sea" takes 0 m and records the tile in
    `taken_as_sea`. At most `keep` tiles stay in memory, the ones used last.
    """

    def __init__(self, folder: Path, paths: dict[Cell, Path], *, level: int, missing: Missing, keep: int) -> None:
        self.folder = folder
        self.level = level
        self.missing = missing
        self.taken_as_sea: set[str] = set()
        self._paths = paths
        self._keep = keep
        self._tiles: OrderedDict[Cell, DtedTile] = OrderedDict()

    @classmethod
    def open(cls, folder: Path, *, missing: Missing = "error", level: int | None = None, keep: int = 64) -> "Terrain":
        """The tiles below `folder`; no tile is read yet.

        Parameters
        ----------
        folder : Path
            Holds folders e000 to e179 and w001 to w180, each with files n00.dt0 and so on, in either case; or files named
            N40E032.hgt or N40E032.hgt.zip; or GeoTIFF files in longitude and latitude (extra `geo`).
        missing : {"error", "sea"}
            What a place without a tile is.
        level : int or None
            0, 1 or 2: posts every 30, 3 or 1 arc-seconds as in DTED; None takes the only level that is there.
        keep : int
            Tiles held in memory. [-] 1 or more

        Raises
        ------
        TerrainError
            When the folder holds no tile, or several levels and none is chosen.
        """
        if not folder.is_dir():
            raise TerrainError(f"{folder}: no such folder. Name one that holds tiles such as e032/n40.dt0.")
        found = find_tiles(folder)
        if not found or (level is not None and level not in found):
            wanted = "" if level is None else f" of level {level}"
            raise TerrainError(f"{folder}: holds no DTED tile{wanted}. {LAYOUT}.")
        if level is None and len(found) > 1:
            raise TerrainError(f"{folder}: holds DTED levels {', '.join(map(str, sorted(found)))}. Choose one with level=.")
        chosen = next(iter(found)) if level is None else level
        return cls(folder, found[chosen], level=chosen, missing=missing, keep=max(keep, 1))

    @property
    def cells(self) -> list[Cell]:
        """South-west corners (latitude, longitude) of the tiles that are there, in whole degrees, sorted."""
        return sorted(self._paths)

    def spacing_arcsec(self, cell: Cell) -> tuple[float, float]:
        """Distance between posts of the tile at `cell` along the meridian and along the parallel. [arc-second]"""
        tile = self._tile(cell)
        if tile is None:
            raise TerrainError(f"{self.folder}: no tile {tile_name(cell, self.level)}, so it has no spacing.")
        return tile.latitude_spacing_arcsec, tile.longitude_spacing_arcsec

    def nearest_cell(self, latitude_rad: float, longitude_rad: float) -> Cell:
        """The tile that holds a point, or the first one that is there when none does."""
        lat, lon = math.degrees(latitude_rad), (math.degrees(longitude_rad) + 180.0) % 360.0 - 180.0
        cell = (math.floor(lat), math.floor(lon))
        return cell if cell in self._paths else self.cells[0]

    def tile(self, cell: Cell, *, needed: bool = True) -> DtedTile | None:
        """The tile at a cell; None where there is none and that is sea, or not `needed`.

        Raises
        ------
        TerrainError
            When a needed tile is missing and `missing` is "error", or when it is broken.
        """
        found = self._tile(cell)
        if found is None and needed:
            self._note_missing(cell)
        return found

    def describe(self) -> str:
        """One line for reports: level, number of tiles, spacing, and which places were taken as sea."""
        lat, lon = self.spacing_arcsec(self.cells[0])
        sea = f"; taken as sea: {', '.join(sorted(self.taken_as_sea))}" if self.taken_as_sea else ""
        metres = f"{lat * METRES_PER_ARCSEC:.0f} m"
        return (
            f"DTED level {self.level}, {len(self._paths)} tiles, posts every {lat:g} x {lon:g} arc-seconds ({metres}){sea}"
        )

    def elevation_m(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
        """Ground height above mean sea level, bilinear between the four posts around each point.

        Parameters
        ----------
        latitude_rad, longitude_rad : (...) array_like
            Geodetic coordinates; they broadcast. Longitudes wrap. [rad]

        Returns
        -------
        (...) ndarray
            Height. [m] NaN where one of the four posts is void.

        Raises
        ------
        TerrainError
            When a point lies in no tile and `missing` is "error", or when a tile is broken.
        """
        lat, lon = np.broadcast_arrays(
            np.degrees(np.asarray(latitude_rad, float)), np.degrees(np.asarray(longitude_rad, float))
        )
        flat_lat, flat_lon = lat.ravel(), (lon.ravel() + 180.0) % 360.0 - 180.0
        out = np.empty(flat_lat.size)
        for cell, index in self._by_cell(flat_lat, flat_lon):
            tile = self._tile(cell)
            if tile is None:
                self._note_missing(cell)
                out[index] = 0.0
            else:
                out[index] = _bilinear(tile, flat_lat[index], flat_lon[index])
        return out.reshape(lat.shape)

    def highest_near_m(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Floats:
        """Greatest height of the posts within one spacing north, south, east and west of each point. [m]

        Takes the 4 by 4 posts around the point, so no ridge between it and the next post is smoothed away. Voids are left
        out; NaN where all posts are void. Arguments and errors as for `elevation_m`.
        """
        lat, lon = np.broadcast_arrays(np.asarray(latitude_rad, float), np.asarray(longitude_rad, float))
        lat_step, lon_step = np.radians(np.array(self.spacing_arcsec(self.cells[0])) / 3600.0)
        row, column = np.floor(lat / lat_step), np.floor(lon / lon_step)
        highest = np.full(lat.shape, np.nan)
        for i in range(-1, 3):
            for j in range(-1, 3):
                highest = np.fmax(highest, self.elevation_m((row + i) * lat_step, (column + j) * lon_step))
        return np.asarray(highest)

    def _by_cell(self, lat: Floats, lon: Floats) -> Iterator[tuple[Cell, NDArray[np.intp]]]:
        """The points of each tile. A point on the outer edge of a tile belongs to it when its own tile is missing."""
        south, west = np.floor(lat).astype(int), np.floor(lon).astype(int)
        key = south * 1000 + west
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.diff(key[order], prepend=key[order][:1] - 1))
        for part in np.split(order, starts[1:]):
            if not part.size:
                continue
            cell = (int(south[part[0]]), int(west[part[0]]))
            if cell in self._paths:
                yield cell, part
                continue
            on_south, on_west = lat[part] == south[part], lon[part] == west[part]
            for touches_south, touches_west in ((False, False), (True, False), (False, True), (True, True)):
                index = part[(on_south == touches_south) & (on_west == touches_west)]
                if index.size:
                    yield self._edge_cell(cell, touches_south=touches_south, touches_west=touches_west), index

    def _edge_cell(self, cell: Cell, *, touches_south: bool, touches_west: bool) -> Cell:
        south, west = cell
        around = [(south - 1, west)] * touches_south + [(south, west - 1)] * touches_west
        around += [(south - 1, west - 1)] * (touches_south and touches_west)
        return next((c for c in around if c in self._paths), cell)

    def _tile(self, cell: Cell) -> DtedTile | None:
        if cell in self._tiles:
            self._tiles.move_to_end(cell)
            return self._tiles[cell]
        if cell not in self._paths:
            return None
        tile = read_tile(self._paths[cell], cell)
        self._tiles[cell] = tile
        while len(self._tiles) > self._keep:
            self._tiles.popitem(last=False)
        return tile

    def _note_missing(self, cell: Cell) -> None:
        name = tile_name(cell, self.level)
        if self.missing == "error":
            raise TerrainError(
                f"{self.folder}: no tile {name}, so the ground there is unknown. Add the tile, or open the terrain with "
                'missing="sea" to take 0 m.'
            )
        self.taken_as_sea.add(name)


def _bilinear(tile: DtedTile, lat: Floats, lon: Floats) -> Floats:
    rows, columns = tile.elevation_m.shape
    y = (lat - tile.south_deg) * (rows - 1)
    x = (lon - tile.west_deg) * (columns - 1)
    row = np.clip(np.floor(y).astype(int), 0, rows - 2)
    column = np.clip(np.floor(x).astype(int), 0, columns - 2)
    v, u = y - row, x - column
    z = tile.elevation_m.astype(np.float64)
    south = z[row, column] * (1.0 - u) + z[row, column + 1] * u
    north = z[row + 1, column] * (1.0 - u) + z[row + 1, column + 1] * u
    return np.asarray(south * (1.0 - v) + north * v)
