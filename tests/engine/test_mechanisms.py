"""Known direction of effect: unlinked sensors, poor identification and the documented mechanisms of 2003 raise friendly losses."""

from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openiads import api

SECTOR = Path(__file__).resolve().parents[2] / "examples" / "scenarios" / "linked-sector-notional.yaml"
REPLICATIONS = 12
WITHOUT_AND_WITH = {
    "unlinked sensors": (None, "unlinked"),
    "a friend whose transponder is silent and whose plan never came": (None, "silent-friend"),
    "autonomous operation": ("tight", "autonomous"),
    "a friend taken for a missile by its motion": ("diver", "motion-rule"),
    "false ballistic tracks": ("diver", "false-tracks"),
}


def run(cases: ModuleType, variant: str | None) -> Any:
    return cases.run(api.load_scenario(SECTOR, variant=variant), REPLICATIONS)


def lost(cases: ModuleType, tables: Any) -> list[int]:
    """Friends shot down, by replication."""
    return [int(n) for n in cases.column(tables["counts"], "friendly_kills")]


@pytest.mark.parametrize("what", WITHOUT_AND_WITH)
def test_it_raises_friendly_losses(cases: ModuleType, what: str) -> None:
    """Under the same draws, and never the other way in any replication."""
    without, with_it = (lost(cases, run(cases, variant)) for variant in WITHOUT_AND_WITH[what])
    assert all(b >= a for a, b in zip(without, with_it, strict=True)), (without, with_it)
    assert sum(without) == 0
    assert sum(with_it) > REPLICATIONS // 2


def test_the_diver_is_declared_hostile_by_its_motion_alone(cases: ModuleType) -> None:
    """Its steady friend is not, and without the rule neither is; the declaration is an error in truth."""
    for variant, expected in (("diver", set()), ("motion-rule", {"hostile"})):
        found = run(cases, variant)
        mine = {
            (r["replication"], r["reference_id"])
            for r in cases.rows(found["association"])
            if r["object_id"] == "diver" and r["node"] == "unit-1" and r["reference"] == "track"
        }
        said = [
            r
            for r in cases.rows(found["events"])
            if (r["replication"], r["track_id"]) in mine and r["event"] == "identified"
        ]
        assert len(mine) >= REPLICATIONS
        assert {r["detail"] for r in said if r["detail"] == "hostile"} == expected
        wrong = {
            r["object_id"] for r in cases.rows(found["association"]) if r["result"] == "wrong" and r["node"] == "unit-1"
        }
        assert wrong == ({"diver"} if expected else set())


def test_false_tracks_follow_nothing_and_are_shot_at(cases: ModuleType) -> None:
    """They are firm at once, belong to no object and are declared hostile; a missile fired at one meets the friend nearby."""
    found = run(cases, "false-tracks")
    rows = [r for r in cases.rows(found["association"]) if r["node"] == "unit-1" and not r["object_id"]]
    firm = {(r["replication"], r["reference_id"], r["at_ns"]) for r in rows if r["reference"] == "track"}
    asked = [r for r in rows if r["reference"] == "identification"]
    assert firm <= {(r["replication"], r["reference_id"], r["at_ns"]) for r in asked}
    assert {r["result"] for r in asked} == {"wrong"}
    assert 2 * REPLICATIONS < len(firm) < 8 * REPLICATIONS  # at most 80 s long, 12 s apart in the mean, in 420 s
    shots = [r for r in cases.rows(found["association"]) if r["reference"] == "shot" and r["node"] == "unit-1"]
    met = Counter(r["object_id"] for r in shots if r["result"] == "killed")
    assert (
        met["diver"] + met["friend"] > REPLICATIONS // 2
    )  # nobody took them for hostile: the missiles were fired at nothing
    assert not {r["object_id"] for r in cases.rows(found["association"]) if r["result"] == "wrong"} & {"diver", "friend"}


def test_a_false_track_near_nobody_takes_the_missile_to_nobody(cases: ModuleType) -> None:
    capture = {"fire_units.unit-1.identification.false_capture_km": 0.001}
    found = cases.run(api.load_scenario(SECTOR, variant="false-tracks", overrides=capture), 4)
    results = Counter(
        r["result"] for r in cases.rows(found["association"]) if r["reference"] == "shot" and not r["object_id"]
    )
    assert results["no_object"] > 2
    assert sum(lost(cases, found)) == 0
