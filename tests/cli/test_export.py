"""`openiads export` and `openiads import`: what they say and how they end."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from openiads import api

Outcome = tuple[int, str, str]


@pytest.fixture(scope="module")
def folder(cases: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "run"
    api.run(cases.SMALL, replications=2, out=out)
    return out


def test_out_and_back_in(openiads: Callable[..., Outcome], folder: Path, tmp_path: Path) -> None:
    code, out, err = openiads("export", folder, "--to", "dis", "--pcap", tmp_path / "a.pcap", "--until", 30)
    assert (code, "Traceback" in err) == (0, False)
    assert "Entity State" in out
    code, out, _ = openiads("import", "dis", tmp_path / "a.pcap", "-o", tmp_path / "a.csv")
    assert code == 0
    assert "objects over 30.0 s" in out
    assert (tmp_path / "a.csv").read_text().startswith('"time_s","object_id","latitude_deg"')


def test_what_was_not_recorded_is_named(openiads: Callable[..., Outcome], folder: Path, tmp_path: Path) -> None:
    code, _, err = openiads("export", folder, "--to", "dis", "-o", tmp_path / "a.pcap", "--replication", 1)
    assert code == 0
    assert "not recorded of replication 1, so not exported: plots, plot_association, tracks, messages" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--to", "dis"), "no file is named. Use -o FILE, or for dis --rate 1 to send packets"),
        (("--to", "dis", "-o", "a.txt"), "a.txt: files of dis end in .pcap or .dislog. Name it so."),
        (("--to", "dis", "--rate", "-1"), "rate = -1 is not above 0; 1 is real time"),
    ],
)
def test_mistakes(openiads: Callable[..., Outcome], folder: Path, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = openiads("export", folder, *arguments)
    assert (code, out, err) == (2, "", f"error: {message}\n")


def test_replay_to_this_machine(openiads: Callable[..., Outcome], folder: Path) -> None:
    code, out, _ = openiads("export", folder, "--to", "dis", "--rate", 1000, "--until", 5, "--port", 30_001)
    assert code == 0
    assert out.startswith("127.0.0.1:30001: ")
