"""Electromagnetic Emission, Designator and IFF (IEEE 1278.1-2012, 7.6.2, 7.6.3, 7.6.5)."""

from typing import NamedTuple

from openiads.interop.dis.layout import Layout
from openiads.interop.dis.records import (
    AUTO,
    ENTITY_ID,
    EVENT_ID,
    POSITION,
    VECTOR,
    EntityId,
    EventId,
    Position,
    Vector,
)

WORD = 4
"""Bytes; the lengths of systems and beams count words."""


class TrackJam(NamedTuple):
    """What a beam tracks or jams (6.2.90)."""

    entity: EntityId
    emitter: int = 0
    beam: int = 0


class Fundamental(NamedTuple):
    """What a beam radiates (6.2.22): Hz, Hz, dBm, Hz, microseconds."""

    frequency: float = 0.0
    frequency_range: float = 0.0
    radiated_power: float = 0.0
    repetition_frequency: float = 0.0
    pulse_width: float = 0.0


class BeamData(NamedTuple):
    """Where a beam looks (6.2.11): centre and half-width of its scan in azimuth and elevation, in radians; sweep in percent."""

    azimuth_centre: float = 0.0
    azimuth_sweep: float = 0.0
    elevation_centre: float = 0.0
    elevation_sweep: float = 0.0
    sweep_sync: float = 0.0


class Beam(NamedTuple):
    """One beam of an emitter system. `jamming` holds kind, category, subcategory and specific."""

    number: int
    parameter_index: int
    fundamental: Fundamental
    data: BeamData
    function: int
    high_density: int = 0
    status: int = 0
    jamming: bytes = bytes(4)
    targets: tuple[TrackJam, ...] = ()
    length: int = AUTO


class EmitterSystem(NamedTuple):
    """One emitter system (6.2.23) and its beams."""

    name: int
    function: int
    number: int
    location: Vector
    beams: tuple[Beam, ...] = ()
    padding: int = 0
    length: int = AUTO


class Emission(NamedTuple):
    """What an entity radiates."""

    emitting: EntityId
    event: EventId
    update: int
    padding: int = 0
    systems: tuple[EmitterSystem, ...] = ()
    rest: bytes = b""


class Designator(NamedTuple):
    """A laser spot."""

    designating: EntityId
    code_name: int
    designated: EntityId
    code: int
    power: float
    wavelength: float
    spot_on_entity: Vector
    spot: Position
    algorithm: int
    padding: bytes
    acceleration: Vector
    rest: bytes = b""


class IffSystem(NamedTuple):
    """Which identification system (6.2.87)."""

    type: int = 0
    name: int = 0
    mode: int = 0
    options: int = 0


class IffState(NamedTuple):
    """What it does (6.2.39): status bits, layers present, six parameters."""

    status: int = 0
    alternative_4: int = 0
    layers: int = 0
    modifier: int = 0
    parameter_1: int = 0
    parameter_2: int = 0
    parameter_3: int = 0
    parameter_4: int = 0
    parameter_5: int = 0
    parameter_6: int = 0


class Iff(NamedTuple):
    """Identification friend or foe, layer 1; further layers stay bytes in `rest`."""

    emitting: EntityId
    event: EventId
    location: Vector
    system: IffSystem
    designator: int
    specific: int
    state: IffState
    rest: bytes = b""


def _fields(*fields: object) -> tuple[object, ...]:
    return fields


_TRACK_JAM = Layout(TrackJam, ENTITY_ID, *"BB")
_FUNDAMENTAL = Layout(Fundamental, *"fffff")
_BEAM_DATA = Layout(BeamData, *"fffff")
_BEAM = Layout(_fields, *"BBH", _FUNDAMENTAL, _BEAM_DATA, *"BBBB", "4s")
_SYSTEM = Layout(_fields, *"BBHHBB", VECTOR)
_EMISSION = Layout(_fields, ENTITY_ID, EVENT_ID, *"BBH")
_DESIGNATOR = Layout(Designator, ENTITY_ID, "H", ENTITY_ID, *"Hff", VECTOR, POSITION, "B", "3s", VECTOR)
_IFF_SYSTEM = Layout(IffSystem, *"HHBB")
_IFF_STATE = Layout(IffState, *"BBBBHHHHHH")
_IFF = Layout(Iff, ENTITY_ID, EVENT_ID, VECTOR, _IFF_SYSTEM, *"BB", _IFF_STATE)


def read_emission(data: bytes, at: int) -> Emission:
    """The body of an Electromagnetic Emission PDU that begins at byte `at`."""
    emitting, event, update, count, padding = _EMISSION.fields(data, at)
    at += _EMISSION.size
    systems = []
    for _ in range(count):
        length, beams, gap, name, function, number, location = _SYSTEM.fields(data, at)
        at += _SYSTEM.size
        found = []
        for _ in range(beams):
            beam, at = _read_beam(data, at)
            found.append(beam)
        systems.append(EmitterSystem(name, function, number, location, tuple(found), gap, length))
    return Emission(emitting, event, update, padding, tuple(systems), data[at:])


def _read_beam(data: bytes, at: int) -> tuple[Beam, int]:
    length, number, index, fundamental, shape, function, count, dense, status, jamming = _BEAM.fields(data, at)
    at += _BEAM.size
    targets = tuple(_TRACK_JAM.read(data, at + _TRACK_JAM.size * k) for k in range(count))
    beam = Beam(number, index, fundamental, shape, function, dense, status, jamming, targets, length)
    return beam, at + _TRACK_JAM.size * count


def write_emission(body: Emission) -> bytes:
    """The bytes of the body."""
    fixed = _EMISSION.write((body.emitting, body.event, body.update, len(body.systems), body.padding))
    return fixed + b"".join(map(_write_system, body.systems)) + body.rest


def _write_system(system: EmitterSystem) -> bytes:
    beams = b"".join(map(_write_beam, system.beams))
    length = _words(_SYSTEM.size + len(beams)) if system.length == AUTO else system.length
    head = (length, len(system.beams), system.padding, system.name, system.function, system.number, system.location)
    return _SYSTEM.write(head) + beams


def _write_beam(beam: Beam) -> bytes:
    targets = b"".join(map(_TRACK_JAM.write, beam.targets))
    length = _words(_BEAM.size + len(targets)) if beam.length == AUTO else beam.length
    head = (length, beam.number, beam.parameter_index, beam.fundamental, beam.data, beam.function, len(beam.targets))
    return _BEAM.write((*head, beam.high_density, beam.status, beam.jamming)) + targets


def _words(size: int) -> int:
    """Length in words; 0 where it does not fit one byte, as the standard says."""
    return size // WORD if size // WORD < 256 else 0


def read_designator(data: bytes, at: int) -> Designator:
    """The body of a Designator PDU that begins at byte `at`."""
    body: Designator = _DESIGNATOR.read(data, at, data[at + _DESIGNATOR.size :])
    return body


def write_designator(body: Designator) -> bytes:
    """The bytes of the body."""
    return _DESIGNATOR.write(body[:-1]) + body.rest


def read_iff(data: bytes, at: int) -> Iff:
    """The body of an IFF PDU that begins at byte `at`."""
    body: Iff = _IFF.read(data, at, data[at + _IFF.size :])
    return body


def write_iff(body: Iff) -> bytes:
    """The bytes of the body."""
    return _IFF.write(body[:-1]) + body.rest
