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


def coded(column: Any) -> tuple[list[int], list[str]]:
    """The texts of a column as places in a list of words, and those words."""
    found = pc.dictionary_encode(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)
    return found.indices.to_pylist(), found.dictionary.to_pylist()


def texts(column: Any) -> list[str]:
    """The texts of a column, equal ones as one object: a list of many takes little more than its references."""
    places, words = coded(column)
    return [words[place] for place in places]


class Columns:
    """Columns that are sent as an Arrow IPC stream of one batch, uncompressed: held once and written from where they are."""

    def __init__(self, columns: dict[str, Array]) -> None:
        self.table = pa.table(columns)
        counted = pa.MockOutputStream()
        self._write(counted)
        self._size = counted.size()

    def __len__(self) -> int:
        """Bytes of the stream."""
        return int(self._size)

    def __bytes__(self) -> bytes:
        """The stream."""
        sink = pa.BufferOutputStream()
        self._write(sink)
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]

    def write_to(self, file: Any) -> None:
        """Write the stream to an open file or socket."""
        sink = pa.PythonFile(file, mode="w")
        self._write(sink)
        sink.flush()

    def _write(self, sink: Any) -> None:
        with pa.ipc.new_stream(sink, self.table.schema) as writer:
            writer.write_table(self.table)


Content = bytes | bytearray | Columns
"""What is sent: bytes, or columns."""
