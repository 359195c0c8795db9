from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from openiads.catalogue import FAMILIES, Catalogue, load_catalogue
from openiads.catalogue.validate import duplicated_keys, expected_unit, problems

DATA = files("openiads.catalogue") / "data"

RADAR = [
    *("range_km", "rcs_m2", "p_detection", "p_false_alarm", "detection", "closing_speed_mps", "swerling_reference"),
    *("pulses_integrated", "instrumented_range_km", "instrumented_limit", "frequency_ghz", "range_resolution_m"),
    *("beamwidth_azimuth_deg", "beamwidth_elevation_deg", "elevation_min_deg", "elevation_max_deg", "sector_deg"),
    *("slew_deg_per_s", "antenna_height_m", "duty_period_s"),
    *("sigma_range_floor_m", "sigma_azimuth_floor_deg", "sigma_elevation_floor_deg"),
]
PACE = {"rotating": ["scan_period_s"], "multifunction": ["frame_s", "dwells_per_frame"]}
MISSILE = [
    *("min_range_km", "max_range_km", "max_range_ballistic_km", "min_altitude_m", "max_altitude_km"),
    *("mean_speed_mps", "max_target_speed_mps", "p_kill"),
]
REST = {
    "command": ["cycle_s", "reaction_time_s", "channels_targets", "channels_missiles", "doctrine", "max_track_age_s"],
    "assessment": ["delay_s", "p_miss_kill", "p_false_kill", "reattack_after_s"],
    "identification": [
        *("p_friend_correct_own", "p_friend_correct_network", "p_friend_as_hostile", "p_hostile_correct"),
        *("p_hostile_as_friend", "p_neutral_correct", "p_neutral_as_hostile", "delay_s"),
    ],
    "tracker": [
        *("confirm_hits", "confirm_window", "drop_after_updates", "process_noise_m2ps3"),
        *("gate_probability", "max_speed_mps", "capacity"),
    ],
    "link": ["cycle_s", "latency_s", "p_loss"],
    "atmosphere": ["refraction_factor"],
}
"""Fields that a scenario may leave out, by the mapping that holds them."""

STANDARD_AIR = ("defaults.atmosphere.refraction_factor", "defaults.sensing.water_vapour_gpm3")
"""Sourced figures that no fact of the reference sheet holds."""

GOOD = {"low": 1.0, "nominal": 2.0, "high": 4.0, "unit": "km", "source": ["book"], "grade": "B"}


def catalogue_of(folder: Path, family: str, entry: dict[str, object], key: str = "r") -> Catalogue:
    for name in FAMILIES:
        content = {"family": name, "entries": {key: entry} if name == family else {}}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    sources = {"sources": {"book": "A. Author, A Book, 2000", "convention": "Model convention, no public figure"}}
    (folder / "sources.yaml").write_text(yaml.safe_dump(sources), encoding="utf-8")
    return Catalogue(folder)


def entry_with(name: str = "range_km", kind: str = "rotating", **changes: object) -> dict[str, object]:
    return {"name": "R", "kind": kind, "description": "A radar.", "figures": {name: GOOD | changes}}


def test_the_shipped_catalogue_keeps_every_rule() -> None:
    assert problems(load_catalogue()) == []


@pytest.mark.parametrize("name", [*FAMILIES, "sources"])
def test_no_shipped_file_holds_a_key_twice(name: str) -> None:
    assert duplicated_keys(DATA / f"{name}.yaml") == []


def test_a_key_held_twice_is_found(tmp_path: Path) -> None:
    file = tmp_path / "radars.yaml"
    file.write_text("entries:\n  a: {name: A}\n  b: {name: B}\n  a: {name: C}\n", encoding="utf-8")
    assert duplicated_keys(file) == ["radars.yaml:2: 'a' twice"]


def test_a_good_entry_has_no_problem(tmp_path: Path) -> None:
    assert problems(catalogue_of(tmp_path, "radars", entry_with())) == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (entry_with(low=3.0), "out of order"),
        (entry_with(high=1.5), "out of order"),
        (entry_with(unit="m"), "the name promises 'km'"),
        (entry_with(name="range"), "the name has no suffix"),
        (entry_with(name="Range_km"), "lower-case letters, digits and underscores"),
        (entry_with(name="p_detection", unit="1"), "a probability lies in 0 to 1"),
        (entry_with(name="rcs_m2", unit="m2", low=0.0), "above zero"),
        (entry_with(grade="D"), "grade is 'D'"),
        (entry_with(placeholder=True), "a placeholder has grade C and a note"),
        (entry_with(placeholder=True, note="Why."), "a placeholder has grade C and a note"),
        (entry_with(name="p_kill", unit="1", low=-0.5, nominal=0.0, high=1.0), "a probability lies in 0 to 1"),
        (entry_with(placeholder=True, grade="C"), "a placeholder has grade C and a note"),
        (entry_with(source=["convention"]), "is a placeholder and must say so"),
        (entry_with(kind="whirling"), "kind is 'whirling', allowed are multifunction, rotating"),
        (entry_with() | {"description": ""}, "no description"),
    ],
)
def test_a_broken_rule_is_named(tmp_path: Path, entry: dict[str, object], message: str) -> None:
    found = problems(catalogue_of(tmp_path, "radars", entry))
    assert len(found) == 1
    assert message in found[0]


def test_an_id_is_lower_case(tmp_path: Path) -> None:
    assert "an id has lower-case" in problems(catalogue_of(tmp_path, "radars", entry_with(), key="92N6E"))[0]


def test_a_signature_finer_than_three_sectors_is_refused(tmp_path: Path) -> None:
    entry = entry_with(name="azimuth_30_m2", kind="aircraft", unit="m2")
    assert "and nothing finer" in problems(catalogue_of(tmp_path, "signatures", entry))[0]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("process_noise_m2ps3", "m2/s3"),
        ("slew_deg_per_s", "deg/s"),
        ("front_m2", "m2"),
        ("speed_mps", "m/s"),
        ("cycle_s", "s"),
        ("emplacement_time_min", "min"),
        ("ground_m", "m"),
        ("swerling", None),
    ],
)
def test_the_longest_suffix_gives_the_unit(name: str, unit: str | None) -> None:
    assert expected_unit(name) == unit


def test_every_default_is_a_placeholder_or_has_a_source() -> None:
    for entry in load_catalogue().entries("defaults"):
        for figure in entry.figures.values():
            assert figure.placeholder != bool(figure.fact or figure.path in STANDARD_AIR), figure.path


def test_every_figure_is_from_the_reference_or_derived_or_a_placeholder() -> None:
    catalogue = load_catalogue()
    for family in catalogue.families():
        for entry in catalogue.entries(family):
            for figure in entry.figures.values():
                stated = bool(figure.fact) or bool(figure.derived_from) or figure.placeholder
                assert stated or figure.path in STANDARD_AIR, figure.path


def test_errors_of_identification_assessment_and_detection_are_not_zero() -> None:
    catalogue = load_catalogue()
    for path in [
        "radar.p_false_alarm",
        "assessment.p_miss_kill",
        "assessment.p_false_kill",
        "identification.p_friend_as_hostile",
        "identification.p_hostile_as_friend",
        "identification.p_neutral_as_hostile",
    ]:
        low = catalogue.figure(f"defaults.{path}").low
        assert low is not None
        assert low > 0, path


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("p_friend_correct_own", "p_friend_as_hostile"),
        ("p_friend_correct_network", "p_friend_as_hostile"),
        ("p_hostile_correct", "p_hostile_as_friend"),
        ("p_neutral_correct", "p_neutral_as_hostile"),
    ],
)
def test_right_and_wrong_identities_never_add_up_to_more_than_one(right: str, wrong: str) -> None:
    figures = load_catalogue().entry("defaults", "identification").figures
    most = [figures[name].high for name in (right, wrong)]
    assert sum(value for value in most if value is not None) <= 1.0


def test_every_missile_says_who_must_hold_the_track_of_the_target() -> None:
    for entry in load_catalogue().entries("missiles"):
        if entry.id != "generic-medium-range":
            assert entry.attributes["track_holder"].text, entry.path


def test_no_radar_listens_less_far_than_its_calibration_point() -> None:
    for entry in load_catalogue().entries("radars"):
        assert entry.figures["instrumented_range_km"].value >= entry.figures["range_km"].value, entry.path  # type: ignore[operator]


def test_every_radar_has_all_that_a_scenario_may_leave_out() -> None:
    catalogue = load_catalogue()
    for entry in catalogue.entries("radars"):
        for field in RADAR + PACE[entry.kind or ""]:
            groups = (f"radar-{entry.kind}", "radar")
            assert catalogue.fill(field, family="radars", system=entry.id, groups=groups), f"{entry.path}.{field}"


def test_every_missile_has_all_that_a_scenario_may_leave_out() -> None:
    catalogue = load_catalogue()
    for entry in catalogue.entries("missiles"):
        for field in MISSILE:
            assert catalogue.fill(field, family="missiles", system=entry.id, groups=("missile",)), f"{entry.path}.{field}"


@pytest.mark.parametrize("group", REST)
def test_the_defaults_hold_all_that_a_scenario_may_leave_out(group: str) -> None:
    assert set(REST[group]) <= set(load_catalogue().entry("defaults", group).figures)
