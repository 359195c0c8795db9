"""Dotted paths: what leads somewhere, what does not, and what is there."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from openiads.catalogue import load_catalogue
from openiads.scenario.loader import Scenario, load_scenario, load_scenario_text
from openiads.scenario.paths import PathError, get_path, known_paths, locate, set_paths
from openiads.scenario.yaml_reader import read_text
from openiads.study.shipped import find

ROOT = Path(__file__).resolve().parents[2]
STUDIES = [find(name) for name in ("coverage-claims", "standalone-vs-integrated")]
CATALOGUE = load_catalogue()


@pytest.fixture(scope="session")
def tree(sample: ModuleType) -> dict[str, Any]:
    return read_text(sample.BASE, name="f").data


@pytest.fixture(scope="session")
def base(sample: ModuleType) -> Scenario:
    return load_scenario_text(sample.BASE, "f")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("fire_units.unit-1.engagement_radar.range_km", 240),
        ("objects.raider.motion.waypoints.1.altitude_m", 500),
        ("objects.rocket.motion.from.latitude_deg", 2),
        ("objects.rocket.motion.to", "city"),
        ("network.mode", None),
        ("objects.raider.rcs.front_m2", None),
        ("catalogue.missiles.48n6e3.max_range_km", 250),
    ],
)
def test_get(tree: dict[str, Any], path: str, value: object) -> None:
    assert get_path(tree, path, CATALOGUE) == value


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "has no field ''"),
        ("network.mod", "network has no field 'mod'. Known: links, mode, usable_track_share. Did you mean 'mode'?"),
        ("objets.raider.count", "the scenario has no field 'objets'.*Did you mean 'objects'"),
        ("objects.rader.count", "objects has no 'rader'. Known: raider, rocket. Did you mean 'raider'"),
        ("objects", "ends at objects. Add an id"),
        ("objects.raider", "ends at a section. Name one of its fields: side"),
        ("objects.raider.count.x", "objects.raider.count is a single field. Leave out 'x'"),
        ("objects.raider.motion.kind", "cannot be set by a path"),
        ("objects.raider.motion.waypoints", "Add a position"),
        ("objects.raider.motion.waypoints.2.altitude_m", "it has 0 to 1"),
        ("objects.raider.motion.waypoints.-1.altitude_m", "no position '-1'"),
        ("objects.raider.motion.apogee_km", "has no field 'apogee_km'"),
        ("objects.rocket.motion.from", "ends at a section"),
        ("fire_units.unit-1.search_radar.range_km", "a path cannot add one"),
        ("command_posts.post-1.search_radar.system", "a path cannot add one"),
        ("openiads_scenario", "cannot be set by a path"),
        ("variants.linked", "cannot be set by a path"),
        ("catalogue.missiles.48n6e3", "no path of a catalogue figure"),
        ("catalogue.missiles.48n6e4.p_kill", "Did you mean '48n6e3'|Did you mean '48n6e2'"),
        ("catalogue.missiles.48n6e3.max_rang_km", "Did you mean 'max_range_km'"),
        ("catalogue.rockets.x.y", "no family 'rockets'"),
    ],
)
def test_wrong_paths_name_what_is_known(tree: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(PathError, match=message):
        locate(tree, path, CATALOGUE)


def test_set_changes_a_copy(tree: dict[str, Any]) -> None:
    changed = set_paths(tree, {"objects.raider.motion.waypoints.0.ground_m": 5, "terrain.masks": "none"}, CATALOGUE)
    assert get_path(changed, "objects.raider.motion.waypoints.0.ground_m", CATALOGUE) == 5
    assert changed["terrain"] == {"masks": "none"}
    assert "terrain" not in tree
    assert "ground_m" not in tree["objects"]["raider"]["motion"]["waypoints"][0]
    assert set_paths(changed, {"terrain.masks": None}, CATALOGUE)["terrain"] == {}
    with pytest.raises(PathError, match="given a mapping"):
        set_paths(tree, {"network.mode": {}}, CATALOGUE)


def test_every_known_path_leads_somewhere_and_none_contains_another(tree: dict[str, Any]) -> None:
    paths = known_paths(tree, CATALOGUE)
    assert len(paths) == len(set(paths))
    for path in paths:
        locate(tree, path, CATALOGUE)
    fields = [path for path in paths if not path.startswith("catalogue.")]
    assert not [path for path in fields if any(other.startswith(path + ".") for other in fields)]
    for optional in (
        "network.usable_track_share",
        "control.share_weapons_free",
        "objects.raider.rcs.rear_m2",
        "atmosphere.refraction_factor",
    ):
        assert optional in paths
    assert "catalogue.defaults.tracker.capacity" in paths
    assert not [path for path in paths if path.startswith(("fire_units.unit-1.search_radar", "variants", "openiads"))]


def test_every_resolved_field_has_a_path(base: Scenario) -> None:
    paths = set(base.known_paths())

    def leaves(value: Any, found: str) -> list[str]:
        if isinstance(value, dict) and value:
            return [leaf for key, item in value.items() for leaf in leaves(item, f"{found}.{key}")]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [leaf for key, item in enumerate(value) for leaf in leaves(item, f"{found}.{key}")]
        return [] if value in ({}, []) else [found.lstrip(".")]

    fixed = {"openiads_scenario", "objects.raider.motion.kind", "objects.rocket.motion.kind"}
    assert set(leaves(base.tree, "")) - paths == fixed


def test_value_at_a_path_of_a_scenario(base: Scenario) -> None:
    assert base.get("network.mode") == "standalone"  # the default
    assert base.get("fire_units.unit-1.command.doctrine") == "shoot_look_shoot"  # from the catalogue
    assert base.get("catalogue.missiles.48n6e3.max_range_km") == 250
    assert base.with_variant("weak").get("catalogue.missiles.48n6e3.max_range_km") == 120


def _study_paths(study: dict[str, Any]) -> tuple[list[tuple[str, list[Any]]], list[str]]:
    """Scenario paths of a study with values to try, and the paths of its criteria, which are parameters of the study."""
    paths: list[tuple[str, list[Any]]] = []
    for option in study["options"]:
        for value in option["values"]:
            paths += [(path, [setting]) for path, setting in value["set"].items()]
    paths += [(condition["path"], condition["levels"]) for condition in study["conditions"]]
    criteria = [item["path"] for item in study["assumptions"] if item["kind"] == "criterion"]
    for item in study["assumptions"]:
        if item["kind"] == "criterion":
            continue
        positions = [*item.get("positions", {}).values(), *([item["agreed"]] if "agreed" in item else [])]
        ends = [end for position in positions for end in position.get("interval", [position.get("value")])]
        paths.append((item["path"], ends))
    return paths, criteria


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_path_of_a_study_resolves_in_its_scenario(path: Path) -> None:
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    scenario = load_scenario(path.parent / study["scenario"]["file"])
    paths, criteria = _study_paths(study)
    assert len(paths) > 10
    known = set(scenario.known_paths())
    for field, values in paths:
        assert field in known, field
        for value in values:
            assert scenario.with_overrides({field: value}).get(field) == value
    for vignette in study["scenario"].get("vignettes", []):
        assert scenario.with_variant(vignette).variant == vignette
    for criterion in criteria:
        assert criterion not in known
        name = next(item["id"] for item in study["assumptions"] if item["path"] == criterion)
        assert f"${name}" in path.read_text(encoding="utf-8")
