"""Which elevation files a folder holds, of which level, for which degree; and reading any of them."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from openiads.errors import TerrainError
from openiads.geo.terrain.dted import DtedTile, read_dted
from openiads.geo.terrain.geotiff import read_geotiff, read_header
from openiads.geo.terrain.hgt import cell_of_name, level_of_file, read_hgt

Cell = tuple[int, int]
FOLDERED: Final = re.compile(r"^([ew])(\d{3})/([ns])(\d{2})\.dt([012])$")
FLAT: Final = re.compile(r"^([ns])(\d{2})_?([ew])(\d{3}).*\.dt([012])$")
SUFFIXES: Final = (".dt0", ".dt1", ".dt2", ".hgt", ".zip", ".tif", ".tiff")
CHECKSUMS: Final = "SHA256SUMS"
LAYOUT: Final = "Tiles are laid out as e032/n40.dt0, or named N40E032.hgt, N40E032.hgt.zip, or are GeoTIFF files"


def find_tiles(folder: Path) -> dict[int, dict[Cell, Path]]:
    """Files by level (0, 1, 2) and south-west corner (latitude, longitude in whole degrees), out of a folder and those below it.

    Raises
    ------
    TerrainError
        When two files of one level hold the same degree, or the header of a GeoTIFF cannot be used.
    """
    found: dict[int, dict[Cell, Path]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES):
        for level, cell in _holds(path, path.relative_to(folder).as_posix().lower()):
            other = found.setdefault(level, {}).get(cell)
            if other is not None:
                raise TerrainError(f"{folder}: {other.name} and {path.name} hold the same degree. Keep one of them.")
            found[level][cell] = path
    return found


def _holds(path: Path, name: str) -> Iterator[tuple[int, Cell]]:
    foldered = FOLDERED.match("/".join(name.split("/")[-2:]))
    flat = FLAT.match(path.name.lower())
    if foldered:
        east, lon, north, lat, digit = foldered.groups()
        yield int(digit), _cell(north, lat, east, lon)
    elif flat:
        north, lat, east, lon, digit = flat.groups()
        yield int(digit), _cell(north, lat, east, lon)
    elif cell_of_name(path.name) is not None:
        yield level_of_file(path), cell_of_name(path.name) or (0, 0)
    elif path.suffix.lower() in (".tif", ".tiff"):
        header = read_header(path)
        for cell in header.cells:
            yield header.level, cell


def _cell(north: str, lat: str, east: str, lon: str) -> Cell:
    return (int(lat) if north == "n" else -int(lat), int(lon) if east == "e" else -int(lon))


def read_tile(path: Path, cell: Cell) -> DtedTile:
    """The tile of a cell out of a file of any kind, its checksums verified.

    Raises
    ------
    TerrainError
        When the file is broken, is not what the checksum file says, or states another corner than it lies at.
    """
    verify_checksum(path)
    suffix = path.suffix.lower()
    if suffix in (".hgt", ".zip"):
        return read_hgt(path)
    if suffix in (".tif", ".tiff"):
        return read_geotiff(path, cell)
    tile = read_dted(path)
    if (tile.south_deg, tile.west_deg) != cell:
        raise TerrainError(
            f"{tile.path}: byte 4: the header says {tile_name((tile.south_deg, tile.west_deg), tile.level)}, "
            f"the file name {tile_name(cell, tile.level)}. Put the file where its header says."
        )
    return tile


def verify_checksum(path: Path) -> None:
    """Check a file against `SHA256SUMS` in its folder, as `sha256sum` writes it; nothing to do where none lists it.

    Raises
    ------
    TerrainError
        When the sum differs.
    """
    listing = path.parent / CHECKSUMS
    if not listing.is_file():
        return
    for line in listing.read_text(encoding="utf-8").splitlines():
        stated, _, name = line.strip().partition(" ")
        if name.lstrip(" *") == path.name:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
            if found != stated.lower():
                raise TerrainError(
                    f"{path}: SHA-256 {found[:12]}..., but {CHECKSUMS} says {stated[:12]}.... Fetch the file again or leave it out."
                )


def tile_name(cell: Cell, level: int) -> str:
    """Where the tile with south-west corner `cell` (latitude, longitude in whole degrees) lies, as in `e032/n40.dt0`."""
    south, west = cell
    return f"{'e' if west >= 0 else 'w'}{abs(west):03d}/{'n' if south >= 0 else 's'}{abs(south):02d}.dt{level}"
