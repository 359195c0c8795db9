"""Alternatives: same raid, three ends of the figures of the defence alone, order of the alphabet, no winner."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import openiads
from openiads.alternatives import alternatives, classes, figures_at
from openiads.cli.alternatives import as_rows, table
from openiads.cli.main import app
from openiads.errors import CatalogueError, ResultsError
from openiads.scenario.loader import Scenario, load_scenario_text

TEXT = """\
openiads_scenario: "0.1"
scenario: {id: two-arms, title: One raid and two arms, notional: true}
clock: {start_utc: 2019-11-26T00:00:00Z, duration_s: 700}
places:
  site: {latitude_deg: 45.0, longitude_deg: 0.0, ground_m: 0, mask_angle_deg: 0.1}
assets: {site: {place: site}}
control: {weapons: free}
fire_units:
  unit:
    place: site
    system: patriot-battery
    engagement_radar: {system: an-mpq-65, boresight_deg: 90}
    missiles: {mse: {system: pac-3-mse, count: 8}}
sensors:
  far:
    place: site
    search_radar: {system: an-fps-117}
objects:
  bomber:
    side: hostile
    system: large-aircraft
    count: 2
    spacing_s: 20
    motion: {kind: waypoints, speed_mps: 240, altitude_m: 8000, altitude_reference: amsl, end: leak,
      waypoints: [{latitude_deg: 45.0, longitude_deg: 1.9}, {place: site}]}
  drone:
    side: hostile
    system: male-drone
    motion: {kind: waypoints, speed_mps: 120, altitude_m: 5000, altitude_reference: amsl, end: leak,
      waypoints: [{latitude_deg: 45.1, longitude_deg: 0.9}, {place: site}]}
  friend:
    side: friendly
    system: f-16
    motion: {kind: waypoints, speed_mps: 240, altitude_m: 8000, altitude_reference: amsl, end: leave,
      waypoints: [{latitude_deg: 46.0, longitude_deg: 1.9}, {latitude_deg: 46.0, longitude_deg: -1.9}]}
variants:
  armed: {}
  bare: {fire_units.unit.present: false}
"""


@cache
def scenario() -> Scenario:
    return load_scenario_text(TEXT, "two-arms")


@cache
def compared() -> Any:
    chosen = {"armed": "patriot-fire-unit"}
    return alternatives(scenario(), ["bare", "armed"], replications=3, targets=["bomber"], packages=chosen, axes=2)


def test_ends_move_the_figures_of_the_defence_alone_and_for_the_worse_or_the_better() -> None:
    low, high = figures_at(scenario(), "low"), figures_at(scenario(), "high")
    assert figures_at(scenario(), "nominal") == {}
    assert not any("an-fps-117" in path or "signatures" in path for path in (*low, *high))
    assert (low["catalogue.radars.an-mpq-65.range_km"], high["catalogue.radars.an-mpq-65.range_km"]) == (90, 120)
    assert (
        low["catalogue.units.patriot-battery.reaction_time_s"],
        high["catalogue.units.patriot-battery.reaction_time_s"],
    ) == (15, 8)
    assert (low["catalogue.defaults.missile.p_kill"], high["catalogue.defaults.missile.p_kill"]) == (0.5, 0.85)
    assert isinstance(low["catalogue.units.patriot-battery.channels_targets"], int)
    for end in (low, high):
        scenario().with_overrides(end)


@pytest.mark.parametrize("variant", ["neither", "patriot-offer", "s400-four", "s400-four-every-type", "s400-two"])
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_shipped_case_is_valid_at_both_ends(variant: str, end: Any) -> None:
    arm = openiads.load_scenario("patriot-or-s400", variant=variant)
    arm.with_overrides(figures_at(arm, end))


def test_a_class_is_the_first_object_of_each_kind() -> None:
    assert classes(scenario()) == ("bomber", "drone")


def test_alternatives_stand_in_the_order_of_the_alphabet_and_meet_the_same_raid() -> None:
    armed, bare = compared()
    assert (armed.variant, bare.variant) == ("armed", "bare")
    assert set(armed.leakage) == set(bare.leakage) == {"aircraft", "drone"}
    assert (bare.leakage["aircraft"].nominal.value, bare.shots.nominal.value, bare.units) == (1.0, 0.0, ())
    assert armed.leakage["aircraft"].nominal.value < 1.0
    assert bare.area_km2["bomber"].high == 0.0
    area = armed.area_km2["bomber"]
    assert 0 <= area.low <= area.nominal <= area.high
    assert area.high > 0
    assert (armed.cost.package, bare.cost) == ("patriot-fire-unit", None)


def test_the_table_has_the_same_rows_for_each_and_no_word_of_a_winner() -> None:
    lines = table(compared())
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert [head.split()[0] for head in heads] == ["armed", "bare"]
    text = "\n".join(lines).lower()
    assert not any(word in text for word in ("best", "better", "winner", "rank", "score"))
    assert text.count("leakage, aircraft, %") == 2
    assert "no package of the record" in text
    rows = as_rows(compared())
    assert {row["quantity"] for row in rows} >= {"defended_area_km2:bomber", "leakage:drone", "shots", "price_usd_m"}


def test_a_package_for_what_is_not_compared_is_refused() -> None:
    with pytest.raises(ResultsError, match="named for 'other', which is not compared"):
        alternatives(scenario(), ["armed"], packages={"other": "patriot-fire-unit"})
    with pytest.raises(CatalogueError, match="Did you mean 'patriot-fire-unit'"):
        alternatives(scenario(), ["armed"], packages={"armed": "patriot-fire-units"})


def test_the_command_tells_how_a_package_is_written(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(TEXT)
    result = CliRunner().invoke(app, ["alternatives", str(file), "--variants", "armed,bare", "--package", "armed"])
    assert isinstance(result.exception, ResultsError)
    assert "expected VARIANT=PACKAGE" in str(result.exception)
