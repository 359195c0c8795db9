"""When a pair meets a track: the root of a quadratic, against a search by steps, closed forms and the limits of the base."""

import math

import numpy as np
import pytest

from openiads.constants import WGS84_SEMI_MAJOR_M
from openiads.models.fighters.kernels import (
    NO_IDENTITY,
    NO_LINK,
    NO_PAIR,
    NO_QUALITY,
    NO_REACH,
    NO_RULES,
    go_home,
    meeting_after,
    meeting_ns,
    stand_down,
    unmet,
)
from openiads.records.arms import CLASSES, ZONES
from openiads.records.case import CONTROL, FREE, HOLD, TIGHT
from openiads.records.fighters import FIGHTERS, HOME, PAIRS, RETURNING, SPENT
from openiads.records.state import NEVER, USER_ENGAGED_ELSEWHERE, USER_HELD_DEAD
from openiads.records.tables import IDENTITIES
from openiads.tracking.records import TRACK

S = 1_000_000_000
HOSTILE, FRIENDLY, UNKNOWN = (IDENTITIES.index(name) for name in ("hostile", "friendly", "unknown"))


@pytest.mark.parametrize(
    ("away_m", "velocity_mps", "speed_mps", "elapsed_s", "seconds"),
    [
        ((100e3, 0, 0), (-200.0, 0, 0), 300.0, 0.0, 200.0),  # head-on: distance over the sum of the speeds
        ((100e3, 0, 0), (-200.0, 0, 0), 300.0, -60.0, 236.0),  # the same, take-off in 60 s: (100 - 12) / 0.5 later
        ((30e3, 0, 0), (200.0, 0, 0), 300.0, 0.0, 300.0),  # a stern chase
        ((30e3, 0, 0), (300.0, 0, 0), 300.0, 0.0, -1.0),  # never, at equal speed
        ((30e3, 40e3, 0), (0.0, -300.0, 0), 300.0, 0.0, 125 / 1.2),  # at equal speed: d^2 = 2 d.v t / -1, so 2.5e9 / 2.4e7
        ((0, 120e3, 0), (400.0, 0, 0), 300.0, 0.0, -1.0),  # faster, and past
        ((0, 30e3, 40e3), (0.0, 0.0, 0.0), 250.0, 0.0, 200.0),  # it hovers
        ((30e3, 0, 0), (-200.0, 0, 0), 300.0, 200.0, 0.0),  # within the circle already
    ],
)
def test_the_time_of_a_meeting_in_closed_form(
    away_m: tuple[float, float, float],
    velocity_mps: tuple[float, float, float],
    speed_mps: float,
    elapsed_s: float,
    seconds: float,
) -> None:
    away = (float(away_m[0]), float(away_m[1]), float(away_m[2]))
    velocity = (float(velocity_mps[0]), float(velocity_mps[1]), float(velocity_mps[2]))
    assert meeting_after(away, velocity, speed_mps, elapsed_s) == pytest.approx(seconds, rel=1e-12, abs=1e-9)  # s


def test_the_first_meeting_against_a_search_by_steps() -> None:
    """Random targets, slower and faster than the pair: the first step at which the circle is not behind."""
    rng = np.random.default_rng(6)
    found_any = 0
    for _ in range(400):
        away, velocity = rng.normal(0.0, 80e3, 3), rng.normal(0.0, 220.0, 3)
        speed, elapsed = float(rng.uniform(150, 450)), float(rng.uniform(-200, 200))
        time_s = meeting_after(tuple(away.tolist()), tuple(velocity.tolist()), speed, elapsed)
        t = np.linspace(max(0.0, -elapsed), 3000.0, 300_001)
        behind = np.linalg.norm(away + t[:, None] * velocity, axis=1) - speed * (t + elapsed)
        reached = np.flatnonzero(behind <= 0.0)
        if not len(reached):
            assert time_s < 0.0 or time_s > 2999.0
            continue
        found_any += 1
        assert time_s == pytest.approx(t[reached[0]], rel=0, abs=0.0101)  # s: one step
    assert found_any > 100


def base(**more: float) -> np.ndarray:
    """A base on the equator that waits a minute and flies 300 m/s."""
    one = np.zeros(1, FIGHTERS)[0]
    one["base_m"] = (WGS84_SEMI_MAJOR_M, 0.0, 0.0)
    one["speed_mps"], one["radius_m"], one["max_track_age_ns"] = 300.0, 300e3, 30 * S
    one["takes"] = (0, 1, 1, 1)
    for name, value in more.items():
        one[name] = value
    return one


def control() -> np.ndarray:
    one = np.zeros(1, CONTROL)[0]
    one["ballistic_mps"], one["fast_mps"], one["low_m"] = 900.0, 400.0, 1000.0
    return one


def track(east_m: float, speed_mps: float, *, identity: int = HOSTILE) -> np.ndarray:
    """A firm track at 5 km, so far to the east, that flies west."""
    one = np.zeros(1, TRACK)[0]
    one["x"] = (WGS84_SEMI_MAJOR_M + 5000.0, east_m, 0.0, 0.0, -speed_mps, 0.0)
    one["status"], one["identity"] = 2, identity
    return one


NO_ZONES = np.zeros(0, ZONES)


def test_a_meeting_keeps_within_the_radius() -> None:
    """At 100 km and 200 m/s towards a base of 300 m/s: met 60 km out, with 5 km of height beside."""
    far = track(100e3, 200.0)
    at_ns = meeting_ns(base(), NO_ZONES, far, 0, 0)
    distance_m = 100e3 - 200.0 * at_ns * 1e-9
    assert math.hypot(distance_m, 5000.0) == pytest.approx(300.0 * at_ns * 1e-9, rel=0, abs=1.0)  # m
    assert meeting_ns(base(radius_m=distance_m + 500.0), NO_ZONES, far, 0, 0) == at_ns
    assert meeting_ns(base(radius_m=distance_m - 500.0), NO_ZONES, far, 0, 0) == -1


def test_a_meeting_keeps_out_of_the_zones_of_missiles() -> None:
    zones = np.zeros(2, ZONES)
    zones["site_m"], zones["axes"] = (WGS84_SEMI_MAJOR_M, 0.0, 0.0), np.eye(3)[[1, 2, 0]]  # east, north, up
    zones["width_rad"], zones["far_m"] = 2 * math.pi, (40e3, 80e3)
    far = track(100e3, 200.0)  # met at 60 km
    assert meeting_ns(base(keep_count=1), zones, far, 0, 0) > 0
    assert meeting_ns(base(keep_count=2), zones, far, 0, 0) == -1
    zones["near_m"][1] = 70e3
    assert meeting_ns(base(keep_count=2), zones, far, 0, 0) > 0


def test_the_conditions_in_their_order() -> None:
    def met(weapons: int = TIGHT, now_s: int = 0, identity: int = HOSTILE, base_: np.ndarray | None = None) -> int:
        one = track(100e3, 200.0, identity=identity)
        return int(unmet(base() if base_ is None else base_, NO_ZONES, control(), weapons, one, now_s * S, now_s * S))

    assert met() == NO_PAIR
    assert met(now_s=31) == NO_QUALITY
    assert met(HOLD) == NO_RULES
    assert met(identity=FRIENDLY) == NO_IDENTITY
    assert met(identity=UNKNOWN) == NO_IDENTITY
    assert met(FREE, identity=UNKNOWN) == NO_PAIR
    assert met(base_=base(radius_m=10e3)) == NO_REACH
    for speed, name in ((950.0, "ballistic"), (500.0, "fast"), (200.0, "slow")):
        takes = [0 if c == name else 1 for c in CLASSES]
        one = track(100e3, speed)
        choosy = base()
        choosy["takes"] = takes
        assert unmet(choosy, NO_ZONES, control(), TIGHT, one, 0, 0) == NO_REACH, name
        choosy["takes"] = 1
        assert unmet(choosy, NO_ZONES, control(), TIGHT, one, 0, 0) == NO_PAIR, name


def test_what_missiles_are_at_and_what_was_seen_to_fall_is_left_alone() -> None:
    engaged, dead = track(100e3, 200.0), track(100e3, 200.0)
    engaged["user"][USER_ENGAGED_ELSEWHERE] = 5 * S
    dead["user"][USER_HELD_DEAD] = NEVER
    assert unmet(base(), NO_ZONES, control(), TIGHT, engaged, 4 * S, 4 * S) == NO_LINK
    assert unmet(base(), NO_ZONES, control(), TIGHT, engaged, 5 * S, 5 * S) == NO_PAIR
    assert unmet(base(), NO_ZONES, control(), TIGHT, dead, 4 * S, 4 * S) == NO_QUALITY


@pytest.mark.parametrize(("most", "flown", "status"), [(0, 9, HOME), (2, 1, HOME), (2, 2, SPENT)])
def test_the_way_home(most: int, flown: int, status: int) -> None:
    """As long as it flew out, then it is turned round; a pair without sorties left stays on the ground."""
    pair = np.zeros(1, PAIRS)[0]
    pair["off_ns"], pair["sorties"] = 100 * S, flown
    one = base(turnaround_ns=600 * S, sorties=most)
    go_home(one, pair, 350 * S)
    assert (pair["status"], pair["due_ns"]) == (RETURNING, (350 + 250 + 600) * S)
    stand_down(one, pair)
    assert (pair["status"], pair["due_ns"]) == (status, NEVER)
