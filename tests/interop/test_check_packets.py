"""Other decoders read every packet of a run as the run has it, and the comparison notices a changed field."""

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
pytestmark = pytest.mark.skipif(
    shutil.which("tshark") is None, reason="tshark is not installed (Debian: apt install tshark)"
)


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(TOOLS))
    yield importlib.import_module("check_packets")
    for name in ("check_packets", "packets", "packets.dis", "packets.asterix", "packets.reading"):
        sys.modules.pop(name, None)


def test_every_field_of_every_packet_is_as_the_run_has_it(run: Any, tool: Any, tmp_path: Path) -> None:
    report = tool.check(run.reader.folder, tmp_path, emitter=5510)
    assert report.faults == []
    kinds = {name.removeprefix("DIS ") for name in report.packets if name.startswith("DIS ")}
    assert kinds == set(tool.dis.NAMES.values())
    assert report.packets["DIS Fire"] == len(run.table("shots", 0).to_pylist()) > 0
    assert report.packets["ASTERIX CAT048"] == len(run.table("plots", 0).to_pylist()) > 500
    assert report.packets["ASTERIX CAT062 tshark = libasterix"] == report.packets["ASTERIX CAT062"] > 500
    assert min(report.compared[name] / report.packets[name] for name in report.packets) >= 7


@pytest.mark.parametrize(
    ("name", "at", "fault"),
    [
        ("dis", 42 + 1, "DIS Comment exer_id: 8, wanted 9"),
        ("dis", -1, "DIS Stop/Freeze request_id"),
        ("asterix", 42 + 5, "CAT034 010_SAC is ['0x01'], the run says nothing of it"),
        ("asterix", -1, "120_LON"),
    ],
)
def test_a_changed_byte_is_noticed(run: Any, tool: Any, tmp_path: Path, name: str, at: int, fault: str) -> None:
    source = tool.Source.open(run.reader)
    tool.openiads.export(run, name, tmp_path / "a.pcap", **({"exercise": 9} if name == "dis" else {}))
    data = bytearray((tmp_path / "a.pcap").read_bytes())
    data[24 + 16 + at if at >= 0 else at] ^= 1
    (tmp_path / "a.pcap").write_bytes(bytes(data))
    report = tool.Report()
    if name == "dis":
        tool.dis.compare(source, tmp_path / "a.pcap", report, exercise=9, emitter=None)
    else:
        tool.asterix.compare(source, tmp_path / "a.pcap", report, third=None)
    assert fault in "\n".join(report.faults)
