"""Which tracks a fire unit may engage, and in what order."""

import itertools
from typing import Any

import numpy as np
import pytest

from openiads.models.command.kernels import (
    engaged_tracks,
    may_engage,
    out_of_sector,
    rank,
    rules_allow,
    time_to_asset,
)
from openiads.records.arms import ASSETS as WORTHS
from openiads.records.arms import ZONES
from openiads.records.case import FIRE_UNITS, FREE, HOLD, RADARS, TIGHT
from openiads.records.state import USER_ENGAGED_ELSEWHERE, USER_HELD_DEAD
from openiads.records.tables import IDENTITIES
from openiads.tracking.records import TRACK, make_config, make_scratch

PENDING, UNKNOWN, FRIENDLY, NEUTRAL, HOSTILE = range(5)
S = 1_000_000_000
ASSETS = np.array([[6378137.0, 0.0, 0.0]])
WORTH = np.array([(1.0, np.inf)], dtype=WORTHS)
UP = np.array([1.0, 0.0, 0.0])


def picture(*ranges_m: float, speed_mps: float = 300.0) -> tuple[np.ndarray, np.ndarray]:
    """Firm hostile tracks straight above the asset, closing; and the tracker they are of."""
    tracker = make_config(
        confirm_hits=3,
        confirm_window=5,
        drop_after_updates=4,
        process_noise_m2ps3=100.0,
        gate_probability=0.999,
        max_speed_mps=2500.0,
        capacity=8,
        first_slot=0,
    )[0]
    tracks = np.zeros(8, TRACK)
    for k, range_m in enumerate(ranges_m):
        tracks[k]["status"], tracks[k]["number"], tracks[k]["identity"] = 2, 100 + k, HOSTILE
        tracks[k]["x"][:3] = ASSETS[0] + range_m * UP
        tracks[k]["x"][3:] = -speed_mps * UP
    return tracker, tracks


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
    _, tracks = picture(50e3)
    tracks["update_ns"] = 100 * S
    tracks[0][field] = value
    assert may_engage(unit(), TIGHT, tracks[0], 100 * S) == allowed


@pytest.mark.parametrize("word", [USER_HELD_DEAD, USER_ENGAGED_ELSEWHERE])
def test_held_dead_or_engaged_elsewhere_until(word: int) -> None:
    _, tracks = picture(50e3)
    tracks["update_ns"] = 100 * S
    tracks[0]["user"][word] = 101 * S
    assert not may_engage(unit(), TIGHT, tracks[0], 101 * S - 1)
    assert may_engage(unit(), TIGHT, tracks[0], 101 * S)


def test_time_to_the_nearest_asset() -> None:
    _, tracks = picture(30e3)
    assert time_to_asset(tracks[0], ASSETS, 0) == pytest.approx(100.0, rel=1e-12, abs=0)  # s: 30 km at 300 m/s
    assert time_to_asset(tracks[0], ASSETS, 40 * S) == pytest.approx(60.0, rel=1e-9, abs=0)  # moved on
    two = np.vstack([ASSETS[0] - 60e3 * UP, ASSETS])
    assert time_to_asset(tracks[0], two, 0) == pytest.approx(100.0, rel=1e-12, abs=0)
    tracks[0]["x"][3:] *= -1.0
    assert time_to_asset(tracks[0], ASSETS, 0) == pytest.approx(0.5e9 + 30e3, rel=1e-12, abs=0)  # recedes: behind all


def all_slots(tracker: Any) -> tuple[int, int]:
    return int(tracker["first_slot"]), int(tracker["first_slot"] + tracker["capacity"])


def ranked(tracker: Any, tracks: Any) -> list[int]:
    """Slots of the tracks that may be engaged, in the order of `rank`."""
    scratch = make_scratch(int(tracker["capacity"]), 1)
    picture = (all_slots(tracker), tracks, (WORTH, ASSETS), 0)
    count = rank(unit(), TIGHT, np.zeros(0, ZONES), *picture, scratch.keys, scratch.order, scratch.other)
    return [int(scratch.keys[k]["c"]) for k in scratch.order[:count]]


def test_the_most_urgent_first_then_the_next() -> None:
    tracker, tracks = picture(60e3, 30e3, 45e3, 30e3)
    assert ranked(tracker, tracks) == [1, 3, 2, 0]  # ties by track number
    tracks[3]["identity"] = NEUTRAL
    assert ranked(tracker, tracks) == [1, 2, 0]


def test_engaged_tracks_are_counted_once() -> None:
    tracker, tracks = picture(60e3, 30e3, 45e3)
    tracks["engaged"][:3] = [2, 0, 1]
    tracks["engaged"][5] = 1  # a free slot
    assert engaged_tracks(all_slots(tracker), tracks) == 2


def test_where_the_antenna_is_wanted() -> None:
    """The most urgent track decides; inside the sector nothing is wanted, and friends never turn it."""
    tracker, tracks = picture(60e3)
    radar = np.zeros(1, RADARS)[0]
    radar["site_m"] = ASSETS[0]
    radar["axes"] = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]  # east, north, up on the equator
    radar["sector_half_rad"] = 0.5
    tracks[0]["x"][:3] = ASSETS[0] + np.array([1e3, 50e3, 0.0])  # due east
    assert out_of_sector(radar, all_slots(tracker), tracks, ASSETS, 0.0, 0) == pytest.approx(np.pi / 2, rel=1e-9, abs=0)
    assert out_of_sector(radar, all_slots(tracker), tracks, ASSETS, np.pi / 2 - 0.49, 0) < 0.0
    for identity in (FRIENDLY, NEUTRAL):
        tracks[0]["identity"] = identity
        assert out_of_sector(radar, all_slots(tracker), tracks, ASSETS, 0.0, 0) < 0.0
