"""Plots from outside as rows: checked, in order of time, cut into batches of one sensor."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.tracking.records import Rows
from openiads.tracking.setup import TrackingError

RAW: Final = np.dtype(
    [
        ("at_ns", "i8"),
        ("sensor", "i8"),
        ("range_m", "f8"),
        ("azimuth_rad", "f8"),
        ("elevation_rad", "f8"),
        ("range_rate_mps", "f8"),  # NaN where not measured
        ("snr_db", "f8"),  # NaN where not measured
    ],
    align=True,
)
"""One plot as it was measured."""

NEEDED: Final = ("time_s", "range_m", "azimuth_rad", "elevation_rad")
OPTIONAL: Final = ("range_rate_mps", "snr_db")
ORDER: Final = ("at_ns", "sensor", "range_m", "azimuth_rad", "elevation_rad", "range_rate_mps", "snr_db")

LATEST_S: Final = float(2**63 // NANOSECONDS_PER_SECOND - 1)
"""Later times do not fit whole nanoseconds in 64 bits: 292 years."""

FEWEST_TO_JUDGE: Final = 20
"""Plots below which a recording says nothing about its units of range and time."""

MOST_RANGE_M: Final = 1e9
"""Choice of the method: beyond the Moon, no range that a radar measured, and squares of it stay finite."""

ELEVATION_NOISE_RAD: Final = 0.1
"""Choice of the method: how far beyond the zenith noise may carry an elevation in radians."""

MOST_DEGREES_LIKE = 0.5
"""Share of angles beyond any radian value from which on a column is taken to be in degrees, not to hold a few bad rows."""


def as_columns(plots: Mapping[str, Any], where: str) -> dict[str, NDArray[np.float64]]:
    """Columns of plots as arrays of floats of one length.

    Raises
    ------
    TrackingError
        When a column is missing, is not numbers, or differs in length.
    """
    missing = [name for name in NEEDED if name not in plots]
    if missing:
        raise TrackingError(
            f"{where}: column {missing[0]} is missing; found {', '.join(map(str, plots)) or 'none'}{_hint(plots)}"
        )
    columns: dict[str, NDArray[np.float64]] = {}
    for name in (*NEEDED, *OPTIONAL):
        if name not in plots:
            continue
        try:
            columns[name] = np.atleast_1d(np.asarray(plots[name], dtype=np.float64))
        except (TypeError, ValueError):
            raise TrackingError(f"{where}: column {name} holds something that is not a number") from None
        if columns[name].shape != columns["time_s"].shape or columns[name].ndim != 1:
            raise TrackingError(f"{where}: column {name} has shape {columns[name].shape}, time_s {columns['time_s'].shape}")
    return columns


def _hint(found: Mapping[str, Any]) -> str:
    """What to do where the column is there in another unit."""
    known = {
        "range_km": "range_m = 1000 range_km",
        "range_nm": "range_m = 1852 range_nm",
        "azimuth_deg": "azimuth_rad = azimuth_deg pi / 180",
        "elevation_deg": "elevation_rad = elevation_deg pi / 180",
        "time_ms": "time_s = time_ms / 1000",
    }
    advice = [text for name, text in known.items() if name in found]
    if advice:
        return f". Convert: {'; '.join(advice)}"
    meant = [(str(name), name.lower()) for name in map(str, found) if name.lower() in NEEDED and name not in NEEDED]
    return f". Rename {meant[0][0]} to {meant[0][1]}" if meant else ""


def refuse_other_units(columns: Mapping[str, NDArray[np.float64]], where: str) -> None:
    """Refuse angles that can only be degrees.

    Raises
    ------
    TrackingError
        When most of the finite angles of a column lie outside what radians and their noise allow.
    """
    for name, most in (("azimuth_rad", 2.0 * math.pi), ("elevation_rad", math.pi / 2.0 + ELEVATION_NOISE_RAD)):
        values = np.abs(columns[name][np.isfinite(columns[name])])
        if len(values) and (values > most + 1e-9).mean() > MOST_DEGREES_LIKE:
            raise TrackingError(
                f"{where}: {name} reaches {values.max():g}, and most values lie beyond {most:.4g}: these look like degrees. "
                "Convert to radians"
            )


def refuse_other_scales(columns: Mapping[str, NDArray[np.float64]], where: str, *, reach_m: float, period_s: float) -> None:
    """Refuse a recording whose ranges can only be kilometres, or whose times can only be milliseconds.

    Parameters
    ----------
    reach_m, period_s : float
        Range that the nearest-looking sensor reaches, and the shortest scan period.

    Raises
    ------
    TrackingError
        When half the ranges lie below a thousandth of the reach, or when there is less than one plot in twenty scans.
    """
    ranges = columns["range_m"][np.isfinite(columns["range_m"])]
    if len(ranges) >= FEWEST_TO_JUDGE and float(np.median(ranges)) < reach_m / 1000.0:
        raise TrackingError(
            f"{where}: half the values of range_m lie below {reach_m / 1000.0:g}, a thousandth of what the sensor reaches: these "
            "look like kilometres. Convert to metres, or set reach_m if the sensor really looks so near"
        )
    times = columns["time_s"][np.isfinite(columns["time_s"])]
    if len(times) < FEWEST_TO_JUDGE:
        return
    scans = float(times.max() - times.min()) / period_s
    if len(times) < scans / 20.0:
        raise TrackingError(
            f"{where}: time_s spans {scans:.0f} scans of {period_s:g} s for {len(times)} plots; is it in milliseconds? Convert to "
            "seconds, or correct scan_period_s"
        )


def to_raw(columns: Mapping[str, NDArray[np.float64]], sensor: NDArray[np.int64], where: str) -> tuple[Rows, dict[str, int]]:
    """Plots as rows of RAW in order of time, and how many were set aside and why.

    Set aside: rows with a value that is not finite in a needed column; rows whose range is not above 0 or is beyond the Moon, whose
    azimuth is beyond two turns or whose elevation is beyond the zenith; copies of a row.

    Raises
    ------
    TrackingError
        When angles are in degrees.
    """
    refuse_other_units(columns, where)
    finite = np.logical_and.reduce([np.isfinite(columns[name]) for name in NEEDED])
    with np.errstate(invalid="ignore"):
        inside = (columns["range_m"] > 0.0) & (columns["range_m"] <= MOST_RANGE_M)
        inside &= np.abs(columns["elevation_rad"]) <= math.pi / 2.0
        inside &= (np.abs(columns["azimuth_rad"]) <= 4.0 * math.pi) & (np.abs(columns["time_s"]) <= LATEST_S)
    keep = finite & inside
    raw = np.zeros(int(keep.sum()), RAW)
    raw["at_ns"] = np.rint(columns["time_s"][keep] * NANOSECONDS_PER_SECOND).astype(np.int64)
    raw["sensor"] = sensor[keep]
    for name in ("range_m", "azimuth_rad", "elevation_rad"):
        raw[name] = columns[name][keep]
    for name in OPTIONAL:
        raw[name] = columns[name][keep] if name in columns else math.nan
    raw = sorted_rows(raw)
    same = np.zeros(len(raw), bool)
    if len(raw) > 1:
        same[1:] = np.logical_and.reduce([raw[name][1:] == raw[name][:-1] for name in ORDER[:5]])
    counts = {
        "plots": len(keep),
        "not_finite": int((~finite).sum()),
        "out_of_range": int((finite & ~inside).sum()),
        "duplicates": int(same.sum()),
    }
    return raw[~same], counts


def latest_ns(plots: Mapping[str, Any]) -> int | None:
    """The latest time among plots that were all set aside for something else; None where none has a time."""
    times = np.asarray(plots["time_s"], dtype=np.float64).reshape(-1)
    times = times[np.abs(times) <= LATEST_S]  # not so for NaN
    return round(float(times.max()) * NANOSECONDS_PER_SECOND) if len(times) else None


def sorted_rows(raw: Rows) -> Rows:
    """Rows by time, then sensor, range, azimuth, elevation."""
    return raw[np.lexsort([raw[name] for name in reversed(ORDER)])]


def merge_sorted(waiting: Rows, new: Rows) -> Rows:
    """Two sets of rows as one in order of time."""
    if not len(waiting):
        return new
    return sorted_rows(np.concatenate([waiting, new]))


def cut(raw: Rows, periods_ns: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """First and last row of each batch: plots in a row of one sensor, over at most half its period.

    A target that is seen twice within a scan period, as where the beam passes north, so never falls twice into one batch.
    """
    count = len(raw)
    if not count:
        return
    change = np.flatnonzero(np.diff(raw["sensor"])) + 1
    for first, last in zip([0, *change.tolist()], [*change.tolist(), count], strict=True):
        half_ns = int(periods_ns[int(raw["sensor"][first])]) // 2
        times = raw["at_ns"][first:last]
        begin = 0
        while begin < last - first:
            end = int(np.searchsorted(times, times[begin] + half_ns, side="right"))
            yield first + begin, first + end
            begin = end
