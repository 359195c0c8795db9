"""A run as ASTERIX: plots as CAT048, north markers as CAT034, the nodes' own tracks as CAT062, in the order of time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Any, BinaryIO, Final

import numpy as np

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.errors import InteropError
from openiads.geo.ellipsoid import ecef_to_geodetic, polar_to_ecef
from openiads.interop.asterix import records
from openiads.interop.pcap import PcapWriter
from openiads.interop.source import RadarSite, Source

PORT: Final = 8600
CHUNK: Final = 4096
SYSTEM_AREA: Final = 0
"""System area code of local use."""

Timed = tuple[int, int, bytes]
"""Nanoseconds of the scenario, category, record."""


def source_ids(source: Source) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """System identification codes: of the radars by node and role, then of the nodes' trackers, from 1, both sorted by name.

    Raises
    ------
    InteropError
        More than 255.
    """
    radars = {key: k for k, key in enumerate(sorted(source.radars), start=1)}
    nodes = {node.name: len(radars) + k for k, node in enumerate(source.nodes, start=1)}
    if len(radars) + len(nodes) > 255:
        raise InteropError(
            f"{len(radars)} radars and {len(nodes)} nodes do not fit the 255 identification codes of one system area"
        )
    return radars, nodes


class Exporter:
    """The records of one replication. `left_out` counts what could not be told, by reason."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._radars, self._nodes = source_ids(source)
        self.left_out: Counter[str] = Counter()

    def records(self) -> Iterator[Timed]:
        """Every record with its time and category."""
        markers = [self._markers(radar) for radar in self._source.radars.values()]
        streams = [*markers, self._plots(), self._tracks()]
        yield from merge(*streams, key=lambda timed: timed[0])

    def _markers(self, radar: RadarSite) -> Iterator[Timed]:
        period_s = radar.spec.scan_period_s if radar.spec.kind == "rotating" else None
        step = round((period_s or float("inf")) * NANOSECONDS_PER_SECOND) if period_s else None
        first, last = self._source.from_ns, self._source.until_ns
        times: Iterable[int] = [first] if step is None else range(-(-first // step) * step, last + 1, step)
        for at_ns in times:
            yield (
                at_ns,
                34,
                records.north_marker(
                    (SYSTEM_AREA, self._radars[radar.node, radar.role]),
                    self._source.epoch_ns + at_ns,
                    period_s=period_s,
                    latitude_deg=float(np.degrees(radar.latitude_rad)),
                    longitude_deg=float(np.degrees(radar.longitude_rad)),
                    height_m=radar.height_m,
                ),
            )

    def _plots(self) -> Iterator[Timed]:
        for chunk in _chunks(self._source.rows("plots")):
            for row, height_m in zip(chunk, self._heights(chunk), strict=True):
                made = records.plot(
                    (SYSTEM_AREA, self._radars[row["node"], row["radar"]]),
                    self._source.epoch_ns + row["at_ns"],
                    range_m=row["range_m"],
                    azimuth_rad=row["azimuth_rad"],
                    height_m=height_m,
                )
                if made is None:
                    self.left_out["plots beyond 256 nautical miles, which CAT048 cannot state"] += 1
                    continue
                if not made[1]:
                    self.left_out["heights of plots above 62 km"] += 1
                yield row["at_ns"], 48, made[0]

    def _heights(self, rows: list[dict[str, Any]]) -> list[float]:
        heights = np.zeros(len(rows))
        found: dict[tuple[str, str], list[int]] = {}
        for k, row in enumerate(rows):
            found.setdefault((row["node"], row["radar"]), []).append(k)
        for key, places in found.items():
            radar = self._source.radars[key]
            polar = {name: [rows[k][name] for k in places] for name in ("range_m", "azimuth_rad", "elevation_rad")}
            heights[places] = ecef_to_geodetic(polar_to_ecef(radar.position_m, radar.axes, **polar))[2]
        listed: list[float] = heights.tolist()
        return listed

    def _tracks(self) -> Iterator[Timed]:
        for chunk in _chunks(self._source.rows("tracks")):
            own = [row for row in chunk if row["source"] == "own"]
            if len(own) < len(chunk):
                self.left_out["updates of tracks that came over a link"] += len(chunk) - len(own)
            if not own:
                continue
            position = np.array([[row[f"position_ecef_{a}_m"] for a in "xyz"] for row in own])
            velocity = np.array([[row[f"velocity_ecef_{a}_mps"] for a in "xyz"] for row in own])
            latitude, longitude, height = ecef_to_geodetic(position)
            enu = _enu(latitude, longitude, velocity).tolist()
            places = zip(np.degrees(latitude).tolist(), np.degrees(longitude).tolist(), height.tolist(), strict=True)
            for row, place, speed in zip(own, places, enu, strict=True):
                made = self._track(row, place, speed)
                if made is not None:
                    yield made

    def _track(self, row: dict[str, Any], place: tuple[float, float, float], speed: list[float]) -> Timed | None:
        made = records.track(
            (SYSTEM_AREA, self._nodes[row["node"]]),
            self._source.epoch_ns + row["at_ns"],
            number=int(row["track_id"].rsplit("/", 1)[-1]),
            tentative=row["status"] == "tentative",
            latitude_deg=place[0],
            longitude_deg=place[1],
            height_m=place[2],
            velocity_enu_mps=(speed[0], speed[1], speed[2]),
            sigma_m=row["sigma_position_m"] / 3**0.5,
        )
        if made is None:
            self.left_out["track updates faster than 8,191 m/s"] += 1
            return None
        if not made[1]:
            self.left_out["altitudes or climbs of tracks that CAT062 cannot state"] += 1
        return row["at_ns"], 62, made[0]


def _enu(latitude: Any, longitude: Any, velocity: Any) -> Any:
    """East, north, up components (n, 3) of ECEF velocities at as many places."""
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(latitude), np.cos(latitude), np.sin(longitude), np.cos(longitude)
    x, y, z = velocity.T
    outward = cos_lon * x + sin_lon * y
    return np.stack([cos_lon * y - sin_lon * x, cos_lat * z - sin_lat * outward, cos_lat * outward + sin_lat * z], axis=-1)


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def write(
    source: Source, file: BinaryIO, name: str, counts: Counter[str], left_out: Counter[str], *, port: int = PORT
) -> None:
    """Write every record of a replication to `file`, one to a data block: `.pcap` a capture, `.ast` and `.raw` the blocks alone."""
    exporter = Exporter(source)
    capture = PcapWriter(file, port) if name.endswith(".pcap") else None
    for at_ns, category, record in exporter.records():
        data = records.block(category, record)
        if capture is None:
            file.write(data)
        else:
            capture.write(source.epoch_ns + at_ns, data)
        counts[f"CAT{category:03d} records"] += 1
    left_out.update(exporter.left_out)
