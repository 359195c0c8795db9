"""Standard atmospheres and refractivity against printed values, and what no profile may do."""

import math

import numpy as np
import pytest

from openiads.errors import OutOfRangeError
from openiads.physics.atmosphere import (
    air_density_kgpm3,
    exponential_refractivity,
    geometric_height_m,
    geopotential_height_m,
    modified_refractivity,
    propagation_regime,
    reference_air,
    refraction_factor,
    refractivity,
    saturation_pressure_hpa,
    standard_air,
    vapour_pressure_hpa,
)

LAYERS = [  # geopotential height in m, then temperature in K and pressure in Pa: US Standard Atmosphere 1976, table 4
    (0, 288.15, 101325.0),
    (11_000, 216.65, 22632.06),
    (20_000, 216.65, 5474.889),
    (32_000, 228.65, 868.0187),
    (47_000, 270.65, 110.9063),
    (51_000, 270.65, 66.93887),
    (71_000, 214.65, 3.956420),
    (84_852, 186.946, 0.37338),
]


@pytest.mark.parametrize(("height_m", "temperature_k", "pressure_pa"), LAYERS)
def test_standard_air_at_the_printed_layer_bases(height_m, temperature_k, pressure_pa):
    air = standard_air(geopotential_height_m=height_m)
    assert air.temperature_k == pytest.approx(temperature_k, rel=0, abs=1e-3)  # K
    assert air.pressure_pa == pytest.approx(pressure_pa, rel=1.2e-5, abs=0)


def test_standard_air_is_hydrostatic():
    """dp/dH = -rho g0 in every layer: integrating the density gives the pressure back."""
    height_m = np.arange(-4000.0, 84_000.0, 100.0)
    below, above = standard_air(geopotential_height_m=height_m - 1.0), standard_air(geopotential_height_m=height_m + 1.0)
    slope = (above.pressure_pa - below.pressure_pa) / 2.0
    inside = ~np.isin(height_m, [11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
    density = standard_air(geopotential_height_m=height_m).density_kgpm3
    assert slope[inside] == pytest.approx(-9.80665 * density[inside], rel=1e-6, abs=0)


def test_speed_of_sound_at_sea_level_as_printed():
    assert standard_air(geopotential_height_m=0.0).speed_of_sound_mps == pytest.approx(340.294, rel=0, abs=5e-4)  # m/s


def test_geopotential_and_geometric_heights_are_not_the_same():
    assert geometric_height_m(geopotential_height_m=11_000.0) == pytest.approx(11_019.07, rel=0, abs=0.01)  # m, as printed
    assert geopotential_height_m(geometric_height_m=geometric_height_m(geopotential_height_m=5e4)) == pytest.approx(
        5e4, rel=1e-15
    )


@pytest.mark.parametrize(
    ("height_km", "printed"), [(0, 1.225), (50, 1.0269e-3), (86, 6.958e-6), (95, 1.393e-6), (150, 2.076e-9)]
)
def test_density_at_geometric_heights(height_km, printed):
    """US Standard Atmosphere 1976, table 1; 95 km is between tabulated rows here."""
    assert air_density_kgpm3(geometric_height_m=1e3 * height_km) == pytest.approx(printed, rel=0.02, abs=0)


def test_density_falls_all_the_way_and_ends():
    density = air_density_kgpm3(geometric_height_m=np.linspace(-4e3, 1e6, 5000))
    assert np.all(np.diff(density) < 0.0)
    assert air_density_kgpm3(geometric_height_m=1.1e6) == 0.0


def test_reference_air_is_continuous_and_differs_from_1976_in_the_sixth_digit():
    near = reference_air(geometric_height_m=np.array([10_999.0, 11_019.06, 11_019.08, 47_350.0, 86_000.0 - 1e-6, 86_000.0]))
    assert near.pressure_hpa[1] == pytest.approx(near.pressure_hpa[2], rel=1e-5, abs=0)
    assert near.pressure_hpa[4] == pytest.approx(near.pressure_hpa[5], rel=2e-3, abs=0)
    height_m = 20_000.0
    other = standard_air(geopotential_height_m=geopotential_height_m(geometric_height_m=height_m)).pressure_pa / 100.0
    assert reference_air(geometric_height_m=height_m).pressure_hpa == pytest.approx(other, rel=3e-5, abs=0)
    assert reference_air(
        geometric_height_m=2000.0, surface_water_vapour_gpm3=10.0
    ).water_vapour_density_gpm3 == pytest.approx(10.0 / math.e, rel=1e-12)


def test_refractivity_takes_the_dry_pressure():
    """N = 77.6 Pd/T + 72 e/T + 3.75e5 e/T2 is also 77.6/T (P + 4810 e/T) within half a unit; the wrong pressure is 2.7 off."""
    vapour = float(vapour_pressure_hpa(water_vapour_gpm3=7.5, temperature_k=288.15))
    assert vapour == pytest.approx(9.97289, rel=0, abs=1e-5)  # hPa, as in the ITU's own examples
    value = float(refractivity(dry_pressure_hpa=1013.25 - vapour, temperature_k=288.15, vapour_hpa=vapour))
    classic = 77.6 / 288.15 * (1013.25 + 4810.0 * vapour / 288.15)
    assert value == pytest.approx(classic, rel=0, abs=0.5)  # N-units
    wrong = float(refractivity(dry_pressure_hpa=1013.25, temperature_k=288.15, vapour_hpa=vapour))
    assert wrong - value == pytest.approx(77.6 * vapour / 288.15, rel=1e-12)


def test_saturation_pressure_at_known_points():
    assert saturation_pressure_hpa(temperature_c=100 / 3) == pytest.approx(51.4, rel=5e-3, abs=0)  # steam tables
    assert saturation_pressure_hpa(temperature_c=0.0) == pytest.approx(6.11, rel=6e-3, abs=0)
    assert saturation_pressure_hpa(temperature_c=-20.0, phase="ice") == pytest.approx(1.0326, rel=6e-3, abs=0)


def test_exponential_refractivity_has_its_own_gradient():
    value, slope = exponential_refractivity(surface_n=315.0, height_m=1000.0, scale_height_m=7350.0)
    up, _ = exponential_refractivity(surface_n=315.0, height_m=1001.0, scale_height_m=7350.0)
    down, _ = exponential_refractivity(surface_n=315.0, height_m=999.0, scale_height_m=7350.0)
    assert slope == pytest.approx((up - down) / 2.0, rel=1e-8, abs=0)
    assert modified_refractivity(refractivity_n=value, height_m=1000.0) - value == pytest.approx(157.0, rel=1e-12)  # M-units


def test_radio_k_is_four_thirds_and_not_the_surveyors_013():
    k = float(refraction_factor(gradient_n_per_m=-0.039, earth_radius_m=6_371_000.0))
    assert k == pytest.approx(1.3306171002926026, rel=1e-12)
    assert 1.0 - 1.0 / k == pytest.approx(0.25, rel=0, abs=0.002)  # radio
    short = 1.0 - math.sqrt((1.0 / (1.0 - 0.13)) / (4.0 / 3.0))
    assert short == pytest.approx(0.0714, rel=0, abs=1e-3)  # the radio horizon is 7 percent short with 0.13


def test_k_turns_negative_in_a_duct():
    assert refraction_factor(gradient_n_per_m=-0.157, earth_radius_m=6_371_000.0) == pytest.approx(
        -4048.582995951417, rel=1e-9
    )


@pytest.mark.parametrize(
    ("per_km", "regime"), [(50, "sub"), (0, "standard"), (-39, "standard"), (-100, "super"), (-157, "duct"), (-300, "duct")]
)
def test_regime_of_a_gradient(per_km, regime):
    assert propagation_regime(gradient_n_per_m=per_km / 1e3) == regime


def test_heights_outside_the_atmosphere_are_refused():
    with pytest.raises(OutOfRangeError, match=r"geopotential_height_m = 90000 is outside -5000 to 84852"):
        standard_air(geopotential_height_m=90_000.0)
    with pytest.raises(OutOfRangeError, match="geometric_height_m"):
        reference_air(geometric_height_m=-1.0)


def test_reference_air_above_86_km():
    """ITU-R P.835-6, eqs. 4 and 5; the pressure meets the 1976 table (0.0018359 hPa at 90 km, 3.2011e-4 hPa at 100 km)."""
    air = reference_air(geometric_height_m=[86_500.0, 90e3, 95e3, 100e3])
    assert air.temperature_k == pytest.approx([186.8673, 186.8673, 188.42, 195.08], rel=0, abs=0.05)  # K
    assert air.pressure_hpa[[1, 3]] == pytest.approx([0.0018359, 3.2011e-4], rel=5e-3, abs=0)


def test_saturation_over_ice_by_the_recommendation():
    """ITU-R P.453-14, eq. 9, worked with 20 digits: the enhancement by the air takes part with its sign."""
    for celsius, hpa, expected in ((-40.0, 1013.25, 0.128854), (-20.0, 1013.25, 1.037184), (0.0, 500.0, 6.114021)):
        a, b, c, d = 6.1115, 23.036, 279.82, 333.7
        enhancement = 1 + 1e-4 * (2.2 + hpa * (0.0383 + 6.4e-6 * celsius**2))
        by_hand = enhancement * a * math.exp((b - celsius / d) * celsius / (celsius + c))
        found = float(saturation_pressure_hpa(temperature_c=celsius, pressure_hpa=hpa, phase="ice"))
        assert found == pytest.approx(by_hand, rel=1e-12)
        assert found == pytest.approx(expected, rel=3e-3)


@pytest.mark.parametrize(("height_km", "density"), [(100, 5.604e-7), (120, 2.222e-8), (200, 2.541e-10), (1000, 3.561e-15)])
def test_density_at_printed_heights_above_the_layers(height_km, density):
    """US Standard Atmosphere 1976, table 1, part 4."""
    assert float(air_density_kgpm3(geometric_height_m=1000.0 * height_km)) == pytest.approx(density, rel=1e-9)


def test_saturation_is_refused_outside_its_range():
    for phase, too_low in (("water", -41.0), ("ice", -81.0)):
        with pytest.raises(OutOfRangeError, match="temperature_c"):
            saturation_pressure_hpa(temperature_c=too_low, phase=phase)
