"""Scenarios that nobody has seen: drawn from a seed, permuted, and broken in ways that no table holds."""

import json
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml

from openiads.engine.simulation import Simulation
from openiads.scenario.loader import Scenario, load_scenario_text

SEEDS = (1, 2, 3, 4)
LONG = tuple(range(5, 45))


def loaded(tree: Any) -> Scenario:
    return load_scenario_text(yaml.safe_dump(json.loads(json.dumps(tree)), sort_keys=False), "unseen.yaml")


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_decides_by_truth(cases: ModuleType, firing: SimpleNamespace, blind: ModuleType, seed: int) -> None:
    done = blind.compare(Simulation(cases.lowered(loaded(blind.drawn(firing, seed))), seed), range(1))
    assert done["compared"] > 100


def test_in_what_is_compared_something_is_done(cases: ModuleType, firing: SimpleNamespace, blind: ModuleType) -> None:
    done = sum(
        (blind.compare(Simulation(cases.lowered(loaded(blind.drawn(firing, s))), s), range(1)) for s in SEEDS),
        blind.Counter(),
    )
    assert done["planned"] > 5
    assert done["sent"] > 50
    assert done["followed"] > 10


def test_pairs_are_sent_by_what_the_post_sees_alone(cases: ModuleType, firing: SimpleNamespace, blind: ModuleType) -> None:
    """Pairs that never hit and are turned round at once: some are sent in cycles in which nobody asks the world."""
    objects = {f"t{k}": firing.thing(60.0 * k, 60.0 + 5 * k, 2.0, speed_mps=150.0) for k in range(6)}
    pairs = {
        "place": "site",
        "reports_to": "p",
        "pairs": 3,
        "ready_min": 0,
        "speed_mps": 300.0,
        "radius_km": 300,
        "p_kill": 0.0,
    }
    more = {"command_posts": {"p": firing.post(search_radar=firing.search_radar())}}
    tree = firing.tree(objects, {}, duration_s=300.0, fighters={"f": {**pairs, "turnaround_min": 0}}, **more)
    done = blind.compare(Simulation(cases.lowered(loaded(tree)), 1), range(1))
    assert done["pairs"] >= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_in_a_file_means_nothing(cases: ModuleType, firing: SimpleNamespace, blind: ModuleType, seed: int) -> None:
    tree = blind.drawn(firing, seed)
    one, other = (cases.run(loaded(t), 2, level="full") for t in (tree, blind.turned(tree)))
    assert [name for name in one if not one[name].equals(other[name])] == []


@pytest.mark.nightly
@pytest.mark.parametrize("seed", LONG)
def test_forty_more(cases: ModuleType, firing: SimpleNamespace, blind: ModuleType, seed: int) -> None:
    tree = blind.drawn(firing, seed)
    blind.compare(Simulation(cases.lowered(loaded(tree)), seed), range(1))
    one, other = (cases.run(loaded(t), 1, level="full") for t in (tree, blind.turned(tree)))
    assert [name for name in one if not one[name].equals(other[name])] == []


def everything(firing: SimpleNamespace) -> Any:
    """A unit that fires on the post's tracks and orders, and pairs: nothing works without the post and the link."""
    unit = firing.unit(
        reports_to="p",
        command={"control": "centralised", "max_track_age_s": 8},
        engagement_radar={"duty": 0.0},
        missiles={
            "round": {
                "guidance": "any_track_throughout",
                "max_range_km": 60,
                "max_range_ballistic_km": 60,
                "mean_speed_mps": 500,
            }
        },
    )
    post = firing.post(search_radar=firing.search_radar(), assignment={"rule": "linear", "hold_s": 60})
    link = {"from": "p", "to": "u", "carries": ["tracks", "orders"], "cycle_s": 2, "latency_s": 0.5, "p_loss": 0.0}
    pairs = {
        "place": "site",
        "reports_to": "p",
        "pairs": 1,
        "ready_min": 0.5,
        "speed_mps": 250.0,
        "p_kill": 1.0,
        "radius_km": 300,
    }
    objects = {f"t{k}": firing.thing(90.0 * k, 150.0 + 5 * k, 2.0, speed_mps=200.0) for k in range(3)}
    more = {
        "command_posts": {"p": post},
        "network": {"links": {"down": {**link, "within_system": True}}},
        "fighters": {"f": {**pairs, "missile_zones": [{"place": "site", "max_range_km": 60}]}},
    }
    return firing.tree(objects, {"u": unit}, duration_s=900.0, **more)


KILLED_BY = {
    "in order": ({}, {"u": 2, "f": 1}, set()),
    "the post removed midway": (
        {"command_posts.p.outages": [[300, 900]]},
        {"f": 0, "u": 0},
        {"track_quality", "no_pair"},
    ),
    "the post never there": ({"command_posts.p.present": False}, {"f": 0, "u": 0}, {"not_detected"}),
    "the unit removed midway": ({"fire_units.u.outages": [[300, 900]]}, {"f": 1, "u": 0}, {"node_out", "no_pair"}),
    "all messages lost": ({"network.links.down.p_loss": 1.0}, {"f": 1, "u": 0}, {"no_pair"}),
    "a latency of ten thousand seconds": ({"network.links.down.latency_s": 3600.0}, {"f": 1, "u": 0}, {"no_pair"}),
    "next to no capacity": (
        {"network.links.down.capacity_per_min": 1e-6, "network.links.down.queue": 1},
        {"f": 1, "u": 0},
        {"no_pair"},
    ),
    "no channel": ({"fire_units.u.command.channels_targets": 0}, {"f": 1, "u": 0}, {"no_pair"}),
    "no missile": ({"fire_units.u.missiles.round.count": 0}, {"f": 1, "u": 0}, {"magazine"}),
    "no pair": ({"fighters.f.pairs": 0}, {"f": 0, "u": 3}, set()),
    "pairs that are never ready": ({"fighters.f.ready_min": 1440.0}, {"f": 0, "u": 3}, set()),
    "room for one track": ({"command_posts.p.tracker.capacity": 1}, None, None),
    "nobody is anybody": (
        {"command_posts.p.identification.p_hostile_correct": 0.0},
        {"f": 0, "u": 0},
        {"identity", "no_order"},
    ),
}


@pytest.mark.parametrize("how", KILLED_BY)
def test_what_breaks_says_what_it_does(cases: ModuleType, firing: SimpleNamespace, how: str) -> None:
    """Nothing crashes, every leak has a cause, totals add up, and the effect is the one that is stated."""
    overrides, by, causes = KILLED_BY[how]
    tables = cases.run(loaded(everything(firing)).with_overrides(overrides), 1)
    ends = [row["killed_by"] or row["end_state"] for row in cases.rows(tables["outcomes"])]
    rows = cases.rows(tables["ledger"])
    assert len(rows) == ends.count("leaked") == sum(cases.column(tables["counts"], "leaked"))
    for row in cases.rows(tables["traffic"]):
        fates = ("arrived", "lost", "refused", "replaced", "cut_off", "under_way")
        assert row["sent"] == sum(row[name] for name in fates)
    if by is not None:
        assert {name: ends.count(name) for name in by} == by, (ends, rows)
        assert {row["cause"] for row in rows} <= causes, rows
        assert bool(rows) == bool(causes)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("network.links.down.capacity_per_min", 0.0, "more than 0 is allowed"),
        ("network.links.down.latency_s", 1e4, "at most 3600 is allowed"),
        ("network.links.down.p_loss", 1.5, "at most 1 is allowed"),
        ("fighters.f.speed_mps", 0.0, "more than 0 is allowed"),
        ("fighters.f.pairs", -1, "at least 0 is allowed"),
        ("fighters.f.takes", [], "takes"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(firing: SimpleNamespace, path: str, value: Any, said: str) -> None:
    with pytest.raises(Exception, match=said) as caught:
        loaded(everything(firing)).with_overrides({path: value})
    assert len(str(caught.value).splitlines()) == 1


def test_draws_of_the_generator_differ(firing: SimpleNamespace, blind: ModuleType) -> None:
    assert len({json.dumps(blind.drawn(firing, s)) for s in (*SEEDS, *LONG)}) == len(SEEDS) + len(LONG)
    assert np.mean([len(blind.drawn(firing, s)["network"]["links"]) for s in SEEDS]) > 2
