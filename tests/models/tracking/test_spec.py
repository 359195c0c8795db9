"""What a scenario says of a node's tracker is what the compiled walk is given."""

from types import ModuleType

import pytest

from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.errors import OpeniadsError

TRACKER = "fire_units.unit-1.tracker"


def given(cases: ModuleType, **fields: object):
    """The settings of every node, and of unit-1 among them."""
    overrides = {f"{TRACKER}.{name}": value for name, value in fields.items()}
    lowered = cases.lowered(cases.small(overrides))
    return lowered.case.trackers, lowered.case.trackers[lowered.names.nodes.index("unit-1")]


def test_left_out_fields_change_nothing(cases: ModuleType) -> None:
    rows, _ = given(cases)
    assert set(rows["by_distance"].tolist()) == {0}
    assert (rows["reach_mps"] == rows["max_speed_mps"]).all()
    assert (rows["max_climb_mps"] == 0.0).all()  # as fast as max_speed_mps


def test_fields_reach_the_walk_of_their_node_alone(cases: ModuleType) -> None:
    fields = {
        "assignment_cost": "distance", "speed_gate": False, "tentative_misses": 2, "vertical_noise_reduction": 0.5,
        "max_climb_mps": 80.0,
    }  # fmt: skip
    rows, own = given(cases, **fields)
    assert (int(own["by_distance"]), float(own["reach_mps"])) == (1, SPEED_OF_LIGHT_MPS)
    assert (int(own["tentative_misses"]), float(own["vertical_noise_reduction"])) == (2, 0.5)
    assert float(own["max_climb_mps"]) == 80.0
    assert int(rows["by_distance"].sum()) == 1


def test_a_climb_faster_than_the_fastest_is_refused(cases: ModuleType) -> None:
    with pytest.raises(OpeniadsError, match="max_climb_mps is 9999"):
        given(cases, max_climb_mps=9999.0)
