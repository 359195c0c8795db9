"""Tables that imports make: truth tracks (`TRUTH`) and detections (`DETECTIONS`), with units in the names of their columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.geo.ellipsoid import ecef_to_geodetic, geodetic_to_ecef
from openiads.interop.files import TableWriter, whole_file

BATCH: Final = 20_000
"""Rows that are held at a time."""

TRUTH: Final = {
    "time_s": "f8",
    "object_id": "str",
    "latitude_deg": "f8",
    "longitude_deg": "f8",
    "height_m": "f8",
    "position_ecef_x_m": "f8",
    "position_ecef_y_m": "f8",
    "position_ecef_z_m": "f8",
    "velocity_ecef_x_mps": "f8",
    "velocity_ecef_y_mps": "f8",
    "velocity_ecef_z_mps": "f8",
    "side": "str",
    "kind": "str",
    "system": "str",
}
"""Columns of a truth table. `time_s` counts from `time_zero` of the summary; heights are above the ellipsoid unless noted there.

Velocities and texts may be missing.
"""

DETECTIONS: Final = {
    "time_s": "f8",
    "sensor_id": "str",
    "range_m": "f8",
    "azimuth_rad": "f8",
    "elevation_rad": "f8",
    "range_rate_mps": "f8",
    "snr_db": "f8",
}
"""Columns of a detection table, as `openiads track` takes it; azimuth clockwise from north.

All but the first four may be missing."""


@dataclass
class Summary:
    """What an import found. `faults` names what was left out and why, at most the first thousand; `fault_count` counts all."""

    path: str
    rows: int = 0
    objects: int = 0
    time_zero: str = ""
    duration_s: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    notes: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        """Note something that was left out."""
        self.fault_count += 1
        if len(self.faults) < 1000:
            self.faults.append(text)

    def count(self, name: str, number: int = 1) -> None:
        """Count something."""
        self.counts[name] = self.counts.get(name, 0) + number


def schema(columns: dict[str, str], meaning: str) -> Any:
    """The `pyarrow.Schema` of a table with `columns`."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    kinds = {"f8": pa.float64(), "str": pa.string()}
    fields = [pa.field(name, kinds[kind]) for name, kind in columns.items()]
    return pa.schema(fields, metadata={"openiads": meaning})


def velocities(time_s: Any, position_ecef_m: Any) -> Any:
    """Velocity (n, 3) of one object by central differences of its positions; rows of equal times give NaN."""
    n = len(time_s)
    out = np.full((n, 3), np.nan)
    if n < 2:
        return out
    later, earlier = np.minimum(np.arange(n) + 1, n - 1), np.maximum(np.arange(n) - 1, 0)
    elapsed = time_s[later] - time_s[earlier]
    with np.errstate(divide="ignore", invalid="ignore"):
        out = (position_ecef_m[later] - position_ecef_m[earlier]) / elapsed[:, None]
    out[elapsed <= 0] = np.nan
    return out


def geodetic_columns(latitude_deg: Any, longitude_deg: Any, height_m: Any) -> dict[str, Any]:
    """Position columns of a truth table from geodetic coordinates."""
    position = geodetic_to_ecef(
        latitude_rad=np.radians(latitude_deg), longitude_rad=np.radians(longitude_deg), height_m=height_m
    )
    columns: dict[str, Any] = {"latitude_deg": latitude_deg, "longitude_deg": longitude_deg, "height_m": height_m}
    return {**columns, **{f"position_ecef_{axis}_m": position[:, k] for k, axis in enumerate("xyz")}}


def ecef_columns(position_ecef_m: Any) -> dict[str, Any]:
    """Position columns of a truth table from ECEF positions (n, 3)."""
    latitude, longitude, height = ecef_to_geodetic(position_ecef_m)
    columns: dict[str, Any] = {
        "latitude_deg": np.degrees(latitude),
        "longitude_deg": np.degrees(longitude),
        "height_m": height,
    }
    return {**columns, **{f"position_ecef_{axis}_m": position_ecef_m[:, k] for k, axis in enumerate("xyz")}}


def velocity_columns(velocity_ecef_mps: Any) -> dict[str, Any]:
    """Velocity columns of a truth table; NaN becomes missing."""
    import pyarrow as pa  # noqa: PLC0415

    return {
        f"velocity_ecef_{axis}_mps": pa.array(np.ascontiguousarray(velocity_ecef_mps[:, k]), from_pandas=True)
        for k, axis in enumerate("xyz")
    }


def write_table(
    batches: Iterable[dict[str, Any]], columns: dict[str, str], out: Path, meaning: str, *, overwrite: bool = False
) -> int:
    """Write batches of columns to `out` (.csv or .parquet) and return the number of rows; nothing is there when a batch fails."""
    with (
        whole_file(out, overwrite=overwrite) as file,
        TableWriter(file, out.suffix.lower(), schema(columns, meaning)) as writer,
    ):
        for batch in batches:
            count = len(next(iter(batch.values())))
            writer.write({name: batch.get(name, [None] * count) for name in columns})
        return writer.rows
