"""Launchers: loads, intervals, reloading from spare missiles, supplies, and launchers that are not in order."""

import numpy as np

from openiads.models.engagement.launchers import (
    check_launchers,
    launcher_free_ns,
    loading,
    out_of_action,
    reload,
    supply,
    take_round,
)
from openiads.records.arms import LAUNCHERS, MARCHES, SUPPLIES
from openiads.records.case import FIRE_UNITS, MISSILES
from openiads.records.state import CLOCK, FIRE_UNIT_STATE, LAUNCHER_STATE, NEVER

S = 1_000_000_000


class Battery:
    """A unit with launchers of two missiles each: two of the first type, one of the second."""

    def __init__(self, spare: int = 3) -> None:
        self.unit = np.zeros(1, FIRE_UNITS)[0]
        self.unit["launcher_count"], self.unit["launch_step_ns"], self.unit["ready_share"] = 3, 2 * S, 1.0
        self.missiles = np.zeros(2, MISSILES)
        self.missiles["per_launcher"], self.missiles["reload_ns"] = 2, 60 * S
        self.launchers = np.zeros(3, LAUNCHERS)
        self.launchers["missile"], self.launchers["loaded"] = [0, 0, 1], 2
        self.launchers["name"] = [11, 22, 33]
        self.states = np.zeros(3, LAUNCHER_STATE)
        self.states["loaded"], self.states["reloaded_ns"] = 2, NEVER
        self.left, self.spare = np.array([4, 2], np.int32), np.array([spare, 0], np.int32)

    def free(self, missile: int, now_ns: int) -> tuple[int, int]:
        return launcher_free_ns(self.unit, self.launchers, self.states, missile, now_ns)

    def fire(self, place: int, now_ns: int) -> None:
        take_round(self.unit, self.missiles, self.launchers, self.states, place, self.spare, now_ns)

    def later(self, now_ns: int) -> None:
        reload(self.unit, self.missiles, self.launchers, self.states, self.left, self.spare, now_ns)


def test_the_launcher_that_is_free_first_fires_next() -> None:
    one = Battery()
    assert one.free(0, 10 * S) == (0, 10 * S)
    one.fire(0, 10 * S)
    assert one.free(0, 10 * S) == (1, 10 * S)
    one.fire(1, 10 * S)
    assert one.free(0, 11 * S) == (0, 12 * S)  # both wait for their interval
    assert one.free(1, 10 * S) == (2, 10 * S)


def test_an_empty_launcher_is_loaded_from_the_spare_ones() -> None:
    one = Battery(spare=3)
    one.left[0] = 0  # as planned
    for at in (0, 2 * S):
        one.fire(0, at)
        one.fire(1, at)
    assert one.free(0, 20 * S) == (-1, NEVER)
    assert loading(one.unit, one.launchers, one.states, one.spare, 0)
    assert not loading(one.unit, one.launchers, one.states, one.spare, 1)
    assert one.states["loading"].tolist() == [2, 1, 0]  # three spare ones for two launchers of two
    assert one.spare.tolist() == [0, 0]
    one.later(62 * S - 1)
    assert one.left[0] == 0
    one.later(62 * S)
    assert one.left[0] == 3
    assert one.states["loaded"].tolist() == [2, 1, 2]
    assert not loading(one.unit, one.launchers, one.states, one.spare, -1)


def test_supplies_fill_empty_launchers() -> None:
    one = Battery(spare=0)
    state = np.zeros(1, FIRE_UNIT_STATE)[0]
    rows = np.array([(100 * S, 0, 5), (200 * S, 1, 7)], dtype=SUPPLIES)
    one.unit["supply_count"], brought = 2, np.zeros(2, np.int32)
    one.missiles[1]["per_launcher"] = 0  # the second type needs no launcher
    for at in (0, 2 * S):
        one.fire(0, at)
    for now, spare, left in ((99 * S, 0, 2), (100 * S, 5, 2), (300 * S, 3, 9)):
        supply(one.unit, state, one.missiles, rows, one.left, one.spare, brought, now)
        assert (one.spare[0], one.left[1]) == (spare, left), now
        one.later(now)
    assert brought.tolist() == [5, 7]
    assert one.states[0]["reloaded_ns"] == NEVER  # began at 100 s, over at 160 s
    assert one.states[0]["loaded"] == 2


def test_launchers_out_of_order() -> None:
    """Each with the stated probability, for a whole replication; what stands on them is not ready."""
    clock = np.zeros(1, CLOCK)
    broken = 0
    for replication in range(2000):
        one = Battery()
        one.unit["ready_share"] = 0.8
        clock["replication"] = replication
        check_launchers(one.unit, clock, one.launchers, one.states, one.left)
        broken += int(one.states["broken"].sum())
        assert one.left.sum() == 6 - 2 * one.states["broken"].sum()
        if one.states["broken"][0]:
            assert one.free(0, 0)[0] != 0
    assert abs(broken / 6000 - 0.2) < 3 * np.sqrt(0.2 * 0.8 / 6000)


def test_out_of_action() -> None:
    unit = np.zeros(1, FIRE_UNITS)[0]
    times = np.array([(0, 5 * S), (10 * S, 20 * S), (30 * S, 40 * S)], dtype=MARCHES)
    unit["out_first"], unit["out_count"] = 1, 2
    assert [out_of_action(unit, times, t * S) for t in (2, 10, 19, 20, 35, 40)] == [False, True, True, False, True, False]
