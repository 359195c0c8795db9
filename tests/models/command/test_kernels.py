"""Which tracks a fire unit may engage, and in what order."""

import itertools

import numpy as np
import pytest

from openiads.models.command.kernels import (
    engaged_tracks,
    may_engage,
    most_urgent,
    out_of_sector,
    rules_allow,
    time_to_asset,
)
from openiads.records.case import FIRE_UNITS, FREE, HOLD, RADARS, TIGHT
from openiads.records.state import USER_ENGAGED_ELSEWHERE, USER_HELD_DEAD
from openiads.records.tables import IDENTITIES
from openiads.tracking.records import TRACK

PENDING, UNKNOWN, FRIENDLY, NEUTRAL, HOSTILE = range(5)
S = 1_000_000_000
ASSETS = np.array([[6378137.0, 0.0, 0.0]])
UP = np.array([1.0, 0.0, 0.0])


SLOTS = (0, 8)


def picture(*ranges_m: float, speed_mps: float = 300.0) -> np.ndarray:
    """Firm hostile tracks straight above the asset, closing."""
    tracks = np.zeros(8, TRACK)
    for k, range_m in enumerate(ranges_m):
        tracks[k]["status"], tracks[k]["number"], tracks[k]["identity"] = 2, 100 + k, HOSTILE
        tracks[k]["x"][:3] = ASSETS[0] + range_m * UP
        tracks[k]["x"][3:] = -speed_mps * UP
    return tracks


def unit() -> np.ndarray:
    units = np.zeros(1, FIRE_UNITS)
    units["max_track_age_ns"] = 10 * S
    return units[0]


@pytest.mark.parametrize(("weapons", "identity"), list(itertools.product((HOLD, TIGHT, FREE), range(len(IDENTITIES)))))
def test_rules_of_engagement(weapons: int, identity: int) -> None:
    """Hold: none. Tight: hostile. Free: unknown and hostile, never what nobody has interrogated yet."""
    allowed = {HOLD: set(), TIGHT: {HOSTILE}, FREE: {UNKNOWN, HOSTILE}}[weapons]
    assert rules_allow(weapons, identity) == (identity in allowed)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("status", 2, True),
        ("status", 1, False),  # tentative
        ("source", 1, False),  # from another node
        ("engaged", 1, False),
        ("update_ns", 90 * S, True),
        ("update_ns", 90 * S - 1, False),  # older than 10 s
        ("identity", UNKNOWN, False),
        ("identity", FRIENDLY, False),
    ],
)
def test_what_keeps_a_track_from_being_engaged(field: str, value: int, allowed: bool) -> None:
    tracks = picture(50e3)
    tracks["update_ns"] = 100 * S
    tracks[0][field] = value
    assert may_engage(unit(), TIGHT, tracks[0], 100 * S) == allowed


@pytest.mark.parametrize("word", [USER_HELD_DEAD, USER_ENGAGED_ELSEWHERE])
def test_held_dead_or_engaged_elsewhere_until(word: int) -> None:
    tracks = picture(50e3)
    tracks["update_ns"] = 100 * S
    tracks[0]["user"][word] = 101 * S
    assert not may_engage(unit(), TIGHT, tracks[0], 101 * S - 1)
    assert may_engage(unit(), TIGHT, tracks[0], 101 * S)


def test_time_to_the_nearest_asset() -> None:
    tracks = picture(30e3)
    assert time_to_asset(tracks[0], ASSETS, 0) == pytest.approx(100.0, rel=1e-12, abs=0)  # s: 30 km at 300 m/s
    assert time_to_asset(tracks[0], ASSETS, 40 * S) == pytest.approx(60.0, rel=1e-9, abs=0)  # moved on
    two = np.vstack([ASSETS[0] - 60e3 * UP, ASSETS])
    assert time_to_asset(tracks[0], two, 0) == pytest.approx(100.0, rel=1e-12, abs=0)
    tracks[0]["x"][3:] *= -1.0
    assert time_to_asset(tracks[0], ASSETS, 0) == pytest.approx(0.5e9 + 30e3, rel=1e-12, abs=0)  # recedes: behind all


def test_the_most_urgent_first_then_the_next() -> None:
    tracks = picture(60e3, 30e3, 45e3, 30e3)
    order, after = [], (-1.0, -1)
    while (slot := most_urgent(unit(), TIGHT, SLOTS, tracks, ASSETS, 0, after)) >= 0:
        order.append(slot)
        after = (time_to_asset(tracks[slot], ASSETS, 0), int(tracks[slot]["number"]))
    assert order == [1, 3, 2, 0]  # ties by track number
    tracks[3]["identity"] = NEUTRAL
    assert most_urgent(unit(), TIGHT, SLOTS, tracks, ASSETS, 0, (100.0, 101)) == 2


def test_engaged_tracks_are_counted_once() -> None:
    tracks = picture(60e3, 30e3, 45e3)
    tracks["engaged"][:3] = [2, 0, 1]
    tracks["engaged"][5] = 1  # a free slot
    assert engaged_tracks(SLOTS, tracks) == 2


def test_where_the_antenna_is_wanted() -> None:
    """The most urgent track decides; inside the sector nothing is wanted, and friends never turn it."""
    tracks = picture(60e3)
    radar = np.zeros(1, RADARS)[0]
    radar["site_m"] = ASSETS[0]
    radar["axes"] = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]  # east, north, up on the equator
    radar["sector_half_rad"] = 0.5
    tracks[0]["x"][:3] = ASSETS[0] + np.array([1e3, 50e3, 0.0])  # due east
    assert out_of_sector(radar, SLOTS, tracks, ASSETS, 0.0, 0) == pytest.approx(np.pi / 2, rel=1e-9, abs=0)
    assert out_of_sector(radar, SLOTS, tracks, ASSETS, np.pi / 2 - 0.49, 0) < 0.0
    for identity in (FRIENDLY, NEUTRAL):
        tracks[0]["identity"] = identity
        assert out_of_sector(radar, SLOTS, tracks, ASSETS, 0.0, 0) < 0.0
