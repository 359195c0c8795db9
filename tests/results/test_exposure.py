"""Exposure: hours of firm track, by hand, by share of days, and against the line of sight."""

from functools import cache
from typing import Any

import pytest

import openiads
from openiads import api
from openiads.errors import ResultsError
from openiads.results.exposure import as_row, exposure, firm_times, table
from openiads.scenario.loader import Scenario, load_scenario_text

TEXT = """\
openiads_scenario: "0.1"
scenario: {id: hours, title: Two systems and two flights, notional: true}
clock: {start_utc: 2019-11-26T00:00:00Z, duration_s: 4000}
places:
  west: {latitude_deg: 40.0, longitude_deg: 33.0, ground_m: 900, mask_angle_deg: 0.0}
  east: {latitude_deg: 40.0, longitude_deg: 35.0, ground_m: 900, mask_angle_deg: 0.0}
windows: {seen_by: [post, east-radar, west-radar], lead_s: 60, tail_s: 60}
command_posts:
  post: {place: west}
sensors:
  west-radar:
    place: west
    reports_to: post
    search_radar: &radar
  east-radar:
    place: east
    search_radar: &radar
objects:
  near: {side: friendly, system: f-16, sorties_per_month: 100, motion: {kind: waypoints, start_s: 300, speed_mps: 250,
    altitude_m: 6000, altitude_reference: amsl, end: leave,
    waypoints: [{latitude_deg: 40.4, longitude_deg: 30.5}, {latitude_deg: 40.4, longitude_deg: 37.0}]}}
  other: {side: friendly, system: f-16, sorties_per_month: 10, motion: {kind: waypoints, start_s: 300, speed_mps: 250,
    altitude_m: 6000, altitude_reference: amsl, end: leave,
    waypoints: [{latitude_deg: 39.6, longitude_deg: 30.5}, {latitude_deg: 39.6, longitude_deg: 33.5}]}}
  civil: {side: neutral, system: airliner, sorties_per_month: 900, motion: {kind: waypoints, start_s: 300, speed_mps: 235,
    altitude_m: 10700, altitude_reference: amsl, end: leave,
    waypoints: [{latitude_deg: 40.2, longitude_deg: 33.0}, {latitude_deg: 40.2, longitude_deg: 35.0}]}}
options:
  days:
    label: How often does the west work?
    choice: always
    values:
      always: {label: always}
      tests: {label: on test days, set: {sensors.west-radar.state: test_days, command_posts.post.state: test_days}}
      never: {label: never, set: {sensors.west-radar.state: stored, command_posts.post.state: stored}}
""".replace(
    "&radar",
    "{kind: rotating, range_km: 120, rcs_m2: 2, instrumented_range_km: 150, frequency_ghz: 3, scan_period_s: 10,"
    " p_false_alarm: 1.0e-8}",
)


@cache
def scenario(days: str = "always") -> Scenario:
    return load_scenario_text(TEXT, "hours", overrides={"options.days.choice": days})


@cache
def run() -> Any:
    return api.run(scenario(), replications=3)


def test_hours_are_those_of_the_rows_of_the_tables() -> None:
    """By hand: firm and dropped of every track in the tables, weighted, united over the nodes of a system."""
    rows = {row.system: row for row in exposure(run().reader)}
    assert set(rows) == {"east-radar", "post"}
    events, outcomes = run().to_pandas("events"), run().to_pandas("outcomes")
    links = run().to_pandas("association").query("reference == 'track' and object_id in ['near', 'other']")
    for system, node in (("post", "west-radar"), ("east-radar", "east-radar")):
        hours = 0.0
        for row in links[links["node"] == node].itertuples():
            same = events[(events["replication"] == row.replication) & (events["track_id"] == row.reference_id)]
            dropped = same[same["event"] == "dropped"]["at_ns"].tolist()
            end = outcomes.query("replication == @row.replication and object_id == @row.object_id")["at_ns"].item()
            weight = {"near": 100, "other": 10}[row.object_id]
            hours += weight * (min([*dropped, end]) - row.at_ns) / 3.6e12 / 3
        assert rows[system].held_h.value == pytest.approx(
            hours, rel=1e-9, abs=0
        )  # h; no two tracks of one flight overlap here


def test_alone_is_what_the_other_does_not_hold() -> None:
    """Hours of both systems less those that both hold, counted second by second."""
    held = firm_times(run().reader)
    rows = {row.system: row for row in exposure(run().reader)}
    alone = 0.0
    for k in range(3):
        for key, weight in (("near", 100), ("other", 10)):
            west, east = held.get((k, "west-radar", key), []), held.get((k, "east-radar", key), [])
            seconds = [s for s in range(4000) if any(a <= s * 10**9 < b for a, b in west)]
            alone += weight * sum(not any(a <= s * 10**9 < b for a, b in east) for s in seconds) / 3600 / 3
    assert 0 < alone < rows["post"].held_h.value  # type: ignore[operator]
    assert rows["post"].alone_h.value == pytest.approx(alone, rel=0, abs=110 * 2 / 3600)  # h: a second at each end


def test_only_friendly_flights_count_and_only_in_sight() -> None:
    for row in exposure(run().reader):
        assert (row.aircraft, row.sorties) == ("f-16", 110)
        assert 0.7 * row.in_sight_h < row.held_h.value < 1.1 * row.in_sight_h  # type: ignore[operator]
        assert row.nearest_km < row.base_km


def test_hours_go_with_the_share_of_days() -> None:
    always = table(scenario(), ("days",), lambda arm: api.run(arm, replications=2))
    by_days = {(row["days"], row["system"]): row for row in always}
    full, some, none = (by_days[days, "post"] for days in ("always", "tests", "never"))
    assert some["share_of_days"] == 0.067
    assert some["held_h"] == pytest.approx(0.067 * full["held_h"], rel=1e-12, abs=0)
    assert some["in_sight_h"] == pytest.approx(0.067 * full["in_sight_h"], rel=1e-12, abs=0)
    assert (none["share_of_days"], none["held_h"], none["in_sight_h"]) == (0, 0, 0)
    assert by_days["never", "east-radar"]["alone_h"] > by_days["always", "east-radar"]["alone_h"]
    assert set(as_row(exposure(run().reader)[0])) <= set(full)


def test_combinations_that_are_the_same_run_are_run_once() -> None:
    ran = []

    def count(arm: Scenario) -> Any:
        ran.append(arm.choices["days"])
        return api.run(arm, replications=2)

    table(scenario(), ("days",), count)
    assert ran == ["always", "never"]  # test days change the share, not the run


def test_a_run_without_windows_has_no_exposure() -> None:
    with pytest.raises(ResultsError, match=r"has no windows. Run a vignette"):
        exposure(openiads.run(openiads.load_scenario("skeleton"), replications=1).reader)
