"""Files of DIS PDUs: captures (pcap, pcapng), recorder logs as text, and raw PDUs one behind the other."""

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from openiads.errors import InteropError
from openiads.interop.dis.codec import Pdu, decode, read_header, split
from openiads.interop.dis.records import HEADER
from openiads.interop.pcap import is_capture, read_datagrams

PORT = 3000
LONGEST_LINE = 1_000_000
STAMP = 8
"""Bytes of the time in front of each PDU of a log: nanoseconds since its start."""


class Recorded(NamedTuple):
    """One PDU of a file: its number from 1, when it was recorded (None where the file does not say), its bytes."""

    number: int
    at_ns: int | None
    data: bytes


class Fault(NamedTuple):
    """A PDU that could not be decoded, and why."""

    number: int
    problem: str


def read_recorded(path: Path, *, port: int | None = None) -> Iterator[Recorded]:
    """PDUs of a file as bytes, one at a time; of a capture those to `port`, or to any port.

    Raises
    ------
    InteropError
        The file cannot be read, is cut off, or is none of the known kinds.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise InteropError(f"{path}: cannot read: {error.strerror or error}") from error
    if is_capture(start):
        found = _captured(path, port)
    elif _is_text(start):
        found = _logged(path)
    else:
        found = _raw(path)
    for number, (at_ns, data) in enumerate(found, start=1):
        yield Recorded(number, at_ns, data)


def read_pdus(path: Path, *, port: int | None = None) -> Iterator[tuple[int | None, Pdu] | Fault]:
    """PDUs of a file decoded, each with its time; in place of a PDU that is broken, its fault.

    Raises
    ------
    InteropError
        As `read_recorded`.
    """
    for number, at_ns, data in read_recorded(path, port=port):
        try:
            yield at_ns, decode(data)
        except InteropError as error:
            yield Fault(number, str(error))


def _captured(path: Path, port: int | None) -> Iterator[tuple[int | None, bytes]]:
    for datagram in read_datagrams(path):
        if port is not None and datagram.port != port:
            continue
        try:
            parts = list(split(datagram.payload))
        except InteropError:
            parts = [datagram.payload]  # decoding names what is wrong with it
        for part in parts:
            yield datagram.at_ns, part


def _is_text(start: bytes) -> bool:
    return bool(start) and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in start)


def _logged(path: Path) -> Iterator[tuple[int | None, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file, path), start=1):
            text = line.split(b"#", 1)[0].strip()
            if text:
                yield _log_entry(text.decode("ascii", "replace"), f"{path}:{number}")


def _lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise InteropError(f"{path}: has a line longer than {LONGEST_LINE} bytes; it is no recorder log")
        yield line


def _log_entry(text: str, where: str) -> tuple[int, bytes]:
    """One line: `[time bytes],[PDU bytes]`, the same without brackets, or `time,PDU` in Base64."""
    try:
        if text.startswith("["):
            first, _, second = text.partition("],[")
            stamp, data = _numbers(first.lstrip("[")), _numbers(second.rstrip("]"))
        elif text[0] in "-0123456789" and text.count(",") > STAMP:
            everything = _numbers(text)
            stamp, data = everything[:STAMP], everything[STAMP:]
        else:
            stamp, data = (base64.b64decode(part, validate=True) for part in text.split(","))
    except (ValueError, binascii.Error) as error:
        raise InteropError(f"{where}: is no line of a recorder log ({error}): {text[:40]!r}") from error
    if len(stamp) != STAMP:
        raise InteropError(f"{where}: the time has {len(stamp)} bytes; 8 are expected")
    return int.from_bytes(stamp, "big", signed=True), data


def _numbers(text: str) -> bytes:
    return bytes(int(part) & 0xFF if -128 <= int(part) <= 255 else 256 for part in text.split(","))


def _raw(path: Path) -> Iterator[tuple[int | None, bytes]]:
    with path.open("rb") as file:
        at = 0
        while head := file.read(HEADER.size):
            header = read_header(head)
            rest = header.length - HEADER.size
            if header.length == 0 and at == 0 and path.stat().st_size <= 0xFFFF:
                yield from ((None, head + data) for data in [file.read()] if _one_pdu(head + data, path))
                return
            if rest < 0:
                raise InteropError(
                    f"{path}: the PDU at byte {at} states a length of {header.length} bytes, so the next one cannot be found. "
                    "Record with lengths, or as text or pcap."
                )
            yield None, head + file.read(rest)
            at += header.length


def _one_pdu(data: bytes, path: Path) -> bool:
    """Whether bytes whose length field is 0 are one PDU that ends where the file ends; else nobody can split them."""
    body = decode(data).body
    if isinstance(body, bytes) or getattr(body, "rest", None):
        raise InteropError(
            f"{path}: the PDU at byte 0 states a length of 0 bytes, so the next one cannot be found. "
            "Record with lengths, or as text or pcap."
        )
    return True


class LogWriter:
    """Writes PDUs as a recorder log in Base64 text."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._began: int | None = None
        file.write(b"# Start, ENCODING_BASE64, DIS capture file\n")

    def write(self, at_ns: int, data: bytes) -> None:
        """One PDU at `at_ns`; times are written since the first."""
        if self._began is None:
            self._began = at_ns
        stamp = (at_ns - self._began).to_bytes(STAMP, "big", signed=True)
        self._file.write(base64.b64encode(stamp) + b"," + base64.b64encode(data) + b"\n")
