"""Checks over the whole scenario that single files do not reach."""

from types import ModuleType

import pytest

from openiads.scenario import lint
from openiads.scenario.loader import load_scenario_text
from openiads.scenario.problems import InvalidScenarioError
from openiads.scenario.yaml_reader import read_text


def test_names_that_share_the_low_56_bits_are_refused(sample: ModuleType) -> None:
    tree = read_text(sample.BASE, name="f").data

    def hashes(name: str) -> int:  # equal low 56 bits, different high 8
        return {"raider": 5, "rocket": 5 + (1 << 56)}.get(name, hash(name) & 0xFFFF_FFFF | 1 << 40)

    problems = list(lint.name_problems(tree, hash_of=hashes))
    assert [problem.path for problem in problems] == [("objects", "rocket")]
    assert "'rocket' and 'raider' (objects.raider) would share random numbers" in problems[0].message
    assert not list(lint.name_problems(tree))


def test_the_same_name_in_two_roles_is_no_clash(sample: ModuleType) -> None:
    load_scenario_text(
        sample.edited("    side: hostile\n    sign", "    draws_as: rocket\n    side: hostile\n    sign"), "f"
    )


def test_long_command_circle_is_named_in_full(sample: ModuleType) -> None:
    text = sample.edited(
        "  post-1: {place: site}",
        "  post-1: {place: site, reports_to: post-2}\n  post-2: {place: site, reports_to: post-3}\n"
        "  post-3: {place: site, reports_to: post-1}",
    )
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario_text(text, "f")
    assert len(caught.value.lines) == 1
    assert "post-1 -> post-2 -> post-3 -> post-1" in caught.value.lines[0]


def test_last_of_a_stream_starts_in_time(sample: ModuleType) -> None:
    stream = "    count: 100\n    spacing_s: 36\n    side: hostile\n    sign"
    late = sample.edited("    side: hostile\n    sign", stream.replace("36", "37"))
    with pytest.raises(InvalidScenarioError, match="the last of 100 starts at 3663 s"):
        load_scenario_text(late, "f")
    load_scenario_text(sample.edited("    side: hostile\n    sign", stream), "f")


@pytest.mark.parametrize(
    "change",
    [
        ("altitude_reference: amsl", "altitude_reference: agl"),
    ],
)
def test_heights_above_ground_need_ground_or_elevation_files(sample: ModuleType, change: tuple[str, str]) -> None:
    text = sample.edited(*change)
    with pytest.raises(InvalidScenarioError, match="ground here is not stated"):
        load_scenario_text(text, "f")
    load_scenario_text(text.replace("longitude_deg: -2.0}", "longitude_deg: -2.0, ground_m: 10}"), "f")
    load_scenario_text(text + "terrain: {elevation_directory: dted}\n", "f")


def test_ground_of_a_place_counts(sample: ModuleType) -> None:
    text = sample.edited("{place: city, altitude_m: 500}", "{place: site, altitude_m: 99}")
    with pytest.raises(InvalidScenarioError, match="is 99 m above sea level, but the ground at waypoint 1 is at 100 m"):
        load_scenario_text(text, "f")
    load_scenario_text(text.replace("altitude_m: 99", "altitude_m: 100"), "f")


def test_an_unknown_system_does_not_raise_a_crowd(sample: ModuleType) -> None:
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario_text(sample.edited("system: srbm-iskander-class", "system: srbm"), "f")
    assert len(caught.value.lines) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count: 8", "count: 0"),
        ("network:\n", "network:\n  mode: integrated\n"),
        ("    reports_to: post-1\n    search", "    search"),
        ("      long: {system: 48n6e3, count: 8}", "      {}"),
        ("speed_mps: 250", "speed_mps: 250\n      start_s: 3599"),
        ("altitude_m: 500}", "altitude_m: 0}"),
    ],
)
def test_what_is_not_plainly_wrong_is_let_through(sample: ModuleType, old: str, new: str) -> None:
    load_scenario_text(sample.edited(old, new), "f")
