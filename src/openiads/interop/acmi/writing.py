"""A run as a Tacview recording. Format: https://www.tacview.net/documentation/acmi/ (2.2, 2024-10-02)."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from heapq import merge
from typing import Any, BinaryIO, Final, TextIO

import numpy as np

from openiads.interop.shapes import MISSILE_NOTE, Leg, legs, path_of, utc
from openiads.interop.source import Source, Thing, geodetic_degrees

TYPES: Final = {
    "aircraft": "Air+FixedWing",
    "cruise_missile": "Weapon+Missile",
    "drone": "Air+FixedWing",
    "ballistic": "Weapon+Missile",
    "decoy": "Misc+Decoy",
}
NODE_TYPES: Final = {"command_post": "Ground+Static+Building", "sensor": "Ground+Sensor", "fire_unit": "Ground+AntiAircraft"}
COLOURS: Final = {"friendly": "Blue", "hostile": "Red", "neutral": "Green"}
COALITIONS: Final = {"friendly": "Friendly", "hostile": "Hostile", "neutral": "Neutral"}
TOLD: Final = {"firm", "dropped", "identified", "assigned", "withheld", "slewed"}
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""Date of the entry in a zip, so that the same run gives the same bytes."""

Line = tuple[int, str]
"""Nanoseconds of the scenario, and a line."""


def escaped(value: str) -> str:
    """A property value: commas, backslashes and line ends are escaped."""
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("\n", "\\\n")


class Recorder:
    """The lines of one replication. Object numbers: objects from 1, then nodes, then missiles; hexadecimal."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._first_node = len(source.things) + 1
        self._first_missile = self._first_node + len(source.nodes)
        self.counts: Counter[str] = Counter()

    def lines(self) -> Iterator[str]:
        """Every line without its end."""
        source = self._source
        yield "FileType=text/acmi/tacview"
        yield "FileVersion=2.2"
        yield f"0,ReferenceTime={utc(source, 0)}"
        yield f"0,Title={escaped(source.title)}"
        yield "0,DataSource=openiads (simulation)"
        yield "0,DataRecorder=openiads"
        yield "0,Category=Simulation"
        yield f"0,Comments={escaped(source.provenance + '. ' + MISSILE_NOTE)}"
        now = -1
        missiles = [self._missile(k, leg) for k, leg in enumerate(legs(source))]
        streams = [*(self._object(thing) for thing in source.things), *missiles, self._events()]
        for at_ns, line in merge(self._sites(), *streams, key=lambda timed: timed[0]):
            if at_ns != now:
                now = at_ns
                yield f"#{at_ns / 1e9:.6f}".rstrip("0").rstrip(".")
            yield line

    def _sites(self) -> Iterator[Line]:
        for k, node in enumerate(self._source.nodes):
            self.counts["sites"] += 1
            where = _place(node.position_m)
            about = f"Name={escaped(node.system or node.kind)},CallSign={escaped(node.name)},Type={NODE_TYPES[node.kind]}"
            yield self._source.from_ns, f"{self._first_node + k:x},T={where},{about},Color=Blue,Coalition=Friendly"

    def _object(self, thing: Thing) -> Iterator[Line]:
        number = f"{self._source.index[thing.object_id] + 1:x}"
        about = (
            f",Name={escaped(thing.system or thing.kind)},CallSign={escaped(thing.object_id)},Type={TYPES[thing.kind]},"
            f"Color={COLOURS[thing.side]},Coalition={COALITIONS[thing.side]}"
        )
        last = None
        for times, positions in path_of(self._source, thing):
            for at_ns, place in zip(times.tolist(), _places(positions), strict=True):
                if at_ns != last:
                    self.counts["positions"] += 1
                    yield at_ns, f"{number},T={place}{about}"
                last, about = at_ns, ""
        if last is not None and last == thing.end_ns and thing.end_state != "alive_at_end":
            self.counts["objects"] += 1
            event = "Destroyed" if thing.end_state == "killed" else "LeftArea"
            yield last, f"0,Event={event}|{number}|{escaped(thing.end_state)}"
            yield last, f"-{number}"

    def _missile(self, order: int, leg: Leg) -> Iterator[Line]:
        number, launcher = f"{self._first_missile + order:x}", f"{self._first_node + self._source.node_index[leg.node]:x}"
        target = f"{self._source.index[leg.object_id] + 1:x}"
        self.counts["missiles"] += 1
        about = f"Name={escaped(leg.missile)},CallSign={escaped(leg.name)},Type=Weapon+Missile,Color=Blue,Coalition=Friendly"
        yield leg.from_ns, f"{number},T={_place(leg.from_ecef_m)},{about},Parent={launcher},LockedTarget={target}"
        yield leg.until_ns, f"{number},T={_place(leg.until_ecef_m)}"
        yield leg.until_ns, f"0,Event=Message|{number}|{target}|{escaped(leg.result)}"
        yield leg.until_ns, f"-{number}"

    def _events(self) -> Iterator[Line]:
        for row in self._source.rows("events"):
            if row["event"] in TOLD:
                self.counts["events"] += 1
                node = f"{self._first_node + self._source.node_index[row['node']]:x}"
                told = " ".join(part for part in (row["track_id"], row["event"], row["detail"]) if part)
                yield row["at_ns"], f"0,Event=Message|{node}|{escaped(told)}"


def _places(position_m: Any) -> Iterator[str]:
    latitude, longitude, height = geodetic_degrees(position_m)
    for lat, lon, high in zip(latitude.tolist(), longitude.tolist(), height.tolist(), strict=True):
        yield f"{lon:.7f}|{lat:.7f}|{high:.2f}"


def _place(position_m: Any) -> str:
    return next(_places(np.asarray(position_m)[None]))


def write(source: Source, file: BinaryIO, name: str, counts: Counter[str], left_out: Counter[str]) -> None:
    """Write a run as `.txt.acmi`, or as `.zip.acmi`, which is the same zipped; a plain `.acmi` is text."""
    recorder = Recorder(source)
    if name.endswith(".zip.acmi"):
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            entry = zipfile.ZipInfo(name.removesuffix(".zip.acmi") + ".txt.acmi", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                _put(recorder, io.TextIOWrapper(member, "utf-8-sig", newline=""))
    else:
        _put(recorder, io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True))
    counts.update(recorder.counts)


def _put(recorder: Recorder, out: TextIO) -> None:
    for line in recorder.lines():
        out.write(line + "\n")
    out.flush()
    out.detach()  # type: ignore[attr-defined]
