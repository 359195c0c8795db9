"""Engagements end to end on the firing range: decoys, sectors, approval, tracks of others, ballistic objects."""

from collections import Counter
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from openiads.engine.counterfactual import relieved
from openiads.engine.simulation import Simulation
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.records.tables import END_STATES
from openiads.records.truth import motion_at


def shots(cases: ModuleType, tables: Any) -> list[dict[str, Any]]:
    """Launches in the order of time, with the object and what became of them."""
    fates = {(r["replication"], r["reference_id"]): r for r in cases.rows(tables["association"]) if r["reference"] == "shot"}
    found = []
    for row in cases.rows(tables["shots"]):
        fate = fates[row["replication"], f"{row['node']}/{row['shot']}"]
        found.append({**row, "object": fate["object_id"], "result": fate["result"], "at_s": row["at_ns"] / 1e9})
    return sorted(found, key=lambda row: row["at_s"])


def test_decoys_cost_missiles_and_channels(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Six missiles against three raiders: all die alone, and leak behind six decoys that are nearer."""
    unit = firing.unit(command={"channels_targets": 3}, missiles={"round": {"count": 6}})
    raiders = {f"r{k}": firing.thing(120.0 * k, 70.0, 2.0, speed_mps=250.0) for k in range(3)}
    decoys = {f"d{k}": firing.thing(60.0 * k + 10, 50.0, 2.0, speed_mps=250.0, kind="decoy", end="leave") for k in range(6)}
    alone = cases.run(firing.scenario(raiders, {"u": unit}), 2)
    assert sum(cases.column(alone["counts"], "leaked")) == 0
    behind = cases.run(firing.scenario({**raiders, **decoys}, {"u": unit}), 2)
    assert {row["object"] for row in shots(cases, behind)} == set(decoys)
    assert sum(cases.column(behind["counts"], "leaked")) == 6
    assert set(cases.column(behind["ledger"], "cause")) == {"magazine"}


def test_a_sector_on_hold(cases: ModuleType, firing: SimpleNamespace) -> None:
    """The post forbids fire in the east; a track there is shot at when it has left the sector, and counts as `rules` if never."""
    zones = [{"from_deg": 45, "to_deg": 135, "weapons": "hold"}]
    unit = firing.unit(reports_to="p", command={"most_missiles_per_track": 1})
    objects = {name: firing.thing(a, 50.0, 2.0, speed_mps=250.0) for name, a in (("east", 90.0), ("west", 270.0))}
    scenario = firing.scenario(objects, {"u": unit}, command_posts={"p": firing.post(zones=zones)})
    tables = cases.run(scenario, 1)
    assert [row["object"] for row in shots(cases, tables)] == ["west"]
    assert [(r["object_id"], r["cause"]) for r in cases.rows(tables["ledger"])] == [("east", "rules")]


@pytest.mark.parametrize(("approval", "times"), [("superior", [0, 0, 0, 0]), ("superior_by_voice", [0, 15, 30, 45])])
def test_approval_by_voice_is_a_queue_of_its_own(
    cases: ModuleType, firing: SimpleNamespace, approval: str, times: list[float]
) -> None:
    """Two units that must ask one post: by link it answers all after 5 s, by voice one after another, 15 s each."""
    desk = {
        "delay": {"kind": "constant", "seconds": 5},
        "voice_delay": {"kind": "constant", "seconds": 15},
        "voice_span": 1,
    }
    command = {"approval": approval, "most_missiles_per_track": 1}
    units = {name: firing.unit(reports_to="p", command=command) for name in ("u", "v")}
    objects = {f"t{k}": firing.thing(90.0 * k, 60.0, 30.0, speed_mps=100.0) for k in range(2)}
    tables = cases.run(firing.scenario(objects, units, command_posts={"p": firing.post(desk=desk)}), 1)
    found = [row["at_s"] for row in shots(cases, tables)]
    base = 5.0 if approval == "superior" else 15.0
    decided = min(r["at_ns"] for r in cases.rows(tables["events"]) if r["event"] == "assigned") / 1e9
    assert [at - decided - base for at in found] == pytest.approx(times, rel=0, abs=1e-9)  # s


def network(**more: Any) -> dict[str, Any]:
    down = {"from": "p", "to": "u", "carries": ["tracks"], "cycle_s": 2, "latency_s": 0.5, "p_loss": 0.0, **more}
    return {"mode": "integrated", "usable_track_share": 1.0, "links": {"down": down}}


def blind(firing: SimpleNamespace, guidance: str) -> dict[str, Any]:
    """A unit whose own radar is silent, and missiles with this need of a track."""
    return firing.unit(
        reports_to="p",
        engagement_radar={"duty": 0.0},
        command={"most_missiles_per_track": 1, "max_track_age_s": 8},
        missiles={"round": {"guidance": guidance, "terminal_s": 4}},
    )


@pytest.mark.parametrize(
    ("guidance", "fired", "result"),
    [
        ("own_radar_throughout", 0, ""),
        ("own_radar_terminal", 0, ""),
        ("any_track_midcourse_own_terminal", 1, "track_lost"),
        ("any_track_throughout", 1, "killed"),
        ("autonomous_terminal", 1, "killed"),
    ],
)
def test_a_unit_on_another_radars_track(
    cases: ModuleType, firing: SimpleNamespace, guidance: str, fired: int, result: str
) -> None:
    """It goes on where its guidance allows and stops where it does not."""
    objects = {"t": firing.thing(90.0, 60.0, 20.0, speed_mps=200.0)}
    posts = {"p": firing.post(search_radar=firing.search_radar())}
    scenario = firing.scenario(objects, {"u": blind(firing, guidance)}, command_posts=posts, network=network())
    found = shots(cases, cases.run(scenario, 1))
    assert [row["result"] for row in found] == [result] * fired


@pytest.mark.parametrize(
    ("guidance", "gap", "result"),
    [
        ("any_track_throughout", [40, 300], "track_lost"),
        ("autonomous_terminal", [10, 300], "track_lost"),  # lost before the last part
        ("autonomous_terminal", [45, 300], "killed"),  # lost in the last part, where it needs nobody
    ],
)
def test_a_link_that_breaks_during_the_flight(
    cases: ModuleType, firing: SimpleNamespace, guidance: str, gap: list[int], result: str
) -> None:
    objects = {"t": firing.thing(90.0, 60.0, 20.0, speed_mps=200.0)}
    posts = {"p": firing.post(search_radar=firing.search_radar())}
    unit = blind(firing, guidance)
    unit["missiles"]["round"]["terminal_s"] = 8
    scenario = firing.scenario(objects, {"u": unit}, command_posts=posts, network=network(outages=[gap]))
    found = shots(cases, cases.run(scenario, 1))
    assert [row["result"] for row in found] == [result]
    assert 45.0 < found[0]["intercept_ns"] / 1e9 < 58.0  # s


@pytest.mark.parametrize(
    ("gap_s", "out", "result"),
    [
        (None, [10, 30], "killed"),  # lost and found again between launch and intercept: nobody asks
        (30.0, [10, 30], "killed"),  # a shorter gap than is allowed
        (5.0, [10, 30], "track_lost"),
        (5.0, [10, 300], "track_lost"),
        (None, [10, 300], "track_lost"),
    ],
)
def test_a_track_that_is_lost_midcourse(
    cases: ModuleType, firing: SimpleNamespace, gap_s: float | None, out: list[int], result: str
) -> None:
    """The post dies in midcourse and comes back: only a missile that states `track_gap_s` notices, and then at that time."""
    unit = blind(firing, "any_track_throughout")
    unit["missiles"]["round"] |= {"track_gap_s": gap_s} if gap_s is not None else {}
    objects = {"t": firing.thing(90.0, 60.0, 20.0, speed_mps=200.0)}
    posts = {"p": firing.post(search_radar=firing.search_radar())}
    net = network(outages=[out])
    found = shots(cases, cases.run(firing.scenario(objects, {"u": unit}, command_posts=posts, network=net), 1))
    assert found[0]["result"] == result  # a track found again has a new number, and may be fired at
    ended_s = found[0]["intercept_ns"] / 1e9
    if result == "track_lost" and gap_s is not None:
        # The last report came at 8 s; it serves for 8 s more (max_track_age_s), then the gap runs, asked once a second.
        assert 8.0 + 8.0 + gap_s - 3.0 <= ended_s <= 8.0 + 8.0 + gap_s + 4.0
    else:
        assert 45.0 < ended_s < 58.0  # s


def test_a_need_of_nobody_is_always_met(cases: ModuleType, firing: SimpleNamespace) -> None:
    """The last part of an autonomous missile: the link dies there, and a gap of nothing at all is allowed."""
    unit = blind(firing, "autonomous_terminal")
    unit["missiles"]["round"] |= {"track_gap_s": 0.0, "terminal_s": 30}
    objects = {"t": firing.thing(90.0, 60.0, 20.0, speed_mps=200.0)}
    posts = {"p": firing.post(search_radar=firing.search_radar())}
    scenario = firing.scenario(objects, {"u": unit}, command_posts=posts, network=network(outages=[[30, 300]]))
    assert [row["result"] for row in shots(cases, cases.run(scenario, 1))] == ["killed"]


def test_a_channel_is_free_when_its_missile_is_lost(cases: ModuleType, firing: SimpleNamespace) -> None:
    """One channel: the second missile leaves as soon as the first is lost, not when it would have met."""
    times = {}
    for gap_s in (None, 5.0):
        unit = blind(firing, "any_track_throughout")
        unit["command"] |= {"channels_targets": 1, "channels_missiles": 1, "most_missiles_per_track": 0}
        unit["missiles"]["round"] |= {"track_gap_s": gap_s} if gap_s is not None else {}
        objects = {"t": firing.thing(90.0, 60.0, 5.0, speed_mps=200.0)}
        posts = {"p": firing.post(search_radar=firing.search_radar())}
        net = network(outages=[[10, 30]])
        found = shots(cases, cases.run(firing.scenario(objects, {"u": unit}, command_posts=posts, network=net), 1))
        times[gap_s] = [row["at_s"] for row in found]
    assert len(times[None]) == 1
    assert len(times[5.0]) == 2
    assert 30.0 < times[5.0][1] < 36.0  # s: the link is back at 30 s


def test_a_link_of_the_chain_is_restored_on_another_radars_track_too(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Out of reach of a unit that has the post's track alone: the ledger says so, and without limits it is killed."""
    objects = {"t": firing.thing(90.0, 60.0, 20.0, speed_mps=200.0)}
    unit = blind(firing, "any_track_throughout")
    unit["missiles"]["round"]["max_altitude_km"] = 3
    posts = {"p": firing.post(search_radar=firing.search_radar())}
    scenario = firing.scenario(objects, {"u": unit}, command_posts=posts, network=network())
    tables = cases.run(scenario, 1)
    assert [row["cause"] for row in cases.rows(tables["ledger"])] == ["out_of_envelope"]
    for link, end in (("envelope", "killed"), ("magazine", "leaked")):
        state = Simulation(relieved(scenario, cases.lowered(scenario), ["t"], link), seed=1).run(0, "counts")
        assert END_STATES[state.objects[0]["end_state"]] == end, link


def rocket(apogee_km: float) -> dict[str, Any]:
    return {
        "side": "hostile",
        "kind": "ballistic",
        "rcs": {"front_m2": 10, "side_m2": 10, "rear_m2": 10, "swerling": 0},
        "rcs_sortie_sigma_db": 0.0,
        "rcs_decorrelation_s": 0,
        "motion": {
            "kind": "ballistic",
            "from": {"latitude_deg": 40.0, "longitude_deg": 35.2, "altitude_m": 0},
            "to": "site",
            "apogee_km": apogee_km,
        },
    }


def against_rockets(firing: SimpleNamespace, **more: Any) -> dict[str, Any]:
    return firing.unit(
        tracker={"process_noise_m2ps3": 400.0},
        command={"most_missiles_per_track": 1},
        engagement_radar={"elevation_max_deg": 85},
        missiles={"round": {"mean_speed_mps": 1500, "max_range_km": 90, "max_range_ballistic_km": 60, **more}},
    )


def test_ballistic_objects_are_predicted_in_free_fall(cases: ModuleType, firing: SimpleNamespace) -> None:
    """Where the target truly is when the missile should meet it: much nearer to the predicted range than straight on."""
    off = {}
    for how in ("free_fall", "straight"):
        scenario = firing.scenario({"b": rocket(50)}, {"u": against_rockets(firing)}, control={"ballistic_prediction": how})
        case = cases.lowered(scenario).case
        site = case.radars[0]["site_m"]
        errors = []
        for row in cases.rows(cases.run(scenario, 6)["shots"]):
            x = motion_at(case.objects, case.knots, 0, row["predicted_intercept_ns"])
            flown_m = 1500.0 * (row["predicted_intercept_ns"] - row["at_ns"]) * 1e-9
            errors.append(abs(float(np.linalg.norm(np.array(x[:3]) - site)) - flown_m))
        assert errors
        off[how] = float(np.mean(errors))
    assert off["free_fall"] < 0.5 * off["straight"], off  # m


@pytest.mark.parametrize("lowest_km", [0.0, 18.0])
def test_the_lowest_intercept_of_a_ballistic_object(cases: ModuleType, firing: SimpleNamespace, lowest_km: float) -> None:
    """What is killed is killed above it, by the true path."""
    unit = against_rockets(firing, ballistic={"min_altitude_km": lowest_km})
    lowered = cases.lowered(firing.scenario({"b": rocket(50)}, {"u": unit}))
    tables = cases.run(firing.scenario({"b": rocket(50)}, {"u": unit}), 6)
    kills = [row for row in shots(cases, tables) if row["result"] == "killed"]
    heights = []
    for row in kills:
        x = motion_at(lowered.case.objects, lowered.case.knots, 0, row["intercept_ns"])
        heights.append(float(ecef_to_geodetic(np.array(x[:3]))[2]) / 1e3)
    assert len(kills) >= 3
    assert min(heights) >= lowest_km


@pytest.mark.parametrize(
    "limits",
    [{"max_speed_mps": 500}, {"reentry_max_deg": 5}, {"handover_tolerance_km": 0.001}],
    ids=lambda limits: next(iter(limits)),
)
def test_ballistic_limits_forbid(cases: ModuleType, firing: SimpleNamespace, limits: dict[str, float]) -> None:
    unit = against_rockets(firing, ballistic=limits)
    tables = cases.run(firing.scenario({"b": rocket(50)}, {"u": unit}), 2)
    late = [row for row in shots(cases, tables) if row["result"] in ("killed", "missed")]
    assert late == []
    assert Counter(cases.column(tables["ledger"], "cause")) == {"out_of_envelope": 2}
