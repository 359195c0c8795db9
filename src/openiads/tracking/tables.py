"""Tables of plots, tracks and truth: CSV or Parquet, by the end of the name. Columns are named with their units."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.tracking.batches import NEEDED, OPTIONAL, as_columns
from openiads.tracking.setup import TrackingError
from openiads.tracking.tracker import STATUS, Picture, Tracker

Floats = NDArray[np.float64]

POSITION: Final = ("east_m", "north_m", "up_m")
VELOCITY: Final = ("velocity_east_mps", "velocity_north_mps", "velocity_up_mps")
GEODETIC: Final = ("latitude_deg", "longitude_deg", "height_m")
UPPER: Final = tuple((i, j) for i in range(6) for j in range(i, 6))
COVARIANCE: Final = tuple(f"covariance_{i + 1}{j + 1}" for i, j in UPPER)
"""Upper triangle by rows of the covariance of east, north, up and their velocities: m2, m2/s, m2/s2."""

TRACK_COLUMNS: Final = ("time_s", "track_id", "status", *POSITION, *VELOCITY, *COVARIANCE)
FORMATS: Final = (".parquet", ".csv")
TEXTS: Final = ("sensor_id", "object_id", "status")


def format_of(path: Path) -> str:
    """`.parquet` or `.csv`.

    Raises
    ------
    TrackingError
        At any other ending.
    """
    if path.suffix.lower() not in FORMATS:
        raise TrackingError(f"{path}: ends in {path.suffix or 'nothing'!r}; allowed: {', '.join(FORMATS)}")
    return path.suffix.lower()


def read_table(path: Path) -> dict[str, Any]:
    """Columns of a file as arrays: texts for identifiers and status, floats for the rest; what is empty is NaN.

    Raises
    ------
    TrackingError
        When the file is missing, of another format or broken, or when a column of numbers holds something else.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.csv as pa_csv  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    kind = format_of(path)
    if not path.is_file():
        raise TrackingError(f"{path}: no such file; give a closed file in CSV or Parquet")
    try:
        if kind == ".parquet":
            table = pq.read_table(path)
        else:
            options = pa_csv.ConvertOptions(column_types=dict.fromkeys(TEXTS, pa.string()), strings_can_be_null=True)
            table = pa_csv.read_csv(path, convert_options=options)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise TrackingError(f"{path}: cannot be read as {kind[1:]}: {str(error).splitlines()[0]}") from None
    try:
        names = [name.strip() for name in table.column_names]
        if len(names) == 1 and ";" in names[0]:
            raise TrackingError(
                f"{path}: the columns are separated by semicolons; separate them by commas, decimals by points"
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise TrackingError(f"{path}: column {twice[0]} stands twice")
        return {name: _column(path, name, table.column(k)) for k, name in enumerate(names)}
    except (
        pa.ArrowException,
        UnicodeDecodeError,
    ) as error:  # text that is not UTF-8, or values of a kind that no column has
        raise TrackingError(f"{path}: cannot be read as {kind[1:]}: {str(error).splitlines()[0]}") from None


def _column(path: Path, name: str, column: Any) -> NDArray[Any]:
    import pyarrow as pa  # noqa: PLC0415

    if name in TEXTS:
        column = column.cast(pa.string())
        return np.array(["" if value is None else value for value in column.to_pylist()], dtype=object)
    if pa.types.is_null(column.type):
        return np.full(len(column), math.nan)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type):
        return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
    if name in (*NEEDED, *OPTIONAL, *TRACK_COLUMNS, *GEODETIC):
        values = column.to_pylist()
        for row, value in enumerate(values, start=1):
            if not _is_number(value):
                raise TrackingError(f"{path}: column {name}, row {row}: found {str(value)!r} where a number is expected")
        return np.array([math.nan if value is None else float(value) for value in values], dtype=np.float64)
    return np.asarray(column.to_pylist(), dtype=object)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return value is None
    return True


def read_detections(path: Path, sensors: Sequence[str]) -> tuple[dict[str, Floats], NDArray[np.int64]]:
    """Columns of plots, and the number of each plot's sensor. With one sensor the column `sensor_id` may be absent.

    Raises
    ------
    TrackingError
        As `read_table`; when a column is missing; when a sensor is unknown.
    """
    table = read_table(path)
    columns = as_columns(table, str(path))
    if "sensor_id" not in table:
        if len(sensors) > 1:
            raise TrackingError(f"{path}: column sensor_id is missing, and there are {len(sensors)} sensors")
        return columns, np.zeros(len(columns["time_s"]), np.int64)
    numbers = {name: number for number, name in enumerate(sensors)}
    unknown = sorted({str(name) for name in table["sensor_id"]} - set(numbers))
    if unknown:
        raise TrackingError(f"{path}: sensor_id {unknown[0]!r} is not in the sensor file, which has {', '.join(sensors)}")
    return columns, np.array([numbers[name] for name in table["sensor_id"]], dtype=np.int64)


class TrackWriter:
    """Writes pictures to an open binary file, one block per picture or several, so that a long run stays small in memory."""

    ROWS_PER_BLOCK = 100_000

    def __init__(self, file: IO[bytes], kind: str, tracker: Tracker) -> None:
        self.file, self.kind, self.tracker = file, kind, tracker
        self.rows = 0
        self._waiting: list[Any] = []
        self._writer: Any = None

    def write(self, picture: Picture) -> None:
        """Add the tracks of one picture."""
        self._waiting.append(picture_columns(picture, self.tracker))
        self.rows += len(picture)
        if sum(len(c["time_s"]) for c in self._waiting) >= self.ROWS_PER_BLOCK:
            self._flush()

    def close(self) -> None:
        """Write what waits, and the header where there was nothing."""
        if self._waiting or self._writer is None:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.csv as pa_csv  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        blocks = self._waiting or [picture_columns(_empty(), self.tracker)]
        table = pa.table({name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]})
        self._waiting = []
        if self._writer is None:
            opener = pq.ParquetWriter if self.kind == ".parquet" else pa_csv.CSVWriter
            self._writer = opener(self.file, table.schema)
        self._writer.write_table(table)


def _empty() -> Picture:
    none = np.zeros(0)
    return Picture(0.0, none.astype(np.int64), none.astype(np.uint8), np.zeros((0, 6)), np.zeros((0, 6, 6)), none)


def picture_columns(picture: Picture, tracker: Tracker) -> dict[str, NDArray[Any]]:
    """A picture as the columns of the file of tracks; geodetic columns beside the others where the frame has them."""
    columns: dict[str, NDArray[Any]] = {
        "time_s": np.full(len(picture), picture.time_s),
        "track_id": picture.track_id,
        "status": np.array(STATUS, dtype="U9")[picture.status],
    }
    for k, name in enumerate((*POSITION, *VELOCITY)):
        columns[name] = picture.state[:, k]
    for name, (i, j) in zip(COVARIANCE, UPPER, strict=True):
        columns[name] = picture.covariance[:, i, j]
    if tracker.config.frame != "flat":
        ecef = tracker.origin + picture.state[:, :3] @ tracker.frame_axes
        latitude, longitude, height = ecef_to_geodetic(ecef)
        columns |= {"latitude_deg": np.degrees(latitude), "longitude_deg": np.degrees(longitude), "height_m": height}
    return columns
