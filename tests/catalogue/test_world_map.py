import hashlib
from importlib.resources import files

import numpy as np
import pytest

from openiads.catalogue.world_map import clip, decode, lines_within, load_map, origin
from openiads.errors import OutOfRangeError

BOX = {"west_deg": 25.0, "south_deg": 34.0, "east_deg": 46.0, "north_deg": 43.0}

# Two unit squares side by side (quantized by 2): arc 0 is the shared edge, arcs 1 and 2 the rest of each.
SQUARES = {
    "transform": {"scale": [0.5, 0.5], "translate": [10.0, 20.0]},
    "arcs": [[[2, 0], [0, 2]], [[2, 2], [-2, 0], [0, -2], [2, 0]], [[2, 2], [2, 0], [0, -2], [-2, 0]]],
    "objects": {
        "countries": {
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "arcs": [[[0, 2]]]},
                {"type": None},
            ]
        }
    },
}


def test_the_file_is_the_one_that_its_origin_names() -> None:
    data = (files("openiads.catalogue") / "data/map" / origin().file).read_bytes()
    assert hashlib.sha256(data).hexdigest() == origin().sha256
    assert len(data) < 800_000
    assert "public domain" in origin().licence
    assert "take no position on any border" in origin().disclaimer


def test_an_arc_of_two_countries_is_border_and_an_arc_of_one_is_coast() -> None:
    lines = decode(SQUARES)
    assert len(lines.borders) == 1
    assert len(lines.coasts) == 2
    np.testing.assert_array_equal(lines.borders[0], [[11.0, 20.0], [11.0, 21.0]])  # deg, worked by hand
    np.testing.assert_array_equal(lines.coasts[0], [[11.0, 21.0], [10.0, 21.0], [10.0, 20.0], [11.0, 20.0]])


def test_the_world_has_coasts_and_borders_of_degrees_without_jumps() -> None:
    world = load_map()
    assert len(world.coasts) > 1000
    assert len(world.borders) > 200
    for line in (*world.coasts, *world.borders):
        assert line.shape[0] > 1
        assert np.all(np.abs(line) <= [180.0, 90.0])
        assert np.all(np.abs(np.diff(line[:, 0])) < 90), "a line across the whole map"
        edge = (np.abs(line[:, 0]) > 179.99) | (line[:, 1] < -89.9)
        assert not np.any(edge[:-1] & edge[1:]), "the frame of the map drawn as a coast"


@pytest.mark.parametrize(
    ("longitude_deg", "latitude_deg", "kind"),
    [
        (35.15, 42.03, "coasts"),  # Sinop lies on the Black Sea
        (35.95, 35.40, "coasts"),  # Hmeimim, Latakia
        (38.0, 36.8, "borders"),  # the border east of Kilis
    ],
)
def test_known_places_lie_near_the_line(longitude_deg: float, latitude_deg: float, kind: str) -> None:
    lines = np.concatenate(getattr(lines_within(**BOX), kind))
    steps = (lines - [longitude_deg, latitude_deg]) * [np.cos(np.radians(latitude_deg)), 1.0]
    assert np.hypot(*steps.T).min() < 0.25  # deg, about 28 km; points lie some 20 km apart at this scale


def test_lines_within_a_box_stay_inside_and_touch_its_edge() -> None:
    lines = lines_within(**BOX)
    points = np.concatenate([*lines.coasts, *lines.borders])
    assert points.min(axis=0) == pytest.approx([25.0, 34.0], rel=0, abs=1e-9)  # deg
    assert points.max(axis=0) == pytest.approx([46.0, 43.0], rel=0, abs=1e-9)  # deg


def test_clipping_cuts_at_the_edges_and_splits() -> None:
    line = np.array([[-1.0, 0.5], [0.5, 0.5], [2.0, 0.5], [2.0, 0.25], [0.0, 0.25]])
    pieces = clip(line, low=np.zeros(2), high=np.ones(2))
    assert [piece.tolist() for piece in pieces] == [[[0.0, 0.5], [0.5, 0.5], [1.0, 0.5]], [[1.0, 0.25], [0.0, 0.25]]]


def test_clipping_splits_where_a_corner_of_the_line_is_outside() -> None:
    line = np.array([[0.5, 0.5], [1.5, 0.5], [0.5, 0.0]])
    pieces = clip(line, low=np.zeros(2), high=np.ones(2))
    assert [piece.tolist() for piece in pieces] == [[[0.5, 0.5], [1.0, 0.5]], [[1.0, 0.25], [0.5, 0.0]]]


def test_clipping_keeps_a_line_inside_and_drops_one_outside() -> None:
    inside, beside = np.array([[0.2, 0.2], [0.8, 0.3]]), np.array([[-1.0, 0.5], [0.5, 2.0]])
    assert clip(inside, low=np.zeros(2), high=np.ones(2)) == [inside]
    assert clip(beside, low=np.zeros(2), high=np.ones(2)) == []  # crosses the corner's neighbourhood, never the box


def test_clipping_keeps_its_length_against_sampling() -> None:
    """Length inside the box, against the share of 20001 points along each segment that lie inside."""
    rng = np.random.default_rng(7)
    line = rng.uniform(-1.0, 2.0, size=(40, 2))
    got = sum(np.hypot(*np.diff(piece, axis=0).T).sum() for piece in clip(line, low=np.zeros(2), high=np.ones(2)))
    share = np.linspace(0.0, 1.0, 20001)[:, None, None]
    points = line[:-1] + share * np.diff(line, axis=0)
    inside = ((points >= 0) & (points <= 1)).all(axis=2).mean(axis=0)
    assert got == pytest.approx(float((inside * np.hypot(*np.diff(line, axis=0).T)).sum()), rel=1e-3, abs=0)


@pytest.mark.parametrize(
    "change", [{"west_deg": 47.0}, {"north_deg": 91.0}, {"south_deg": 44.0}, {"east_deg": float("nan")}]
)
def test_an_empty_box_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(OutOfRangeError, match="allowed are longitudes -180 to 180 with west < east"):
        lines_within(**(BOX | change))
