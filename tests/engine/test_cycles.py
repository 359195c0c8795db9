"""How finely something is looked at changes no physics: cycles of command and links, sectors of a rotation."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.engine.calendar import radiating
from openiads.models.sensing import lowering
from openiads.records.case import COMMAND, FRAME, LINK, LOOK, NODE_OUTAGE, OBJECT_END, RANKS

HOLD = {"control.weapons": "hold"}
NO_KILLS = {"fire_units.unit-1.missiles.far.p_kill": 0.0, "fire_units.unit-1.missiles.near.p_kill": 0.0}
SEARCH = ("command_posts.post-1.search_radar", "fire_units.unit-1.search_radar")


def search_plots(cases: ModuleType, overrides: dict[str, Any]) -> list[dict[str, Any]]:
    tables = cases.run(cases.small(overrides), 4, level="full")
    return [row for row in cases.rows(tables["plots"]) if row["radar"] == "search"]


@pytest.mark.parametrize("base", [HOLD, NO_KILLS], ids=["hold", "shots that miss"])
@pytest.mark.parametrize(
    "change",
    [
        {"fire_units.unit-1.command.cycle_s": 1.0},
        {"fire_units.unit-1.command.cycle_s": 0.37},
        {"network.links.up.cycle_s": 2.0, "network.links.down.cycle_s": 2.0},
        {"network.mode": "standalone"},
        {"fire_units.unit-1.engagement_radar.frame_s": 1.0},
        {"fire_units.unit-1.command.reaction_time_s": 1.0},
    ],
    ids=["half a command cycle", "odd command cycle", "half a link cycle", "no links", "half a frame", "quick"],
)
def test_search_radars_see_what_they_see(cases: ModuleType, base: dict[str, Any], change: dict[str, Any]) -> None:
    """As long as nobody is killed, all search plots are the same rows: no decision reaches a search radar."""
    reference = search_plots(cases, base)
    assert len(reference) > 1000
    assert search_plots(cases, {**base, **change}) == reference


@pytest.mark.parametrize("sectors", [1, 4, 16, 50])
def test_sectors_of_a_rotation_change_no_real_plot(cases: ModuleType, sectors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of calendar rows per rotation says how long plots wait, not which there are. False alarms are drawn per
    sector, so they are other ones, as many on average; here Pfa is so low that there are none.
    """
    overrides = {**HOLD, **{f"{radar}.p_false_alarm": 1e-12 for radar in SEARCH}}
    overrides["fire_units.unit-1.engagement_radar.duty"] = 0.0
    names = ("replication", "at_ns", "node", "range_m", "azimuth_rad", "elevation_rad", "sigma_range_m", "snr_db")

    def plots() -> set[tuple[Any, ...]]:
        scenario = cases.small(overrides)
        found = cases.Simulation(cases.lower(scenario), 1)
        tables = [cases.decode(found.lowered, found.run(k, "full"), "full") for k in range(3)]
        assert all(int(t["counts"]["false_alarms"][0]) == 0 for t in tables)
        return {tuple(row) for t in tables for row in zip(*(t["plots"][name] for name in names), strict=True)}

    reference = plots()
    mean = cases.lower(cases.small()).case.radars["false_alarm_mean"] * cases.lower(cases.small()).case.radars["sectors"]
    monkeypatch.setattr(lowering, "SECTORS_PER_ROTATION", sectors)
    other = plots()
    radars = cases.lower(cases.small()).case.radars
    assert len(reference) > 300
    last_turn_ns = 234_000_000_000  # a sector that the scenario's end cuts off is never closed
    assert {p for p in other if p[1] < last_turn_ns} == {p for p in reference if p[1] < last_turn_ns}
    assert radars["false_alarm_mean"] * radars["sectors"] == pytest.approx(mean, rel=1e-12, abs=0)
    assert sorted(set(radars["sectors"])) == sorted({1, sectors})


def test_due_times_are_not_those_of_the_calendar(cases: ModuleType) -> None:
    """Launches follow the reaction time, intercepts the flight, verdicts the delay: each at its own nanosecond."""
    tables = cases.run(cases.small(), 60)
    at_ns = set(cases.lowered(cases.small()).case.calendar["at_ns"].tolist())
    shots = cases.rows(tables["shots"])
    met = [row["intercept_ns"] for row in shots if row["intercept_ns"] is not None]
    assert len(met) > 100
    assert sum(when in at_ns for when in met) < 0.1 * len(met)
    for row in shots:
        assert (row["at_ns"] - 4_000_000_000) % 2_000_000_000 == 0  # the command cycle plus the reaction time
        if row["assessed_ns"] is not None:
            assert row["assessed_ns"] - row["intercept_ns"] == 4_000_000_000


def test_the_calendar_is_sorted_and_complete(cases: ModuleType) -> None:
    lowered = cases.lowered(cases.small())
    calendar, names = lowered.case.calendar, lowered.names
    order = list(zip(calendar["at_ns"].tolist(), calendar["rank"].tolist(), strict=True))
    assert order == sorted(order)
    assert all(RANKS[int(row["kind"])] == row["rank"] for row in calendar)
    duration_ns = 240_000_000_000
    assert calendar["at_ns"].min() > 0
    assert calendar["at_ns"].max() <= duration_ns
    kinds = {kind: int((calendar["kind"] == kind).sum()) for kind in RANKS}
    ends = lowered.case.objects["end_ns"]
    assert kinds == {
        LOOK: 40 * 8 + 48 * 8,  # rotations of 6 and 5 s
        FRAME: 120,
        COMMAND: 40 + 120,  # the post as often as its radar turns, the unit every 2 s
        LINK: 2 * 60,
        OBJECT_END: int((ends <= duration_ns).sum()),
        NODE_OUTAGE: 0,
    }
    assert names.radars == (("post-1", "search"), ("unit-1", "engagement"), ("unit-1", "search"))
    for kind, total in ((LOOK, len(lowered.case.looks)), (FRAME, len(lowered.case.candidates))):
        rows = calendar[calendar["kind"] == kind]
        np.testing.assert_array_equal(rows["first"], np.concatenate([[0], np.cumsum(rows["count"])[:-1]]))
        assert rows["count"].sum() <= total
    for row in calendar[calendar["kind"] == LOOK]:
        looks = lowered.case.looks[row["first"] : row["first"] + row["count"]]
        assert (looks["at_ns"] <= row["at_ns"]).all()
        length_ns = lowered.case.radars[row["index"]]["period_ns"] // 8
        assert (looks["at_ns"] >= row["at_ns"] - length_ns).all()


@pytest.mark.parametrize("scan_period_s", [5.0, 4.3, 3.333333333, 7.7777777])
def test_no_plot_is_later_than_its_row(cases: ModuleType, scan_period_s: float) -> None:
    """Also when a rotation is no multiple of its sectors in nanoseconds."""
    found = cases.lowered(cases.small({"fire_units.unit-1.search_radar.scan_period_s": scan_period_s})).case
    rows = found.calendar[found.calendar["kind"] == LOOK]
    for row in rows:
        looks = found.looks[row["first"] : row["first"] + row["count"]]
        assert (looks["at_ns"] <= row["at_ns"]).all()
    assert (found.radars["period_ns"] % found.radars["sectors"] == 0).all()


def test_duty_and_notice(cases: ModuleType) -> None:
    """A radar on for a quarter of every minute has a quarter of the rows; one that hides from notified flights is off then."""
    whole = cases.lowered(cases.small())
    part = cases.lowered(
        cases.small({"command_posts.post-1.search_radar.duty": 0.25, "command_posts.post-1.search_radar.duty_period_s": 60})
    )

    def looks(lowered: Any) -> np.ndarray:
        calendar = lowered.case.calendar
        return calendar[(calendar["kind"] == LOOK) & (calendar["index"] == 0)]["at_ns"]

    assert len(looks(part)) == pytest.approx(len(looks(whole)) / 4, rel=0.05, abs=0)
    assert set(looks(part)) < set(looks(whole))
    assert (looks(part) % 60_000_000_000 <= 15_700_000_000).all()

    def notify(tree: dict[str, Any]) -> None:
        tree["objects"]["raider-b"]["notified"] = True
        tree["command_posts"]["post-1"]["emission_rule"] = "silent_on_notice"

    scenario = cases.edited(notify)
    quiet = cases.lowered(scenario)
    index = quiet.names.objects.index("raider-b")
    start_ns, end_ns = (int(quiet.case.objects[index][name]) for name in ("start_ns", "end_ns"))
    middles = looks(quiet) - 375_000_000
    assert not ((middles >= start_ns) & (middles < end_ns)).any()
    assert len(looks(quiet)) < len(looks(whole))
    from openiads.engine.objects import lower_objects
    from openiads.engine.sites import Sites

    spec = scenario.spec
    on = radiating(spec, lower_objects(spec, Sites(spec)), "post-1", "search", 240_000_000_000)
    assert on[0] == (0, start_ns)
    assert all(last <= start_ns or first >= end_ns for first, last in on)
