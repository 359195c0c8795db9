"""MSDL units into a truth table of one instant."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openiads.errors import InteropError
from openiads.interop.msdl import Reports

UNIT = """<Unit><ObjectHandle>u{k}</ObjectHandle><Name>{name}</Name><SymbolIdentifier>S{side}GPUCD-----</SymbolIdentifier>
<Disposition><Location><CoordinateChoice>{kind}</CoordinateChoice><CoordinateData>{place}</CoordinateData></Location></Disposition></Unit>"""
GDC = "<GDC><Latitude>40.5</Latitude><Longitude>33.25</Longitude><ElevationAGL>12</ElevationAGL></GDC>"
GCC = "<GCC><X>4103948.0748</X><Y>2665135.0418</Y><Z>4078564.0810</Z></GCC>"
MGRS = "<MGRS><MGRSGridZone>33V</MGRSGridZone></MGRS>"


def scenario(*units: str) -> bytes:
    body = f"<Organizations><Units>{''.join(units)}</Units></Organizations>"
    return f'<MilitaryScenario xmlns="urn:sisostds:scenario:military:data:draft:msdl:1">{body}</MilitaryScenario>'.encode()


def unit(k: int, place: str, *, name: str = "alpha", side: str = "H") -> str:
    return UNIT.format(k=k, name=name, side=side, place=place, kind=place[1:4])


def test_units_and_their_places(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(scenario(unit(1, GDC), unit(2, GCC, name="bravo", side="F"), unit(3, MGRS, name="charlie")))
    reports = Reports(path)
    (batch,) = reports.batches()
    assert batch["object_id"] == ["alpha", "bravo"]
    assert batch["side"] == ["hostile", "friendly"]
    assert batch["latitude_deg"] == pytest.approx([40.5, 40.0], rel=0, abs=1e-8)  # deg
    assert batch["longitude_deg"] == pytest.approx([33.25, 33.0], rel=0, abs=1e-8)  # deg
    assert batch["height_m"] == pytest.approx([12, 900], rel=0, abs=1e-3)  # m
    assert reports.summary.faults == ["unit 'charlie': a place as MGRS is not read; GDC and GCC are"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<a/>", "the root is 'a', not MilitaryScenario"),
        (b"<a>", "is no XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type"),
    ],
)
def test_what_is_no_scenario(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(data)
    with pytest.raises(InteropError, match=message):
        list(Reports(path).batches())


def test_broken_scenarios_never_crash(survive: Any, file_decoder: Callable[..., Any]) -> None:
    samples = [scenario(unit(1, GDC), unit(2, GCC))]
    survive(file_decoder(lambda path: list(Reports(path).batches()), "a.xml"), samples, 1_000)


@pytest.mark.nightly
def test_a_hundred_thousand_broken_scenarios(survive: Any, file_decoder: Callable[..., Any]) -> None:
    samples = [scenario(unit(1, GDC), unit(2, GCC))]
    survive(file_decoder(lambda path: list(Reports(path).batches()), "a.xml"), samples, 100_000)
