"""Windows: what is walked and what is skipped, and that skipping changes nothing that is measured."""

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import openiads
from openiads import api
from openiads.engine.lowering import lower
from openiads.engine.windows import STEP_NS, Walk, union
from openiads.results.exposure import exposure
from openiads.scenario.loader import load_scenario_text

DAY = """\
openiads_scenario: "0.1"
scenario: {id: day, title: A day of one radar and two flights, notional: true}
clock: {start_utc: 2019-11-26T00:00:00Z, duration_s: 86400}
places:
  hill: {latitude_deg: 40.0, longitude_deg: 33.0, ground_m: 900, mask_angle_deg: 0.2}
windows: {seen_by: [watch], lead_s: 60, tail_s: 60}
sensors:
  watch:
    place: hill
    search_radar: {kind: rotating, range_km: 200, rcs_m2: 2, instrumented_range_km: 300, frequency_ghz: 3, scan_period_s: 10,
      p_false_alarm: 1.0e-8}
objects:
  passing:
    side: friendly
    system: f-16
    sorties_per_month: 100
    motion:
      kind: waypoints
      start_s: 30000
      speed_mps: 250
      altitude_m: 6000
      altitude_reference: amsl
      waypoints: [{latitude_deg: 40.5, longitude_deg: 28.0}, {latitude_deg: 40.5, longitude_deg: 38.0}]
      end: leave
  far:
    side: friendly
    system: f-16
    sorties_per_month: 10
    motion:
      kind: waypoints
      start_s: 60000
      speed_mps: 250
      altitude_m: 6000
      altitude_reference: amsl
      waypoints: [{latitude_deg: 30.5, longitude_deg: 28.0}, {latitude_deg: 30.5, longitude_deg: 38.0}]
      end: leave
"""


@cache
def day(skip: bool) -> Any:
    return load_scenario_text(DAY, "day", overrides={"windows.skip": skip})


@cache
def run_of_day(skip: bool) -> Any:
    return api.run(day(skip), replications=4)


def test_union_of_intervals() -> None:
    assert union([(5, 8), (1, 3), (2, 4), (8, 9), (7, 7)]) == [(1, 4), (5, 9)]
    assert union([]) == []


def test_an_instant_belongs_to_the_interval_that_it_ends() -> None:
    walk = Walk(100, ((10, 20), (50, 60)))
    assert walk.walked_ns == 20
    assert walk.keeps(np.array([0, 10, 11, 20, 21, 50, 60, 100])).tolist() == [
        False,
        False,
        True,
        True,
        False,
        False,
        True,
        False,
    ]


def test_without_windows_everything_is_walked(cases: ModuleType) -> None:
    walk = lower(cases.small()).walk
    assert walk.walked == ((0, walk.duration_ns),)
    assert not walk.in_sight


def test_windows_are_the_times_in_sight_with_lead_and_tail() -> None:
    skipping, whole = lower(day(True)), lower(day(False))
    assert skipping.walk.in_sight == whole.walk.in_sight
    assert list(skipping.walk.in_sight) == [("watch", "passing")]  # the other flight stays below the horizon
    ((first, last),) = skipping.walk.in_sight["watch", "passing"]
    assert skipping.walk.walked == ((first - 60 * 10**9, last + 60 * 10**9),)
    looks = whole.case.looks["at_ns"]  # every look that could give a plot lies in sight
    assert first - STEP_NS <= looks.min()
    assert looks.max() <= last + STEP_NS


def test_skipping_leaves_the_looks_alone() -> None:
    skipping, whole = lower(day(True)).case, lower(day(False)).case
    assert np.array_equal(skipping.looks, whole.looks)
    assert len(skipping.calendar) < len(whole.calendar) / 10
    kept = {(int(r["kind"]), int(r["index"]), int(r["at_ns"])) for r in skipping.calendar}
    assert kept < {(int(r["kind"]), int(r["index"]), int(r["at_ns"])) for r in whole.calendar}


def test_a_day_walked_in_windows_and_whole_agrees() -> None:
    (some,), (every,) = exposure(run_of_day(True).reader), exposure(run_of_day(False).reader)
    assert (some.system, some.aircraft, some.sorties) == ("watch", "f-16", 110)
    assert some.in_sight_h == every.in_sight_h
    assert some.held_h.value == pytest.approx(every.held_h.value, rel=0, abs=100 * 10 / 3600)  # h: one scan a sortie
    assert 0.9 * some.in_sight_h < some.held_h.value < 1.1 * some.in_sight_h  # type: ignore[operator]


def test_the_manifest_says_what_was_walked_and_with_which_weights() -> None:
    walk = run_of_day(True).reader.manifest.walk
    assert walk["walked_h"] + walk["skipped_h"] == pytest.approx(24, rel=0, abs=1e-9)  # h
    assert walk["skipped_h"] > 22
    assert walk["sorties_per_month"] == {"passing": 100, "far": 10}
    assert walk["share_of_days"] == {"watch": 1.0}
    assert run_of_day(False).reader.manifest.walk["skipped_h"] == 0


@pytest.mark.nightly
@pytest.mark.parametrize("activity", ["co_located", "transit_near_site"])
def test_a_day_of_the_case_walked_both_ways_agrees(activity: str) -> None:
    found = []
    for skip in (True, False):
        scenario = openiads.load_scenario(
            "turkey-2019",
            vignette="peacetime_month",
            overrides={"options.activity.choice": activity, "windows.skip": skip},
        )
        run = openiads.run(scenario, replications=2)  # a temporary folder goes with its run
        found.append(exposure(run.reader))
    for some, every in zip(*found, strict=True):
        assert (some.system, some.aircraft) == (every.system, every.aircraft)
        assert some.held_h.value == pytest.approx(every.held_h.value, rel=0.01, abs=some.sorties * 12 / 3600)  # h
