"""Capture files: written and read back, pcapng with its own clock, and what is no capture."""

import struct
from pathlib import Path

import pytest

from openiads.errors import InteropError
from openiads.interop.pcap import Datagram, PcapWriter, read_datagrams


def written(path: Path) -> bytes:
    with path.open("wb") as file:
        writer = PcapWriter(file, 3000)
        writer.write(1_562_911_200_000_001_000, b"one")
        writer.write(1_562_911_201_000_000_000, b"")
    return path.read_bytes()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    written(path)
    assert list(read_datagrams(path)) == [
        Datagram(1_562_911_200_000_001_000, 3000, b"one"),
        Datagram(1_562_911_201_000_000_000, 3000, b""),
    ]


def test_the_ip_header_has_a_right_checksum_and_lives_one_hop(tmp_path: Path) -> None:
    data = written(tmp_path / "a.pcap")
    ip = data[24 + 16 + 14 : 24 + 16 + 34]
    total = sum(struct.unpack(">10H", ip))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF
    assert ip[8] == 1
    assert ip[12:20] == b"\x7f\0\0\1" * 2


def test_pcapng_of_another_clock_and_link(tmp_path: Path) -> None:
    """One interface of raw IP with nanoseconds, big-endian, and one UDP packet, laid out by hand."""
    packet = bytes.fromhex("4500001f0000400001110000") + b"\x7f\0\0\1" * 2 + struct.pack(">HHHH", 1, 9, 11, 0) + b"abc"
    section = struct.pack(">IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    interface = struct.pack(">IIHHI", 1, 32, 101, 0, 0) + struct.pack(">HHB3xHH", 9, 1, 9, 0, 0) + struct.pack(">I", 32)
    size = 32 + len(packet) + -len(packet) % 4
    when = 5_000_000_007
    block = struct.pack(">IIIIIII", 6, size, 0, when >> 32, when & 0xFFFFFFFF, len(packet), len(packet))
    path = tmp_path / "a.pcapng"
    path.write_bytes(section + interface + block + packet + bytes(-len(packet) % 4) + struct.pack(">I", size))
    assert list(read_datagrams(path)) == [Datagram(when, 9, b"abc")]


@pytest.mark.parametrize(
    ("cut", "message"),
    [(0, "is no capture file: it begins with nothing"), (3, "is no capture file"), (20, "ends within its header")],
)
def test_what_is_no_capture(tmp_path: Path, cut: int, message: str) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(written(path)[:cut])
    with pytest.raises(InteropError, match=message):
        list(read_datagrams(path))


def test_a_cut_capture_gives_what_it_has_and_then_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(written(path)[:-5])
    found = read_datagrams(path)
    assert next(found).payload == b"one"
    with pytest.raises(InteropError, match="ends within packet 2: 37 of 42 bytes; the file is cut off"):
        next(found)
    with pytest.raises(InteropError, match="cannot read"):
        list(read_datagrams(tmp_path / "absent"))
