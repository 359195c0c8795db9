"""The degradation table of the notional sector: each node and link worse in one way at a time, and what that does.

The page `docs/reference/degradation.md` holds the same rows; a test keeps the two together.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads import api
from openiads.results.ledger import counterfactual_causes
from openiads.scenario.loader import Scenario

ROOT = Path(__file__).resolve().parents[2]
SECTOR = ROOT / "examples" / "scenarios" / "linked-sector-notional.yaml"
PAGE = ROOT / "docs" / "reference" / "degradation.md"
REPLICATIONS = 4
END_S = 420
NODES = {"watch": "sensors", "post": "command_posts", "unit-1": "fire_units", "unit-2": "fire_units"}
ALWAYS = [[0, END_S]]


@dataclass(frozen=True)
class Row:
    """One element, what is wrong with it, and what that does: `same`, `more` or `fewer` than with everything in order."""

    element: str
    how: str
    overrides: dict[str, Any]
    held: str
    """Replications in which unit-1 holds a firm track of its own of the raider from the west."""
    leaks: str
    """Raiders from the west that leak."""
    friends: str
    """Friends shot down."""
    missiles: str
    """Missiles at the raider from the east, which both units see."""


def link(name: str, how: str, field: dict[str, Any], *effects: str) -> Row:
    return Row(name, how, {f"network.links.{name}.{key}": value for key, value in field.items()}, *effects)


def node(name: str, how: str, field: dict[str, Any], *effects: str) -> Row:
    return Row(name, how, {f"{NODES[name]}.{name}.{key}": value for key, value in field.items()}, *effects)


CUE, PICTURE, STATUS = (
    ("fewer", "more", "same", "same"),
    ("same", "same", "more", "same"),
    ("same", "same", "same", "more"),
)
NOTHING = ("same", "same", "same", "same")
SATURATED = {"capacity_per_min": 1, "queue": 1}
TABLE = (
    *(
        row
        for name, effect in (("cue", CUE), ("picture", PICTURE), ("status", STATUS))
        for row in (
            link(name, "removed", {"outages": ALWAYS}, *effect),
            link(name, "late: 200 s", {"latency_s": 200}, *effect),
            link(
                name,
                "late: 2 s to a median of 2 s",
                {"latency_s": 2, "latency": "lognormal", "latency_sigma": 0.5},
                *NOTHING,
            ),
            link(name, "lossy: all", {"p_loss": 1.0}, *effect),
            link(name, "lossy: half", {"p_loss": 0.5}, *(NOTHING if name == "cue" else effect)),
            link(name, "saturated: 1 message a minute", SATURATED, *effect),
            link(name, "out for the first 20 s", {"outages": [[0, 20]]}, *NOTHING),
        )
    ),
    node("watch", "removed", {"present": False}, *CUE),
    node("watch", "out from 30 s on", {"outages": [[30, END_S]]}, *CUE),
    node("watch", "out from 30 to 60 s", {"outages": [[30, 60]]}, *NOTHING),
    node("post", "removed", {"present": False}, *PICTURE),
    node("post", "out from the start", {"outages": ALWAYS}, *PICTURE),
    node("post", "identifies 200 s late", {"identification.delay_s": 200}, *PICTURE),
    node("post", "saturated: room for 1 track", {"tracker.capacity": 1}, *PICTURE),
    node("post", "out for the first 20 s", {"outages": [[0, 20]]}, *NOTHING),
    node("unit-2", "removed", {"present": False}, *NOTHING),
    node("unit-2", "out from 30 s on", {"outages": [[30, END_S]]}, "same", "same", "same", "more"),
    node("unit-2", "identifies 200 s late", {"identification.delay_s": 200}, *NOTHING),
    node("unit-1", "removed", {"present": False}, *CUE),
    node("unit-1", "out from 30 s on", {"outages": [[30, END_S]]}, *CUE),
    node("unit-1", "out from 30 to 60 s", {"outages": [[30, 60]]}, *NOTHING),
)


@cache
def measured(scenario: Scenario, cases: ModuleType) -> dict[str, np.ndarray]:
    """Held, leaks, friends and missiles, by replication."""
    found = cases.run(scenario, REPLICATIONS)
    out = {name: np.zeros(REPLICATIONS) for name in ("held", "leaks", "friends", "missiles")}
    for row in cases.rows(found["timeline"]):
        if (row["object_id"], row["node"]) == ("west", "unit-1"):
            out["held"][row["replication"]] = row["first_firm_ns"] is not None
    for row in cases.rows(found["outcomes"]):
        k = row["replication"]
        out["leaks"][k] += row["object_id"] == "west" and row["end_state"] == "leaked"
        out["friends"][k] += row["object_id"] == "friend" and row["end_state"] == "killed"
        out["missiles"][k] += row["shots"] if row["object_id"] == "east" else 0
    return out


def direction(worse: np.ndarray, base: np.ndarray) -> str:
    """More or fewer in some replication and the other way in none, under the same draws."""
    if (worse == base).all():
        return "same"
    if (worse >= base).all():
        return "more"
    return "fewer" if (worse <= base).all() else f"mixed: {worse - base}"


@pytest.fixture(scope="module")
def base(cases: ModuleType) -> dict[str, np.ndarray]:
    return measured(api.load_scenario(SECTOR), cases)


def test_in_order_nobody_leaks_and_no_friend_is_lost(base: dict[str, np.ndarray]) -> None:
    assert {name: set(values) for name, values in base.items()} == {
        "held": {1.0},
        "leaks": {0.0},
        "friends": {0.0},
        "missiles": {1.0},
    }


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.element}, {row.how}")
def test_each_node_and_link(row: Row, base: dict[str, np.ndarray], cases: ModuleType) -> None:
    found = measured(api.load_scenario(SECTOR, overrides=row.overrides), cases)
    effects = {name: direction(found[name], base[name]) for name in base}
    assert effects == {name: getattr(row, name) for name in base}


@pytest.mark.parametrize(
    ("overrides", "link"),
    [({"network.links.cue.outages": ALWAYS}, "link"), ({"sensors.watch.outages": [[30, END_S]]}, "node")],
    ids=["link out", "node out"],
)
def test_the_counterfactual_names_what_was_out(overrides: dict[str, Any], link: str) -> None:
    """The raider is never detected, since no cue turned the antenna: its link, or the node at the other end, stops the leak."""
    run = api.run(api.load_scenario(SECTOR, overrides=overrides), replications=2)
    rows = api.ledger(run).rows.to_pylist()
    assert {(row["object_id"], row["cause"]) for row in rows} == {("west", "not_detected")}
    assert len(rows) == 2
    assert set(counterfactual_causes(api.counterfactual(run)).values()) == {link}


def rendered(row: Row) -> str:
    return f"| {row.element} | {row.how} | {row.held} | {row.leaks} | {row.friends} | {row.missiles} |"


def test_the_page_holds_the_same_rows() -> None:
    shown = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.split(" | ")[0].strip("| ") in {"cue", "picture", "status", *NODES}
    ]
    assert shown == [rendered(row) for row in TABLE]
