"""Timelines from rows written by hand: a kill, and every reason for which nobody stopped an object."""

import re
from pathlib import Path
from typing import Any

import pytest
from by_hand import run_by_hand

from openiads.errors import ResultsError
from openiads.results.explain import Timeline, format_timeline, timeline

S = 1_000_000_000
TRACK = "node-a/1"


def event(at: int, name: str, track: str = TRACK, detail: str = "", **more: Any) -> dict[str, Any]:
    return {"at_ns": at * S, "node": "node-a", "track_id": track, "event": name, "detail": detail, **more}


def holds(at: int, track: str, object_id: str) -> dict[str, Any]:
    return {"at_ns": at * S, "node": "node-a", "reference": "track", "reference_id": track, "object_id": object_id}


def verdict(at: int, result: str, object_id: str = "cruise-1") -> dict[str, Any]:
    return {**holds(at, TRACK, object_id), "reference": "identification", "result": result}


def fate(shot: int, result: str, object_id: str = "cruise-1") -> dict[str, Any]:
    return {
        "at_ns": 60 * S,
        "node": "node-a",
        "reference": "shot",
        "reference_id": f"node-a/{shot}",
        "object_id": object_id,
        "result": result,
    }


def shot(number: int, at: int, **more: Any) -> dict[str, Any]:
    row = {"node": "node-a", "shot": number, "track_id": TRACK, "missile": "48n6e3", "at_ns": at * S, "assessment": "none"}
    return {**row, "predicted_intercept_ns": (at + 20) * S, "intercept_ns": (at + 21) * S, **more}


def tell(tmp_path: Path, tables: dict[str, Any], *, side: str = "hostile", **end: Any) -> Timeline:
    objects = [
        {"object_id": "cruise-1", "side": side, "kind": "cruise_missile", "start_ns": S},
        {"object_id": "other", "side": "neutral", "kind": "aircraft"},
    ]
    mine = {"object_id": "cruise-1", "end_state": "leaked", "at_ns": 100 * S, **end}
    outcomes = [mine, {"object_id": "other", "end_state": "landed", "at_ns": 200 * S}]
    run = run_by_hand(tmp_path / "run", {"objects": objects, "outcomes": outcomes, **tables}, replications=1)
    return timeline(run, "cruise-1")


SEEN = {"first_detection_ns": 10 * S, "first_firm_ns": 20 * S, "plots": 9}
FIRM = [event(20, "firm")]
MINE = [holds(20, TRACK, "cruise-1")]


def test_a_kill_from_first_to_last(tmp_path: Path) -> None:
    tables = {
        "events": [
            *FIRM,
            event(25, "identified", detail="hostile"),
            event(30, "assigned", detail="48n6e3"),
            event(31, "launched"),
            event(22, "firm", track="node-a/2"),
        ],
        "association": [
            *MINE,
            holds(22, "node-a/2", "other"),
            fate(0, "missed"),
            fate(1, "killed"),
            fate(2, "killed", "other"),
        ],
        "shots": [
            shot(0, 31, assessed_ns=57 * S, assessment="alive"),
            shot(1, 60, track_id="node-b/7"),
            shot(2, 61, track_id="node-a/2"),
        ],
    }
    found = tell(tmp_path, tables, **SEEN, end_state="killed", killed_by="node-a", at_ns=81 * S, shots=2)
    assert found.headline == "cruise-1 (hostile) was killed by node-a at 81.0 s; missiles at it: 2."
    assert [(line.at_ns // S, line.node, line.text) for line in found.lines] == [
        (1, "", "appears"),
        (10, "", "first detected"),
        (20, "node-a", "track node-a/1 is firm"),
        (25, "node-a", "track node-a/1 identified as hostile"),
        (30, "node-a", "track node-a/1 assigned: 48n6e3"),
        (31, "node-a", "shot 0: 48n6e3 launched at track node-a/1, due at 51.0 s"),
        (52, "node-a", "shot 0: in truth missed"),
        (57, "node-a", "shot 0: assessed as alive"),
        (60, "node-a", "shot 1: 48n6e3 launched at track node-b/7, due at 80.0 s"),
        (81, "node-a", "shot 1: in truth killed"),
        (81, "node-a", "killed"),
    ]
    text = format_timeline(found)
    assert text.startswith("cruise-1, replication 0, in this model\ncruise-1 (hostile) was killed")
    assert "      57.0 s  node-a  shot 0: assessed as alive" in text


@pytest.mark.parametrize(
    ("tables", "end", "expected"),
    [
        ({}, {}, "No radar ever detected it."),
        (
            {},
            {"first_detection_ns": 10 * S, "plots": 2},
            r"detected \(first at 10.0 s, 2 plots\), but no node ever held a firm track",
        ),
        ({"events": FIRM, "association": MINE}, SEEN, r"tracked \(firm at 20.0 s\), but no node identified it"),
        (
            {
                "events": [*FIRM, event(25, "identified", detail="hostile"), event(35, "identified", detail="friendly")],
                "association": MINE,
            },
            SEEN,
            "not taken for hostile: node-a held it for friendly",
        ),
        (
            {"events": [*FIRM, event(25, "identified", detail="hostile")], "association": MINE},
            SEEN,
            "never assigned: rules of engagement, envelope, sector, channels or magazines did not allow it.$",
        ),
        (
            {
                "events": [*FIRM, event(25, "identified", detail="hostile")],
                "association": MINE,
                "magazines": [{"node": "node-a", "missile": "x"}, {"node": "node-b", "missile": "x", "remaining": 1}],
            },
            SEEN,
            "Magazines empty at the end: node-a.$",
        ),
        (
            {"events": [*FIRM, event(25, "identified", detail="hostile"), event(26, "assigned")], "association": MINE},
            SEEN,
            "assigned to node-a, but nothing was launched",
        ),
        (
            {
                "events": FIRM,
                "association": [*MINE, fate(0, "missed"), fate(1, "track_lost")],
                "shots": [shot(0, 31), shot(1, 32), shot(2, 33, intercept_ns=-1)],
            },
            SEEN,
            "shot at without success: 1 missed, 1 still in flight at the end, 1 track lost.",
        ),
    ],
)
def test_why_nobody_stopped_it(tmp_path: Path, tables: dict[str, Any], end: dict[str, Any], expected: str) -> None:
    found = tell(tmp_path, tables, **end)
    assert found.headline.startswith("cruise-1 (hostile): leaked. ")
    assert re.search(expected, found.headline), found.headline


def test_a_friendly_object_is_told_plainly(tmp_path: Path) -> None:
    quiet = tell(tmp_path / "quiet", {}, side="friendly", end_state="landed")
    assert quiet.headline == "cruise-1 (friendly): landed. No missile was launched at it."
    shots = {"association": [fate(0, "missed")], "shots": [shot(0, 31)]}
    assert "It was shot at: 1 missed." in tell(tmp_path / "shot", shots, side="friendly", end_state="landed").headline


def test_a_track_that_changes_hands_tells_each_object_its_part(tmp_path: Path) -> None:
    tables = {
        "events": [
            event(5, "firm"),
            event(25, "identified", detail="friendly"),
            event(35, "identified", detail="hostile"),
            event(45, "identified", detail="neutral"),
        ],
        "association": [*MINE, verdict(25, "wrong"), verdict(35, "right"), verdict(45, "right", "other")],
    }
    texts = [line.text for line in tell(tmp_path, tables, **SEEN).lines]
    assert texts == [
        "appears",
        "track node-a/1 is firm",  # before truth was noted: the object that it then turned out to follow
        "first detected",
        "track node-a/1 identified as friendly, in truth wrong",
        "track node-a/1 identified as hostile",
        "leaked",
    ]


def test_unknown_object_and_replication(tmp_path: Path) -> None:
    tell(tmp_path, {})
    from openiads.results.store import RunReader

    run = RunReader.open(tmp_path / "run")
    with pytest.raises(ResultsError, match=r"no object is called 'cruise'. Known: cruise-1, other"):
        timeline(run, "cruise")
    with pytest.raises(ResultsError, match="replication 4 is not in this run"):
        timeline(run, "cruise-1", 4)
