"""Reader of DTED level 0, 1 and 2 files: one tile of one degree, every record's checksum verified.

Source: MIL-PRF-89020B, "Performance specification: digital terrain elevation data (DTED)", 2000, section 3.13.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from openiads.errors import TerrainError

UHL_BYTES = 80
HEAD_BYTES = 80 + 648 + 2700
LEVEL_OF_SUFFIX = {".dt0": 0, ".dt1": 1, ".dt2": 2}
SENTINEL = 0xAA
VOID = -32767
DEGREE_IN_TENTHS = 36_000
LOWEST, HIGHEST = -1500, 9000  # m; the Dead Sea shore is at -430, Everest at 8,849


@dataclass(frozen=True)
class DtedTile:
    """One tile: heights above mean sea level on posts from the south-west corner.

    `elevation_m` is (latitude, longitude), float32, rows from south to north, columns from west to east; voids are NaN.
    The spacings are those between posts.
    """

    path: Path
    level: int
    south_deg: int
    west_deg: int
    latitude_spacing_arcsec: float
    longitude_spacing_arcsec: float
    elevation_m: NDArray[np.float32]

    @property
    def void_count(self) -> int:
        """How many posts hold no height."""
        return int(np.count_nonzero(np.isnan(self.elevation_m)))


def read_dted(path: Path) -> DtedTile:
    """Read one DTED file.

    Raises
    ------
    TerrainError
        When the file is not DTED, is truncated or too long, states impossible dimensions, has a record out of order or
        with a wrong checksum, or a height that no land has. The message names the file and the byte.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TerrainError(f"{path}: cannot be read ({error.strerror}). Name a DTED file (.dt0, .dt1, .dt2).") from error
    if data[:4] != b"UHL1":
        _refuse(path, 0, f"found {data[:4]!r}", "a DTED file starts with b'UHL1'")
    if len(data) < HEAD_BYTES:
        _refuse(path, len(data), "the file ends in its header", f"the headers alone take {HEAD_BYTES} bytes")
    for offset, magic in ((UHL_BYTES, b"DSI"), (UHL_BYTES + 648, b"ACC")):
        if data[offset : offset + 3] != magic:
            _refuse(path, offset, f"found {data[offset : offset + 3]!r}", f"the header record {magic!r} starts here")
    lines, points = _integer(path, data, 47, 4), _integer(path, data, 51, 4)
    lon_step, lat_step = _integer(path, data, 20, 4), _integer(path, data, 24, 4)
    for offset, count, step in ((47, lines, lon_step), (51, points, lat_step)):
        if count < 2 or (count - 1) * step != DEGREE_IN_TENTHS:
            _refuse(path, offset, f"{count} posts every {step / 10:g} arc-seconds", "a tile spans one degree exactly")
    need = HEAD_BYTES + lines * (12 + 2 * points)
    if len(data) != need:
        _refuse(
            path, min(len(data), need), f"the file has {len(data)} bytes", f"{lines} records of {points} posts make {need}"
        )
    return DtedTile(
        path=path,
        level=LEVEL_OF_SUFFIX.get(path.suffix.lower(), 0 if points <= 121 else 1 if points <= 1201 else 2),
        south_deg=_corner(path, data, 12, "NS"),
        west_deg=_corner(path, data, 4, "EW"),
        latitude_spacing_arcsec=lat_step / 10,
        longitude_spacing_arcsec=lon_step / 10,
        elevation_m=_heights(path, data, lines, points),
    )


def _heights(path: Path, data: bytes, lines: int, points: int) -> NDArray[np.float32]:
    """The data records as (latitude, longitude) heights, checked one by one."""
    size = 12 + 2 * points
    records = np.frombuffer(data, dtype=np.uint8, offset=HEAD_BYTES).reshape(lines, size)
    sums = records[:, :-4].sum(axis=1, dtype=np.uint64)
    stated = np.ascontiguousarray(records[:, -4:]).view(">u4")[:, 0]
    order = np.ascontiguousarray(records[:, 4:6]).view(">u2")[:, 0]
    for line in range(lines):
        start = HEAD_BYTES + line * size
        if records[line, 0] != SENTINEL:
            _refuse(path, start, f"found 0x{records[line, 0]:02X}", f"data record {line} starts with 0x{SENTINEL:X}")
        if sums[line] != stated[line]:
            _refuse(
                path, start + size - 4, f"checksum {stated[line]}", f"the bytes of data record {line} add up to {sums[line]}"
            )
        if order[line] != line:
            _refuse(path, start + 4, f"longitude count {order[line]}", f"this is data record {line}")
    raw = np.ascontiguousarray(records[:, 8:-4]).view(">u2").astype(np.int32)
    signed = np.where(raw & 0x8000, -(raw & 0x7FFF), raw)
    void = signed == VOID
    wrong = ~void & ((signed < LOWEST) | (signed > HIGHEST))
    if wrong.any():
        line, point = (int(i) for i in np.argwhere(wrong)[0])
        at = HEAD_BYTES + line * size + 8 + 2 * point
        _refuse(
            path, at, f"height {signed[line, point]} m", f"{LOWEST} to {HIGHEST} m, sign and magnitude, or {VOID} for none"
        )
    return np.where(void, np.nan, signed).astype(np.float32).T.copy()


def _integer(path: Path, data: bytes, offset: int, width: int) -> int:
    text = data[offset : offset + width]
    if not text.isdigit():
        _refuse(path, offset, f"found {text!r}", f"{width} digits stand here")
    return int(text)


def _corner(path: Path, data: bytes, offset: int, signs: str) -> int:
    """A corner written DDDMMSSH, in whole degrees."""
    degrees, rest = _integer(path, data, offset, 3), _integer(path, data, offset + 3, 4)
    sign = chr(data[offset + 7])
    limit = 90 if signs == "NS" else 180
    if rest or sign not in signs or degrees > limit:
        allowed = f"a whole degree up to {limit} with {signs[0]} or {signs[1]} stands here, as DDDMMSSH"
        _refuse(path, offset, f"found {data[offset : offset + 8]!r}", allowed)
    return degrees if sign in "NE" else -degrees


def _refuse(path: Path, byte: int, found: str, allowed: str) -> NoReturn:
    raise TerrainError(f"{path}: byte {byte}: {found}; {allowed}. Fetch the file again or leave it out.")
