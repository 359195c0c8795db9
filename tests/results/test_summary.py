"""Measures of a run whose rows are known by hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import run_by_hand

from openiads.errors import ResultsError
from openiads.results.summary import NEVER, Summary, format_estimate, format_summary, median_time_s, summarize
from openiads.stats.intervals import Estimate, count_mean, mean_share, ratio_of_sums, t_mean, wilson

OBJECTS = [
    {"object_id": "cruise-1", "side": "hostile", "kind": "cruise_missile"},
    {"object_id": "drone-1", "side": "hostile", "kind": "drone"},
    {"object_id": "f-16", "side": "friendly", "kind": "aircraft"},
]
ENDS = [("killed", "leaked", "landed"), ("killed", "killed", "landed"), ("left", "aborted", "killed")]
FIRST_S = [(10.0, -1.0, 5.0), (20.0, -1.0, -1.0), (-1.0, 40.0, -1.0)]
COUNTS = [
    {"shots": 3, "kills": 1, "friendly_shots": 0, "false_tracks_firm": 2},
    {"shots": 4, "kills": 2, "friendly_shots": 1, "false_tracks_firm": 0},
    {"shots": 2, "kills": 1, "friendly_shots": 2, "friendly_kills": 1, "false_tracks_firm": 1},
]


def outcomes() -> list[dict[str, Any]]:
    return [
        {
            "replication": k,
            "object_id": OBJECTS[i]["object_id"],
            "end_state": ENDS[k][i],
            "first_detection_ns": int(FIRST_S[k][i] * 1e9) if FIRST_S[k][i] >= 0 else -1,
            "first_firm_ns": int(FIRST_S[k][i] * 1e9) + 7 if i == 0 and FIRST_S[k][i] >= 0 else -1,
        }
        for k in range(3)
        for i in range(3)
    ]


@pytest.fixture
def summary(tmp_path: Path) -> Summary:
    counts = [{"replication": k, **row} for k, row in enumerate(COUNTS)]
    return summarize(
        run_by_hand(tmp_path / "run", {"objects": OBJECTS, "outcomes": outcomes(), "counts": counts}, replications=3)
    )


def test_measures_by_hand(summary: Summary) -> None:
    found = {m.name: m.estimate for m in summary.measures}
    assert summary.replications == 3
    assert found["leakage"] == mean_share([0.5, 0.0, np.nan])  # in the last no hostile object was killed or leaked
    assert found["leakage"].missing == 1
    assert found["kills"] == replace(t_mean([1.0, 2.0, 1.0]), low=0.0)
    assert found["shots"] == t_mean([3.0, 4.0, 2.0])
    assert found["shots"].low is not None
    assert found["shots"].low > 0.0
    assert found["missiles_per_kill"] == ratio_of_sums([3.0, 4.0, 2.0], [1.0, 2.0, 1.0])
    assert found["missiles_per_kill"].value == 9 / 4
    assert found["friendly_shots"] == count_mean([0.0, 1.0, 2.0])
    assert found["friendly_kills"] == count_mean([0.0, 0.0, 1.0])
    assert found["p_any_friendly_shot"] == wilson(2, 3)
    assert found["false_tracks_firm"] == count_mean([2.0, 0.0, 1.0])


def test_objects_by_hand(summary: Summary) -> None:
    cruise, drone, friend = summary.objects
    assert (cruise.object_id, cruise.side, cruise.kind) == ("cruise-1", "hostile", "cruise_missile")
    assert (cruise.detected, cruise.firm, cruise.killed, cruise.leaked) == (
        wilson(2, 3),
        wilson(2, 3),
        wilson(2, 3),
        wilson(0, 3),
    )
    assert (drone.detected, drone.firm, drone.killed, drone.leaked) == (
        wilson(1, 3),
        wilson(0, 3),
        wilson(1, 3),
        wilson(1, 3),
    )
    assert friend.killed == wilson(1, 3)
    assert cruise.median_first_detection_s == 20.0  # the third, never, counts as later
    assert drone.median_first_detection_s is None
    assert {k: v for k, v in friend.ends.items() if v} == {"landed": 2, "killed": 1}


def test_median_with_never() -> None:
    def median(*times_s: float) -> float | None:
        return median_time_s(np.array([NEVER if t < 0 else int(t * 1e9) for t in times_s], dtype=np.int64))

    assert median(1.0, 2.0) == 1.5
    assert median(1.0, 4.0, 2.0) == 2.0
    assert median(1.0, -1.0) is None
    assert median(3.0, 1.0, -1.0, 2.0) == 2.5
    assert median() is None


def test_summary_as_text(summary: Summary) -> None:
    text = format_summary(summary)
    assert text.startswith("Public figures, in this model: 3 replications, means with 95 % intervals")
    assert "hostile: leaked / (leaked + killed)    25.0 % (0.0 % to 100.0 %), missing in 1" in text
    assert "drone-1   hostile     33.3 %     0.0 %    33.3 %    33.3 %         -" in text
    assert format_estimate(Estimate(None, None, None, 0)) == "missing"
    assert format_estimate(Estimate(2.0, None, None, 1)) == "2.00 (no interval: too few replications)"
    assert format_estimate(Estimate(0.0, 0.0, 0.0, 0)) == "0 (none in any replication)"
    assert max(map(len, text.splitlines())) <= 80


def test_intervals_of_what_cannot_be_negative_stop_at_0(tmp_path: Path) -> None:
    counts = [
        {"replication": 0, "shots": 9, "kills": 1},
        {"replication": 1, "kills": 0},
        {"replication": 2, "shots": 1, "kills": 1},
    ]
    ends = [{"replication": k, "object_id": "cruise-1", "end_state": "killed"} for k in range(3)]
    run = run_by_hand(tmp_path / "run", {"objects": OBJECTS[:1], "outcomes": ends, "counts": counts}, replications=3)
    found = {m.name: m.estimate for m in summarize(run).measures}
    assert t_mean([9.0, 0.0, 1.0]).low < 0.0  # type: ignore[operator]
    for name in ("shots", "kills", "missiles_per_kill"):
        assert found[name].low == 0.0, name


def test_no_kill_makes_missiles_per_kill_missing(tmp_path: Path) -> None:
    tables = {
        "objects": OBJECTS[:1],
        "outcomes": [{"object_id": "cruise-1", "end_state": "leaked"}],
        "counts": [{"shots": 4}],
    }
    found = {m.name: m.estimate for m in summarize(run_by_hand(tmp_path / "run", tables, replications=1)).measures}
    assert found["missiles_per_kill"].value is None
    assert found["leakage"] == wilson(1, 1)


def test_outcomes_without_one_of_the_objects_are_refused(tmp_path: Path) -> None:
    tables = {"objects": OBJECTS, "outcomes": outcomes()[:-1], "counts": [{"replication": k} for k in range(3)]}
    run = run_by_hand(tmp_path / "run", tables, replications=3)
    with pytest.raises(ResultsError, match="one row per object"):
        summarize(run)
