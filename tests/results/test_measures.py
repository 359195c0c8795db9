"""Measures by name on runs whose rows are known by hand, and what the registry promises."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import run_by_hand

from openiads.errors import ResultsError
from openiads.records.tables import TABLES
from openiads.results.measures import RunData, Sample, available, measure, parse, registry
from openiads.results.measures.base import Measure, sample
from openiads.results.measures.picture import fewest_tracks
from openiads.results.measures.tracks import _stretches, covered_ns
from openiads.stats.intervals import count_mean, mean_share, ratio_of_sums
from openiads.stats.proportions import clopper_pearson

OBJECTS = [
    {"object_id": "cruise-1", "side": "hostile", "kind": "cruise_missile"},
    {"object_id": "drone-1", "side": "hostile", "kind": "drone"},
    {"object_id": "f-16", "side": "friendly", "kind": "aircraft"},
]
ENDS = [("killed", "leaked", "landed"), ("killed", "killed", "landed"), ("left", "aborted", "killed")]
SHOTS = [(2, 1, 0), (2, 1, 1), (0, 0, 2)]
RESULTS = [
    ("killed", "missed", "no_object"),
    ("killed", "killed", "track_lost"),
    ("missed", "out_of_envelope", "target_gone"),
]


@pytest.fixture
def data(tmp_path: Path) -> RunData:
    outcomes = [
        {"replication": k, "object_id": OBJECTS[i]["object_id"], "end_state": ENDS[k][i], "shots": SHOTS[k][i]}
        for k in range(3)
        for i in range(3)
    ]
    counts = [
        {"replication": 0, "shots": 3, "kills": 1},
        {"replication": 1, "shots": 4, "kills": 2, "friendly_shots": 1},
        {"replication": 2, "shots": 2, "kills": 1, "friendly_shots": 2, "friendly_kills": 1},
    ]
    association = [
        {"replication": k, "at_ns": i, "reference": "shot", "reference_id": str(i), "result": result}
        for k, results in enumerate(RESULTS)
        for i, result in enumerate(results)
    ]
    magazines = [
        {"replication": k, "node": "unit", "missile": m, "at_start": 4, "supplied": 0, "fired": 4 - left, "remaining": left}
        for k, (a, b) in enumerate([(4, 2), (0, 0), (1, 1)])
        for m, left in (("m1", a), ("m2", b))
    ]
    tables = {"objects": OBJECTS, "outcomes": outcomes, "counts": counts, "association": association, "magazines": magazines}
    return RunData.of(run_by_hand(tmp_path / "run", tables, replications=3))


def one(data: RunData, name: str, **arguments: Any) -> Any:
    return measure(data, [(name, arguments)])[0]


def test_shares_and_their_missing_replications(data: RunData) -> None:
    found = one(data, "leakage")
    assert found.sample.values() == pytest.approx([0.5, 0.0, np.nan], rel=0, abs=0, nan_ok=True)
    assert found.estimate == mean_share([0.5, 0.0, np.nan])
    assert found.estimate.missing == 1  # nothing was killed or leaked in the last


def test_proportions_are_exact(data: RunData) -> None:
    assert one(data, "p_raid_annihilation").estimate == clopper_pearson(2, 3)
    assert one(data, "p_any_friendly_engaged").estimate == clopper_pearson(2, 3)
    assert one(data, "p_magazine_empty").estimate == clopper_pearson(1, 3)


def test_ratios_are_of_sums(data: RunData) -> None:
    assert one(data, "missiles_per_kill").estimate == ratio_of_sums([3.0, 4.0, 2.0], [1.0, 2.0, 1.0])
    assert one(data, "pk_engagement").estimate.value == 3 / 4  # hostile engaged: 2, 2, 0; killed of them: 1, 2
    single = one(data, "pk_single_shot")
    assert single.sample.numerators.tolist() == [1.0, 2.0, 0.0]
    assert single.sample.denominators.tolist() == [2.0, 2.0, 1.0]  # lost tracks and empty places never met anything
    assert single.estimate.value == 3 / 5


def test_counts_and_magazines(data: RunData) -> None:
    assert one(data, "friendly_shots").estimate == count_mean([0.0, 1.0, 2.0])
    assert one(data, "magazine_depth").sample.values().tolist() == [0.75, 0.0, 0.25]
    assert one(data, "magazine_depth", node="unit").estimate.value == pytest.approx(1 / 3, rel=1e-12)
    with pytest.raises(ResultsError, match=r"no fire unit is called 'x'\. Known: unit"):
        one(data, "magazine_depth", node="x")


def test_every_measure_says_what_it_is() -> None:
    for name, m in registry.items():
        assert name == m.name
        assert len(m.definition) > 12
        assert m.definition[0].islower()
        assert m.unit
        assert set(m.tables) <= set(TABLES)
    assert {m.name for m in available(["counts"])} >= {"kills", "shots", "missiles_per_kill", "friendly_shots"}
    assert all("events" not in m.tables for m in available(["objects", "outcomes", "counts"]))


def test_names_and_arguments(data: RunData) -> None:
    assert parse("sorties_observed:least_s=30,system=f-35a") == ("sorties_observed", {"least_s": 30.0, "system": "f-35a"})
    with pytest.raises(ResultsError, match=r"no measure is called 'leakge'\. Did you mean 'leakage'\?"):
        parse("leakge")
    with pytest.raises(ResultsError, match="'node' is no argument"):
        parse("magazine_depth:node")
    with pytest.raises(ResultsError, match=r"measure leakage has no argument 'node'\. Known: none"):
        one(data, "leakage", node="unit")


def nothing(data: RunData) -> Sample:
    raise NotImplementedError


def estimated(kind: Any, top: list[float], bottom: list[float] | None = None, scale: float = 1.0) -> Any:
    return Measure("m", "1", kind, "made up", (), nothing, scale=scale).estimate(sample(top, bottom))


def test_nothing_seen_keeps_an_upper_limit() -> None:
    assert estimated("share_of_sums", [0, 0, 0], [2, 3, 4]).high == clopper_pearson(0, 3).high
    assert estimated("share_of_sums", [2, 3, 4], [2, 3, 4]).low == clopper_pearson(3, 3).low
    rate = estimated("rate", [0, 0, 0, 0], [0.5, 0.5, 1.0, 2.0], scale=1000.0)
    assert (rate.value, rate.low) == (0.0, 0.0)
    assert rate.high == pytest.approx(1000.0 * 3.6889 / 4.0, rel=1e-4)  # Garwood's limit of nothing, over the hours flown
    assert estimated("ratio", [3.0, 1.0], [0.0, 0.0]).value is None  # x/0 and 0/0 are missing


def test_no_exposure_is_missing_not_zero() -> None:
    found = estimated("rate", [0.0, 0.0], [0.0, 0.0])
    assert (found.value, found.missing) == (None, 2)
    assert estimated("share_of_sums", [0.0, 1.0], [0.0, 2.0]).missing == 1


def test_time_on_tracks() -> None:
    assert covered_ns([(0, 10), (5, 20), (30, 40)]) == 30
    assert _stretches([5, 20, 30], [1, 1, 2], 5, 50) == [(1, 5, 30), (2, 30, 50)]
    assert fewest_tracks([(0, 10)]) == 1
    assert fewest_tracks([(0, 10), (2, 8), (9, 20)]) == 2  # the second is not needed
    assert fewest_tracks([(0, 10), (12, 20)]) == 2
    assert fewest_tracks([]) == 0
