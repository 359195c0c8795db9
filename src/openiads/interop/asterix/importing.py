"""Detections out of recorded ASTERIX: every CAT048 record with a measured position becomes a row."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.constants import FOOT_M, NAUTICAL_MILE_M
from openiads.errors import InteropError
from openiads.geo.ellipsoid import ecef_to_geodetic, enu_axes, geodetic_to_ecef, polar_to_ecef
from openiads.interop.asterix.library import guarded, library
from openiads.interop.asterix.records import COARSE_DEGREE, DAY_STEPS, TIME_STEPS
from openiads.interop.pcap import is_capture, read_datagrams
from openiads.interop.truth import BATCH, Summary

MOST_BLOCK: Final = 65_535
HEAD: Final = 3
"""Bytes of category and length before the records of a block."""

ROUNDS: Final = 4
"""Steps of the search for the elevation that a height means; each gains three digits."""


@dataclass
class Plot:
    """One CAT048 record, as far as it is used. Height above sea level. [m]"""

    time_s: float
    sensor: tuple[int, int]
    range_m: float
    azimuth_rad: float
    height_m: float | None


class Reports:
    """Reads blocks of ASTERIX, raw or captured, and yields batches of a detection table."""

    def __init__(self, path: Path, *, port: int | None = None) -> None:
        self._path = path
        self._port = port
        self._sites: dict[tuple[int, int], tuple[float, float, float]] = {}
        self._seen: set[tuple[int, int]] = set()
        self._last_s: float | None = None
        self._days = 0
        self._first_s: float | None = None
        self.summary = Summary(str(path), time_zero="midnight UTC before the first record")

    def batches(self) -> Iterator[dict[str, Any]]:
        """Columns of at most `BATCH` rows at a time, in the order of the file."""
        rows: list[Plot] = []
        whole = 0
        for number, category, records in self._blocks():
            whole += 1
            try:
                rows += self._records(category, records)
            except InteropError as error:
                self.summary.fault(f"block {number}: {error}")
            if len(rows) >= BATCH:
                yield self._columns(rows)
                rows.clear()
        if rows:
            yield self._columns(rows)
        if not whole and self.summary.faults:
            raise InteropError(
                f"{self._path}: no ASTERIX data block in it ({self.summary.faults[0]}). Give raw blocks or a capture"
            )
        self.summary.objects = len(self._seen)
        if self._first_s is not None and self._last_s is not None:
            self.summary.duration_s = self._last_s - self._first_s
        if self.summary.rows and not self._sites:
            self.summary.notes.append("no record says where a radar stands (CAT034 item 120), so elevations are missing")

    def _blocks(self) -> Iterator[tuple[int, int, bytes]]:
        """Number, category and records of each block; what is no block is a fault and ends its datagram or file."""
        number = 0
        for data in self._pieces():
            at = 0
            while at < len(data):
                number += 1
                length = int.from_bytes(data[at + 1 : at + HEAD], "big")
                if length < HEAD or at + length > len(data):
                    self.summary.fault(
                        f"block {number}: at byte {at} a length of {length} bytes is stated, {len(data) - at} are left; "
                        "the rest is passed over"
                    )
                    break
                yield number, data[at], data[at + HEAD : at + length]
                at += length

    def _pieces(self) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                start = file.read(4)
                if not is_capture(start):
                    yield from _whole_blocks(start + file.read(MOST_BLOCK), file)
                    return
        except OSError as error:
            raise InteropError(f"{self._path}: cannot read: {error.strerror or error}") from error
        for datagram in read_datagrams(self._path):
            if self._port in (None, datagram.port):
                yield datagram.payload

    def _records(self, category: int, data: bytes) -> list[Plot]:
        if category not in library().categories:
            self.summary.count(f"CAT{category:03d} blocks, not read")
            return []
        bits = library().bits.from_bytes(data)
        found = guarded(f"CAT{category:03d}", library().categories[category].cv_uap.parse, bits)
        self.summary.count(f"CAT{category:03d} records", len(found))
        plots = []
        for record in found:
            if category == 34:
                guarded("CAT034", self._service, record)
            elif category == 48 and (plot := guarded("CAT048", self._plot, record)) is not None:
                plots.append(plot)
        return plots

    def _service(self, record: Any) -> None:
        place = record.get_item("120")
        if place is not None:
            height, latitude, longitude = (
                _signed(place.variation.get_item(name).as_uint(), bits)
                for name, bits in (("HGT", 16), ("LAT", 24), ("LON", 24))
            )
            sensor = _sensor(record)
            if abs(latitude / COARSE_DEGREE) <= 90.0 and sensor is not None:
                self._sites[sensor] = (latitude / COARSE_DEGREE, longitude / COARSE_DEGREE, float(height))

    def _plot(self, record: Any) -> Plot | None:
        position, time, sensor = record.get_item("040"), record.get_item("140"), _sensor(record)
        report = record.get_item("020")
        if report is not None:
            simulated = report.variation.get_item("SIM").as_uint()
            self.summary.count("simulated target reports" if simulated else "actual target reports")
        if position is None or time is None or sensor is None:
            self.summary.count("CAT048 records without position, time or source")
            return None
        self._seen.add(sensor)
        rho, theta = (position.variation.get_item(name).as_uint() for name in ("RHO", "THETA"))
        return Plot(
            time_s=self._unwrapped(time.as_uint() % DAY_STEPS / TIME_STEPS),
            sensor=sensor,
            range_m=rho / 256 * NAUTICAL_MILE_M,
            azimuth_rad=theta * 2 * math.pi / 65_536,
            height_m=_height(record),
        )

    def _unwrapped(self, time_s: float) -> float:
        """Seconds that go on over midnight."""
        day_s = DAY_STEPS / TIME_STEPS
        if self._last_s is not None:
            self._days += round((self._last_s - self._days * day_s - time_s) / day_s)
        found = time_s + self._days * day_s
        self._first_s = found if self._first_s is None else min(self._first_s, found)
        self._last_s = found
        return found

    def _columns(self, rows: list[Plot]) -> dict[str, Any]:
        self.summary.rows += len(rows)
        return {
            "time_s": [p.time_s for p in rows],
            "sensor_id": [f"{p.sensor[0]}/{p.sensor[1]}" for p in rows],
            "range_m": [p.range_m for p in rows],
            "azimuth_rad": [p.azimuth_rad for p in rows],
            "elevation_rad": self._elevations(rows),
        }

    def _elevations(self, rows: list[Plot]) -> list[float | None]:
        """Elevation of each plot whose height and radar are known: the one at which its range and azimuth have that height."""
        found: list[float | None] = [None] * len(rows)
        for sensor, (latitude_deg, longitude_deg, site_m) in self._sites.items():
            places = [k for k, p in enumerate(rows) if p.sensor == sensor and p.height_m is not None and p.range_m > 0]
            if not places:
                continue
            site = {"latitude_rad": math.radians(latitude_deg), "longitude_rad": math.radians(longitude_deg)}
            height, distance, azimuth = (
                np.array([getattr(rows[k], n) for k in places]) for n in ("height_m", "range_m", "azimuth_rad")
            )
            antenna = geodetic_to_ecef(**site, height_m=site_m)
            sine = np.clip((height - site_m) / distance, -1.0, 1.0)
            for _ in range(ROUNDS):
                position = polar_to_ecef(
                    antenna, enu_axes(**site), range_m=distance, azimuth_rad=azimuth, elevation_rad=np.arcsin(sine)
                )
                sine = np.clip(sine + (height - ecef_to_geodetic(position)[2]) / distance, -1.0, 1.0)
            for k, elevation in zip(places, np.arcsin(sine).tolist(), strict=True):
                found[k] = elevation
        return found


def _whole_blocks(start: bytes, file: Any) -> Iterator[bytes]:
    """Pieces of a raw file that hold whole blocks, as long as its lengths can be followed."""
    data = start
    while data:
        at = 0
        while at + HEAD <= len(data):
            length = int.from_bytes(data[at + 1 : at + HEAD], "big")
            if length < HEAD or at + length > len(data):
                break
            at += length
        more = file.read(MOST_BLOCK)
        if not more:
            yield data
            return
        if at == 0 and len(data) > MOST_BLOCK:
            yield data
            return
        if at:
            yield data[:at]
        data = data[at:] + more


def _sensor(record: Any) -> tuple[int, int] | None:
    item = record.get_item("010")
    return None if item is None else divmod(item.as_uint(), 256)


def _height(record: Any) -> float | None:
    """Height of a 3D radar, else flight level (a pressure height), in metres."""
    item = record.get_item("110")
    if item is not None:
        return _signed(item.as_uint() & 0x3FFF, 14) * 25 * FOOT_M
    level = record.get_item("090")
    return None if level is None else _signed(level.as_uint() & 0x3FFF, 14) * 25 * FOOT_M


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value
