"""Capture files: UDP payloads out of pcap and pcapng, and into pcap. Shared by DIS and ASTERIX."""

import struct
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.errors import InteropError

MOST_PACKET: Final = 262_144
"""Bytes of one captured packet at most, as tcpdump has it; more means a damaged file."""

_MAGICS: Final = {
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
"""First bytes of a pcap file: byte order, and nanoseconds of one unit of its fractions."""

_SECTION: Final = b"\x0a\x0d\x0d\x0a"
ETHERNET: Final = 1
_LINKS: Final = {ETHERNET: 14, 113: 16, 101: 0, 228: 0, 0: 4, 276: 20}
"""Bytes before the IP header by link type: Ethernet, Linux cooked, raw IP (two numbers), loopback, Linux cooked 2."""

UDP: Final = 17


class Datagram(NamedTuple):
    """A UDP payload and when it was captured."""

    at_ns: int
    port: int
    payload: bytes


def is_capture(start: bytes) -> bool:
    """Whether a file that begins so is a capture file."""
    return start[:4] in _MAGICS or start[:4] == _SECTION


def read_datagrams(path: Path) -> Iterator[Datagram]:
    """UDP payloads of a capture file in its order, one at a time; other packets are passed over.

    Raises
    ------
    InteropError
        The file is no capture file, or is cut off or damaged.
    """
    with _opened(path) as file:
        for at_ns, link, packet in _packets(file, path):
            found = _udp(link, packet)
            if found is not None:
                yield Datagram(at_ns, *found)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InteropError(f"{path}: cannot read: {error.strerror or error}") from error


def _packets(file: BinaryIO, path: Path) -> Iterator[tuple[int, int, bytes]]:
    start = file.read(4)
    if start in _MAGICS:
        yield from _pcap(file, path, *_MAGICS[start])
    elif start == _SECTION:
        yield from _pcapng(file, path)
    else:
        raise InteropError(
            f"{path}: is no capture file: it begins with {start.hex() or 'nothing'}. Give a pcap or pcapng file."
        )


def _exactly(file: BinaryIO, size: int, path: Path, what: str) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise InteropError(f"{path}: ends within {what}: {len(data)} of {size} bytes; the file is cut off")
    return data


def _pcap(file: BinaryIO, path: Path, order: str, unit: int) -> Iterator[tuple[int, int, bytes]]:
    link = struct.unpack(order + "HHiIII", _exactly(file, 20, path, "its header"))[-1] & 0xFFFF
    for number in count(1):
        head = file.read(16)
        if not head:
            return
        if len(head) < 16:
            raise InteropError(f"{path}: ends within the head of packet {number}; the file is cut off")
        seconds, fraction, size, _ = struct.unpack(order + "IIII", head)
        if size > MOST_PACKET:
            raise InteropError(f"{path}: packet {number} would have {size} bytes; the file is damaged")
        packet = _exactly(file, size, path, f"packet {number}")
        yield seconds * NANOSECONDS_PER_SECOND + fraction * unit, link, packet


def _pcapng(file: BinaryIO, path: Path) -> Iterator[tuple[int, int, bytes]]:
    order = "<"
    links: list[tuple[int, int]] = []
    kind = int.from_bytes(_SECTION, "little")
    for number in count(1):
        if number > 1:
            first = file.read(4)
            if not first:
                return
            kind = struct.unpack(order + "I", first.ljust(4, b"\0"))[0]
        if kind == int.from_bytes(_SECTION, "little"):
            size_bytes, mark = _exactly(file, 4, path, f"block {number}"), _exactly(file, 4, path, f"block {number}")
            order, links = (">" if mark == b"\x1a\x2b\x3c\x4d" else "<"), []
            done = 12
        else:
            size_bytes, done = _exactly(file, 4, path, f"block {number}"), 8
        size = struct.unpack(order + "I", size_bytes)[0]
        if not done + 4 <= size <= MOST_PACKET + 1024:
            raise InteropError(f"{path}: block {number} would have {size} bytes; the file is damaged")
        body = _exactly(file, size - done, path, f"block {number}")[:-4]
        if kind == 1:
            links.append(_interface(body, order, path))
        elif kind == 6:
            yield _enhanced(body, order, links, path, number)


def _interface(body: bytes, order: str, path: Path) -> tuple[int, int]:
    """Link type and units per second of an interface."""
    if len(body) < 8:
        raise InteropError(f"{path}: an interface block has {len(body)} bytes; the file is damaged")
    link, resolution, at = struct.unpack_from(order + "H", body)[0], 6, 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from(order + "HH", body, at)
        if code == 9 and length == 1 and at + 4 < len(body):
            resolution = body[at + 4]
        at += 4 + length + -length % 4
    if resolution & 0x7F > 63:
        raise InteropError(f"{path}: an interface states the time resolution {resolution}; the file is damaged")
    return link, 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution


def _enhanced(body: bytes, order: str, links: list[tuple[int, int]], path: Path, number: int) -> tuple[int, int, bytes]:
    if len(body) < 20:
        raise InteropError(f"{path}: packet block {number} has {len(body)} bytes; the file is damaged")
    interface, high, low, size, _ = struct.unpack_from(order + "IIIII", body)
    if interface >= len(links) or size > len(body) - 20:
        raise InteropError(f"{path}: packet block {number} is damaged: interface {interface}, {size} bytes")
    link, rate = links[interface]
    return ((high << 32) | low) * NANOSECONDS_PER_SECOND // rate, link, body[20 : 20 + size]


def _udp(link: int, packet: bytes) -> tuple[int, bytes] | None:
    """Destination port and payload of an unfragmented UDP packet over IPv4 or IPv6; None for anything else."""
    if link not in _LINKS:
        return None
    at = _LINKS[link]
    if link == ETHERNET and packet[12:14] == b"\x81\x00":
        at += 4
    version = packet[at] >> 4 if at < len(packet) else 0
    if version == 4 and len(packet) >= at + 20 and packet[at + 9] == UDP:
        fragment = int.from_bytes(packet[at + 6 : at + 8], "big") & 0x3FFF
        at += 4 * (packet[at] & 15)
        if fragment:
            return None
    elif version == 6 and len(packet) >= at + 40 and packet[at + 6] == UDP:
        at += 40
    else:
        return None
    if len(packet) < at + 8:
        return None
    port, length = struct.unpack_from(">2xHH", packet, at)
    return port, packet[at + 8 : at + max(length, 8)]


class PcapWriter:
    """Writes UDP payloads as a pcap file: Ethernet, IPv4 from 127.0.0.1 to 127.0.0.1, microseconds."""

    def __init__(self, file: BinaryIO, port: int) -> None:
        self._file = file
        self._port = port
        file.write(struct.pack(">IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, MOST_PACKET, ETHERNET))

    def write(self, at_ns: int, payload: bytes) -> None:
        """One datagram, captured at `at_ns` since 1970.

        Raises
        ------
        InteropError
            The payload is too long for one datagram.
        """
        length = len(payload) + 8
        if length + 20 > 0xFFFF:
            raise InteropError(f"a payload of {len(payload)} bytes does not fit one UDP datagram")
        seconds, rest = divmod(at_ns, NANOSECONDS_PER_SECOND)
        size = 14 + 20 + length
        head = struct.pack(">IIII", seconds, rest // 1000, size, size)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0x4000, 1, UDP, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        ip = ip[:10] + _checksum(ip).to_bytes(2, "big") + ip[12:]
        udp = struct.pack(">HHHH", self._port, self._port, length, 0)
        self._file.write(b"".join((head, bytes(12), b"\x08\x00", ip, udp, payload)))


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
