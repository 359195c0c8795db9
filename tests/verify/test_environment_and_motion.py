"""Every truth case of the topics about the environment and motion; and that impossible inputs are told as such."""

import json
import math
import os
from pathlib import Path

import pytest

from openiads.errors import OutOfRangeError
from openiads.verify.environment import ADAPTERS as ENVIRONMENT
from openiads.verify.motion import ADAPTERS as MOTION

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = (ROOT / os.environ.get("OPENIADS_REFERENCE", "../shared/reference")).resolve() / "truth_cases.json"
ADAPTERS = {**ENVIRONMENT, **MOTION}


def load():
    if not REFERENCE.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no {REFERENCE}: set OPENIADS_REFERENCE to its folder"))]
    cases = json.loads(REFERENCE.read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in cases if case["topic"] in ADAPTERS]


def check(value, expected, case):
    if isinstance(expected, list):
        assert len(value) == len(expected)
        for a, b in zip(value, expected, strict=True):
            check(a, b, case)
    elif isinstance(expected, bool | str) or expected is None:
        assert value == expected
    else:
        assert abs(value - expected) <= case.get("atol", 0.0) + case.get("rtol", 0.0) * abs(expected)


@pytest.mark.parametrize("case", load())
def test_truth_case(case):
    found = ADAPTERS[case["topic"]](case["inputs"])
    for name, expected in case["expected"].items():
        check(found[name], expected, case)


def test_units_of_inputs_and_answers_are_free():
    si = ENVIRONMENT["radar_horizon"]({"antenna_height_m": 304.8, "target_height_m": 0.0, "k": 4 / 3})
    other = ENVIRONMENT["radar_horizon"]({"antenna_height_ft": 1000.0, "target_height_km": 0.0, "k": 4 / 3})
    assert other["horizon_small_angle_nmi"] * 1852.0 == pytest.approx(si["horizon_small_angle_m"], rel=1e-12)


def test_height_elevation_and_range_are_answered_from_any_two():
    given = {"antenna_height_m": 10, "range_km": 100.0, "elevation_deg": 1.0}
    height = ENVIRONMENT["radar_horizon"](given)["target_height_m"]
    again = ENVIRONMENT["radar_horizon"]({"antenna_height_m": 10, "range_km": 100.0, "target_height_m": height})
    assert again["elevation_deg"] == pytest.approx(1.0, rel=1e-9)
    refracted = {"antenna_height_m": 10, "elevation_deg": 1.0, "surface_refractivity_n": 313, "decay_per_km": 0.143859}
    ray = ENVIRONMENT["refraction"]({**refracted, "propagated_range_km": 100.0})
    assert ray["propagated_range_km"] == pytest.approx(100.0, rel=1e-9)
    assert ray["target_height_m"] == pytest.approx(height, rel=0.02, abs=0)


def test_common_failure_is_read_as_failure_or_reliability():
    shots = {"single_shot_pk": 0.8, "shots": 4}
    failing = MOTION["engagement"]({**shots, "common_mode_failure_probability": 0.1})
    working = MOTION["engagement"]({**shots, "common_mode_reliability": 0.9})
    assert failing["kill_probability"] == pytest.approx(0.89856, rel=1e-12)
    assert working["kill_probability"] == pytest.approx(failing["kill_probability"], rel=1e-12)
    assert failing["kill_probability_independent"] == pytest.approx(1 - 0.28**4, rel=1e-12)


def test_arrays_go_through_elementwise():
    both = ENVIRONMENT["rain_attenuation"](
        {"frequency_ghz": [10, 35], "rain_rate_mm_per_h": 5, "polarization": "horizontal"}
    )
    one = ENVIRONMENT["rain_attenuation"]({"frequency_ghz": 35, "rain_rate_mm_per_h": 5, "polarization": "horizontal"})
    assert both["gamma_db_per_km"][1] == one["gamma_db_per_km"]


def test_frames_round_trip():
    site = {"lat0_deg": 42, "lon0_deg": -82, "alt0_m": 200}
    there = MOTION["coordinate_frames"]({**site, "azimuth_deg": 33, "elevation_deg": 70, "slant_range_m": 1000})
    back = MOTION["coordinate_frames"]({**site, "ecef_m": there["ecef_m"]})
    assert [back[k] for k in ("azimuth_deg", "elevation_deg", "slant_range_m")] == pytest.approx(
        [33.0, 70.0, 1000.0], rel=1e-9
    )
    direct = MOTION["geodesy"]({"lat1_deg": 35.0, "lon1_deg": 30.0, "azimuth1_deg": -100.0, "distance_km": 2000.0})
    again = MOTION["geodesy"](
        {"lat1_deg": 35.0, "lon1_deg": 30.0, "lat2_deg": direct["lat2_deg"], "lon2_deg": direct["lon2_deg"]}
    )
    assert [again[k] for k in ("azimuth1_deg", "distance_km")] == pytest.approx([-100.0, 2000.0], rel=1e-9)
    assert again["azimuth2_deg"] == pytest.approx(direct["azimuth2_deg"], rel=0, abs=1e-9)  # degrees


def test_a_target_that_cannot_be_caught_is_told_without_a_number():
    found = MOTION["interceptor"](
        {"target_xy_m": [1e4, 0], "target_velocity_m_per_s": [900, 0], "interceptor_speed_m_per_s": 500}
    )
    assert found["feasible"] is False
    assert found["time_of_flight_s"] is None


@pytest.mark.parametrize(
    ("topic", "inputs", "message"),
    [
        ("radar_horizon", {"antenna_height_m": 10, "elevation_deg": 2}, "target_height is missing"),
        ("geodesy", {"lat1_deg": 1, "lon1_deg": 2, "lat2_deg": 3, "lon2_deg": 4, "ellipsoid": "GRS80"}, "only WGS84"),
        ("rcs_sphere", {"ka": 1.0, "material": "water"}, "only perfectly conducting"),
        ("terrain_masking", {"profile": "hilly"}, "is not understood"),
        ("terrain_masking", {"profile_reference": "elsewhere.csv"}, "profile 'elsewhere.csv' is not known"),
        ("engagement", {"single_shot_pk": 0.5}, "determine nothing known"),
        ("gas_attenuation", {"frequency_ghz": 10, "temperature_k": 288}, "total_pressure is missing"),
        (
            "rain_attenuation",
            {"frequency_ghz": 10, "rain_rate_mm_per_h": 1, "path_length_km": 5, "effective_path": "x"},
            "not known",
        ),
        ("aircraft_turn", {"true_airspeed_kt": 120}, "exactly one"),
        ("rcs_statistics", {"swerling": 0}, "steady target"),
        ("refraction", {"height_km": 3}, "determine nothing known"),
        ("ballistic", {"earth_radius_m": 6371000}, "determine nothing known"),
    ],
)
def test_inputs_that_cannot_be_are_refused(topic, inputs, message):
    with pytest.raises(OutOfRangeError, match=message):
        ADAPTERS[topic](inputs)


def test_losses_for_radar_are_twice_the_printed_ones():
    edge = ENVIRONMENT["diffraction"]({"fresnel_v": 1.0})
    assert edge["two_way_knife_edge_loss_db"] == pytest.approx(2.0 * edge["knife_edge_loss_db"], rel=1e-15)
    assert math.isclose(edge["knife_edge_loss_exact_db"], 13.864105413629098, abs_tol=1e-9)
