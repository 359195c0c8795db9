"""Two-ray interference: high-precision values, geometry solved another way, limits, and F to the fourth."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from openiads.errors import OutOfRangeError
from openiads.physics.multipath import (
    flat_factor,
    flat_factor_approx,
    fresnel_reflection,
    roughness_factor,
    spherical_factor,
    spherical_reflection,
    two_way_factor_db,
)

RADIUS_M = 4 / 3 * 6_371_000.0
LOBES = [  # frequency, both heights, range, then F by the sine and by exact paths, worked to 30 digits
    (3e9, 20.0, 100.0, 2e4, 0.00869948991788508, 0.00853598204698286),
    (1e9, 10.0, 3000.0, 5e4, 0.01739881523819599, 0.027748640283741133),
]


@pytest.mark.parametrize(("hz", "low_m", "high_m", "range_m", "by_sine", "by_paths"), LOBES)
def test_flat_earth_factor(hz, low_m, high_m, range_m, by_sine, by_paths):
    path = {
        "antenna_height_m": low_m,
        "target_height_m": high_m,
        "ground_range_m": range_m,
        "wavelength_m": 299_792_458.0 / hz,
    }
    assert flat_factor_approx(**path) == pytest.approx(by_sine, rel=1e-10)
    assert flat_factor(**path) == pytest.approx(by_paths, rel=1e-10)


def test_flat_factor_is_the_sum_of_two_rays():
    gamma, low, high, ground, wave = 0.6 * np.exp(2.5j), 15.0, 400.0, 9e3, 0.1
    direct, reflected = math.hypot(ground, high - low), math.hypot(ground, high + low)
    k = 2.0 * math.pi / wave
    field = np.exp(-1j * k * direct) / direct + gamma * np.exp(-1j * k * reflected) / reflected
    got = flat_factor(antenna_height_m=low, target_height_m=high, ground_range_m=ground, wavelength_m=wave, reflection=gamma)
    assert got == pytest.approx(abs(field) * direct, rel=1e-9)


def test_radar_power_carries_f_to_the_fourth():
    """A lobe (F = 2) is worth 12 dB and twice the range, not 6 dB; counted twice it would be 24 dB."""
    assert two_way_factor_db(factor=2.0) == pytest.approx(12.0412, rel=0, abs=1e-4)  # dB
    assert 10.0 ** (float(two_way_factor_db(factor=2.0)) / 40.0) == pytest.approx(2.0, rel=1e-12)
    assert two_way_factor_db(factor=0.0) == -math.inf


def test_no_reflection_no_interference():
    assert flat_factor(
        antenna_height_m=10.0, target_height_m=500.0, ground_range_m=2e4, wavelength_m=0.1, reflection=0.0
    ) == pytest.approx(1.0, rel=1e-12)


def test_reflection_point_has_equal_angles():
    h1, h2, ground = 25.0, 2500.0, 90e3

    def unbalance(angle):
        def grazing(h, a):
            return math.atan2((RADIUS_M + h) * math.cos(a) - RADIUS_M, (RADIUS_M + h) * math.sin(a))

        return grazing(h1, angle) - grazing(h2, ground / RADIUS_M - angle)

    angle = brentq(unbalance, 1e-9, ground / RADIUS_M - 1e-9, xtol=1e-16)
    got = spherical_reflection(antenna_height_m=h1, target_height_m=h2, ground_range_m=ground, effective_radius_m=RADIUS_M)
    assert -got.reflected_elevation_rad - got.grazing_rad == pytest.approx(angle, rel=1e-6)
    leg = [math.dist((0.0, RADIUS_M), ((RADIUS_M + h) * math.sin(a), (RADIUS_M + h) * math.cos(a)))
           for h, a in ((h1, angle), (h2, ground / RADIUS_M - angle))]  # fmt: skip
    assert got.path_difference_m == pytest.approx(sum(leg) - float(got.direct_m), rel=0, abs=1e-6)  # m


def test_a_huge_earth_is_flat():
    got = spherical_reflection(antenna_height_m=20.0, target_height_m=1000.0, ground_range_m=2e4, effective_radius_m=1e9)
    assert got.divergence == pytest.approx(1.0, rel=0, abs=1e-3)
    assert got.grazing_rad == pytest.approx(math.atan2(1020.0, 2e4), rel=1e-3)
    curved = spherical_factor(geometry=got, wavelength_m=1.0, reflection=-1.0)
    flat = flat_factor(antenna_height_m=20.0, target_height_m=1000.0, ground_range_m=2e4, wavelength_m=1.0)
    assert curved == pytest.approx(flat, rel=0, abs=5e-3)  # near a null


def test_divergence_weakens_the_reflection_towards_the_horizon():
    ground = np.array([2e4, 6e4, 1e5, 1.5e5])
    got = spherical_reflection(
        antenna_height_m=25.0, target_height_m=1000.0, ground_range_m=ground, effective_radius_m=RADIUS_M
    )
    assert np.all(np.diff(got.divergence) < 0.0)
    assert got.divergence[-1] < 0.5
    assert np.all(np.diff(got.grazing_rad) < 0.0)


def test_beyond_the_horizon_is_refused():
    with pytest.raises(OutOfRangeError, match="beyond the radio horizon"):
        spherical_reflection(antenna_height_m=25.0, target_height_m=100.0, ground_range_m=1e5, effective_radius_m=RADIUS_M)


def test_fresnel_coefficients_at_both_ends():
    sea = {"relative_permittivity": 80.0, "conductivity_spm": 5.0, "wavelength_m": 0.1}
    for polarisation in ("horizontal", "vertical"):
        assert fresnel_reflection(grazing_rad=0.0, polarisation=polarisation, **sea) == pytest.approx(-1.0, rel=0, abs=1e-12)
    normal = complex((1 - np.sqrt(80.0 - 30j)) / (1 + np.sqrt(80.0 - 30j)))
    assert fresnel_reflection(grazing_rad=math.pi / 2, polarisation="horizontal", **sea) == pytest.approx(normal, rel=1e-12)
    assert fresnel_reflection(grazing_rad=math.pi / 2, polarisation="vertical", **sea) == pytest.approx(-normal, rel=1e-12)


def test_brewster_angle_of_a_lossless_ground():
    psi = math.pi / 2 - math.atan(math.sqrt(15.0))
    ground = {"relative_permittivity": 15.0, "conductivity_spm": 0.0, "wavelength_m": 0.1}
    assert abs(fresnel_reflection(grazing_rad=psi, polarisation="vertical", **ground)) < 1e-12
    assert abs(fresnel_reflection(grazing_rad=psi, polarisation="horizontal", **ground)) > 0.5


def test_roughness_kills_the_specular_ray():
    rough = {"height_deviation_m": 1.0, "grazing_rad": math.radians(1.0), "wavelength_m": 0.1}
    g = 2.0 * math.pi * math.sin(math.radians(1.0)) / 0.1
    assert roughness_factor(**rough) == pytest.approx(math.exp(-2.0 * g * g), rel=1e-12)
    assert roughness_factor(model="miller-brown", **rough) > roughness_factor(**rough)
    assert roughness_factor(**{**rough, "height_deviation_m": 0.0}) == 1.0
    geometry = spherical_reflection(
        antenna_height_m=25.0, target_height_m=1000.0, ground_range_m=3e4, effective_radius_m=RADIUS_M
    )
    assert spherical_factor(geometry=geometry, wavelength_m=0.1, reflection=-1.0, roughness=0.0) == pytest.approx(
        1.0, rel=1e-12
    )


def test_the_direct_ray_leaves_at_the_angle_of_plane_geometry():
    """Two points above a circle in Cartesian coordinates: distance and elevation of the one at the other."""
    h1, h2, ground, radius = 30.0, 4000.0, 60_000.0, 8.495e6
    found = spherical_reflection(antenna_height_m=h1, target_height_m=h2, ground_range_m=ground, effective_radius_m=radius)
    angle = ground / radius
    east = (radius + h2) * math.sin(angle)
    up = (radius + h2) * math.cos(angle) - (radius + h1)
    assert float(found.direct_m) == pytest.approx(math.hypot(east, up), rel=1e-12)
    assert float(found.direct_elevation_rad) == pytest.approx(math.atan2(up, east), abs=1e-12)


def test_every_factor_of_the_reflected_ray_counts():
    """Roughness, divergence, spreading, reflection and pattern all multiply the second ray, worked from the geometry."""
    path = {"antenna_height_m": 200.0, "target_height_m": 3000.0, "ground_range_m": 120e3, "effective_radius_m": RADIUS_M}
    geometry = spherical_reflection(**path)
    wave_m, gamma, rho, low, high = 0.3, -0.8 + 0.1j, 0.7, 0.6, 0.9
    found = spherical_factor(
        geometry=geometry, wavelength_m=wave_m, reflection=gamma, roughness=rho, pattern_direct=high, pattern_reflected=low
    )
    direct, further = float(geometry.direct_m), float(geometry.path_difference_m)
    size = rho * float(geometry.divergence) * direct / (direct + further) * low
    turned = gamma * complex(math.cos(2 * math.pi * further / wave_m), -math.sin(2 * math.pi * further / wave_m))
    assert float(geometry.divergence) < 0.96
    assert float(found) == pytest.approx(abs(high + size * turned), rel=1e-9)
