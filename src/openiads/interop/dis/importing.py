"""Truth tracks out of recorded DIS: every Entity State report becomes a row."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from openiads.interop.dis.codec import Pdu
from openiads.interop.dis.entity import EntityState
from openiads.interop.dis.enumerations import FORCES, kind_of
from openiads.interop.dis.export import ENTITY_WORD
from openiads.interop.dis.files import Fault, read_pdus
from openiads.interop.dis.management import Comment
from openiads.interop.dis.motion import HOUR_NS, past_the_hour_ns
from openiads.interop.dis.records import EntityId
from openiads.interop.truth import BATCH, Summary, ecef_columns, velocity_columns

SIDES: Final = {force: side for side, force in FORCES.items()}
LEAST_RADIUS: Final = 6_000_000.0
MOST_RADIUS: Final = 100_000_000.0
"""Distances from the earth's centre [m] outside which a reported location is left out: it is no place of an aircraft."""


class Clock:
    """Seconds since the first report out of stamps that begin anew each hour; steps of more than half an hour go back."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._elapsed = 0

    def seconds(self, stamp: int) -> float:
        """Seconds from the first stamp to this one."""
        now = past_the_hour_ns(stamp)
        if self._last is not None:
            step = (now - self._last) % int(HOUR_NS)
            self._elapsed += step if step < int(HOUR_NS) // 2 else step - int(HOUR_NS)
        self._last = now
        return self._elapsed / 1e9


class Reports:
    """Reads a file of PDUs and yields batches of a truth table; `summary` is complete when all are taken."""

    def __init__(self, path: Path, *, port: int | None = None) -> None:
        self._path = path
        self._port = port
        self._names: dict[EntityId, dict[str, Any]] = {}
        self._seen: set[EntityId] = set()
        self._clock = Clock()
        self.summary = Summary(str(path))

    def batches(self) -> Iterator[dict[str, Any]]:
        """Columns of at most `BATCH` rows at a time, in the order of the file."""
        rows: list[tuple[float, str, EntityState, dict[str, Any]]] = []
        for found in read_pdus(self._path, port=self._port):
            if isinstance(found, Fault):
                self.summary.fault(f"PDU {found.number}: {found.problem}")
                continue
            at_ns, pdu = found
            self.summary.count(pdu.name)
            if isinstance(pdu.body, Comment):
                self._learn(pdu.body)
            elif isinstance(pdu.body, EntityState) and (row := self._row(at_ns, pdu)) is not None:
                rows.append(row)
                if len(rows) == BATCH:
                    yield self._columns(rows)
                    rows.clear()
        if rows:
            yield self._columns(rows)
        self.summary.objects = len(self._seen)

    def _learn(self, comment: Comment) -> None:
        for datum in comment.variable:
            text = datum.value.decode("utf-8", "replace")
            if text.startswith(ENTITY_WORD):
                try:
                    told = json.loads(text.removeprefix(ENTITY_WORD))
                    self._names[EntityId(*told["entity"])] = {k: str(told[k]) for k in ("name", "kind", "system")}
                except (ValueError, KeyError, TypeError):
                    self.summary.fault(f"a comment names an entity in a form that is not ours: {text[:60]!r}")

    def _row(self, at_ns: int | None, pdu: Pdu) -> tuple[float, str, EntityState, dict[str, Any]] | None:
        body: EntityState = pdu.body
        radius = math.dist(body.location, (0.0, 0.0, 0.0))
        if not LEAST_RADIUS < radius < MOST_RADIUS or not all(map(math.isfinite, (*body.location, *body.velocity))):
            self.summary.count("Entity State left out: not near the earth's surface")
            return None
        seconds = self._clock.seconds(pdu.header.timestamp)
        self.summary.duration_s = max(self.summary.duration_s, seconds)
        entity = body.entity
        self._seen.add(entity)
        told = self._names.get(entity)
        if told is None:
            marking = body.marking.split(b"\0", 1)[0].decode("ascii", "replace").strip()
            told = {
                "name": f"{marking or 'entity'} {entity.site}:{entity.application}:{entity.entity}",
                "kind": kind_of(body.type),
                "system": ".".join(map(str, body.type)),
            }
        return seconds, told["name"], body, told

    def _columns(self, rows: list[tuple[float, str, EntityState, dict[str, Any]]]) -> dict[str, Any]:
        self.summary.rows += len(rows)
        position = np.array([body.location for _, _, body, _ in rows])
        velocity = np.array([body.velocity for _, _, body, _ in rows], dtype=np.float64)
        return {
            "time_s": [row[0] for row in rows],
            "object_id": [row[1] for row in rows],
            **ecef_columns(position),
            **velocity_columns(velocity),
            "side": [SIDES.get(body.force, "") for _, _, body, _ in rows],
            "kind": [told["kind"] for *_, told in rows],
            "system": [told["system"] for *_, told in rows],
        }
