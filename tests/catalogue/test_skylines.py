"""The shipped skylines: complete, small, reproducible; damaged files are refused with their line."""

import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from openiads.catalogue.skylines import load_skyline, parse_skyline, skyline_ids
from openiads.errors import CatalogueError
from openiads.geo.terrain.grid import Terrain
from openiads.geo.terrain.skyline import survey_azimuth

PLACES = ("diyarbakir", "hmeimim", "incirlik", "konya", "kurecik", "malatya-erhac", "murted")


def text_of(place):
    return (files("openiads.catalogue") / "data" / "skylines" / f"{place}.csv").read_text()


def test_the_places_of_the_case_are_there():
    assert skyline_ids() == PLACES


@pytest.mark.parametrize("place", PLACES)
def test_a_skyline_says_where_it_comes_from_and_is_small(place):
    text = text_of(place)
    assert len(text) < 300_000
    for line in ("# source: NGA DTED level 0", "# spacing_arcsec: 30", "# made: 20", "# caution: 900 m between posts"):
        assert line in text
    skyline = load_skyline(place)
    assert skyline.id == place
    assert skyline.source.startswith("NGA DTED level 0")
    assert skyline.reach_m == 450e3
    assert (skyline.factor_low, skyline.factor_high) == (1.0, 1.6)
    assert skyline.antenna_low_amsl_m <= skyline.ground_m + 2.06  # m; written to 0.1 m
    assert skyline.antenna_high_amsl_m >= skyline.ground_m + 59.94  # m
    assert len(skyline.first) == 361
    assert (np.diff(skyline.first) > 0).all()
    assert skyline.range_m.min() >= 926  # m; nothing inside one post spacing
    assert skyline.height_amsl_m.max() < 5200  # m; Ararat is the highest ground around


def test_murted_holds_for_the_published_ground_and_the_ground_of_the_model():
    skyline = load_skyline("murted")
    assert np.degrees([skyline.latitude_rad, skyline.longitude_rad]) == pytest.approx([40.0789, 32.5656], rel=0, abs=1e-9)
    assert skyline.ground_m == pytest.approx(832.8, rel=0, abs=0.05)  # m
    assert (skyline.antenna_low_amsl_m, skyline.antenna_high_amsl_m) == (834.8, 903.0)


def test_an_unknown_skyline_gets_a_suggestion():
    with pytest.raises(CatalogueError, match=r"no skyline is called 'murtad'\. Known: diyarbakir, .*Did you mean 'murted'"):
        load_skyline("murtad")


def changed(old, new):
    return text_of("murted").replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "murted.csv:1: not a skyline"),
        (changed("skyline 1", "skyline 2"), "murted.csv:1: not a skyline"),
        (changed("# ground_m: 832.8\n", ""), "murted.csv: the header has no line 'ground_m'"),
        (changed("azimuth_deg,", "bearing_deg,"), r"murted.csv:18: the columns must be"),
        (changed("\n0,", "\n359,"), r"murted.csv:20: azimuths are whole degrees"),
        (changed("\n0,", "\n0.5,"), r"murted.csv:19: azimuths are whole degrees"),
        (changed("\n0,", "\n0,9"), r"murted.csv:20: .* ranges grow"),
        (changed("\n0,", "\n0,nan"), r"murted.csv: a number is malformed"),
        (changed("\n0,", "\n0,1,"), r"murted.csv: a number is malformed"),
    ],
)
def test_a_damaged_skyline_is_refused(text, says):
    with pytest.raises(CatalogueError, match=says):
        parse_skyline(text, name="murted.csv")


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(Path(__file__).resolve().parents[2] / "tools"), *sys.path])
    import make_skylines

    return make_skylines


@pytest.mark.shared_data
@pytest.mark.parametrize(("place", "azimuth"), [("murted", 17), ("hmeimim", 60), ("hmeimim", 270), ("kurecik", 147)])
def test_single_degrees_come_out_as_shipped(shared_data, tool, place, azimuth):
    terrain = Terrain.open(shared_data("terrain/dted0-turkey-emed"), missing="sea")
    lat, lon = np.radians(tool.PLACES[place][:2])
    plan = tool.plan_of(terrain, place)
    points = survey_azimuth(terrain, plan, latitude_rad=lat, longitude_rad=lon, azimuth=azimuth)
    shipped = load_skyline(place)
    part = slice(*shipped.first[azimuth : azimuth + 2])
    assert points == pytest.approx(
        np.column_stack([shipped.range_m[part], shipped.height_amsl_m[part]]), rel=0, abs=0.01
    )  # m


@pytest.mark.nightly
@pytest.mark.shared_data
def test_the_tool_writes_the_shipped_file_again(shared_data, tool):
    terrain = Terrain.open(shared_data("terrain/dted0-turkey-emed"), missing="sea")
    shipped = text_of("murted")
    date = shipped.split("# made: ")[1].split(" ")[0]
    skyline = tool.survey(terrain, "murted")
    assert tool.text_of(skyline, published=tool.PLACES["murted"][2], date=date) == shipped
