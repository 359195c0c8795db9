"""Who must hold the track while a missile flies, and which track may stand in for one that is gone."""

import numpy as np
import pytest

from openiads.models.engagement.guidance import NEEDS, aim, has_last_part, serves, stand_in
from openiads.records.arms import ANYBODY, NOBODY, OWN_RADAR
from openiads.records.case import FIRE_UNITS, MISSILES, RADARS
from openiads.records.state import SHOTS
from openiads.tracking.records import TRACK

EARTH_M = 6378137.0
S = 1_000_000_000
EAST = np.pi / 2


def radar() -> np.ndarray:
    one = np.zeros(1, RADARS)[0]
    one["site_m"] = [EARTH_M, 0.0, 0.0]
    one["axes"] = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    one["sector_half_rad"] = 0.5
    return one


def unit() -> np.ndarray:
    one = np.zeros(1, FIRE_UNITS)[0]
    one["max_track_age_ns"] = 5 * S
    return one


def tracks(*east_m: float) -> np.ndarray:
    """Firm own tracks due east that close at 300 m/s, with errors of 100 m and 1 m/s per axis."""
    found = np.zeros(len(east_m) + 1, TRACK)
    for k, distance in enumerate(east_m):
        found[k]["status"], found[k]["number"] = 2, 100 + k
        found[k]["x"][:] = [EARTH_M, distance, 0.0, 0.0, -300.0, 0.0]
        for i in range(3):
            found[k]["p"][i, i], found[k]["p"][i + 3, i + 3] = 1e4, 1.0
    return found


@pytest.mark.parametrize(
    ("need", "change", "at_s", "served"),
    [
        (OWN_RADAR, {}, 0, True),
        (OWN_RADAR, {"source": 1}, 0, False),
        (ANYBODY, {"source": 1}, 0, True),
        (ANYBODY, {}, 6, False),  # too old
        (OWN_RADAR, {}, 6, False),
        (NOBODY, {}, 600, True),
        (ANYBODY, {"status": 0}, 0, False),
    ],
)
def test_needs(need: int, change: dict[str, int], at_s: int, served: bool) -> None:
    track = tracks(50e3)[0]
    for name, value in change.items():
        track[name] = value
    assert serves(unit(), radar(), EAST, need, track, at_s * S) == served


def test_the_own_radar_must_have_it_in_its_sector() -> None:
    track = tracks(50e3)[0]
    assert not serves(unit(), radar(), EAST + 0.6, OWN_RADAR, track, 0)
    assert serves(unit(), radar(), EAST + 0.6, ANYBODY, track, 0)


def test_a_stand_in_fits_and_serves() -> None:
    """The nearest of those that lie within three standard errors of where the target was told to be."""
    picture = tracks(50e3, 50.3e3, 49.9e3, 58e3)
    shot = np.zeros(1, SHOTS)[0]
    aim(shot, picture[0])
    assert shot["aim_error_m"] == pytest.approx(100.0 * np.sqrt(3), rel=1e-12, abs=0)  # m
    picture[0]["status"] = 0  # the track that it was fired at is gone
    found = stand_in(unit(), radar(), EAST, ANYBODY, (0, 5), picture, shot, 0)
    assert found == 2
    picture[2]["source"] = 1
    assert stand_in(unit(), radar(), EAST, ANYBODY, (0, 5), picture, shot, 0) == 2
    assert stand_in(unit(), radar(), EAST, OWN_RADAR, (0, 5), picture, shot, 0) == 1
    picture[1]["status"] = 1  # tentative
    assert stand_in(unit(), radar(), EAST, OWN_RADAR, (0, 5), picture, shot, 0) == -1
    picture[2]["status"] = 0
    assert stand_in(unit(), radar(), EAST, ANYBODY, (0, 5), picture, shot, 0) == -1  # 8 km away is another object


def test_kinds_of_guidance() -> None:
    missile = np.zeros(1, MISSILES)[0]
    changing = set()
    for word, needs in NEEDS.items():
        missile["launch_need"], missile["midcourse_need"], missile["terminal_need"] = needs
        if has_last_part(missile):
            changing.add(word)
    assert changing == {"own_radar_terminal", "any_track_midcourse_own_terminal", "autonomous_terminal"}
    assert NEEDS["own_radar_throughout"] == (OWN_RADAR,) * 3
