"""The ledger of a run whose rows are known by hand: counts, shares, sums, and what is printed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import run_by_hand

from openiads.errors import ResultsError
from openiads.records.chain import LEDGER_CAUSES, RELIEFS
from openiads.results.ledger import LINKS, MEANINGS, NO_LINK, Ledger, counterfactual_causes, format_ledger, ledger
from openiads.results.schema import to_table
from openiads.results.store import RunReader
from openiads.results.story import cause_of, format_story

OBJECTS = [
    {"object_id": "cruise-1", "side": "hostile", "kind": "cruise_missile"},
    {"object_id": "drone-1", "side": "hostile", "kind": "drone"},
]
LEAKS = [
    (0, "cruise-1", "identity"),
    (1, "cruise-1", "identity"),
    (1, "drone-1", "missed_shot"),
    (3, "cruise-1", "magazine"),
]
TRIALS = [
    (0, "cruise-1", "identity", "identity", 0, False),
    (0, "cruise-1", "identity", "rules", 1, True),
    (1, "cruise-1", "identity", "identity", 0, True),
    (1, "cruise-1", "identity", "rules", 1, True),
    (1, "drone-1", "missed_shot", "kill", 0, False),
]


def run_of(folder: Path, leaks: list[tuple[int, str, str]], *, leaked: int | None = None) -> RunReader:
    """Four replications; `leaked`: what the last one counts instead of its leaks."""
    rows = [{"replication": k, "object_id": o, "at_ns": 5_000_000_000, "node": "unit-1", "cause": c} for k, o, c in leaks]
    counted = [sum(k == r for k, _, _ in leaks) for r in range(4)]
    counted[3] = counted[3] if leaked is None else leaked
    ends = [
        {
            "replication": k,
            "object_id": thing["object_id"],
            "end_state": "leaked" if (k, thing["object_id"]) in {(r, o) for r, o, _ in leaks} else "killed",
            "at_ns": 5_000_000_000,
        }
        for k in range(4)
        for thing in OBJECTS
    ]
    chain = [
        {"replication": k, "object_id": o, "node": n, "outcome": "leaked", "outcome_ns": 5_000_000_000, "cause": c}
        | ({"first_firm_ns": 2_500_000_000} if n else {})
        for k, o, c in leaks
        for n in ("", "unit-1")
    ]
    counts = [{"replication": k, "leaked": counted[k]} for k in range(4)]
    tables = {"objects": OBJECTS, "ledger": rows, "counts": counts, "outcomes": ends, "timeline": chain}
    return run_by_hand(folder, tables, replications=4)


def trials() -> Any:
    columns = {
        "replication": np.array([t[0] for t in TRIALS], np.int32),
        "object_id": np.array([t[1] for t in TRIALS]),
        "cause": np.array([t[2] for t in TRIALS]),
        "link": np.array([t[3] for t in TRIALS]),
        "tried": np.array([t[4] for t in TRIALS], np.int32),
        "stopped": np.array([t[5] for t in TRIALS]),
        "outcome": np.array(["killed" if t[5] else "leaked" for t in TRIALS]),
        "outcome_ns": np.full(len(TRIALS), 4_000_000_000),
        "by": np.array(["unit-1" if t[5] else "" for t in TRIALS]),
    }
    return to_table("counterfactual", columns)


@pytest.fixture
def run(tmp_path: Path) -> RunReader:
    return run_of(tmp_path / "run", LEAKS)


@pytest.fixture
def found(run: RunReader) -> Ledger:
    return ledger(run, trials())


def test_counts_and_shares_add_up(found: Ledger) -> None:
    rows = {row["cause"]: row for row in found.causes.to_pylist()}
    assert list(rows) == list(LEDGER_CAUSES)
    assert {cause: row["leaks"] for cause, row in rows.items() if row["leaks"]} == {
        "identity": 2,
        "magazine": 1,
        "missed_shot": 1,
    }
    assert sum(row["leaks"] for row in rows.values()) == found.leaked == len(found.rows) == 4
    assert sum(row["share"] for row in rows.values()) == pytest.approx(1.0, rel=0, abs=1e-12)
    assert rows["identity"]["objects"] == 1
    assert found.by_object.to_pylist() == [
        {"object_id": "cruise-1", "kind": "cruise_missile", "cause": "identity", "leaks": 2, "share": 2 / 3},
        {"object_id": "cruise-1", "kind": "cruise_missile", "cause": "magazine", "leaks": 1, "share": 1 / 3},
        {"object_id": "drone-1", "kind": "drone", "cause": "missed_shot", "leaks": 1, "share": 1.0},
    ]


def test_the_first_link_that_stops_counts(found: Ledger) -> None:
    assert counterfactual_causes(found.counterfactual) == {
        (0, "cruise-1"): "rules",
        (1, "cruise-1"): "identity",
        (1, "drone-1"): NO_LINK,
    }
    assert found.judged == 3
    assert {row["link"]: row["leaks"] for row in found.links.to_pylist() if row["leaks"]} == {
        "rules": 1,
        "identity": 1,
        NO_LINK: 1,
    }


def test_a_ledger_that_does_not_add_up_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="the ledger has 4 rows, but 5 objects are counted as leaked"):
        ledger(run_of(tmp_path / "run", LEAKS, leaked=2))


def test_every_cause_and_link_is_put_into_words() -> None:
    assert tuple(MEANINGS) == LEDGER_CAUSES
    assert tuple(LINKS) == RELIEFS


def test_the_printed_table(found: Ledger, tmp_path: Path) -> None:
    text = format_ledger(found)
    for line in (
        "       2   50.0 %  identity",
        "       4  100.0 %  all",
        "Of 3 of them",
        "       1   33.3 %  no single link",
    ):
        assert line in text
    assert "not_detected" not in text
    assert max(map(len, text.splitlines())) <= 120
    assert "No hostile object leaked in 4 replications" in format_ledger(ledger(run_of(tmp_path / "none", [])))


def test_the_story_of_a_leaker(run: RunReader) -> None:
    text = format_story(run, "cruise-1", 0, trials())
    for part in (
        "Cause of the leak at 5.0 s at unit-1, the fire unit that got furthest: identity",
        "  whole defence        -        -",
        "  unit-1               -        -      2.5",
        "  identity   leaked at 4.0 s ",
        "  rules      killed at 4.0 s by unit-1",
        "Counterfactual cause: rules",
    ):
        assert part in text, text
    assert "Counterfactual cause: identity; also rules" in format_story(run, "cruise-1", 1, trials())
    assert "no single link; it begins with kill" in format_story(run, "drone-1", 1, trials())


def test_the_story_of_one_that_did_not_leak(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", LEAKS[:1])
    assert cause_of(run, "drone-1", 0) is None
    with pytest.raises(ResultsError, match="no object is called 'nobody'"):
        format_story(run, "nobody")
