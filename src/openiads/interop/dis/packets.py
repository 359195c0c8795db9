"""DIS export to a file: a capture, or a recorder log."""

from collections import Counter
from typing import BinaryIO

from openiads.interop.dis.codec import encode
from openiads.interop.dis.export import Exporter
from openiads.interop.dis.files import PORT, LogWriter
from openiads.interop.pcap import PcapWriter
from openiads.interop.source import Source


def write(
    source: Source,
    file: BinaryIO,
    name: str,
    counts: Counter[str],
    left_out: Counter[str],
    *,
    exercise: int = 1,
    port: int = PORT,
    emitter: int | None = None,
) -> None:
    """Write every PDU of a replication to `file`: `.pcap` a capture of UDP packets to `port`, `.dislog` a recorder log."""
    exporter = Exporter(source, exercise=exercise, emitter=emitter)
    writer = PcapWriter(file, port) if name.endswith(".pcap") else LogWriter(file)
    for at_ns, pdu in exporter.pdus():
        writer.write(at_ns, encode(pdu))
        counts[pdu.name] += 1
    left_out.update(exporter.left_out)
