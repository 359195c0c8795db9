"""Gas attenuation against the ITU's printed examples, physical limits, and the traps: one way, dry pressure, editions."""

import math

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics.gas import (
    equivalent_heights_km,
    slant_attenuation_approx_db,
    slant_attenuation_db,
    specific_attenuation,
)

AIR = {"dry_pressure_hpa": 1013.25, "temperature_k": 288.15, "water_vapour_gpm3": 7.5}
SPECIFIC = [  # frequency in GHz, oxygen and water in dB/km: ITU-R Study Group 3 validation examples, sheet "P.676-13 SpAtt"
    (12, 0.008698264068773570, 0.009535388220245930),
    (20, 0.011883550477807600, 0.097047304815111700),
    (60, 14.623474796486100, 0.154841840636247),
    (90, 0.038869711072423500, 0.341973394),
    (130, 0.041509083599522800, 0.751844704),
]
SLANT = [  # GHz, g/m3, dry hPa, K, dB at 45 degrees: the same, sheet "P.676-13 A_Gas_A2_INST"
    (38.5, 13.998103358274586, 988.3342860812425, 295.15, 0.6724061393008622),
    (38.5, 12.932952957874935, 990.6016244371225, 303.25, 0.5981110294418397),
    (39.5, 15.942511766465097, 988.9020367914704, 297.65, 0.7707708981960036),
]


@pytest.mark.parametrize(("ghz", "oxygen", "water"), SPECIFIC)
def test_specific_attenuation_matches_the_itu_examples(ghz, oxygen, water):
    gamma = specific_attenuation(frequency_hz=ghz * 1e9, **AIR)
    assert gamma.oxygen_db_per_km == pytest.approx(oxygen, rel=1e-8, abs=0)
    assert gamma.water_db_per_km == pytest.approx(water, rel=1e-8, abs=0)
    assert gamma.total_db_per_km == pytest.approx(oxygen + water, rel=1e-8, abs=0)


def test_dry_air_has_no_water_and_space_no_gas():
    dry = specific_attenuation(frequency_hz=22e9, dry_pressure_hpa=1013.25, temperature_k=288.15, water_vapour_gpm3=0.0)
    assert dry.water_db_per_km == 0.0
    none = specific_attenuation(frequency_hz=60e9, dry_pressure_hpa=0.0, temperature_k=288.15, water_vapour_gpm3=0.0)
    assert none.total_db_per_km == 0.0


def test_frequencies_are_treated_one_by_one():
    """Some code returns garbage for an array of two frequencies."""
    both = specific_attenuation(frequency_hz=[3e9, 10e9], **AIR).total_db_per_km
    each = [float(specific_attenuation(frequency_hz=f, **AIR).total_db_per_km) for f in (3e9, 10e9)]
    assert both.tolist() == each


@pytest.mark.parametrize(("ghz", "rho", "dry_hpa", "kelvin", "printed_db"), SLANT)
def test_approximate_slant_path_matches_edition_13(ghz, rho, dry_hpa, kelvin, printed_db):
    case = {
        "frequency_hz": ghz * 1e9,
        "elevation_rad": math.radians(45),
        "surface_dry_pressure_hpa": dry_hpa,
        "surface_temperature_k": kelvin,
        "surface_water_vapour_gpm3": rho,
    }
    now = float(slant_attenuation_approx_db(edition="P.676-13", **case))
    assert now == pytest.approx(printed_db, rel=1e-7, abs=0)
    before = float(slant_attenuation_approx_db(edition="P.676-12", **case))
    assert 0.03 < 1.0 - before / now < 0.15  # the drift between editions: more in hot air


def test_edition_12_value():
    value = slant_attenuation_approx_db(
        frequency_hz=38.5e9, elevation_rad=math.radians(45), surface_dry_pressure_hpa=988.3342860812425,
        surface_temperature_k=295.15, surface_water_vapour_gpm3=13.998103358274586, edition="P.676-12",
    )  # fmt: skip
    assert value == pytest.approx(0.6448, rel=0, abs=5e-5)  # dB, printed to 4 digits


def test_layer_sum_matches_the_itu_example():
    got_db = slant_attenuation_db(frequency_hz=28e9, elevation_rad=math.radians(30), surface_water_vapour_gpm3=7.5)
    assert got_db == pytest.approx(0.47081173472870474, rel=3e-6, abs=0)


def test_layer_sum_adds_up_and_follows_the_cosecant_high_up():
    case = {"frequency_hz": 10e9, "surface_water_vapour_gpm3": 7.5}
    zenith = slant_attenuation_db(elevation_rad=math.pi / 2, **case)
    assert slant_attenuation_db(elevation_rad=math.radians(30), **case) == pytest.approx(2.0 * zenith, rel=0.01, abs=0)
    low = slant_attenuation_db(elevation_rad=math.pi / 2, to_height_m=3000.0, **case)
    high = slant_attenuation_db(elevation_rad=math.pi / 2, from_height_m=3000.0, **case)
    assert low + high == pytest.approx(zenith, rel=1e-4, abs=0)
    level = slant_attenuation_db(elevation_rad=0.0, **case)
    assert 30.0 * zenith < level < 80.0 * zenith  # finite at the horizon, where the cosecant is not


def test_attenuation_is_one_way_so_a_radar_pays_twice():
    """10 GHz in the standard atmosphere loses 0.0142 dB/km one way: 2.84 dB out to 100 km and back."""
    one_way_db = float(specific_attenuation(frequency_hz=10e9, **AIR).total_db_per_km) * 100.0
    assert one_way_db == pytest.approx(1.41985, rel=0, abs=1e-4)  # dB
    assert 2.0 * one_way_db == pytest.approx(2.8397, rel=0, abs=2e-4)


def test_the_vapour_counted_into_the_dry_pressure_shows():
    vapour = 7.5 * 288.15 / 216.7
    wrong = specific_attenuation(
        frequency_hz=10e9, dry_pressure_hpa=1013.25 + vapour, temperature_k=288.15, water_vapour_gpm3=7.5
    )
    right = specific_attenuation(frequency_hz=10e9, **AIR)
    assert wrong.oxygen_db_per_km / right.oxygen_db_per_km == pytest.approx(1.018, rel=0, abs=2e-3)


def test_out_of_range_is_refused_with_what_to_use():
    with pytest.raises(OutOfRangeError, match=r"edition 'P.676-11' is not one of P.676-12, P.676-13"):
        equivalent_heights_km(frequency_hz=10e9, edition="P.676-11", **AIR)
    with pytest.raises(OutOfRangeError, match=r"frequency_hz = 94 is outside|the line-by-line slant path has no such limit"):
        equivalent_heights_km(frequency_hz=94e9, edition="P.676-13", **AIR)
    with pytest.raises(OutOfRangeError, match="cosecant law"):
        slant_attenuation_approx_db(
            frequency_hz=10e9, elevation_rad=0.01, surface_dry_pressure_hpa=1000.0, surface_temperature_k=288.0,
            surface_water_vapour_gpm3=7.5, edition="P.676-13",
        )  # fmt: skip


def test_equivalent_height_interpolates_between_table_rows():
    rows = [float(equivalent_heights_km(frequency_hz=f, edition="P.676-13", **AIR)[0]) for f in (10e9, 10.25e9, 10.5e9)]
    assert rows[1] == pytest.approx((rows[0] + rows[2]) / 2.0, rel=1e-12)
    assert 4.0 < rows[0] < 6.0  # km
    assert np.all(np.isfinite(rows))
