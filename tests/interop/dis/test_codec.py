"""The codec: every known kind back to the same bytes, recorded traffic, broken packets, and a field laid out by hand."""

import gc
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openiads.errors import InteropError
from openiads.interop.dis import emission, entity, management, radio
from openiads.interop.dis.codec import KINDS, Pdu, decode, encode, make, split
from openiads.interop.dis.files import Fault, LogWriter, read_pdus, read_recorded
from openiads.interop.dis.records import (
    ClockTime,
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
    VariableParameter,
    Vector,
)

WHO, WHOM, EVENT = EntityId(1, 2, 3), EntityId(4, 5, 6), EventId(7, 8, 9)
TYPE = EntityType(1, 2, 225, 1, 3, 4, 5)
BODIES: list[Any] = [
    entity.EntityState(
        entity=WHO,
        force=2,
        type=TYPE,
        alternative_type=EntityType(),
        velocity=Vector(1.5, -2.5, 3.5),
        location=Position(4e6, 2e6, 4.1e6),
        orientation=Orientation(0.5, -0.25, 0.125),
        appearance=1 << 23,
        dead_reckoning=DeadReckoning(2),
        character_set=1,
        marking=b"raider-b\0\0\0",
        capabilities=0,
        parameters=(VariableParameter(0, bytes(range(15))),),
    ),
    entity.Fire(WHO, WHOM, EntityId(), EVENT, 0, Position(1.0, 2.0, 3.0), Descriptor(TYPE, quantity=1), Vector(), 250.0),
    entity.Detonation(WHO, WHOM, EntityId(), EVENT, Vector(), Position(1.0, 2.0, 3.0), Descriptor(), Vector(), 5),
    management.Start(WHO, WHOM, ClockTime(1, 2), ClockTime(3, 4), 5),
    management.Stop(WHO, WHOM, ClockTime(1, 2), 2, 0, 0, 6),
    management.SetData(WHO, WHOM, 1, 0, (FixedDatum(1, 2),), (VariableDatum.of(3, b"text"), VariableDatum.of(4, b""))),
    management.Comment(WHO, WHOM, (), (VariableDatum.of(3, b"eleven char"),)),
    emission.Emission(
        WHO,
        EVENT,
        0,
        systems=(
            emission.EmitterSystem(
                5577,
                4,
                1,
                Vector(0, 0, -5),
                (
                    emission.Beam(
                        1, 1, emission.Fundamental(3e9), emission.BeamData(0.5, 1.0), 4, targets=(emission.TrackJam(WHOM),)
                    ),
                    emission.Beam(2, 2, emission.Fundamental(), emission.BeamData(), 1),
                ),
            ),
            emission.EmitterSystem(70, 2, 2, Vector()),
        ),
    ),
    emission.Designator(WHO, 0, WHOM, 1, 1.0, 1.0, Vector(), Position(), 0, bytes(3), Vector()),
    radio.Transmitter(
        entity=WHO,
        radio=3,
        type=RadioType(7, 1),
        state=1,
        source=0,
        location=Position(1, 2, 3),
        antenna=Vector(),
        pattern=0,
        frequency=960_000_000,
        bandwidth=3.0,
        power=4.0,
        modulation=radio.Modulation(1, 2, 3, 4),
        modulation_parameters=bytes(8),
        antenna_parameters=bytes(range(16)),
        parameters=(radio.TransmitterParameter(9, bytes(10)),),
    ),
    radio.link_signal(WHO, 3, 100, radio.LinkHeader(7)),
    emission.Iff(WHO, EVENT, Vector(), emission.IffSystem(2, 6, 3, 16), 1, 0, emission.IffState(1, layers=2)),
]


def packets() -> list[bytes]:
    return [encode(make(body, exercise=3, timestamp=2 * k)) for k, body in enumerate(BODIES)]


def recorded(path: Path) -> Iterator[bytes]:
    return (found.data for found in read_recorded(path))


def without_lengths(body: Any) -> Any:
    """An emission with the lengths of its parts left to the encoder, as in `BODIES`."""
    if not isinstance(body, emission.Emission):
        return body
    systems = [s._replace(length=-1, beams=tuple(b._replace(length=-1) for b in s.beams)) for s in body.systems]
    return body._replace(systems=tuple(systems))


def test_lengths_of_emitter_systems_count_words() -> None:
    """System 20 bytes, beam 52, target 8 (IEEE 1278.1-2012, 7.6.2)."""
    systems = decode(encode(make(BODIES[7], exercise=1, timestamp=0))).body.systems
    assert [(s.length, [b.length for b in s.beams]) for s in systems] == [(33, [15, 13]), (5, [])]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_every_kind_comes_back(body: Any) -> None:
    pdu = make(body, exercise=3, timestamp=12)
    data = encode(pdu)
    back = decode(data)
    assert without_lengths(back.body) == body
    assert back.header.length == len(data)
    assert (back.header.version, back.header.exercise, back.header.timestamp) == (7, 3, 12)
    assert encode(back) == data


def test_all_kinds_of_the_standard_that_we_name_are_tried() -> None:
    assert {type(body) for body in BODIES} == {kind.body for kind in KINDS.values()}


def test_an_entity_state_laid_out_by_hand() -> None:
    """Offsets of IEEE 1278.1-2012, table 7: the packet written without the codec."""
    data = encode(make(BODIES[0], exercise=3, timestamp=12))
    by_hand = struct.pack(">BBBBIHBB", 7, 3, 1, 1, 12, 160, 0, 0)
    by_hand += struct.pack(">HHHBB", 1, 2, 3, 2, 1) + bytes([1, 2, 0, 225, 1, 3, 4, 5]) + bytes(8)
    by_hand += struct.pack(">fffdddfffI", 1.5, -2.5, 3.5, 4e6, 2e6, 4.1e6, 0.5, -0.25, 0.125, 1 << 23)
    by_hand += bytes([2]) + bytes(39) + b"\x01raider-b\0\0\0" + bytes(4) + bytes([0, *range(15)])
    assert data == by_hand
    assert len(by_hand) == 160


def test_recorded_packets_come_back_byte_for_byte(shared_data: Callable[[str], Path]) -> None:
    """620 recorded PDUs: 6 of version 6, two Data PDUs cut off by their recorder, all others the same again."""
    same, older, broken, kinds = 0, 0, [], set()
    for number, data in enumerate(recorded(shared_data("dis/derived-620-pdus.pcap")), start=1):
        try:
            pdu = decode(data)
        except InteropError as error:
            broken.append((number, str(error)))
            continue
        kinds.add(pdu.header.kind)
        if pdu.header.version < 7:
            older += 1
            with pytest.raises(InteropError, match="version 6 is read only"):
                encode(pdu)
        else:
            assert encode(pdu) == data
            same += 1
    assert (same, older, [number for number, _ in broken]) == (612, 6, [175, 358])
    assert all("the length field says 14064 bytes, 8192 are here" in text for _, text in broken)
    assert kinds == set(range(1, 73))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("open-dis-python/EntityStatePdu-26.raw", 1),
        ("open-dis-python/SignalPdu.raw", 1),
        ("opendis7-java/Entity90DegreesTurnBase64.dislog", 197),
        ("opendis7-java/Entity90DegreesTurnPlainText.dislog", 171),
        ("opendis7-java/Gaz69StraightPlainText.dislog", 174),
        ("opendis7-java/PduListenerSaverLog.dislog", 72),
        ("opendis7-java/PduRecorderSelfTestENCODING_PLAINTEXT_PduCaptureLog.dislog", 72),
    ],
)
def test_recorder_logs_are_read(shared_data: Callable[[str], Path], name: str, count: int) -> None:
    assert sum(1 for _ in read_pdus(shared_data(f"dis/{name}"))) == count


def test_a_binary_log_without_lengths_is_refused(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("dis/opendis7-java/PduRecorderSelfTestENCODING_BINARY_PduCaptureLog.dislog")
    with pytest.raises(InteropError, match="the PDU at byte 0 states a length of 0 bytes, so the next one cannot be found"):
        list(read_pdus(path))


def test_a_log_that_we_write_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.dislog"
    with path.open("wb") as file:
        log = LogWriter(file)
        for number, data in enumerate(packets()):
            log.write(5_000 + number, data)
    found = list(read_recorded(path))
    assert [f.data for f in found] == packets()
    assert [f.at_ns for f in found] == list(range(len(BODIES)))


def test_a_datagram_may_hold_several() -> None:
    assert list(split(b"".join(packets()))) == packets()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "needs 12 bytes, 0 are left"),
        (packets()[0][:50], "the length field says 160 bytes, 50 are here"),
        (b"\x09" + packets()[0][1:], "protocol version 9; DIS has 4 to 7"),
        (packets()[0][:8] + b"\x00\x00" + packets()[0][10:100], "Entity State PDU: .* needs 132 bytes, 88 are left"),
        (packets()[7][:16] + packets()[7][16:25] + b"\x09" + packets()[7][26:], "Emission PDU: .* the data are cut off"),
    ],
)
def test_broken_packets_say_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(InteropError, match=message):
        decode(data)


@pytest.mark.parametrize(
    ("pdu", "message"),
    [
        (make(BODIES[1]._replace(mission=-1), exercise=1, timestamp=0), "Fire: a value does not fit its field"),
        (Pdu(make(BODIES[1], exercise=1, timestamp=0).header, BODIES[0]), "kind 2 cannot hold a EntityState"),
        (
            make(management.Comment(WHO, WHOM, (), (VariableDatum.of(1, bytes(70_000)),)), exercise=1, timestamp=0),
            "65535 is the most",
        ),
    ],
)
def test_what_cannot_be_written(pdu: Pdu, message: str) -> None:
    with pytest.raises(InteropError, match=message):
        encode(pdu)


def test_broken_packets_never_crash(survive: Callable[..., tuple[int, int]]) -> None:
    taken, refused = survive(_decode_all, packets(), 2_000)
    assert taken > 200
    assert refused > 200


@pytest.mark.nightly
def test_a_hundred_thousand_broken_packets(survive: Callable[..., tuple[int, int]]) -> None:
    assert sum(survive(_decode_all, packets(), 100_000)) == 100_000


def _decode_all(data: bytes) -> None:
    for part in split(data):
        pdu = decode(part)
        if pdu.header.version == 7:
            again = encode(pdu)
            assert again == part or repr(decode(again)) == repr(pdu)  # a signalling NaN comes back quiet


def files(name: str, packets: list[bytes], tmp_path: Path) -> list[bytes]:
    """A capture or a bare row of packets."""
    from openiads.interop.pcap import PcapWriter

    sample = tmp_path / "sample"
    with sample.open("wb") as file:
        writer = PcapWriter(file, 3000)
        for data in packets:
            writer.write(10**18, data)
    return [sample.read_bytes()] if name == "a.pcap" else [b"".join(packets)]


@pytest.mark.parametrize("name", ["a.pcap", "a.raw"])
def test_broken_files_never_crash(
    survive: Callable[..., tuple[int, int]], file_decoder: Callable[..., Any], tmp_path: Path, name: str
) -> None:
    survive(file_decoder(lambda path: list(read_pdus(path)), name), files(name, packets(), tmp_path), 700)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["a.pcap", "a.raw"])
def test_a_hundred_thousand_broken_files(
    survive: Callable[..., tuple[int, int]], file_decoder: Callable[..., Any], tmp_path: Path, name: str
) -> None:
    samples = files(name, packets()[:4], tmp_path)  # few packets, so that most mutations meet a head
    assert sum(survive(file_decoder(lambda path: list(read_pdus(path)), name), samples, 100_000)) == 100_000


def test_faults_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.dislog"
    with path.open("wb") as file:
        log = LogWriter(file)
        for data in (packets()[0], packets()[1][:40], packets()[2]):
            log.write(0, data)
    found = list(read_pdus(path))
    assert [isinstance(f, Fault) for f in found] == [False, True, False]
    fault = found[1]
    assert isinstance(fault, Fault)
    assert fault.number == 2
    assert "Fire PDU" in fault.problem


@pytest.mark.nightly
def test_twenty_thousand_a_second() -> None:
    """CPU time of one core, for the commonest packet; 59,000 and 110,000 were seen."""
    data = [packets()[0]] * 5_000
    gc.freeze()  # what earlier tests left is not the codec's to walk through
    began = time.process_time()
    pdus = [decode(d) for d in data]
    decoded = time.process_time()
    for pdu in pdus:
        encode(pdu)
    assert 5_000 / (decoded - began) > 20_000
    assert 5_000 / (time.process_time() - decoded) > 20_000
