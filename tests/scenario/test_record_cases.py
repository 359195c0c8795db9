"""The shipped cases of the record: every choice holds, who stands is what the answer says, public contents are not exceeded."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

import openiads
from openiads.engine.lowering import active_links, lower
from openiads.engine.sites import Sites
from openiads.scenario.loader import Scenario
from openiads.scenario.schema import ScenarioSpec
from openiads.scenario.standing import standing

CASES = ("both-or-either", "co-location", "exposure-baseline", "patriot-or-s400", "patriot-withdrawal-2015")
UNITS = {"neither": 0, "patriot_offer": 4, "s400_four": 4, "s400_one": 1, "s400_three": 3, "s400_two": 2}


def case(name: str, vignette: str | None = None, **choices: str) -> Scenario:
    overrides = {f"options.{key}.choice": value for key, value in choices.items()}
    return openiads.load_scenario(name, vignette=vignette, overrides=overrides)


def loads(spec: ScenarioSpec) -> Counter[str]:
    found: Counter[str] = Counter()
    for unit in spec.fire_units.values():
        for missile in unit.missiles.values():
            found[str(missile.system)] += missile.count
    return found


@pytest.mark.parametrize("name", CASES)
def test_every_choice_and_every_variant_is_valid(name: str) -> None:
    base = case(name)
    for key, option in base.spec.options.items():
        for value in option.values:
            assert base.with_overrides({f"options.{key}.choice": value}).choices[key] == value
    for variant in base.variants:
        base.with_variant(variant)


@pytest.mark.parametrize("name", CASES)
def test_answers_and_variants_stand_in_the_order_of_the_alphabet(name: str) -> None:
    spec = case(name).spec
    compared = {"air_defence", "turkish_site", "allied_units", "s400_missiles", "patriot_missiles"}
    for key in compared & set(spec.options):
        assert list(spec.options[key].values) == sorted(spec.options[key].values)
    assert list(spec.variants) == sorted(spec.variants)


@pytest.mark.parametrize(("answer", "count"), UNITS.items())
def test_patriot_or_s400_has_as_many_fire_units_as_the_answer_says(answer: str, count: int) -> None:
    spec = standing(case("patriot-or-s400", air_defence=answer).spec)
    assert len(spec.fire_units) == count
    assert ("s400-command" in spec.command_posts) == answer.startswith("s400")
    assert {key.split("-")[0] for key in spec.fire_units} <= {answer.split("_", maxsplit=1)[0]}


def test_the_patriot_offer_stays_within_what_was_notified() -> None:
    """80 GEM-T and 60 PAC-3 MSE for 4 radars and 20 launchers of four places."""
    spec = standing(case("patriot-or-s400", air_defence="patriot_offer").spec)
    held = loads(spec)
    assert held == Counter({"pac-2-gem-t": 60, "pac-3-mse": 60, "pac-3-cri": 0})
    assert held["pac-2-gem-t"] + held["pac-3-mse"] / 3 == 80  # places


@pytest.mark.parametrize("mix", ["every_type", "older_long_range", "only_9m96e", "only_9m96e2", "reported", "with_40n6e"])
def test_every_mix_fills_the_thirty_two_places_of_a_fire_unit(mix: str) -> None:
    unit = case("patriot-or-s400", s400_missiles=mix).spec.fire_units["s400-1"]
    small = sum(m.count for key, m in unit.missiles.items() if key.startswith("9m96"))
    large = sum(m.count for key, m in unit.missiles.items() if not key.startswith("9m96"))
    assert large + small / 4 == 32


def test_every_missile_type_of_the_record_is_a_switch() -> None:
    held = loads(standing(case("patriot-or-s400", air_defence="s400_four", s400_missiles="every_type").spec))
    assert {key for key, count in held.items() if count > 0} == {"40n6e", "48n6e2", "48n6e3", "9m96e", "9m96e2"}


@pytest.mark.parametrize(("answer", "height_m"), [("none", 7.0), ("40v6m", 24.0), ("40v6md", 39.0)])
def test_a_mast_lifts_both_radars_of_a_fire_unit(answer: str, height_m: float) -> None:
    unit = case("patriot-or-s400", mast=answer).spec.fire_units["s400-2"]
    assert unit.search_radar is not None
    assert unit.search_radar.antenna_height_m == height_m
    assert (unit.engagement_radar.antenna_height_m == height_m) == (answer != "none")


@pytest.mark.parametrize(
    ("picture", "told"), [("both", {"patriot", "s400"}), ("nobody", set()), ("patriot_only", {"patriot"})]
)
@pytest.mark.parametrize("name", ["both-or-either", "patriot-or-s400"])
def test_the_allied_picture_reaches_whom_the_answer_says(name: str, picture: str, told: set[str]) -> None:
    spec = case(name, allied_picture=picture).spec
    units = {key.split("-")[0] for key in spec.fire_units}
    links = [spec.network.links[key] for key in active_links(spec)]
    reached = {link.to_node.split("-")[0] for link in links if link.from_node in spec.sensors}
    assert reached & units == told


@pytest.mark.parametrize(
    ("answer", "units"),
    [("both", {"s400": 2, "patriot": 4}), ("neither", {}), ("patriot", {"patriot": 4}), ("s400", {"s400": 2})],
)
@pytest.mark.parametrize("f35", ["in", "out"])
def test_both_or_either_is_eight_arms(answer: str, units: dict[str, int], f35: str) -> None:
    spec = standing(case("both-or-either", air_defence=answer, f35=f35).spec)
    assert Counter(key.split("-")[0] for key in spec.fire_units) == Counter(units)
    assert spec.objects["f-35a"].count == (1 if f35 == "in" else 0)
    assert f"{answer}-{f35}" in case("both-or-either").variants


@pytest.mark.parametrize(("answer", "cities"), [("six", 3), ("four", 2), ("two", 1), ("none", 0)])
def test_the_withdrawal_of_2015_leaves_two_fire_units_at_each_city_that_keeps_any(answer: str, cities: int) -> None:
    spec = standing(case("patriot-withdrawal-2015", allied_units=answer).spec)
    held = Counter(unit.place for unit in spec.fire_units.values())
    assert len(held) == cities
    assert set(held.values()) <= {2}
    assert answer != "four" or "gaziantep" not in held


def test_the_ballistic_missiles_of_2015_fly_no_farther_than_their_class() -> None:
    scenario = case("patriot-withdrawal-2015")
    sites = Sites(scenario.spec)
    for key, thing in scenario.spec.objects.items():
        if key.startswith("srbm"):
            start: Any = getattr(thing.motion, "from_", None) or thing.motion.model_dump(by_alias=True)["from"]
            place = thing.motion.model_dump(by_alias=True)["to"]
            lat, lon, _ = sites.locate(place)
            start_deg = start if isinstance(start, dict) else start.model_dump()
            north_km = (start_deg["latitude_deg"] - np.degrees(lat)) * 111.2
            east_km = (start_deg["longitude_deg"] - np.degrees(lon)) * 111.2 * np.cos(lat)
            assert 200 < np.hypot(north_km, east_km) < 300  # km; the class reaches 300


@pytest.mark.parametrize(
    ("answer", "nearest_km"), [("km0", 0), ("km50", 50), ("km100", 100), ("km200", 200), ("km300", 300)]
)
def test_the_pattern_keeps_the_distance_that_the_answer_says(answer: str, nearest_km: float) -> None:
    scenario = case("co-location", separation=answer)
    found = lower(scenario)
    thing = found.case.objects[found.names.objects.index("f-35a")]
    knots = found.case.knots[thing["knot_first"] : thing["knot_first"] + thing["knot_count"]]
    away_m = Sites(scenario.spec).ground_distance_m("murted", knots["position_m"])
    assert float(away_m.min()) / 1000 == pytest.approx(nearest_km, abs=1.5)  # km


def test_radars_are_silent_while_a_notified_flight_is_in_the_air() -> None:
    """Looks that do not happen are not in the calendar; the other flights are seen as before."""
    looks = {}
    for rule in ("unrestricted", "silent_on_notice"):
        found = lower(case("co-location", emission=rule))
        name = found.names.objects.index("f-35a")
        looks[rule] = Counter(found.names.objects[o] for o in found.case.looks["object"])
        assert name >= 0
    assert looks["unrestricted"]["f-35a"] > 100
    assert looks["silent_on_notice"]["f-35a"] == 0
    assert looks["silent_on_notice"]["f-16"] == looks["unrestricted"]["f-16"]


@pytest.mark.parametrize(("answer", "nodes"), [("absent", {"hmeimim-1"}), ("murted", {"hmeimim-1", "s400-1", "s400-2"})])
def test_the_baseline_has_the_russian_unit_in_every_arm(answer: str, nodes: set[str]) -> None:
    assert set(standing(case("exposure-baseline", turkish_site=answer).spec).fire_units) == nodes
