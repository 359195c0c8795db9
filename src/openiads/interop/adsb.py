"""Truth tracks out of recorded ADS-B: OpenSky state vectors (CSV), readsb traces (JSON), `traffic` data frames (JSON). Files only.

Such recordings belong to their owners: cite The OpenSky Network for its data (M. Schäfer et al., "Bringing up OpenSky", IPSN 2014).
"""

import csv
import gzip
import io
import json
import math
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from openiads.constants import FOOT_M, NAUTICAL_MILE_M
from openiads.errors import InteropError
from openiads.interop.files import read_whole
from openiads.interop.truth import BATCH, Summary, geodetic_columns, velocity_columns

MOST_BYTES: Final = 1024**3
"""Of a JSON file, unpacked; state vectors as CSV are read row by row."""

KNOT_MPS: Final = NAUTICAL_MILE_M / 3600
FOOT_PER_MINUTE_MPS: Final = FOOT_M / 60
csv.field_size_limit(1 << 20)


class State(NamedTuple):
    """One report: seconds since 1970, address, place (degrees, metres), speed over ground, track and climb; NaN where missing."""

    at_s: float
    address: str
    latitude_deg: float
    longitude_deg: float
    height_m: float
    geometric: bool
    speed_mps: float
    track_deg: float
    climb_mps: float
    call_sign: str


class Reports:
    """Yields batches of a truth table; the kind of file is found out from its beginning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: set[str] = set()
        self._zero: float | None = None
        self.summary = Summary(str(path))

    def batches(self) -> Iterator[dict[str, Any]]:
        """Columns of at most `BATCH` rows at a time, in the order of the file."""
        states = self._sound(self._states())
        while found := list(islice(states, BATCH)):
            yield self._columns(found)
        self.summary.objects = len(self._seen)
        if self._zero is not None:
            self.summary.time_zero = datetime.fromtimestamp(self._zero, UTC).isoformat()
        if self.summary.counts.get("pressure altitudes"):
            self.summary.notes.append("pressure altitudes stand for heights where the report has no geometric one")

    def _states(self) -> Iterator[State]:
        if self._path.name.lower().endswith(".csv"):
            yield from self._csv()
            return
        data = read_whole(self._path, most=MOST_BYTES)
        try:
            if data[:2] == b"\x1f\x8b":
                data = _unpacked(data, self._path)
            tree = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InteropError(f"{self._path}: is no JSON ({error}). Give a .csv of state vectors, or JSON.") from error
        if isinstance(tree, dict) and "trace" in tree:
            yield from self._readsb(tree)
        elif isinstance(tree, list):
            yield from (self._traffic(row) for row in tree if self._is_mapping(row))
        elif isinstance(tree, dict) and all(isinstance(c, dict) for c in tree.values()) and "icao24" in tree:
            rows = tree["icao24"]
            yield from (self._traffic({name: column.get(key) for name, column in tree.items()}) for key in rows)
        else:
            raise InteropError(
                f"{self._path}: is neither a readsb trace nor a traffic data frame. Give one of them, or a .csv."
            )

    def _is_mapping(self, row: Any) -> bool:
        if not isinstance(row, dict):
            self.summary.fault(f"a row is a {type(row).__name__}, not a mapping")
        return isinstance(row, dict)

    def _csv(self) -> Iterator[State]:
        try:
            with self._path.open(encoding="utf-8", errors="replace", newline="") as file:
                reader = csv.DictReader(file)
                missing = {"time", "icao24", "lat", "lon"} - set(reader.fieldnames or ())
                if missing:
                    raise InteropError(
                        f"{self._path}: has no column {min(missing)!r}; state vectors have time, icao24, lat, lon"
                    )
                for row in reader:
                    geometric = _number(row.get("geoaltitude"))
                    yield State(
                        at_s=_number(row["time"]),
                        address=row["icao24"] or "",
                        latitude_deg=_number(row["lat"]),
                        longitude_deg=_number(row["lon"]),
                        height_m=_number(row.get("baroaltitude")) if math.isnan(geometric) else geometric,
                        geometric=not math.isnan(geometric),
                        speed_mps=_number(row.get("velocity")),
                        track_deg=_number(row.get("heading")),
                        climb_mps=_number(row.get("vertrate")),
                        call_sign=(row.get("callsign") or "").strip(),
                    )
        except (OSError, csv.Error) as error:
            raise InteropError(f"{self._path}: cannot be read as CSV: {error}") from error

    def _readsb(self, tree: dict[str, Any]) -> Iterator[State]:
        address, began = str(tree.get("icao", "")), _number(tree.get("timestamp"))
        if not isinstance(tree["trace"], list):
            raise InteropError(f"{self._path}: `trace` is no list")
        for point in tree["trace"]:
            if not isinstance(point, list) or len(point) < 8:
                self.summary.fault(f"a point of the trace is not a list of 8 or more: {str(point)[:60]}")
                continue
            more = [*point, *[None] * 6]
            geometric = _number(more[10])
            pressure = 0.0 if more[3] == "ground" else _number(more[3])
            yield State(
                at_s=began + _number(more[0]),
                address=address,
                latitude_deg=_number(more[1]),
                longitude_deg=_number(more[2]),
                height_m=(pressure if math.isnan(geometric) else geometric) * FOOT_M,
                geometric=not math.isnan(geometric),
                speed_mps=_number(more[4]) * KNOT_MPS,
                track_deg=_number(more[5]),
                climb_mps=_number(more[7]) * FOOT_PER_MINUTE_MPS,
                call_sign=str(tree.get("r", "")),
            )

    def _traffic(self, row: dict[str, Any]) -> State:
        geometric = _number(row.get("geoaltitude"))
        return State(
            at_s=_number(row.get("timestamp")) / 1000,
            address=str(row.get("icao24") or ""),
            latitude_deg=_number(row.get("latitude")),
            longitude_deg=_number(row.get("longitude")),
            height_m=(_number(row.get("altitude")) if math.isnan(geometric) else geometric) * FOOT_M,
            geometric=not math.isnan(geometric),
            speed_mps=_number(row.get("groundspeed")) * KNOT_MPS,
            track_deg=_number(row.get("track")),
            climb_mps=_number(row.get("vertical_rate")) * FOOT_PER_MINUTE_MPS,
            call_sign=str(row.get("callsign") or "").strip(),
        )

    def _sound(self, states: Iterator[State]) -> Iterator[State]:
        """States that have a time, an address and a place; the others are counted."""
        for state in states:
            needed = (state.at_s, state.latitude_deg, state.longitude_deg, state.height_m)
            if not state.address or not all(map(math.isfinite, needed)):
                self.summary.count("reports without time, address, position or altitude, left out")
            elif not (0 <= state.at_s < 1e11 and abs(state.latitude_deg) <= 90 and abs(state.longitude_deg) <= 360):
                self.summary.count("reports with an impossible time or position, left out")
            elif not -1e4 < state.height_m < 1e5:
                self.summary.count("reports with an impossible altitude, left out")
            else:
                self.summary.count("geometric altitudes" if state.geometric else "pressure altitudes")
                yield state

    def _columns(self, states: list[State]) -> dict[str, Any]:
        self._zero = states[0].at_s if self._zero is None else self._zero
        self.summary.rows += len(states)
        self._seen.update(state.address for state in states)
        place = {
            name: np.array([getattr(s, name) for s in states]) for name in ("latitude_deg", "longitude_deg", "height_m")
        }
        times = [state.at_s - self._zero for state in states]
        self.summary.duration_s = max(self.summary.duration_s, *times)
        return {
            "time_s": times,
            "object_id": [state.address for state in states],
            **geodetic_columns(**place),
            **velocity_columns(_velocity(states)),
            "kind": ["aircraft"] * len(states),
            "system": [state.call_sign for state in states],
        }


def _velocity(states: list[State]) -> Any:
    """ECEF velocities (n, 3) from speed over ground, track and climb; NaN where one is missing."""
    latitude, longitude, track, speed, climb = (
        np.array([getattr(s, name) for s in states])
        for name in ("latitude_deg", "longitude_deg", "track_deg", "speed_mps", "climb_mps")
    )
    sin_lat, cos_lat = np.sin(np.radians(latitude)), np.cos(np.radians(latitude))
    sin_lon, cos_lon = np.sin(np.radians(longitude)), np.cos(np.radians(longitude))
    east, north = speed * np.sin(np.radians(track)), speed * np.cos(np.radians(track))
    outward = cos_lat * climb - sin_lat * north
    return np.stack(
        [cos_lon * outward - sin_lon * east, sin_lon * outward + cos_lon * east, cos_lat * north + sin_lat * climb], axis=-1
    )


def _number(value: Any) -> float:
    """A finite number, or NaN."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return found if math.isfinite(found) else math.nan


def _unpacked(data: bytes, path: Path) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            found = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InteropError(f"{path}: is no gzip that can be read ({error})") from error
    if len(found) > MOST_BYTES:
        raise InteropError(f"{path}: would unpack to more than {MOST_BYTES} bytes")
    return found
