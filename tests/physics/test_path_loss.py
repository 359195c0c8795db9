"""Gas and rain on the way to a target and back: against the layer sum of ITU-R P.676, and the traps (two ways, geometry)."""

import numpy as np
import pytest

from openiads.physics.gas import slant_attenuation_db, specific_attenuation
from openiads.physics.path_loss import gas_column, gas_loss_db, rain_loss_db
from openiads.physics.propagation import slant_range_m
from openiads.physics.rain import CIRCULAR_TILT, rain_attenuation_db_per_km

FACTOR = 4.0 / 3.0
RADIUS_M = FACTOR * 6_371_008.7714


def range_to(height_m: float, elevation_deg: float) -> float:
    found = slant_range_m(
        target_height_m=height_m,
        elevation_rad=np.radians(elevation_deg),
        antenna_height_m=0.0,
        effective_radius_m=RADIUS_M,
    )
    return float(found)


@pytest.mark.parametrize("ghz", [1.3, 3.0, 10.0])
@pytest.mark.parametrize(
    ("elevation_deg", "height_m"), [(0.0, 1e4), (0.5, 1e4), (1.0, 1e3), (5.0, 1e4), (30.0, 1e4), (90.0, 3e4)]
)
def test_near_the_layer_sum_of_the_recommendation(ghz: float, elevation_deg: float, height_m: float) -> None:
    """Twice ITU-R P.676-13, Annex 1, sect. 2.2.1 within 1.5 percent: the rest is the bending of the ray."""
    loss_db = gas_loss_db(
        column=gas_column(frequency_hz=ghz * 1e9),
        slant_range_m=range_to(height_m, elevation_deg),
        elevation_rad=np.radians(elevation_deg),
        antenna_height_m=0.0,
        refraction_factor=FACTOR,
    )
    one_way_db = slant_attenuation_db(
        frequency_hz=ghz * 1e9,
        elevation_rad=float(np.radians(elevation_deg)),
        surface_water_vapour_gpm3=7.5,
        to_height_m=height_m,
    )
    assert float(loss_db) == pytest.approx(2.0 * one_way_db, rel=0.015, abs=1e-4)  # dB


def test_a_short_level_path_loses_the_specific_attenuation_twice() -> None:
    """10 km at the ground, 10 GHz: 2 x 10 x gamma, gamma from the surface values (1013.25 hPa in all, 288.15 K, 7.5 g/m3)."""
    vapour_hpa = 7.5 * 288.15 / 216.7
    gamma = specific_attenuation(
        frequency_hz=10e9, dry_pressure_hpa=1013.25 - vapour_hpa, temperature_k=288.15, water_vapour_gpm3=7.5
    )
    loss_db = gas_loss_db(
        column=gas_column(frequency_hz=10e9),
        slant_range_m=1e4,
        elevation_rad=0.0,
        antenna_height_m=0.0,
        refraction_factor=FACTOR,
    )
    assert float(loss_db) == pytest.approx(20.0 * float(gamma.total_db_per_km), rel=2e-3, abs=0)


def test_no_more_is_lost_above_the_air_and_nothing_below_a_gigahertz() -> None:
    column = gas_column(frequency_hz=10e9)
    common = {"elevation_rad": 0.3, "antenna_height_m": 10.0, "refraction_factor": FACTOR}
    near, far = gas_loss_db(column=column, slant_range_m=np.array([2e5, 2e6]), **common)
    assert near == pytest.approx(far, rel=1e-9, abs=0)
    assert float(gas_loss_db(column=gas_column(frequency_hz=4e8), slant_range_m=3e5, **common)) == 0.0


def test_rain_counts_below_its_top_only_and_both_ways() -> None:
    gamma = float(
        rain_attenuation_db_per_km(frequency_hz=10e9, rain_rate_mmph=10.0, elevation_rad=0.0, tilt_rad=CIRCULAR_TILT)
    )
    rain = {"frequency_hz": 10e9, "rain_rate_mmph": 10.0, "rain_top_m": 3000.0, "refraction_factor": FACTOR}
    inside = rain_loss_db(slant_range_m=2e4, elevation_rad=0.0, antenna_height_m=0.0, **rain)
    assert float(inside) == pytest.approx(40.0 * gamma, rel=1e-12, abs=0)  # 2 x 20 km
    through = rain_loss_db(slant_range_m=1e5, elevation_rad=np.pi / 6, antenna_height_m=0.0, **rain)
    assert float(through) == pytest.approx(2.0 * gamma * range_to(3000.0, 30.0) / 1e3, rel=1e-12, abs=0)
    assert range_to(3000.0, 30.0) == pytest.approx(6000.0, rel=2e-3, abs=0)
    above = rain_loss_db(slant_range_m=1e5, elevation_rad=0.1, antenna_height_m=5000.0, **rain)
    assert float(above) == 0.0
    down = rain_loss_db(slant_range_m=8e4, elevation_rad=-0.05, antenna_height_m=5000.0, **rain)
    assert 0.0 < float(down) < 160.0 * gamma
    dry = {**rain, "rain_rate_mmph": 0.0}
    assert float(rain_loss_db(slant_range_m=8e4, elevation_rad=0.0, antenna_height_m=0.0, **dry)) == 0.0
