"""A run as a stream of DIS 7 PDUs in the order of time.

Truth paths become Entity State reports (dead reckoning by constant velocity), nodes become land entities with their radars as
emitters, launches and their ends Fire and Detonation, interrogations IFF, link messages Signal with a network header only, other
events Comment. `docs/reference/interop-dis.md` says what maps to what and what is lost.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from heapq import merge
from typing import Any

import numpy as np

from openiads.constants import (
    DIS_EMISSION_HEARTBEAT_S,
    DIS_HEARTBEAT_S,
    DIS_POSITION_THRESHOLD_M,
    DIS_STATIONARY_HEARTBEAT_S,
    NANOSECONDS_PER_SECOND,
)
from openiads.errors import InteropError
from openiads.interop.dis import enumerations as siso
from openiads.interop.dis.codec import Pdu, make
from openiads.interop.dis.emission import Emission, EmitterSystem, Iff, IffState, IffSystem
from openiads.interop.dis.emitters import emitter_system, radar_line
from openiads.interop.dis.entity import MARKING_LENGTH, Detonation, EntityState, Fire
from openiads.interop.dis.management import Comment, SetData, Start, Stop
from openiads.interop.dis.motion import Reckoner, clock_time, euler_angles, timestamp
from openiads.interop.dis.radio import LinkHeader, Modulation, Transmitter, link_signal
from openiads.interop.dis.records import (
    EVERYBODY,
    DeadReckoning,
    Descriptor,
    EntityId,
    EntityType,
    EventId,
    FixedDatum,
    Orientation,
    Position,
    RadioType,
    VariableDatum,
    Vector,
)
from openiads.interop.source import NodeSite, Source

Timed = tuple[int, Any]

SITE = 1
APPLICATION = 1
SEED_DATUM, REPLICATION_DATUM, TEXT_DATUM = 700_001, 700_002, 700_003
"""Numbers of our own data, in the range that SISO-REF-010 leaves to users."""

STEP_NS = 1 * NANOSECONDS_PER_SECOND
"""How often dead reckoning is compared with the truth."""

TOLD = {"launched", "intercept"}
"""Events that a PDU of their own tells in full."""

ENTITY_WORD = "openiads entity "
"""How the comment begins that gives an entity its full name; `import` looks for it."""


NAMELESS = "radars as emitters: SISO-REF-010 has no name for them (a comment tells them; --emitter NUMBER sends them)"


def ascii_text(text: str) -> bytes:
    """Text as DIS holds it, in ASCII: letters lose their marks, what has no plain letter becomes `?`."""
    plain = unicodedata.normalize("NFKD", text.replace("\u0131", "i"))
    return "".join(c for c in plain if not unicodedata.combining(c)).encode("ascii", "replace")


class Exporter:
    """The PDUs of one replication. `left_out` counts what could not be told, by reason.

    `emitter` is the emitter name (SISO-REF-010, UID 75) of radars that have none there; without it they are told by a comment.
    """

    def __init__(self, source: Source, *, exercise: int = 1, emitter: int | None = None) -> None:
        if not 1 <= exercise <= 255:
            raise InteropError(f"exercise id {exercise} is not allowed. Use 1 to 255.")
        if emitter is not None and not 0 <= emitter <= 0xFFFF:
            raise InteropError(
                f"emitter name {emitter} is not allowed. Use 0 to 65535, as SISO-REF-010 (UID 75) numbers them."
            )
        if len(source.things) + len(source.nodes) >= 0xFFFE:
            raise InteropError(f"{len(source.things)} objects do not fit the 65,533 entity numbers of one DIS application")
        self._source = source
        self._exercise = exercise
        self._emitter = emitter
        self._me = EntityId(SITE, APPLICATION, 0)
        self.left_out: Counter[str] = Counter()

    def pdus(self) -> Iterator[tuple[int, Pdu]]:
        """Every PDU with its instant, nanoseconds since 1970."""
        epoch = self._source.epoch_ns
        streams = (
            self._begin(),
            self._nodes(),
            self._objects(),
            self._emissions(),
            self._shots(),
            self._events(),
            self._messages(),
            self._end(),
        )
        for at_ns, body in merge(*streams, key=lambda timed: timed[0]):
            yield epoch + at_ns, make(body, exercise=self._exercise, timestamp=timestamp(epoch + at_ns))

    def object_id(self, index: int) -> EntityId:
        """Entity id of an object by its place among the objects."""
        return EntityId(SITE, APPLICATION, index + 1)

    def node_id(self, name: str) -> EntityId:
        """Entity id of a node."""
        return EntityId(SITE, APPLICATION, len(self._source.things) + self._source.node_index[name] + 1)

    def _comment(self, text: str) -> Comment:
        return Comment(self._me, EVERYBODY, (), (VariableDatum.of(TEXT_DATUM, ascii_text(text)),))

    def _begin(self) -> Iterator[Timed]:
        source = self._source
        at_ns = source.from_ns
        now = clock_time(source.epoch_ns + at_ns)
        seed = source.reader.manifest.seed
        yield at_ns, self._comment(source.provenance)
        fixed = (FixedDatum(REPLICATION_DATUM, source.replication), FixedDatum(SEED_DATUM, seed & 0xFFFFFFFF))
        yield at_ns, SetData(self._me, EVERYBODY, 1, 0, fixed, (VariableDatum.of(TEXT_DATUM, ascii_text(source.title)),))
        yield at_ns, Start(self._me, EVERYBODY, now, now, 2)
        for k, thing in enumerate(source.things):
            told = {"side": thing.side, "kind": thing.kind, "system": thing.system}
            yield at_ns, self._comment(_name_line(self.object_id(k), thing.object_id, told))
        for node in source.nodes:
            told = {"side": "friendly", "kind": node.kind, "system": node.system}
            yield at_ns, self._comment(_name_line(self.node_id(node.name), node.name, told))
            for radar in node.radars:
                yield at_ns, self._comment(radar_line(radar))

    def _end(self) -> Iterator[Timed]:
        at_ns = self._source.until_ns
        yield at_ns, Stop(self._me, EVERYBODY, clock_time(self._source.epoch_ns + at_ns), siso.TERMINATION, 0, 0, 3)

    def _objects(self) -> Iterator[Timed]:
        source = self._source
        reckoner = Reckoner(
            len(source.things),
            threshold_m=DIS_POSITION_THRESHOLD_M,
            heartbeat_ns=round(DIS_HEARTBEAT_S * NANOSECONDS_PER_SECOND),
        )
        ends = sorted((span[1], k) for k, thing in enumerate(source.things) if (span := source.span_of(thing)))
        done = 0
        for at_ns, alive, position, velocity in source.instants(STEP_NS):
            while done < len(ends) and ends[done][0] < at_ns:
                yield self._last_report(*ends[done])
                done += 1
            due = reckoner.due(at_ns, alive, position, velocity)
            angles = euler_angles(position[due], velocity[due])
            for k, angle in zip(due.tolist(), angles.tolist(), strict=True):
                yield at_ns, self._report(k, position[k].tolist(), velocity[k].tolist(), angle)
        for end in ends[done:]:
            yield self._last_report(*end)

    def _last_report(self, at_ns: int, index: int) -> Timed:
        thing = self._source.things[index]
        position, velocity = self._source.paths.at(index, at_ns)
        appearance = 0
        if thing.end_ns <= self._source.until_ns and thing.end_state != "alive_at_end":
            appearance = siso.DEACTIVATED | (siso.DESTROYED if thing.end_state == "killed" else 0)
        angle = euler_angles(position, velocity).tolist()
        return at_ns, self._report(index, position.tolist(), velocity.tolist(), angle, appearance)

    def _report(
        self, index: int, position: list[float], velocity: list[float], angle: list[float], appearance: int = 0
    ) -> EntityState:
        thing = self._source.things[index]
        moving = DeadReckoning(siso.CONSTANT_VELOCITY)
        return self._state(
            self.object_id(index),
            siso.FORCES[thing.side],
            siso.entity_type(thing.kind, thing.system),
            thing.object_id,
            (Position(*position), Vector(*velocity), Orientation(*angle), moving, appearance),
        )

    def _state(
        self,
        entity: EntityId,
        force: int,
        kind: EntityType,
        name: str,
        motion: tuple[Position, Vector, Orientation, DeadReckoning, int],
    ) -> EntityState:
        position, velocity, orientation, reckoning, appearance = motion
        marking = name.encode("ascii", "replace")[:MARKING_LENGTH].ljust(MARKING_LENGTH, b"\0")
        return EntityState(
            entity=entity,
            force=force,
            type=kind,
            alternative_type=kind,
            velocity=velocity,
            location=position,
            orientation=orientation,
            appearance=appearance,
            dead_reckoning=reckoning,
            character_set=siso.ASCII,
            marking=marking,
            capabilities=0,
        )

    def _beats(self, period_s: float) -> Iterator[int]:
        step = round(period_s * NANOSECONDS_PER_SECOND)
        yield from range(self._source.from_ns, self._source.until_ns, step)

    def _nodes(self) -> Iterator[Timed]:
        links = self._source.scenario.spec.network.links
        for at_ns in self._beats(DIS_STATIONARY_HEARTBEAT_S):
            for node in self._source.nodes:
                angle = euler_angles(node.position_m, np.zeros(3)).tolist()
                still = (Position(*node.position_m.tolist()), Vector(), Orientation(*angle), DeadReckoning(siso.STATIC), 0)
                yield at_ns, self._state(self.node_id(node.name), 1, siso.NODE, node.name, still)
            for number, name in enumerate(sorted(links)):
                yield at_ns, self._radio(number, links[name].from_node)

    def _radio(self, number: int, node: str) -> Transmitter:
        where = Position(*self._source.nodes[self._source.node_index[node]].position_m.tolist())
        return Transmitter(
            entity=self.node_id(node),
            radio=number + 1,
            type=RadioType(siso.RADIO, siso.LAND),
            state=1,
            source=0,
            location=where,
            antenna=Vector(),
            pattern=0,
            frequency=0,
            bandwidth=0.0,
            power=0.0,
            modulation=Modulation(),
        )

    def _emissions(self) -> Iterator[Timed]:
        sent = {node.name: self._radiating(node) for node in self._source.nodes}
        for number, at_ns in enumerate(self._beats(DIS_EMISSION_HEARTBEAT_S), start=1):
            for node in self._source.nodes:
                if sent[node.name]:
                    event = EventId(SITE, APPLICATION, number & 0xFFFF)
                    yield at_ns, Emission(self.node_id(node.name), event, siso.HEARTBEAT_UPDATE, 0, sent[node.name])

    def _radiating(self, node: NodeSite) -> tuple[EmitterSystem, ...]:
        """The radars of a node that have an emitter name; the others a comment tells, once."""
        systems = []
        for k, radar in enumerate(node.radars, start=1):
            name = siso.emitter_name(radar.spec.system, self._emitter)
            if name is None:
                self.left_out[NAMELESS] += 1
            else:
                systems.append(emitter_system(radar, k, name))
        return tuple(systems)

    def _shots(self) -> Iterator[Timed]:
        found: list[Timed] = []
        truth = {row["reference_id"]: row for row in self._source.rows("association") if row["reference"] == "shot"}
        for number, row in enumerate(self._source.rows("shots"), start=1):
            really = truth.get(f"{row['node']}/{row['shot']}")
            target = self._source.index.get(really["object_id"]) if really else None
            event = EventId(SITE, APPLICATION, number & 0xFFFF)
            found.append((row["at_ns"], self._fire(row, target, event)))
            if really is None or really["result"] == "in_flight":
                self.left_out["missiles whose end is not known within the span"] += 1
            elif target is None:
                self.left_out["ends of missiles fired at false tracks, which are nowhere"] += 1
            else:
                found.append((really["at_ns"], self._detonation(row, really, target, event)))
        yield from sorted(found, key=lambda timed: timed[0])

    def _fire(self, row: dict[str, Any], target: int | None, event: EventId) -> Fire:
        node = self._source.nodes[self._source.node_index[row["node"]]]
        aimed = EntityId() if target is None else self.object_id(target)
        where = Position(*node.position_m.tolist())
        shot = Descriptor(siso.MISSILE, quantity=1)
        return Fire(self.node_id(node.name), aimed, EntityId(), event, 0, where, shot, Vector(), 0.0)

    def _detonation(self, row: dict[str, Any], really: dict[str, Any], target: int, event: EventId) -> Detonation:
        position, _ = self._source.paths.at(target, really["at_ns"])
        return Detonation(
            firing=self.node_id(row["node"]),
            target=self.object_id(target),
            munition=EntityId(),
            event=event,
            velocity=Vector(),
            location=Position(*position.tolist()),
            descriptor=Descriptor(siso.MISSILE, quantity=1),
            entity_location=Vector(),
            result=siso.DETONATIONS[really["result"]],
        )

    def _events(self) -> Iterator[Timed]:
        for number, row in enumerate(self._source.rows("events"), start=1):
            if row["event"] == "identified":
                event = EventId(SITE, APPLICATION, number & 0xFFFF)
                system = IffSystem(siso.INTERROGATOR, siso.GENERIC_INTERROGATOR, siso.NORMAL, 1 | 1 << 4)
                state = IffState(1, layers=1 << 1, parameter_4=siso.NO_PSEUDO_CRYPTO, parameter_5=siso.NO_ALTITUDE)
                yield row["at_ns"], Iff(self.node_id(row["node"]), event, Vector(), system, 1, 0, state)
            if row["event"] not in TOLD:
                told = {name: row[name] for name in ("node", "track_id", "event", "detail")}
                yield row["at_ns"], self._comment(json.dumps(told, ensure_ascii=False))

    def _messages(self) -> Iterator[Timed]:
        links = {name: k + 1 for k, name in enumerate(sorted(self._source.scenario.spec.network.links))}
        for row in self._source.rows("messages"):
            header = LinkHeader(siso.SURVEILLANCE, net=links[row["link"]] & 0xFF)
            yield row["at_ns"], link_signal(self.node_id(row["node"]), links[row["link"]], siso.LINK_16, header)


def _name_line(entity: EntityId, name: str, told: dict[str, str]) -> str:
    return ENTITY_WORD + json.dumps({"entity": list(entity), "name": name, **told}, ensure_ascii=False)
