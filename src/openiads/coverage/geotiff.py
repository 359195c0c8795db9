"""Writing a raster as GeoTIFF: 32-bit floats, longitude and latitude (EPSG:4326), deflated, with conditions in the metadata.

Written directly, so that no extra is needed. Source: OGC 19-008r4, "OGC GeoTIFF Standard", version 1.1, 2019; Adobe, "TIFF
Revision 6.0", 1992; the tag of GDAL for metadata and for no data, as gdal.org/drivers/raster/gtiff describes them.
"""

import struct
import zlib
from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

ROWS_PER_STRIP: Final = 64
GEO_KEYS: Final = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
"""Geographic model, pixel is area, WGS 84."""
SHORT, LONG, DOUBLE, ASCII = 3, 4, 12, 2
FORMAT: Final = {SHORT: "H", LONG: "I", DOUBLE: "d"}


def tiff_bytes(
    values: NDArray[np.float32],
    *,
    west_deg: float,
    north_deg: float,
    longitude_step_deg: float,
    latitude_step_deg: float,
    metadata: Mapping[str, str],
) -> bytes:
    """A GeoTIFF of `values` (rows from north to south, columns from west to east); NaN is no data.

    `west_deg` and `north_deg` are the outer corner of the first pixel.
    """
    rows, columns = values.shape
    data = np.ascontiguousarray(values, dtype="<f4")
    strips = [zlib.compress(data[i : i + ROWS_PER_STRIP].tobytes(), 6) for i in range(0, rows, ROWS_PER_STRIP)]
    items = "".join(f"<Item name={quoteattr(name)}>{escape(text)}</Item>" for name, text in metadata.items())
    band = (
        '<Item name="DESCRIPTION" sample="0" role="description">lowest visible altitude, metres above mean sea level</Item>'
    )
    entries: list[tuple[int, int, Any]] = [
        (256, LONG, (columns,)),
        (257, LONG, (rows,)),
        (258, SHORT, (32,)),
        (259, SHORT, (8,)),
        (262, SHORT, (1,)),
        (270, ASCII, metadata.get("description", "")),
        (273, LONG, tuple(0 for _ in strips)),
        (277, SHORT, (1,)),
        (278, LONG, (ROWS_PER_STRIP,)),
        (279, LONG, tuple(len(strip) for strip in strips)),
        (305, ASCII, "openiads"),
        (339, SHORT, (3,)),
        (33550, DOUBLE, (longitude_step_deg, latitude_step_deg, 0.0)),
        (33922, DOUBLE, (0.0, 0.0, 0.0, west_deg, north_deg, 0.0)),
        (34735, SHORT, GEO_KEYS),
        (42112, ASCII, f"<GDALMetadata>{items}{band}</GDALMetadata>"),
        (42113, ASCII, "nan"),
    ]
    return _assembled(entries, strips)


def _assembled(entries: list[tuple[int, int, Any]], strips: list[bytes]) -> bytes:
    """Header, directory, values that do not fit the directory, then the strips."""
    packed = [_packed(kind, value) for _, kind, value in entries]
    after = 8 + 2 + 12 * len(entries) + 4
    offsets, at = [], after
    for count_and_bytes in packed:
        offsets.append(at)
        if len(count_and_bytes[1]) > 4:
            at += len(count_and_bytes[1]) + len(count_and_bytes[1]) % 2
    starts = np.cumsum([at, *(len(strip) for strip in strips)])[:-1]
    where = [tag for tag, _, _ in entries].index(273)
    packed[where] = _packed(LONG, tuple(int(start) for start in starts))
    out = bytearray(struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(entries)))
    tail = bytearray()
    for (tag, kind, _), (count, raw), offset in zip(entries, packed, offsets, strict=True):
        out += struct.pack("<HHI", tag, kind, count)
        if len(raw) > 4:
            out += struct.pack("<I", offset)
            tail += raw + b"\0" * (len(raw) % 2)
        else:
            out += raw.ljust(4, b"\0")
    return bytes(out) + struct.pack("<I", 0) + bytes(tail) + b"".join(strips)


def _packed(kind: int, value: Any) -> tuple[int, bytes]:
    if kind == ASCII:
        raw = str(value).encode("utf-8") + b"\0"
        return len(raw), raw
    return len(value), struct.pack(f"<{len(value)}{FORMAT[kind]}", *value)
