"""A strict reader of Tacview ACMI 2.x recordings, and truth tracks out of them."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.checks import DAMAGED_ZIP
from openiads.errors import InteropError
from openiads.interop.truth import BATCH, Summary, geodetic_columns

MOST_BYTES: Final = 4 * 1024**3
"""Of a recording, unzipped."""

LONGEST_LINE: Final = 1 << 20
_OBJECT: Final = re.compile(r"^-?[0-9a-fA-F]{1,16}$")
_SIDES: Final = {
    "friendly": "friendly",
    "allies": "friendly",
    "hostile": "hostile",
    "enemies": "hostile",
    "neutral": "neutral",
}
_LEAST: Final = (3, 5, 6, 9)
"""Numbers of values that a transform may have."""


@dataclass
class Record:
    """One line about an object: its number, its properties, or that it is removed. `event` holds the parts of an event."""

    at_s: float
    number: int
    properties: dict[str, str] = field(default_factory=dict)
    removed: bool = False


class Reader:
    """Records of a recording, one at a time. `globals` holds the properties of the recording that were seen so far.

    Raises
    ------
    InteropError
        With file and line: no header, another version, a line that is not of the format.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        self.globals: dict[str, str] = {}

    def records(self) -> Iterator[Record]:
        """Every line about an object; events are records of object 0 with the property `Event`."""
        try:
            with self._path.open("rb") as file:
                zipped = file.read(4) == b"PK\x03\x04"
            if zipped:
                with zipfile.ZipFile(self._path) as archive, archive.open(self._member(archive)) as member:
                    yield from self._read(io.BufferedReader(member))
            else:
                with self._path.open("rb") as file:
                    yield from self._read(file)
        except OSError as error:
            raise InteropError(f"{self._path}: cannot read: {error.strerror or error}") from error
        except DAMAGED_ZIP as error:
            raise InteropError(f"{self._path}: is no zip that can be read ({error})") from error

    def _member(self, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        found = [info for info in archive.infolist() if not info.filename.endswith("/")]
        if len(found) != 1:
            raise InteropError(f"{self._path}: holds {len(found)} files; a zipped recording holds one")
        if found[0].file_size > MOST_BYTES:
            raise InteropError(f"{self._path}: would unzip to {found[0].file_size} bytes; {MOST_BYTES} is the most")
        return found[0]

    def _fault(self, problem: str) -> InteropError:
        return InteropError(f"{self._path}:{self._number}: {problem}")

    def _read(self, file: Any) -> Iterator[Record]:
        lines = self._lines(file)
        if next(lines, None) != "FileType=text/acmi/tacview":
            raise self._fault("the first line is not FileType=text/acmi/tacview; give a Tacview recording")
        version = next(lines, "")
        if not re.fullmatch(r"FileVersion=2\.[0-9]", version):
            raise self._fault(f"{version[:40]!r} is no version that is read; FileVersion=2.0 to 2.9")
        at_s = 0.0
        for line in lines:
            if line.startswith("#"):
                at_s = self._time(line[1:], at_s)
            elif line and not line.startswith("//"):
                record = self._record(line, at_s)
                if record.number == 0:
                    self.globals |= {k: v for k, v in record.properties.items() if k != "Event"}
                yield record

    def _lines(self, file: Any) -> Iterator[str]:
        """Lines without their ends; a backslash before the end joins two."""
        held = ""
        total = 0
        while raw := file.readline(LONGEST_LINE):
            self._number += 1
            total += len(raw)
            if total > MOST_BYTES or len(raw) >= LONGEST_LINE or len(held) > LONGEST_LINE:
                raise self._fault("the line or the recording is too long")
            try:
                text = raw.decode("utf-8-sig" if self._number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise self._fault(f"is not UTF-8 ({error.reason})") from error
            text = text.rstrip("\r\n")
            if (len(text) - len(text.rstrip("\\"))) % 2:
                held += text + "\n"
                continue
            yield held + text
            held = ""
        if held:
            yield held

    def _time(self, text: str, before: float) -> float:
        try:
            at_s = float(text)
        except ValueError:
            at_s = float("nan")
        if not 0 <= at_s < 1e12:
            raise self._fault(f"#{text[:40]} is no time; seconds since the reference time")
        if at_s < before:
            raise self._fault(f"time goes back from {before:g} s to {at_s:g} s")
        return at_s

    def _record(self, line: str, at_s: float) -> Record:
        number, *parts = _split(line)
        if not _OBJECT.match(number):
            raise self._fault(f"{number[:40]!r} is no object number; hexadecimal, or - and the number to remove it")
        if number.startswith("-"):
            if parts:
                raise self._fault("a removed object takes no properties")
            return Record(at_s, int(number[1:], 16), removed=True)
        properties = {}
        for part in parts:
            name, equals, value = part.partition("=")
            if not equals or not name.strip():
                raise self._fault(f"{part[:40]!r} is no property; Name=value")
            properties[name.strip()] = value
        return Record(at_s, int(number, 16), properties)


def _split(line: str) -> list[str]:
    """Parts between commas; a backslash takes the next character as it is."""
    parts, now, k = [], [], 0
    while k < len(line):
        if line[k] == "\\" and k + 1 < len(line):
            now.append(line[k + 1])
            k += 1
        elif line[k] == ",":
            parts.append("".join(now))
            now = []
        else:
            now.append(line[k])
        k += 1
    return [*parts, "".join(now)]


@dataclass
class _Known:
    name: str = ""
    side: str = ""
    kind: str = ""
    system: str = ""
    place: list[float] = field(default_factory=lambda: [np.nan] * 3)


class Reports:
    """Yields batches of a truth table: a row for every new place of an object."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[int, _Known] = {}
        self.summary = Summary(str(path))

    def batches(self) -> Iterator[dict[str, Any]]:
        """Columns of at most `BATCH` rows at a time."""
        reader = Reader(self._path)
        rows: list[tuple[float, str, str, str, str, float, float, float]] = []
        for record in reader.records():
            row = self._row(record, reader.globals)
            if row is not None:
                rows.append(row)
                self.summary.duration_s = record.at_s
                if len(rows) == BATCH:
                    yield self._columns(rows)
                    rows.clear()
        if rows:
            yield self._columns(rows)
        self.summary.time_zero = reader.globals.get("ReferenceTime", "")
        self.summary.notes.append("heights of ACMI are above mean sea level; they are taken as above the ellipsoid")

    def _row(self, record: Record, about: dict[str, str]) -> tuple[float, str, str, str, str, float, float, float] | None:
        if record.number == 0:
            self.summary.count("events" if "Event" in record.properties else "global properties")
            return None
        if record.removed:
            self._known.pop(record.number, None)
            self.summary.count("removals")
            return None
        if record.number not in self._known:
            self.summary.objects += 1
        known = self._known.setdefault(record.number, _Known())
        given = record.properties
        known.name = given.get("CallSign") or given.get("Pilot") or known.name or f"{record.number:x}"
        known.system = given.get("Name", known.system)
        known.kind = _kind(given["Type"]) if "Type" in given else known.kind
        known.side = _SIDES.get(given.get("Coalition", "").lower(), known.side)
        if "T" not in given:
            return None
        self._move(known, given["T"], about)
        longitude, latitude, height = known.place
        if not all(np.isfinite(known.place)) or not (-90 <= latitude <= 90 and -360 <= longitude <= 360):
            self.summary.fault(f"object {record.number:x} at {record.at_s:g} s: {given['T'][:60]!r} is no place")
            return None
        return record.at_s, known.name, known.side, known.kind, known.system, latitude, longitude, height

    def _move(self, known: _Known, transform: str, about: dict[str, str]) -> None:
        parts = transform.split("|")
        if len(parts) not in _LEAST:
            known.place = [np.nan] * 3
            return
        offsets = (about.get("ReferenceLongitude", "0"), about.get("ReferenceLatitude", "0"), "0")
        for k in range(3):
            if parts[k]:
                try:
                    known.place[k] = float(parts[k]) + float(offsets[k])
                except ValueError:
                    known.place[k] = np.nan

    def _columns(self, rows: list[tuple[float, str, str, str, str, float, float, float]]) -> dict[str, Any]:
        self.summary.rows += len(rows)
        time, name, side, kind, system, latitude, longitude, height = zip(*rows, strict=True)
        return {
            "time_s": list(time),
            "object_id": list(name),
            **geodetic_columns(np.array(latitude), np.array(longitude), np.array(height)),
            "side": list(side),
            "kind": list(kind),
            "system": list(system),
        }


def _kind(tags: str) -> str:
    found = set(tags.split("+"))
    if "Decoy" in found:
        return "decoy"
    if "Air" in found:
        return "aircraft"
    return "missile" if "Missile" in found else ""


def reference_time(reader: Reader) -> datetime | None:
    """Reference time of a recording, once it was read."""
    text = reader.globals.get("ReferenceTime")
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC) if text else None
