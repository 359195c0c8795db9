"""Reader of SRTM .hgt files, plain or zipped: one tile of one degree, square, big-endian heights from north to south.

The format has no header and no checksum: the corner is in the name, the size gives the spacing, a zip archive has a CRC, and a
file SHA256SUMS beside the tiles is verified when there is one (`tiles.verify_checksum`).
Source: USGS, "SRTM Topography", documentation of version 2.1, 2009, section 3.
"""

import re
import zipfile
from pathlib import Path
from typing import Final, NoReturn

import numpy as np

from openiads.checks import DAMAGED_ZIP
from openiads.errors import TerrainError
from openiads.geo.terrain.dted import HIGHEST, LOWEST, DtedTile

NAME: Final = re.compile(r"^([ns])(\d{2})([ew])(\d{3})\.hgt(\.zip)?$", re.IGNORECASE)
POSTS_OF_BYTES: Final = {1201 * 1201 * 2: 1201, 3601 * 3601 * 2: 3601}
VOID: Final = -32768
DEGREE_ARCSEC: Final = 3600


def cell_of_name(name: str) -> tuple[int, int] | None:
    """South-west corner (latitude, longitude) in whole degrees that a file name states, or None."""
    match = NAME.match(name)
    if not match:
        return None
    north, lat, east, lon, _ = match.groups()
    return (int(lat) if north in "nN" else -int(lat), int(lon) if east in "eE" else -int(lon))


def level_of_file(path: Path) -> int:
    """1 for posts every 3 arc-seconds, 2 for 1 arc-second, by the size of the file."""
    return 2 if _size(path) > max(POSTS_OF_BYTES) // 2 else 1


def read_hgt(path: Path) -> DtedTile:
    """Read one .hgt file.

    Raises
    ------
    TerrainError
        When the name says no corner, the size fits no square of 1201 or 3601 posts (truncated, or not .hgt), the archive is
        damaged, or a height is one that no land has.
    """
    cell = cell_of_name(path.name)
    if cell is None:
        _refuse(path, "the name states no corner", "tiles are named as N39E032.hgt or N39E032.hgt.zip")
    data = _content(path)
    posts = POSTS_OF_BYTES.get(len(data))
    if posts is None:
        sizes = " or ".join(f"{n} bytes ({p} x {p} posts)" for n, p in POSTS_OF_BYTES.items())
        _refuse(path, f"the content has {len(data)} bytes", f"a tile has {sizes}")
    raw = np.frombuffer(data, dtype=">i2").reshape(posts, posts)[::-1].astype(np.int32)
    void = (raw == VOID) | (raw == VOID + 1)
    wrong = ~void & ((raw < LOWEST) | (raw > HIGHEST))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        at = 2 * ((posts - 1 - row) * posts + column)
        _refuse(path, f"height {raw[row, column]} m at byte {at}", f"{LOWEST} to {HIGHEST} m, or {VOID} for none")
    spacing = DEGREE_ARCSEC / (posts - 1)
    heights = np.where(void, np.nan, raw).astype(np.float32)
    return DtedTile(path, 1 if posts == min(POSTS_OF_BYTES.values()) else 2, cell[0], cell[1], spacing, spacing, heights)


def _size(path: Path) -> int:
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                return max((member.file_size for member in archive.infolist()), default=0)
        return path.stat().st_size
    except (OSError, *DAMAGED_ZIP) as error:
        raise TerrainError(f"{path}: cannot be read ({error}). Fetch the file again or leave it out.") from error


def _content(path: Path) -> bytes:
    """Bytes of the file, or of the one .hgt file in the archive, whose CRC is checked on the way."""
    try:
        if path.suffix.lower() != ".zip":
            return path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            names = [m for m in archive.infolist() if m.filename.lower().endswith(".hgt")]
            if len(names) != 1 or names[0].file_size > max(POSTS_OF_BYTES):
                _refuse(path, f"{len(names)} .hgt files of usual size in the archive", "it holds exactly one")
            return archive.read(names[0])
    except (OSError, *DAMAGED_ZIP) as error:
        raise TerrainError(f"{path}: cannot be read ({error}). Fetch the file again or leave it out.") from error


def _refuse(path: Path, found: str, allowed: str) -> NoReturn:
    raise TerrainError(f"{path}: {found}; {allowed}. Fetch the file again or leave it out.")
