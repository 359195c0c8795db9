"""The case of 2019: every choice is valid, what is copied from the catalogue is what the catalogue says, who stands when."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads
from openiads.catalogue import load_catalogue
from openiads.engine.lowering import lower
from openiads.engine.sites import Sites
from openiads.scenario.loader import Scenario
from openiads.scenario.standing import share_of_days, standing

CATALOGUE = load_catalogue()
VIGNETTES = ("crisis_raid", "peacetime_month")


def case(vignette: str = "crisis_raid", **choices: str) -> Scenario:
    overrides = {f"options.{key}.choice": value for key, value in choices.items()}
    return openiads.load_scenario("turkey-2019", vignette=vignette, overrides=overrides)


def path_m(scenario: Scenario, name: str) -> Any:
    found = lower(scenario)
    thing = found.case.objects[found.names.objects.index(name)]
    return found.case.knots[thing["knot_first"] : thing["knot_first"] + thing["knot_count"]]["position_m"]


@pytest.mark.parametrize("vignette", VIGNETTES)
def test_every_choice_and_every_variant_is_valid(vignette: str) -> None:
    base = case(vignette)
    for key, option in base.spec.options.items():
        for value in option.values:
            assert base.with_overrides({f"options.{key}.choice": value}).choices[key] == value
    for variant in base.variants:
        base.with_variant(variant)


@pytest.mark.parametrize(
    ("date", "day", "units", "share"),
    [
        ("july_2019", "2019-07-25", set(), 0.0),
        ("october_2019", "2019-10-15", set(), 0.0),
        ("december_2019", "2019-12-15", {"s400-1", "s400-2"}, 0.067),
        ("full_strength", "2020-04-30", {"s400-1", "s400-2"}, 1.0),
    ],
)
def test_the_order_of_battle_by_date(date: str, day: str, units: set[str], share: float) -> None:
    spec = case(date=date).spec
    assert spec.clock.start_utc.startswith(day)
    assert set(standing(spec).fire_units) == units | {"hmeimim-1"}
    assert share_of_days(spec, spec.fire_units["s400-1"]) == share
    assert share_of_days(spec, spec.fire_units["hmeimim-1"]) == 1.0


def test_a_unit_is_not_there_before_it_was_delivered() -> None:
    july = case(date="july_2019").with_overrides({f"fire_units.s400-{k}.state": "continuous" for k in (1, 2)}).spec
    assert set(standing(july).fire_units) == {"s400-1", "hmeimim-1"}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("two_as_delivered", {"s400-1", "s400-2"}),
        ("four", {"s400-1", "s400-2", "s400-3", "s400-4"}),
        ("none", set()),
        ("patriot_offer", {"patriot-1", "patriot-2", "patriot-3", "patriot-4"}),
        ("south_east", {"s400-1", "s400-2"}),
    ],
)
def test_the_air_defence_that_is_chosen(choice: str, expected: set[str]) -> None:
    spec = standing(case(air_defence=choice).spec)
    assert set(spec.fire_units) - {"hmeimim-1"} == expected
    known = set(spec.fire_units) | set(spec.command_posts) | set(spec.sensors)
    assert all({link.from_node, link.to_node} <= known for link in spec.network.links.values())


def test_loads_are_those_of_the_catalogue() -> None:
    spec = case(missile_mix="with_40n6e", air_defence="patriot_offer").spec
    battalion, offer = CATALOGUE.entry("units", "s-400-battalion"), CATALOGUE.entry("units", "patriot-offer-2018")
    for load in ({"40n6e": 4, "48n6e3": 24, "9m96e2": 16}, {"48n6e3": 28, "9m96e2": 16}):
        places = load["48n6e3"] + load.get("40n6e", 0) + load["9m96e2"] / 4
        assert places == battalion.figures["ready_missiles"].value
    assert {key: m.count for key, m in spec.fire_units["s400-2"].missiles.items()} == {
        "40n6e": 4,
        "48n6e3": 24,
        "9m96e2": 16,
    }
    patriots = [unit for key, unit in spec.fire_units.items() if key.startswith("patriot-")]
    assert len(patriots) == offer.figures["radars"].value
    gem_t, mse = (sum(p.missiles[key].count for p in patriots) for key in ("pac-2-gem-t", "pac-3-mse"))
    assert mse == offer.figures["pac_3_mse_missiles"].value
    assert gem_t <= offer.figures["gem_t_missiles"].value
    assert gem_t + mse / 3 == 4 * offer.figures["launchers"].value  # four places on a launcher: one GEM-T or three MSE each


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_ends_of_the_spread_are_those_of_the_catalogue(end: str) -> None:
    scenario = case(rcs_case=end)
    for sector in ("front_m2", "side_m2"):
        path = f"catalogue.signatures.f-35a.{sector}"
        assert scenario.get(path) == getattr(CATALOGUE.figure(path.removeprefix("catalogue.")), end)
        assert scenario.get(f"objects.f-35a.rcs.{sector}") == scenario.get(path)


def test_the_mast_is_that_of_the_catalogue() -> None:
    stated = CATALOGUE.figure("radars.96l6e.antenna_height_40v6m_m").value
    assert case(mast="40v6m").get("fire_units.s400-1.search_radar.antenna_height_m") == stated


def test_the_base_is_510_km_from_the_site() -> None:
    """As the sheet of public figures states the distance of Mürted and Malatya Erhaç, whole kilometres of a great circle."""
    scenario = case()
    sites = Sites(scenario.spec)
    away_km = sites.ground_distance_m("murted", path_m(scenario, "f-35a")) / 1000
    assert away_km[0] == pytest.approx(510, rel=0, abs=2)  # km
    base_km = sites.ground_distance_m("malatya-erhac", path_m(scenario, "f-35a")) / 1000
    assert base_km.max() == pytest.approx(60, rel=0, abs=10)  # km; "within 60 km of their base", give or take a corner


def test_activities_are_where_their_labels_say() -> None:
    for activity, low_km, high_km in (("training_ranges", 100, 250), ("transit_near_site", 0, 50), ("co_located", 0, 1)):
        scenario = case(activity=activity)
        nearest_km = float(Sites(scenario.spec).ground_distance_m("murted", path_m(scenario, "f-35a")).min()) / 1000
        assert low_km <= nearest_km <= high_km, activity


def test_no_state_sends_the_raid() -> None:
    scenario = case()
    raid = scenario.to_yaml().split("\nobjects:")[1].split("\noptions:")[0].split("\nplaces:")[0]
    assert not re.search(r"russia|syria|greece|greek|iran|israel|armenia", raid, re.IGNORECASE)
    kinds = {thing.kind for thing in scenario.spec.objects.values() if thing.side == "hostile"}
    assert kinds == {"aircraft", "cruise_missile", "drone", "ballistic", "decoy"}
    assert np.all([thing.count > 0 for thing in scenario.spec.objects.values() if thing.side == "hostile"])


def test_paths_that_the_page_names_exist() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "explanation" / "turkey-2019.md").read_text(encoding="utf-8")
    table = page.split("## Paths that a study sets")[1].split("\n## ")[0]
    named = [name for line in table.splitlines()[4:] for name in re.findall(r"`([a-z][^`]*\.[^`]*)`", line)]
    assert len(named) > 18
    known = set(case().known_paths())
    assert [name for name in named if name not in known] == []
