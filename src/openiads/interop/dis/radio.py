"""Transmitter and Signal (IEEE 1278.1-2012, 7.7.2, 7.7.3). Contents of tactical data link messages are left as bytes."""

from typing import Any, NamedTuple

from openiads.errors import InteropError
from openiads.interop.dis.layout import Layout
from openiads.interop.dis.records import (
    ENTITY_ID,
    POSITION,
    RADIO_TYPE,
    VECTOR,
    EntityId,
    Position,
    RadioType,
    Vector,
)


class Modulation(NamedTuple):
    """How the carrier is modulated (6.2.59)."""

    spread_spectrum: int = 0
    major: int = 0
    detail: int = 0
    system: int = 0


class TransmitterParameter(NamedTuple):
    """One variable transmitter parameter (6.2.95), not looked into."""

    kind: int
    value: bytes


class Transmitter(NamedTuple):
    """A radio and its state. Frequency in Hz, bandwidth in Hz, power in dBm."""

    entity: EntityId
    radio: int
    type: RadioType
    state: int
    source: int
    location: Position
    antenna: Vector
    pattern: int
    frequency: int
    bandwidth: float
    power: float
    modulation: Modulation
    crypto_system: int = 0
    crypto_key: int = 0
    padding: bytes = bytes(3)
    modulation_parameters: bytes = b""
    antenna_parameters: bytes = b""
    parameters: tuple[TransmitterParameter, ...] = ()
    rest: bytes = b""


class Signal(NamedTuple):
    """What a radio sends; `bits` of `data` mean something, `padding` fills up to 32 bits."""

    entity: EntityId
    radio: int
    encoding: int
    link_type: int
    sample_rate: int
    bits: int
    samples: int
    data: bytes
    padding: bytes = b""


class LinkHeader(NamedTuple):
    """Network header of a Link 16 Signal PDU (SISO-STD-002-2006) and its 64-bit terminal header, zero: no message word follows.

    Security 255 is "no statement".
    """

    participation_group: int
    net: int = 0
    transmission_security: int = 255
    message_security: int = 255
    message_type: int = 0
    padding: int = 0
    time_slot: int = 0
    transmit_hour: int = 0
    transmit_past_the_hour: int = 0
    terminal_high: int = 0
    terminal_low: int = 0


RAW_BINARY = 1 << 14
"""Encoding class 1 of the Signal PDU; the low 14 bits then count tactical data link messages."""

_MODULATION = Layout(Modulation, *"HHHH")
_PARAMETER = Layout(lambda *fields: fields, *"IH")


def _fields(*fields: object) -> tuple[object, ...]:
    return fields


_TRANSMITTER = Layout(_fields, ENTITY_ID, "H", RADIO_TYPE, *"BBH", POSITION, VECTOR, *"HHQff", _MODULATION, *"HHB", "3s")
_SIGNAL = Layout(_fields, ENTITY_ID, *"HHHIHH")
LINK_HEADER = Layout(LinkHeader, *"HBBBBHIIIII")


def _take(data: bytes, at: int, count: int, what: str) -> tuple[bytes, int]:
    if len(data) - at < count:
        raise InteropError(
            f"{what} at byte {at} should be {count} bytes long, {max(len(data) - at, 0)} are left; the data are cut off"
        )
    return data[at : at + count], at + count


def read_transmitter(data: bytes, at: int) -> Transmitter:
    """The body of a Transmitter PDU that begins at byte `at`."""
    fields = _TRANSMITTER.fields(data, at)
    count, pattern_length, modulation_length = fields[5], fields[9], fields[16]
    modulation, at = _take(data, at + _TRANSMITTER.size, modulation_length, "modulation parameters")
    antenna, at = _take(data, at, pattern_length, "antenna pattern parameters")
    parameters = []
    for _ in range(count):
        kind, length = _PARAMETER.fields(data, at)
        if length < _PARAMETER.size:
            raise InteropError(f"variable transmitter parameter at byte {at} states {length} bytes; 6 is the least")
        value, end = _take(data, at + _PARAMETER.size, length - _PARAMETER.size, "variable transmitter parameter")
        parameters.append(TransmitterParameter(kind, value))
        at = end
    kept: list[Any] = [*fields[:5], *fields[6:9], *fields[10:16], fields[17]]
    return Transmitter(*[*kept, modulation, antenna, tuple(parameters), data[at:]])


def write_transmitter(body: Transmitter) -> bytes:
    """The bytes of the body."""
    fixed = _TRANSMITTER.write(
        (
            *body[:5],
            len(body.parameters),
            *body[5:8],
            len(body.antenna_parameters),
            *body[8:14],
            len(body.modulation_parameters),
            body.padding,
        )
    )
    parameters = b"".join(_PARAMETER.write((p.kind, len(p.value) + _PARAMETER.size)) + p.value for p in body.parameters)
    return fixed + body.modulation_parameters + body.antenna_parameters + parameters + body.rest


def read_signal(data: bytes, at: int) -> Signal:
    """The body of a Signal PDU that begins at byte `at`."""
    entity, radio, encoding, link, rate, bits, samples = _SIGNAL.fields(data, at)
    content, end = _take(data, at + _SIGNAL.size, -(-bits // 8), "signal data")
    return Signal(entity, radio, encoding, link, rate, bits, samples, content, data[end:])


def write_signal(body: Signal) -> bytes:
    """The bytes of the body."""
    return _SIGNAL.write(body[:7]) + body.data + body.padding


def link_signal(entity: EntityId, radio: int, link_type: int, header: LinkHeader) -> Signal:
    """A Signal PDU that carries the network header of one tactical data link message and no message word."""
    content = LINK_HEADER.write(header)
    return Signal(entity, radio, RAW_BINARY, link_type, 0, 8 * len(content), 0, content, bytes(-len(content) % 4))
