"""Entity State, Fire and Detonation (IEEE 1278.1-2012, 7.2.2, 7.3.2, 7.3.3)."""

from typing import NamedTuple

from openiads.interop.dis.layout import Layout
from openiads.interop.dis.records import (
    DEAD_RECKONING,
    DESCRIPTOR,
    ENTITY_ID,
    ENTITY_TYPE,
    EVENT_ID,
    ORIENTATION,
    POSITION,
    VARIABLE_PARAMETER,
    VECTOR,
    DeadReckoning,
    Descriptor,
    EntityId,
    EntityType,
    EventId,
    Orientation,
    Position,
    VariableParameter,
    Vector,
)

MARKING_LENGTH = 11


class EntityState(NamedTuple):
    """Where an entity is and what it is."""

    entity: EntityId
    force: int
    type: EntityType
    alternative_type: EntityType
    velocity: Vector
    location: Position
    orientation: Orientation
    appearance: int
    dead_reckoning: DeadReckoning
    character_set: int
    marking: bytes
    capabilities: int
    parameters: tuple[VariableParameter, ...] = ()
    rest: bytes = b""


class Fire(NamedTuple):
    """A weapon is fired."""

    firing: EntityId
    target: EntityId
    munition: EntityId
    event: EventId
    mission: int
    location: Position
    descriptor: Descriptor
    velocity: Vector
    range: float
    rest: bytes = b""


class Detonation(NamedTuple):
    """A munition ends."""

    firing: EntityId
    target: EntityId
    munition: EntityId
    event: EventId
    velocity: Vector
    location: Position
    descriptor: Descriptor
    entity_location: Vector
    result: int
    padding: int = 0
    parameters: tuple[VariableParameter, ...] = ()
    rest: bytes = b""


def _counted(*fields: object) -> tuple[object, ...]:
    return fields


_ENTITY_STATE = Layout(
    _counted,
    ENTITY_ID,
    "B",
    "B",  # how many variable parameters
    ENTITY_TYPE,
    ENTITY_TYPE,
    VECTOR,
    POSITION,
    ORIENTATION,
    "I",
    DEAD_RECKONING,
    "B",
    f"{MARKING_LENGTH}s",
    "I",
)
_FIRE = Layout(Fire, ENTITY_ID, ENTITY_ID, ENTITY_ID, EVENT_ID, "I", POSITION, DESCRIPTOR, VECTOR, "f")
_DETONATION = Layout(
    _counted,
    ENTITY_ID,
    ENTITY_ID,
    ENTITY_ID,
    EVENT_ID,
    VECTOR,
    POSITION,
    DESCRIPTOR,
    VECTOR,
    "B",
    "B",  # how many variable parameters
    "H",
)


def _parameters(data: bytes, at: int, count: int) -> tuple[tuple[VariableParameter, ...], int]:
    size = VARIABLE_PARAMETER.size
    return tuple(VARIABLE_PARAMETER.read(data, at + size * k) for k in range(count)), at + size * count


def _parameter_bytes(parameters: tuple[VariableParameter, ...]) -> bytes:
    return b"".join(VARIABLE_PARAMETER.write(p) for p in parameters)


def read_entity_state(data: bytes, at: int) -> EntityState:
    """The body of an Entity State PDU that begins at byte `at`."""
    entity, force, count, *others = _ENTITY_STATE.fields(data, at)
    parameters, end = _parameters(data, at + _ENTITY_STATE.size, count)
    return EntityState(*(entity, force, *others, parameters, data[end:]))


def write_entity_state(body: EntityState) -> bytes:
    """The bytes of the body."""
    fixed = _ENTITY_STATE.write((*body[:2], len(body.parameters), *body[2:12]))
    return fixed + _parameter_bytes(body.parameters) + body.rest


def read_fire(data: bytes, at: int) -> Fire:
    """The body of a Fire PDU that begins at byte `at`."""
    fire: Fire = _FIRE.read(data, at, data[at + _FIRE.size :])
    return fire


def write_fire(body: Fire) -> bytes:
    """The bytes of the body."""
    return _FIRE.write(body[:-1]) + body.rest


def read_detonation(data: bytes, at: int) -> Detonation:
    """The body of a Detonation PDU that begins at byte `at`."""
    *first, count, padding = _DETONATION.fields(data, at)
    parameters, end = _parameters(data, at + _DETONATION.size, count)
    return Detonation(*(*first, padding, parameters, data[end:]))


def write_detonation(body: Detonation) -> bytes:
    """The bytes of the body."""
    fixed = _DETONATION.write((*body[:9], len(body.parameters), body.padding))
    return fixed + _parameter_bytes(body.parameters) + body.rest
