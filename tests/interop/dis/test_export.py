"""A run as DIS: compared with the run by our reader (`test_check_packets.py`: by tshark); attitudes; replay to loopback; import."""

import math
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import openiads
from openiads.errors import InteropError
from openiads.geo.ellipsoid import enu_axes, geodetic_to_ecef
from openiads.interop.dis.codec import decode
from openiads.interop.dis.entity import EntityState
from openiads.interop.dis.export import NAMELESS, Exporter
from openiads.interop.dis.files import read_pdus
from openiads.interop.dis.importing import Clock
from openiads.interop.dis.motion import euler_angles, past_the_hour_ns, timestamp
from openiads.interop.dis.replay import replay
from openiads.interop.source import Source


@pytest.fixture(scope="module")
def capture(run: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dis") / "run.pcap"
    written = openiads.export(run, "dis", path, exercise=9)
    assert written.missing_tables == ()
    return path


def test_times_of_a_stamp() -> None:
    for epoch_ns in (0, 1, 3_599_999_999_999, 1_562_911_200_123_456_789):
        stamp = timestamp(epoch_ns)
        assert 0 <= epoch_ns % 3_600_000_000_000 - past_the_hour_ns(stamp) < 1_677  # ns: one step is 1676.4 ns
        assert timestamp(past_the_hour_ns(stamp)) == stamp
    clock = Clock()
    assert clock.seconds(timestamp(3_599 * 10**9)) == 0
    assert clock.seconds(timestamp(3_601 * 10**9)) == pytest.approx(2.0, rel=0, abs=2e-6)  # s, over the hour
    assert clock.seconds(timestamp(3_600 * 10**9)) == pytest.approx(1.0, rel=0, abs=4e-6)  # s, and back


@pytest.mark.parametrize(("heading_deg", "pitch_deg"), [(0, 0), (90, 0), (215, 10), (300, -40)])
def test_euler_angles_point_the_nose_along_the_velocity(heading_deg: float, pitch_deg: float) -> None:
    """The body's axes rebuilt from the angles, as IEEE 1278.1-2012 annex E writes the rotation matrix."""
    lat, lon = math.radians(40), math.radians(33)
    axes = enu_axes(latitude_rad=lat, longitude_rad=lon)
    h, p = math.radians(heading_deg), math.radians(pitch_deg)
    ahead = axes.T @ np.array([math.sin(h) * math.cos(p), math.cos(h) * math.cos(p), math.sin(p)])
    position = geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=5000.0)
    psi, theta, phi = euler_angles(position, 200 * ahead)
    c, s = math.cos, math.sin
    nose = np.array([c(theta) * c(psi), c(theta) * s(psi), -s(theta)])
    wing = np.array(
        [s(phi) * s(theta) * c(psi) - c(phi) * s(psi), s(phi) * s(theta) * s(psi) + c(phi) * c(psi), s(phi) * c(theta)]
    )
    assert nose == pytest.approx(ahead, rel=0, abs=1e-12)
    assert float(axes[2] @ wing) == pytest.approx(0.0, rel=0, abs=4e-3)  # level wings; geocentric down is 0.2 degrees off


def test_what_stands_still_or_climbs_straight_up_has_an_attitude() -> None:
    position = geodetic_to_ecef(latitude_rad=0.7, longitude_rad=0.5, height_m=0.0)
    for velocity in (np.zeros(3), position / 1e4):
        assert np.isfinite(euler_angles(position, velocity)).all()


def test_every_report_is_where_the_run_has_it(run: Any, capture: Path) -> None:
    source = Source.open(run.reader)
    reported: dict[int, list[float]] = {}
    for found in read_pdus(capture):
        assert isinstance(found, tuple)
        at_ns, pdu = found
        assert at_ns is not None
        assert pdu.header.exercise == 9
        if isinstance(pdu.body, EntityState) and pdu.body.entity.entity <= len(source.things):
            index = pdu.body.entity.entity - 1
            since = at_ns - source.epoch_ns
            position, velocity = source.paths.at(index, since)
            assert pdu.body.location == pytest.approx(position, rel=0, abs=1e-3)  # m: a capture has microseconds
            assert pdu.body.velocity == pytest.approx(velocity, rel=1e-6, abs=1e-4)  # m/s, 32 bits
            reported.setdefault(index, []).append(since / 1e9)
    assert sorted(reported) == list(range(len(source.things)))
    for index, times in reported.items():
        assert max(np.diff(times)) <= 5.0, source.things[index]  # s: the heartbeat
        assert times[-1] == pytest.approx(source.things[index].end_ns / 1e9, rel=0, abs=2e-6)


def test_dead_reckoning_stays_within_its_threshold(run: Any) -> None:
    """A receiver that moves on by the last report is never off by more than 1 m plus one second of manoeuvre."""
    source = Source.open(run.reader)
    last: dict[int, tuple[int, Any]] = {}
    worst = 0.0
    for at_ns, pdu in Exporter(source).pdus():
        if isinstance(pdu.body, EntityState) and pdu.body.entity.entity <= len(source.things):
            index = pdu.body.entity.entity - 1
            if index in last and source.things[index].kind == "aircraft":
                was_ns, was = last[index]
                for check in range(was_ns, at_ns, 1_000_000_000):
                    truth, _ = source.paths.at(index, check - source.epoch_ns)
                    reckoned = np.add(was.location, np.multiply(was.velocity, (check - was_ns) / 1e9))
                    worst = max(worst, float(np.linalg.norm(reckoned - truth)))
            last[index] = (at_ns, pdu.body)
    assert 0.0 < worst <= 1.001  # m


def test_shots_and_their_ends(run: Any, capture: Path) -> None:
    fired = [f[1] for f in read_pdus(capture) if not isinstance(f[1], str) and f[1].name == "Fire"]
    ended = [f[1] for f in read_pdus(capture) if not isinstance(f[1], str) and f[1].name == "Detonation"]
    shots = run.table("shots", 0).to_pylist()
    results = [row["result"] for row in run.table("association", 0).to_pylist() if row["reference"] == "shot"]
    assert len(fired) == len(shots) > 0
    assert [pdu.body.result for pdu in ended] == [{"killed": 1, "missed": 32}[r] for r in results]
    assert {pdu.body.event for pdu in ended} <= {pdu.body.event for pdu in fired}


def test_radars_without_an_emitter_name_are_told_by_a_comment(run: Any, tmp_path: Path) -> None:
    """SISO-REF-010 numbers emitters by name; 0 is none of them, so a radar of nobody is no emitter unless the user says which."""
    source = Source.open(run.reader, until_s=5)
    exporter = Exporter(source)
    found = [pdu for _, pdu in exporter.pdus()]
    told = [pdu.body.variable[0].value for pdu in found if pdu.name == "Comment"]
    assert sum(text.startswith(b"openiads radar ") for text in told) == len(source.radars) == 3
    assert not [pdu for pdu in found if pdu.name == "Electromagnetic Emission"]
    assert exporter.left_out == {NAMELESS: 3}
    named = [pdu.body for _, pdu in Exporter(source, emitter=5510).pdus() if pdu.name == "Electromagnetic Emission"]
    assert [system.name for body in named for system in body.systems] == [5510] * 3
    with pytest.raises(InteropError, match=r"emitter name 70000 is not allowed. Use 0 to 65535"):
        openiads.export(run, "dis", tmp_path / "a.pcap", emitter=70_000)


def test_import_gives_the_truth_back(run: Any, capture: Path, tmp_path: Path) -> None:
    found = openiads.import_file("dis", capture, tmp_path / "truth.parquet")
    table = pq.read_table(tmp_path / "truth.parquet").to_pandas(use_threads=False)
    source = Source.open(run.reader)
    assert found.rows == len(table) > 200
    assert found.objects == len(source.things) + len(source.nodes)
    assert found.fault_count == 0
    for thing in source.things:
        rows = table[table["object_id"] == thing.object_id]
        assert set(rows["side"]) == {thing.side}
        assert set(rows["kind"]) == {thing.kind}
        position, _ = source.paths.at(source.index[thing.object_id], (rows["time_s"] * 1e9).round().astype(int).to_numpy())
        stated = rows[[f"position_ecef_{axis}_m" for axis in "xyz"]].to_numpy()
        # at most 1.7 us of the stamp, and rockets of 1 km/s
        assert stated == pytest.approx(position, rel=0, abs=5e-3)  # m


def test_import_names_what_is_broken(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    found = openiads.import_file("dis", shared_data("dis/derived-620-pdus.pcap"), tmp_path / "t.csv")
    assert [fault[:8] for fault in found.faults] == ["PDU 175:", "PDU 358:"]
    assert found.counts["Entity State"] == 315
    assert found.rows + found.counts["Entity State left out: not near the earth's surface"] == 315


def test_a_span_and_a_replication(run: Any, tmp_path: Path) -> None:
    written = openiads.export(run, "dis", tmp_path / "a.dislog", replication=1, from_s=60, until_s=90)
    assert "plots" in written.missing_tables
    source = Source.open(run.reader, 1)
    found = [f for f in read_pdus(tmp_path / "a.dislog") if isinstance(f, tuple)]
    assert found[-1][0] == 30 * 10**9
    states = {f[1].body.entity.entity for f in found if isinstance(f[1].body, EntityState)}
    expected = {k + 1 for k, t in enumerate(source.things) if t.start_ns <= 90e9 and t.end_ns >= 60e9}
    assert {s for s in states if s <= len(source.things)} == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"exercise": 0}, "exercise id 0 is not allowed. Use 1 to 255"),
        ({"from_s": 50, "until_s": 50}, "from 50 s to 50 s is no span of this run; it lasts 240 s"),
        ({"replication": 7}, "replication 7 is not in this run"),
        ({"speed": 7}, "'speed' is no option of dis. Known: exercise, port, emitter"),
    ],
)
def test_what_cannot_be_exported(run: Any, tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(api_error(), match=message):
        openiads.export(run, "dis", tmp_path / "a.pcap", **arguments)
    assert not list(tmp_path.iterdir())


def api_error() -> type[Exception]:
    from openiads.errors import OpeniadsError

    return OpeniadsError


def test_files_that_cannot_be(run: Any, tmp_path: Path) -> None:
    with pytest.raises(InteropError, match=r"files of dis end in .pcap or .dislog"):
        openiads.export(run, "dis", tmp_path / "a.txt")
    with pytest.raises(InteropError, match=r"'hla' is no format that can be exported to. Known: dis"):
        openiads.export(run, "hla", tmp_path / "a.txt")
    (tmp_path / "a.pcap").write_text("mine")
    with pytest.raises(InteropError, match=r"is there already. Use --overwrite"):
        openiads.export(run, "dis", tmp_path / "a.pcap")
    assert (tmp_path / "a.pcap").read_text() == "mine"
    with pytest.raises(InteropError, match="there is no such folder"):
        openiads.export(run, "dis", tmp_path / "absent" / "a.pcap")


def test_replay_goes_to_this_machine_at_its_pace(run: Any) -> None:
    waited: list[float] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)
        port = ear.getsockname()[1]
        source = Source.open(run.reader, until_s=3)
        now = [0.0]

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            now[0] += seconds

        sent = replay(Exporter(source).pdus(), rate=2, port=port, sleep=sleep, clock=lambda: now[0])
        heard = [decode(ear.recv(65_535)) for _ in range(sent)]
    assert len(heard) == sent > 10
    assert heard[-1].name == "Stop/Freeze"
    assert sum(waited) == pytest.approx(1.5, rel=0, abs=1e-6)  # s: three seconds at twice the pace


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 0}, "rate = 0 is not above 0"),
        ({"rate": 1, "host": "example.org"}, "is no IP address"),
        ({"rate": 1, "port": 0}, "port 0 is none"),
    ],
)
def test_replay_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InteropError, match=message):
        replay([], **arguments)
