"""PDUs from bytes and to bytes. Unknown kinds pass through as bytes; version 6 and older are read and never written."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from openiads.errors import InteropError
from openiads.interop.dis import emission, entity, management, radio
from openiads.interop.dis.records import AUTO, HEADER, VERSION, Header

OLDEST = 4
"""DIS 2.0.4: the oldest version whose header has this layout."""

MOST_BYTES = 65_535
"""The length field has 16 bits; IEEE 1278.1 further asks for 8,192 at most."""


class Kind(NamedTuple):
    """One kind of PDU: number, protocol family, name, body."""

    number: int
    family: int
    name: str
    body: type[Any]
    read: Callable[[bytes, int], Any]
    write: Callable[[Any], bytes]


KINDS: Final[dict[int, Kind]] = {
    k.number: k
    for k in (
        Kind(1, 1, "Entity State", entity.EntityState, entity.read_entity_state, entity.write_entity_state),
        Kind(2, 2, "Fire", entity.Fire, entity.read_fire, entity.write_fire),
        Kind(3, 2, "Detonation", entity.Detonation, entity.read_detonation, entity.write_detonation),
        Kind(13, 5, "Start/Resume", management.Start, management.read_start, management.write_start),
        Kind(14, 5, "Stop/Freeze", management.Stop, management.read_stop, management.write_stop),
        Kind(19, 5, "Set Data", management.SetData, management.read_set_data, management.write_set_data),
        Kind(20, 5, "Data", management.SetData, management.read_set_data, management.write_set_data),
        Kind(22, 5, "Comment", management.Comment, management.read_comment, management.write_comment),
        Kind(23, 6, "Electromagnetic Emission", emission.Emission, emission.read_emission, emission.write_emission),
        Kind(24, 6, "Designator", emission.Designator, emission.read_designator, emission.write_designator),
        Kind(25, 4, "Transmitter", radio.Transmitter, radio.read_transmitter, radio.write_transmitter),
        Kind(26, 4, "Signal", radio.Signal, radio.read_signal, radio.write_signal),
        Kind(28, 6, "IFF", emission.Iff, emission.read_iff, emission.write_iff),
    )
}
"""The kinds that are decoded, by their number in SISO-REF-010."""

_OF_BODY: Final = {kind.body: kind for number, kind in KINDS.items() if number != 20}


class Pdu(NamedTuple):
    """One PDU: header, and body as one of the named tuples of this package or, for an unknown kind, as bytes."""

    header: Header
    body: Any

    @property
    def name(self) -> str:
        """Kind of PDU in words."""
        kind = KINDS.get(self.header.kind)
        return kind.name if kind else f"kind {self.header.kind}"


def read_header(data: bytes, at: int = 0) -> Header:
    """The header at byte `at`.

    Raises
    ------
    InteropError
        Cut off, or not DIS.
    """
    header: Header = HEADER.read(data, at)
    if not OLDEST <= header.version <= VERSION:
        raise InteropError(
            f"byte {at}: protocol version {header.version}; DIS has {OLDEST} to {VERSION} here. Not a DIS packet?"
        )
    return header


def decode(data: bytes) -> Pdu:
    """One PDU from exactly its bytes.

    A length field of 0, as some recorders leave it, is taken as unknown; any other must be the number of bytes.

    Raises
    ------
    InteropError
        Broken data: what was found and where.
    """
    header = read_header(data)
    if header.length not in (0, len(data)):
        raise InteropError(
            f"{Pdu(header, b'').name} PDU: the length field says {header.length} bytes, {len(data)} are here; "
            "the PDU is cut off or joined"
        )
    kind = KINDS.get(header.kind)
    if kind is None:
        return Pdu(header, data[HEADER.size :])
    try:
        return Pdu(header, kind.read(data, HEADER.size))
    except InteropError as error:
        raise InteropError(f"{kind.name} PDU: {error}") from error


def split(data: bytes) -> Iterator[bytes]:
    """The PDUs of a datagram, which may hold several one behind the other; what cannot be split comes whole.

    Raises
    ------
    InteropError
        No header where one should be.
    """
    at = 0
    while at < len(data):
        length = read_header(data, at).length
        if length < HEADER.size or at + length > len(data):
            length = len(data) - at
        yield data[at : at + length]
        at += length


def encode(pdu: Pdu) -> bytes:
    """The bytes of a version 7 PDU; a length AUTO is worked out, any other kept as it is.

    Raises
    ------
    InteropError
        Another version, a value that does not fit, or more than 65,535 bytes.
    """
    header, body = pdu
    if header.version != VERSION:
        raise InteropError(f"DIS version {header.version} is read only; version {VERSION} is written")
    if isinstance(body, bytes):
        content = body
    else:
        kind = KINDS.get(header.kind)
        if kind is None or not isinstance(body, kind.body):
            raise InteropError(f"a PDU of kind {header.kind} cannot hold a {type(body).__name__}")
        content = kind.write(body)
    length = HEADER.size + len(content) if header.length == AUTO else header.length
    if length > MOST_BYTES:
        raise InteropError(f"{pdu.name} PDU of {length} bytes; {MOST_BYTES} is the most")
    return HEADER.write((*header[:5], length, *header[6:])) + content


def make(body: Any, *, exercise: int, timestamp: int, status: int = 0) -> Pdu:
    """A PDU around `body` with its header."""
    kind = _OF_BODY[type(body)]
    return Pdu(Header(VERSION, exercise, kind.number, kind.family, timestamp, AUTO, status), body)
