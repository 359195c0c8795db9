"""A run that ends while missiles are in the air is exported to every format."""

from pathlib import Path

import pytest

import openiads

FILE = Path(__file__).resolve().parents[2] / "examples" / "scenarios" / "decoy-saturation.yaml"


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> openiads.Run:
    scenario = openiads.load_scenario(FILE, overrides={"clock.duration_s": 340})
    run = openiads.run(scenario, replications=1, out=tmp_path_factory.mktemp("run") / "run")
    shots = [row for row in run.table("association").to_pylist() if row["reference"] == "shot"]
    assert "in_flight" in {row["result"] for row in shots}
    return run


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("dis", "a.pcap"),
        ("asterix", "a.ast"),
        ("czml", "a.czml"),
        ("kml", "a.kmz"),
        ("acmi", "a.zip.acmi"),
        ("geojson", "a.geojson"),
        ("events", "a.csv"),
        ("stonesoup", "a.zip"),
    ],
)
def test_missiles_still_in_the_air(cut_off: openiads.Run, tmp_path: Path, to: str, name: str) -> None:
    openiads.export(cut_off, to, tmp_path / name)
    assert (tmp_path / name).stat().st_size > 0


def test_text_is_plain_letters() -> None:
    """Decoders of DIS take its text for ASCII."""
    from openiads.interop.dis.export import ascii_text

    assert ascii_text("Mürted, K\u0131r\u0131kkale, 30° = 40 km") == b"Murted, Kirikkale, 30? = 40 km"
