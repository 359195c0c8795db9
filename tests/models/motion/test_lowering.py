"""Paths: speed, places, heights and ends of what flies, as the walk sees them."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.geo.ellipsoid import height_k
from openiads.records.truth import motion_at


def path(cases: ModuleType, name: str, **changes: Any) -> Any:
    """A function that gives position and velocity of one object of the small case at a time in seconds; and its times."""

    def edit(tree: dict[str, Any]) -> None:
        tree["objects"][name]["motion"].update(changes)

    lowered = cases.lowered(cases.edited(edit))
    case, index = lowered.case, lowered.names.objects.index(name)

    def at(seconds: float) -> tuple[np.ndarray, np.ndarray]:
        found = motion_at(case.objects, case.knots, index, round(seconds * 1e9))
        return np.array(found[:3]), np.array(found[3:])

    return at, case.objects[index]["start_ns"] / 1e9, case.objects[index]["end_ns"] / 1e9


@pytest.mark.parametrize(("name", "speed_mps"), [("raider", 260.0), ("liner", 230.0), ("cruiser", 230.0)])
def test_ground_speed_is_as_stated(cases: ModuleType, name: str, speed_mps: float) -> None:
    """At height h the path is longer than its track on the ground by h over the earth's radius."""
    at, start_s, end_s = path(cases, name)
    for share in (0.1, 0.5, 0.9):
        position, velocity = at(start_s + share * (min(end_s, 200.0) - start_s))
        up = position / np.linalg.norm(position)
        level = velocity - (velocity @ up) * up
        expected = speed_mps * (1.0 + height_k(*position) / 6.37e6)
        assert np.linalg.norm(level) == pytest.approx(expected, rel=1e-3, abs=0)  # m/s


def test_velocity_is_the_rate_of_position(cases: ModuleType) -> None:
    for name in ("raider-b", "rocket"):
        at, start_s, end_s = path(cases, name)
        for seconds in np.linspace(start_s + 1.0, end_s - 1.0, 7):
            slope = (at(seconds + 0.01)[0] - at(seconds - 0.01)[0]) / 0.02
            assert at(seconds)[1] == pytest.approx(slope, rel=0, abs=0.05)  # m/s


def test_before_the_start_and_after_the_end_it_stays_where_it_then_is(cases: ModuleType) -> None:
    at, start_s, end_s = path(cases, "raider-b")
    assert start_s == 11.3
    assert np.array_equal(at(0.0)[0], at(start_s)[0])
    assert np.array_equal(at(end_s + 100.0)[0], at(end_s)[0])
    assert not np.array_equal(at(start_s)[0], at(start_s + 1.0)[0])


def test_heights_at_the_waypoints(cases: ModuleType) -> None:
    at, start_s, end_s = path(cases, "raider")
    assert height_k(*at(start_s)[0]) == pytest.approx(5000.0, rel=0, abs=0.5)  # m
    assert height_k(*at(end_s)[0]) == pytest.approx(1500.0, rel=0, abs=0.5)
    at, start_s, end_s = path(cases, "raider", altitude_reference="agl", waypoints=[
        {"latitude_deg": 40.0, "longitude_deg": 33.6, "ground_m": 700.0}, {"place": "site", "altitude_m": 1500}
    ])  # fmt: skip
    assert height_k(*at(start_s)[0]) == pytest.approx(5700.0, rel=0, abs=0.5)
    assert height_k(*at(end_s)[0]) == pytest.approx(2400.0, rel=0, abs=0.5)


def test_a_ballistic_arc_reaches_its_apogee_and_falls_freely(cases: ModuleType) -> None:
    at, start_s, end_s = path(cases, "rocket")
    seconds = np.linspace(start_s, end_s, 2001)
    heights = np.array([height_k(*at(t)[0]) for t in seconds])
    assert heights.max() == pytest.approx(18_000.0, rel=0, abs=30.0)  # m
    assert heights[0] == pytest.approx(1000.0, rel=0, abs=1.0)
    assert heights[-1] == pytest.approx(900.0, rel=0, abs=5.0)
    step = 0.5
    for t in np.linspace(start_s + 5.0, end_s - 5.0, 9):
        pull = (at(t + step)[0] - 2.0 * at(t)[0] + at(t - step)[0]) / (step * step)
        down = -pull @ at(t)[0] / np.linalg.norm(at(t)[0])
        assert 9.3 < down < 10.2  # m/s2: gravity, less what turning with the earth adds


@pytest.mark.parametrize(
    ("end", "expected"), [("land", "landed"), ("leave", "left"), ("leak", "leaked"), ("stay", "alive_at_end")]
)
def test_ends(cases: ModuleType, end: str, expected: str) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree["objects"]["liner"]["motion"]["end"] = end
        tree["objects"]["liner"]["motion"]["speed_mps"] = 500
        tree["control"] = {"weapons": "hold"}

    found = [row for row in cases.rows(cases.run(cases.edited(edit), 2)["outcomes"]) if row["object_id"] == "liner"]
    assert {row["end_state"] for row in found} == {expected}
    assert {row["at_ns"] == 240_000_000_000 for row in found} == {end == "stay"}


def test_members_of_a_group_follow_one_another(cases: ModuleType) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree["objects"]["cruiser"].update(count=3, spacing_s=7.5)

    lowered = cases.lowered(cases.edited(edit))
    rows = {row["object_id"]: row["start_ns"] for row in lowered.names.object_rows}
    assert {name: start for name, start in rows.items() if name.startswith("cruiser")} == {
        "cruiser": 0,
        "cruiser-2": 7_500_000_000,
        "cruiser-3": 15_000_000_000,
    }
    assert list(lowered.names.objects) == sorted(lowered.names.objects)
