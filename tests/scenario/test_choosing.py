"""Options and vignettes: what a choice sets, what wins over it, what flies, and what is wrong with them."""

from types import ModuleType

import pytest

from openiads.errors import ScenarioError
from openiads.scenario.choosing import combinations
from openiads.scenario.loader import Scenario, load_scenario_text

CHOICES = """\
vignette: raid
vignettes:
  raid: {title: Raid, objects: [raider, rocket]}
  quiet:
    title: Quiet
    objects: [raider]
    duration_s: 1800
    windows: {seen_by: [unit-1], lead_s: 60, tail_s: 30}
    set: {control.weapons: hold}
options:
  reach:
    label: How far does it reach?
    disputed: true
    choice: as_claimed
    values:
      as_claimed: {label: as claimed}
      short: {label: less, set: {catalogue.missiles.48n6e3.max_range_km: 120, fire_units.unit-1.missiles.long.count: 4}}
  link:
    label: Is it linked?
    choice: no_link
    values:
      no_link: {label: "no"}
      linked: {label: "yes", set: {network.usable_track_share: 0.5, network.mode: integrated}}
"""


@pytest.fixture(scope="module")
def text(sample: ModuleType) -> str:
    return str(sample.BASE).replace("variants:\n", CHOICES + "variants:\n  short: {options.reach.choice: short}\n")


def load(text: str, variant: str | None = None, **choices: str) -> Scenario:
    overrides = {key if key == "vignette" else f"options.{key}.choice": value for key, value in choices.items()}
    return load_scenario_text(text, "f", variant=variant, overrides=overrides)


def reach_km(scenario: Scenario) -> float:
    return scenario.spec.fire_units["unit-1"].missiles["long"].max_range_km


def test_a_choice_sets_fields_and_figures(text: str) -> None:
    assert reach_km(load(text)) == 250
    for chosen in (load(text, reach="short"), load(text, "short")):
        assert reach_km(chosen) == 120
        assert chosen.spec.fire_units["unit-1"].missiles["long"].count == 4
        assert chosen.choices == {"reach": "short", "link": "no_link", "vignette": "raid"}
        assert chosen.get("options.reach.choice") == "short"
        assert chosen.get("catalogue.missiles.48n6e3.max_range_km") == 120


def test_variants_and_overrides_win_over_a_choice(text: str) -> None:
    weak = load(text, "weak", reach="short")
    assert reach_km(weak) == 120
    assert weak.spec.objects["raider"].rcs.front_m2 == 0.5
    both = load_scenario_text(
        text, "f", variant="short", overrides={"options.reach.choice": "as_claimed", "network.mode": "cue_only"}
    )
    assert (reach_km(both), both.spec.network.mode) == (250, "cue_only")
    stated = load_scenario_text(text, "f", variant="short", overrides={"fire_units.unit-1.missiles.long.count": 6})
    assert stated.spec.fire_units["unit-1"].missiles["long"].count == 6


def test_a_vignette_says_what_flies_how_long_and_when_one_looks(text: str) -> None:
    quiet = load(text, vignette="quiet")
    assert set(quiet.spec.objects) == {"raider"}
    assert (quiet.spec.clock.duration_s, quiet.spec.control.weapons) == (1800, "hold")
    assert quiet.spec.windows is not None
    assert quiet.get("windows.lead_s") == 60
    assert quiet.get("objects.rocket.motion.apogee_km") == 50  # it does not fly, and is still what the file says
    assert quiet.with_overrides({"windows.skip": False}).spec.windows.skip is False  # type: ignore[union-attr]
    raid = load(text)
    assert set(raid.spec.objects) == {"raider", "rocket"}
    assert raid.spec.windows is None


def test_the_resolved_arm_holds_no_choices(text: str, sample: ModuleType) -> None:
    assert load(text) == load_scenario_text(sample.BASE, "f")
    quiet = load(text, vignette="quiet", reach="short")
    again = load_scenario_text(quiet.to_yaml(), "again")
    assert again.sha256 == quiet.sha256
    assert {"options", "vignette", "vignettes"}.isdisjoint(quiet.tree)


def test_combinations_are_in_the_order_of_the_file(text: str) -> None:
    spec = load(text).spec
    found = [(c["link"], c["reach"]) for c in combinations(spec, ("link", "reach"))]
    assert found == [("no_link", "as_claimed"), ("no_link", "short"), ("linked", "as_claimed"), ("linked", "short")]
    with pytest.raises(ScenarioError, match=r"options has no 'linc'.*Did you mean 'link'"):
        list(combinations(spec, ("linc",)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("choice: no_link", "choice: none", "options.link.choice: has no value 'none'. Known: linked, no_link"),
        ("vignette: raid\n", "vignette: riad\n", "vignette: there is no 'riad'.*Did you mean 'raid'"),
        ("vignette: raid\n", "", "vignettes: none of them is chosen"),
        ("objects: [raider]", "objects: [rader]", "`objects` has no 'rader'.*Did you mean 'raider'"),
        ("seen_by: [unit-1]", "seen_by: [unit-2]", "no node is called 'unit-2'"),
        ("0.5, network.mode: integrated", "0.5, network.mod: integrated", "network has no field 'mod'"),
        (
            "0.5, network.mode: integrated",
            "0.5, network.mode: joined",
            "f:[0-9]+:[0-9]+: option link = linked: network.mode",
        ),
        (
            "0.5, network.mode: integrated",
            "0.5, control.weapons: free",
            "the vignettes may set this too. Let one of them set it",
        ),
        ("label: Is it linked?", "", "link: label is missing"),
        ("linked: {label", "Linked: {label", "Linked"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(text: str, old: str, new: str, message: str) -> None:
    assert text.count(old) == 1
    with pytest.raises(ScenarioError, match=message) as caught:
        load(text.replace(old, new), vignette="quiet", link="linked") if "seen_by" in old or "mode" in old else load(
            text.replace(old, new)
        )
    assert str(caught.value).startswith("f:")


@pytest.mark.parametrize("path", ["vignettes.raid.title", "options.reach.label", "options.reach.values.short.label"])
def test_only_the_choice_has_a_path(text: str, path: str) -> None:
    with pytest.raises(ScenarioError, match=r"cannot be set by a path|ends at|has no"):
        load_scenario_text(text, "f", overrides={path: "x"})
    known = load(text).known_paths()
    assert path not in known
    assert {"options.reach.choice", "vignette"} <= set(known)
