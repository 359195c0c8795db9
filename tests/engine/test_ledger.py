"""The why-not ledger: a tiny case for each cause, the link that would have stopped it, and sums that are exact."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from openiads import api
from openiads.engine.counterfactual import order_of, relieved
from openiads.engine.lowering import lower
from openiads.engine.simulation import Simulation
from openiads.records.chain import LEDGER_CAUSES, RELIEF_OF, RELIEFS
from openiads.records.tables import END_STATES
from openiads.results.ledger import NO_LINK, counterfactual_causes

Tree = dict[str, Any]
REPLICATIONS = 6
LEAKED = END_STATES.index("leaked")
BEFORE_SITE = {"latitude_deg": 40.0, "longitude_deg": 33.12, "altitude_m": 5000}


def lone(tree: Tree) -> Tree:
    """One fire unit that never errs, one raider, no links, no false alarms: nothing leaks. Returns the unit."""
    unit = tree["fire_units"]["unit-1"]
    for part in ("command_posts", "network"):
        tree.pop(part)
    unit.pop("reports_to")
    tree["control"] = {"weapons": "tight"}
    tree["objects"] = {"raider": tree["objects"]["raider"]}
    tree["objects"]["raider"]["motion"]["waypoints"][1] = dict(BEFORE_SITE)
    unit["identification"] |= {"p_hostile_correct": 1.0, "p_hostile_as_friend": 0.0}
    unit["assessment"] |= {"p_miss_kill": 0.0, "p_false_kill": 0.0}
    for radar in ("search_radar", "engagement_radar"):
        unit[radar]["p_false_alarm"] = 1e-9
    for missile in unit["missiles"].values():
        missile["p_kill"] = 1.0
    return unit  # type: ignore[no-any-return]


def second(tree: Tree) -> None:
    """A second raider on the same path, 3 s behind."""
    tree["objects"]["raider"] |= {"count": 2, "spacing_s": 3.0}


def node_out(tree: Tree) -> None:
    """The unit dies when the raider is on its way, with a firm track and before the first shot could be fired."""
    unit = lone(tree)
    unit["outages"] = [[20, 239]]


def never_above_horizon(tree: Tree) -> None:
    lone(tree)
    tree["places"]["site"]["mask_angle_deg"] = 5
    tree["objects"]["raider"]["motion"] |= {"altitude_m": 1100}
    tree["objects"]["raider"]["motion"]["waypoints"][1]["altitude_m"] = 1100


def not_detected(tree: Tree) -> None:
    lone(tree)
    tree["signatures"]["fighter"] = {"front_m2": 1e-6, "swerling": 1, "reflectors_m2": 1e-6}


def track_too_late(tree: Tree) -> None:
    unit = lone(tree)
    unit["engagement_radar"]["duty"] = 0.0
    unit["tracker"] |= {"confirm_hits": 50, "confirm_window": 60}


def track_quality(tree: Tree) -> None:
    unit = lone(tree)
    unit["engagement_radar"]["duty"] = 0.0
    unit["search_radar"]["scan_period_s"] = 15
    unit["command"] |= {"cycle_s": 2, "max_track_age_s": 2.0}


def identity(tree: Tree) -> None:
    lone(tree)["identification"] |= {"p_hostile_correct": 0.2, "p_hostile_as_friend": 0.5}


def rules(tree: Tree) -> None:
    lone(tree)["weapons"] = "hold"


def no_order(tree: Tree) -> None:
    """Centralised control, and nobody above it."""
    lone(tree)["command"] |= {"control": "centralised"}


def out_of_envelope(tree: Tree) -> None:
    for missile in lone(tree)["missiles"].values():
        missile["max_altitude_km"] = 3


def decision_queue(tree: Tree) -> None:
    """Decisions take two minutes each, one at a time: the shot comes when the raider has got through."""
    lone(tree)["desk"] = {"delay": {"kind": "constant", "seconds": 150}, "span": 1}


def not_ready(tree: Tree) -> None:
    """The only launcher is empty after one missile, that a first raider takes, and loading it takes too long for the second."""
    unit = lone(tree)
    second(tree)
    unit["missiles"].pop("near")
    unit["missiles"]["far"] |= {"count": 1, "per_launcher": 1, "spare_count": 4}
    unit["launchers"] = {"reload_s": 3000}


def no_channel(tree: Tree) -> None:
    lone(tree)["command"] |= {"channels_targets": 0}


def magazine(tree: Tree) -> None:
    unit = lone(tree)
    second(tree)
    unit["missiles"]["far"]["count"] = 1
    unit["missiles"].pop("near")


def link(tree: Tree) -> None:
    """A slow missile of a far unit, planned for a point behind the raider's goal, keeps the near unit from firing."""
    near = lone(tree)
    near["missiles"].pop("near")
    near["missiles"]["far"]["max_range_km"] = 16
    far = {**near, "place": "rear", "search_radar": {**near["search_radar"], "range_km": 120, "instrumented_range_km": 120}}
    far["engagement_radar"] = {**near["engagement_radar"], "range_km": 120, "instrumented_range_km": 120}
    far["missiles"] = {"slow": {**near["missiles"]["far"], "max_range_km": 60, "mean_speed_mps": 400, "count": 50}}
    far["identification"] = {**near["identification"], "delay_s": 60}  # no shot at a track whose velocity is still rough
    tree["fire_units"]["unit-2"] = far
    tree["places"]["rear"] = {"latitude_deg": 40.0, "longitude_deg": 32.3, "ground_m": 900, "mask_angle_deg": 0.0}
    status = {"from": "unit-2", "to": "unit-1", "carries": ["status"], "cycle_s": 2, "latency_s": 0.1, "p_loss": 0.0}
    tree["network"] = {"mode": "integrated", "usable_track_share": 1.0, "links": {"across": status}}


def guidance(tree: Tree) -> None:
    """Missiles that may leave on the post's track, and need the own radar at the end, which never radiates."""
    post, network = tree["command_posts"], tree["network"]
    post["post-1"]["identification"] = {"p_hostile_correct": 1.0, "p_hostile_as_friend": 0.0}
    unit = lone(tree)
    tree["command_posts"] = post
    post["post-1"]["search_radar"] |= {"p_false_alarm": 1e-9, "duty": 1.0, "scan_period_s": 2}
    unit["reports_to"] = "post-1"
    down = {**network["links"]["down"], "cycle_s": 2, "p_loss": 0.0}
    tree["network"] = {"mode": "integrated", "usable_track_share": 1.0, "links": {"down": down}}
    unit.pop("search_radar")
    unit["engagement_radar"]["duty"] = 0.0
    unit["command"]["max_track_age_s"] = 20
    unit["missiles"].pop("near")
    unit["missiles"]["far"] |= {"guidance": "any_track_midcourse_own_terminal", "terminal_s": 3, "count": 100}


def shot_spent_on_false_or_decoy(tree: Tree) -> None:
    """A decoy within the errors of the track takes every other shot; there is one missile for the two."""
    unit = lone(tree)
    unit["missiles"]["far"]["count"] = 1
    unit["missiles"].pop("near")
    decoy = {**tree["objects"]["raider"], "kind": "decoy"}
    decoy["motion"] = {**decoy["motion"], "end": "leave", "altitude_m": 5010}
    tree["objects"]["decoy"] = decoy


def missed_shot(tree: Tree) -> None:
    for missile in lone(tree)["missiles"].values():
        missile["p_kill"] = 0.05


def patrolled(tree: Tree, **more: Any) -> None:
    """A post with a radar that sends pairs, and beside it a unit that may not fire."""
    post = tree["command_posts"]["post-1"]
    lone(tree)["weapons"] = "hold"
    post["identification"] = {"p_hostile_correct": 1.0, "p_hostile_as_friend": 0.0}
    post["search_radar"] |= {"p_false_alarm": 1e-9, "duty": 1.0, "scan_period_s": 2}
    tree["command_posts"] = {"post-1": post}
    pairs = {"place": "site", "reports_to": "post-1", "pairs": 1, "ready_min": 0.1, "speed_mps": 300.0, "p_kill": 1.0}
    tree["fighters"] = {"base-1": {**pairs, "radius_km": 300, **more}}


def fighter_reach(tree: Tree) -> None:
    """A pair is ready in a tenth of a minute, but comes no farther than 2 km."""
    patrolled(tree, radius_km=2)


def no_pair(tree: Tree) -> None:
    patrolled(tree, pairs=0)


CASES: dict[str, Callable[[Tree], None]] = {
    case.__name__: case
    for case in (
        node_out,
        never_above_horizon,
        not_detected,
        track_too_late,
        track_quality,
        identity,
        rules,
        no_order,
        out_of_envelope,
        decision_queue,
        not_ready,
        no_channel,
        magazine,
        link,
        guidance,
        shot_spent_on_false_or_decoy,
        missed_shot,
        fighter_reach,
        no_pair,
    )
}


def test_every_cause_has_a_case_and_a_link() -> None:
    assert tuple(CASES) == LEDGER_CAUSES == tuple(RELIEF_OF)
    assert tuple(dict.fromkeys(RELIEF_OF.values())) == RELIEFS
    assert order_of("magazine") == ("magazine", "link", "guidance", "false_shot", "kill", *RELIEFS[:11])
    with_fighters = ("magazine", "link", "guidance", "false_shot", "kill", "fighter_reach", "pair", *RELIEFS[:11])
    assert order_of("magazine", fighters=True) == with_fighters


def test_the_lone_unit_stops_the_raider(cases: ModuleType) -> None:
    """Else the cases below would say nothing about what they change."""
    tables = cases.run(cases.edited(lambda tree: lone(tree) and None), REPLICATIONS)
    assert cases.rows(tables["ledger"]) == []
    assert sum(tables["counts"].column("kills").to_pylist()) == REPLICATIONS


@pytest.mark.parametrize("cause", LEDGER_CAUSES)
def test_each_cause(cases: ModuleType, cause: str) -> None:
    """It is yielded; its link is the counterfactual; relieving all leaks of a printed link at once stops 95 % of them."""
    scenario = cases.edited(CASES[cause])
    run = api.run(scenario, replications=REPLICATIONS)
    found = api.ledger(run)
    leaks = found.rows.to_pylist()
    assert len(leaks) == found.leaked == sum(run.table("counts").column("leaked").to_pylist()) > 0
    assert {row["cause"] for row in leaks} == {cause}, found.causes.to_pylist()
    assert found.causes.column("leaks").to_pylist()[LEDGER_CAUSES.index(cause)] == found.leaked
    printed = counterfactual_causes(api.counterfactual(run))
    assert set(printed.values()) == {RELIEF_OF[cause]}, printed
    assert stopped_at_once(scenario, printed) >= 0.95


def stopped_at_once(scenario: Any, printed: dict[tuple[int, str], str]) -> float:
    """Share of leaks that stop when all leakers of a replication with the same link have it restored together."""
    lowered, stopped = lower(scenario), 0
    for replication, link in sorted({(k, link) for (k, _), link in printed.items()}):
        mine = [name for (k, name), found in printed.items() if (k, found) == (replication, link) and link != NO_LINK]
        state = Simulation(relieved(scenario, lowered, mine, link), seed=1).run(replication, "counts")
        ends = dict(zip(lowered.names.objects, state.objects["end_state"], strict=True))
        stopped += sum(ends[name] != LEAKED for name in mine)
    return stopped / len(printed)


def test_identity_by_evidence(cases: ModuleType) -> None:
    """A raider that answers in the right code is declared friendly; the link `identity` gives the true one and stops the leak."""

    def edit(tree: Tree) -> None:
        unit = lone(tree)
        unit["identification"] |= {"kind": "bayes", "delay_s": 2}
        answers = {"iff_modes": ["civil", "mode_4"], "p_iff_working": 1.0, "p_iff_code": 1.0}
        tree["objects"]["raider"]["sortie"] = {**answers, "p_flight_plan": 1.0, "p_corridor": 1.0}

    scenario = cases.edited(edit)
    run = api.run(scenario, replications=REPLICATIONS)
    assert {row["cause"] for row in api.ledger(run).rows.to_pylist()} == {"identity"}
    held = {row["identity"] for row in run.table("timeline").to_pylist() if row["node"] == "unit-1"}
    assert held == {"friendly"}
    printed = counterfactual_causes(api.counterfactual(run))
    assert len(printed) == REPLICATIONS
    assert set(printed.values()) == {"identity"}
    assert stopped_at_once(scenario, printed) == 1.0
