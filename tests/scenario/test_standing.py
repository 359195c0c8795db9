"""Who is there on a day, who works, and on what share of days."""

from types import ModuleType
from typing import Any

import pytest

from openiads.errors import ScenarioError
from openiads.scenario.loader import load_scenario_text
from openiads.scenario.schema import ScenarioSpec
from openiads.scenario.standing import share_of_days, standing, walk_key


@pytest.fixture
def spec_with(sample: ModuleType) -> Any:
    def make(**settings: Any) -> ScenarioSpec:
        overrides = {"sensors.watch-1." + key: value for key, value in settings.items()}
        return load_scenario_text(sample.BASE, "f", overrides=overrides).spec

    return make


@pytest.mark.parametrize(
    ("settings", "share"),
    [
        ({}, 1.0),
        ({"state": "stored"}, 0.0),
        ({"state": "test_days"}, 0.067),
        ({"state": "drills"}, 0.1),
        ({"state": "test_days", "available_from": "2019-11-27"}, 0.0),  # the scenario is of 26 November
        ({"available_from": "2019-11-26"}, 1.0),
        ({"present": False}, 0.0),
    ],
)
def test_state_and_day_say_how_often_a_node_works(spec_with: Any, settings: dict[str, Any], share: float) -> None:
    spec = spec_with(**settings)
    assert share_of_days(spec, spec.sensors["watch-1"]) == share
    kept = standing(spec)
    assert ("watch-1" in kept.sensors) == (share > 0)
    assert ("feed" in kept.network.links) == (share > 0)  # a link needs both its ends


def test_a_missing_post_leaves_its_units_alone(sample: ModuleType) -> None:
    spec = load_scenario_text(sample.BASE, "f", overrides={"command_posts.post-1.state": "stored"}).spec
    kept = standing(spec)
    assert not kept.command_posts
    assert kept.fire_units["unit-1"].reports_to is None
    assert spec.fire_units["unit-1"].reports_to == "post-1"  # the scenario itself stays as it is


def test_all_present_is_the_same_scenario(spec_with: Any) -> None:
    spec = spec_with()
    assert standing(spec) is spec


def test_what_only_changes_the_share_of_days_changes_no_replication(spec_with: Any) -> None:
    assert walk_key(spec_with(state="test_days")) == walk_key(spec_with())
    assert walk_key(spec_with(state="stored")) == walk_key(spec_with(present=False))
    assert walk_key(spec_with(state="stored")) != walk_key(spec_with())
    assert walk_key(spec_with(offset_east_m=10.0)) != walk_key(spec_with())


def test_a_day_is_a_day(spec_with: Any) -> None:
    with pytest.raises(ScenarioError, match=r"'2019-13-01' is no day\. Write it as 2019-09-15"):
        spec_with(available_from="2019-13-01")
