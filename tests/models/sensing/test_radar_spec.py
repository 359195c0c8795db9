"""Consistency checks of a radar, at their limits."""

import math
from typing import Any

import pytest
from pydantic import ValidationError

from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.models.sensing.spec import RadarSpec

RADAR: dict[str, Any] = {
    "kind": "rotating",
    "range_km": 200.0,
    "reference_altitude_m": 10000.0,
    "rcs_m2": 1.0,
    "p_detection": 0.8,
    "p_false_alarm": 1e-6,
    "detection": "single_scan",
    "swerling_reference": 1,
    "pulses_integrated": 1,
    "instrumented_range_km": 300.0,
    "instrumented_limit": False,
    "frequency_ghz": 3.0,
    "beamwidth_azimuth_deg": 1.5,
    "beamwidth_elevation_deg": 2.0,
    "range_resolution_m": 150.0,
    "elevation_min_deg": 0.0,
    "elevation_max_deg": 45.0,
    "sector_deg": 360.0,
    "slew_deg_per_s": 0.0,
    "antenna_height_m": 10.0,
    "scan_period_s": 10.0,
    "duty_period_s": 600.0,
    "sigma_range_floor_m": 30.0,
    "sigma_azimuth_floor_deg": 0.1,
    "sigma_elevation_floor_deg": 0.1,
}


def radar(**changes: Any) -> RadarSpec:
    return RadarSpec.model_validate({key: value for key, value in {**RADAR, **changes}.items() if value is not ...})


def test_a_plain_radar_is_accepted() -> None:
    assert radar().duty == 1.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "multifunction"}, "a multifunction radar needs frame_s"),
        ({"kind": "multifunction", "frame_s": 2.0}, "a multifunction radar needs dwells_per_frame"),
        ({"scan_period_s": ...}, "a rotating radar needs scan_period_s"),
        ({"detection": "cumulative"}, "needs closing_speed_mps"),
        ({"instrumented_limit": True}, "Give reference_range_km"),
        ({"elevation_max_deg": 0.0}, "elevation_min_deg is 0, not below"),
        ({"p_false_alarm": 0.8}, "not below p_detection = 0.8"),
        ({"range_km": True}, "valid number"),
        ({"range_km": "200"}, "valid number"),
        ({"range_km": math.nan}, "finite"),
        ({"range_km": math.inf}, "finite"),
        ({"pulses_integrated": 1.5}, "valid integer"),
        ({"instrumented_limit": 0}, "valid boolean"),
        ({"power_w": 1.0}, "Extra inputs"),
    ],
)
def test_contradictions_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        radar(**changes)


def test_whole_numbers_stand_for_numbers() -> None:
    assert radar(range_km=200).range_km == 200.0
    assert isinstance(radar(range_km=200).range_km, float)


def test_another_calibration_point_allows_an_instrumented_limit() -> None:
    assert radar(instrumented_limit=True, reference_range_km=150.0).reference_range_km == 150.0


def test_beam_must_fit_the_aperture() -> None:
    wavelength_m = SPEED_OF_LIGHT_MPS / 3e9  # 0.0999 m
    narrowest_deg = math.degrees(0.8 * wavelength_m / 4.0)  # 1.145 deg for 4 m
    radar(aperture_width_m=4.0, beamwidth_azimuth_deg=narrowest_deg * 1.001)
    radar(aperture_width_m=4.0, beamwidth_azimuth_deg=narrowest_deg * 4.999)
    for factor in (0.999, 5.001):
        with pytest.raises(ValidationError, match=r"allow 1\.15 to 5\.73"):
            radar(aperture_width_m=4.0, beamwidth_azimuth_deg=narrowest_deg * factor)


def test_range_must_be_unambiguous() -> None:
    radar(prf_hz=499.0)  # 299,792,458 / (2 * 499) = 300.4 km
    with pytest.raises(ValidationError, match=r"unambiguous to 299\.8 km.*set prf_hz to 499 or less"):
        radar(prf_hz=500.0)


def test_a_pulse_radar_must_listen() -> None:
    radar(prf_hz=400.0, pulse_width_us=1250.0)  # exactly half
    with pytest.raises(ValidationError, match="at most 50%"):
        radar(prf_hz=400.0, pulse_width_us=1251.0)
