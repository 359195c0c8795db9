"""Columns as the page takes them: scaled integers in an uncompressed Arrow stream, which it reads in place."""

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads.geo.ellipsoid import ecef_to_geodetic

Array = NDArray[Any]
NANOSECONDS_PER_MILLISECOND: Final = 1_000_000
MICRODEGREES: Final = 1e6


def milliseconds(column: Any) -> Array:
    """Nanoseconds of an Arrow column as int32 milliseconds; what is missing becomes -1."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    filled = np.asarray(pc.fill_null(values, -NANOSECONDS_PER_MILLISECOND))
    return (filled // NANOSECONDS_PER_MILLISECOND).astype(np.int32)


def positions(ecef_m: Array) -> dict[str, Array]:
    """Longitude, latitude and altitude, as they are sent, of positions (n, 3)."""
    return scaled(*ecef_to_geodetic(ecef_m))


def scaled(latitude_rad: Array, longitude_rad: Array, height_m: Array) -> dict[str, Array]:
    """Longitude and latitude in millionths of a degree and altitude in metres, whole."""
    return {
        "longitude": np.round(np.degrees(longitude_rad) * MICRODEGREES).astype(np.int32),
        "latitude": np.round(np.degrees(latitude_rad) * MICRODEGREES).astype(np.int32),
        "altitude": np.round(height_m).astype(np.int32),
    }


def arrow_bytes(table: Any) -> bytearray:
    """An Arrow IPC stream of one batch. Its size is measured first, so that it is written once."""
    table = table.combine_chunks()
    size = pa.MockOutputStream()
    _write(size, table)
    content = bytearray(size.size())
    _write(pa.FixedSizeBufferWriter(pa.py_buffer(content)), table)
    return content


def _write(sink: Any, table: Any) -> None:
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
