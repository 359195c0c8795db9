"""Lowering with views, walks without bystanders, walks that stop: what is shared or left out changes no byte of what is asked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads
from openiads.engine.bystanders import concerned, without_bystanders
from openiads.engine.lowering import Lowered, lower
from openiads.engine.simulation import Simulation
from openiads.engine.views import Views
from openiads.scenario.loader import Scenario, load_scenario_text
from openiads.scenario.yaml_reader import read_text, write_text
from openiads.study.shipped import folder

COAST = Path(str(folder())) / "scenarios" / "coastal-sector-notional.yaml"
UNIT = "fire_units.battalion-1"
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {f"{UNIT}.search_radar.range_km": 220},
    {f"{UNIT}.search_radar.duty": 0.3},
    {"signatures.friendly-low.front_m2": 0.0002},
    {"signatures.friendly-low.front_m2": 0.0002, "objects.friendly.count": 3},
    {"objects.raid.motion.altitude_m": 150},
    {"places.coast-site.mask_angle_deg": 1.0},
    {"sensing.gas": "none"},
    {"sensing.rain": "everywhere", "sensing.rain_mmph": 20},
    {"atmosphere.refraction_factor": 1.2},
    {},
)


def coast(variant: str = "crisis-raid", **overrides: Any) -> Scenario:
    return openiads.load_scenario(COAST, variant=variant, overrides=overrides)


def same_bytes(one: Lowered, other: Lowered) -> None:
    for name, array in one.case._asdict().items():
        found = getattr(other.case, name)
        for column in array.dtype.names or (None,):
            a, b = (x if column is None else x[column] for x in (array, found))
            assert (a.shape, a.tobytes()) == (b.shape, b.tobytes()), f"{name}.{column}"


def test_views_kept_from_other_scenarios_change_no_byte() -> None:
    views = Views()
    for change in CHANGES:
        scenario = coast(**change)
        same_bytes(lower(scenario), lower(scenario, views=views))


def test_a_view_is_made_once_and_the_oldest_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    from openiads.engine import views as module

    made = []
    inner = module._view
    monkeypatch.setattr(module, "_view", lambda *a: made.append(1) or inner(*a))
    kept = Views()
    lower(coast(), views=kept)
    first = len(made)
    lower(coast(**{f"{UNIT}.search_radar.range_km": 250, "signatures.friendly-low.front_m2": 0.5}), views=kept)
    assert len(made) == first, "neither a gain nor a cross-section asks for another look"
    small = Views(most_bytes=1)
    lower(coast(), views=small)
    assert len(small._kept) == 1


def engagements(lowered: Lowered, replication: int) -> tuple[bytes, ...]:
    state = Simulation(lowered, 7).run(replication, "counts")
    objects, counts = state.objects, state.counts
    fields = [objects[name].tobytes() for name in ("end_state", "end_ns", "killed_by", "shots")]
    return (*fields, *(counts[name].tobytes() for name in ("shots", "kills", "friendly_shots", "friendly_kills", "leaked")))


HEARD = {
    "standalone": {"battalion-1"},
    "procedural": {"battalion-1"},
    "cue_only": {"battalion-1", "sector-ops"},  # what crosses the boundary toward the battalion, and no other link
    "integrated": {"battalion-1", "sector-ops", "allied-radar-1"},
}


@pytest.mark.parametrize("mode", sorted(HEARD))
def test_nodes_that_concern_no_fire_unit_are_left_out_and_no_shot_changes(mode: str) -> None:
    overrides = {"network.mode": mode, "control.share_weapons_free": 0.5, "objects.friendly.count": 12}
    lowered = lower(coast(**overrides))
    less = without_bystanders(lowered)
    heard = {name for name, kept in zip(lowered.names.nodes, concerned(lowered.case), strict=True) if kept}
    assert heard == HEARD[mode]
    assert (len(less.case.calendar) < len(lowered.case.calendar)) == (len(heard) < 3)
    shots = 0
    for replication in range(4):
        whole = engagements(lowered, replication)
        assert engagements(less, replication) == whole
        shots += int(np.frombuffer(whole[4], np.int64)[0])
    assert shots > 0


def test_a_post_that_orders_fighters_is_no_bystander() -> None:
    pairs = {"place": "north-base", "reports_to": "sector-ops", "pairs": 2}
    tree = read_text(COAST.read_text(encoding="utf-8"), name="coast.yaml").data
    tree["fighters"] = {"alert-1": pairs}
    lowered = lower(load_scenario_text(write_text(tree), "coast.yaml", overrides={"network.mode": "standalone"}))
    heard = {name for name, kept in zip(lowered.names.nodes, concerned(lowered.case), strict=True) if kept}
    assert heard == {"battalion-1", "sector-ops"}


def test_a_walk_that_stops_holds_what_the_whole_one_holds_until_then() -> None:
    walker = Simulation(lower(coast()), 7)
    whole = walker.run(0, "counts")
    asked = []

    def enough(state: Any) -> bool:
        asked.append(int(state.clock["row"][0]))
        return len(asked) == 5

    part = walker.run(0, "counts", enough=enough)
    assert asked == [256, 512, 768, 1024, 1280]
    assert part.clock["row"][0] == 1280 < whole.clock["row"][0]
    until_ns = int(walker.lowered.case.calendar["at_ns"][1279])
    ended = (whole.objects["end_state"] >= 0) & (whole.objects["end_ns"] <= until_ns)
    assert ((part.objects["end_state"] >= 0) == ended).all()
    never = walker.run(0, "counts", enough=lambda state: False)
    assert never.objects.tobytes() == whole.objects.tobytes()
