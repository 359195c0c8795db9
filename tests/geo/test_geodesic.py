"""Geodesics against GeographicLib, the hard places first."""

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.geo.geodesic import direct, direct_k, ground_range_k, ground_range_m, inverse, inverse_k

RNG = np.random.default_rng(402)
EARTH = Geodesic.WGS84


def random_pairs(count):
    return np.column_stack([RNG.uniform(low, low * -1, count) for low in (-90, -180, -90, -180)])


def close_pairs(count):
    pairs = random_pairs(count)
    pairs[:, 2:] = pairs[:, :2] + RNG.normal(size=(count, 2)) * 10.0 ** RNG.uniform(-7, 0, (count, 1))
    return pairs.clip([-90, -1000, -90, -1000], [90, 1000, 90, 1000])


def nearly_antipodal_pairs(count):
    pairs = random_pairs(count)
    pairs[:, 2:] = [0, 180] + pairs[:, :2] * [-1, 1] + RNG.normal(size=(count, 2)) * 10.0 ** RNG.uniform(-8, 0, (count, 1))
    return pairs.clip([-90, -1000, -90, -1000], [90, 1000, 90, 1000])


def equatorial_pairs(count):
    zeros = np.zeros(count)
    return np.column_stack([zeros, zeros, RNG.choice([0, 1e-9, -1e-9, 1e-5, 0.1], count), RNG.uniform(178.9, 181, count)])


def nearly_equatorial_pairs(count):
    pairs = random_pairs(count)
    pairs[:, ::2] = RNG.normal(size=(count, 2)) * 10.0 ** RNG.uniform(-9, -2, (count, 1))
    return pairs


def pairs_around_a_pole(count):
    pairs = random_pairs(count)
    pairs[:, ::2] = 90 - np.abs(RNG.normal(size=(count, 2))) * 10.0 ** RNG.uniform(-7, -1, (count, 1))
    return pairs


def polar_pairs(count):
    pairs = random_pairs(count)
    pairs[:, 0] = RNG.choice([90, -90, 89.9999999, -89.999999], count)
    pairs[::2] = pairs[::2][:, [2, 3, 0, 1]]
    return pairs


def same_latitude_pairs(count):
    pairs = random_pairs(count)
    pairs[:, 2] = pairs[:, 0] * RNG.choice([1, -1], count)
    return pairs


GENERATORS = [
    nearly_equatorial_pairs,
    pairs_around_a_pole,
    random_pairs,
    close_pairs,
    nearly_antipodal_pairs,
    equatorial_pairs,
    polar_pairs,
    same_latitude_pairs,
]


@pytest.mark.parametrize("pairs_of", GENERATORS)
def test_distance_agrees_with_geographiclib(pairs_of):
    pairs = pairs_of(300)
    lat1, lon1, lat2, lon2 = np.radians(pairs).T
    distance_m, azimuth = inverse(latitude1_rad=lat1, longitude1_rad=lon1, latitude2_rad=lat2, longitude2_rad=lon2)
    oracle = [EARTH.Inverse(*pair) for pair in pairs]
    assert distance_m == pytest.approx([o["s12"] for o in oracle], rel=0, abs=1e-6)  # m
    assert (azimuth >= 0).all()
    assert (azimuth < 2 * np.pi).all()
    for pair, s, az in zip(pairs, distance_m, azimuth, strict=True):  # following the azimuth must arrive at point 2
        end = EARTH.Direct(*pair[:2], np.degrees(az), s)
        assert EARTH.Inverse(end["lat2"], end["lon2"], *pair[2:])["s12"] < 1e-6  # m


def test_azimuth_agrees_with_geographiclib():
    pairs = random_pairs(300)
    lat1, lon1, lat2, lon2 = np.radians(pairs).T
    _, azimuth = inverse(latitude1_rad=lat1, longitude1_rad=lon1, latitude2_rad=lat2, longitude2_rad=lon2)
    expected = np.array([EARTH.Inverse(*pair)["azi1"] for pair in pairs]) % 360
    assert np.degrees(azimuth) == pytest.approx(expected, rel=0, abs=1e-9)  # degrees


def test_karney_table_4_nearly_antipodal():
    """C. F. F. Karney, "Algorithms for geodesics", 2013, table 5: (-30, 0) to (29.9, 179.8)."""
    distance_m, azimuth = inverse_k(*np.radians([-30.0, 0.0, 29.9, 179.8]))
    assert distance_m == pytest.approx(19989832.827610, rel=0, abs=1e-6)  # m, printed
    assert np.degrees(azimuth) == pytest.approx(161.890524736, rel=0, abs=1e-9)  # degrees, printed


def test_the_antimeridian_is_no_border():
    lat, west, east = np.radians([40.0, 179.9, -179.9])
    distance_m, azimuth = inverse_k(lat, west, lat, east)
    assert distance_m == pytest.approx(EARTH.Inverse(40, 179.9, 40, 180.1)["s12"], rel=0, abs=1e-6)  # m
    assert 0 < azimuth < np.pi


def test_a_point_is_at_no_distance_from_itself():
    for lat, lon in [(0.0, 0.0), (1.5707963267948966, 2.0), (-0.7, 3.0)]:
        assert inverse_k(lat, lon, lat, lon)[0] == 0.0


@pytest.mark.parametrize(("farthest_m", "within_m"), [(1e6, 1e-7), (2e7, 1e-6), (4e7, 1e-3)])
def test_direct_agrees_with_geographiclib(farthest_m, within_m):
    for lat, lon, _, other in random_pairs(200):
        azimuth, distance_m = other + 180, RNG.uniform(-farthest_m, farthest_m)
        end = EARTH.Direct(lat, lon, azimuth, distance_m)
        lat2, lon2 = direct_k(*np.radians([lat, lon, azimuth]), distance_m)
        assert -np.pi <= lon2 <= np.pi
        assert EARTH.Inverse(end["lat2"], end["lon2"], *np.degrees([lat2, lon2]))["s12"] < within_m


def test_array_functions_give_the_bits_of_the_kernels():
    table = np.radians(random_pairs(50))
    both = inverse(
        latitude1_rad=table[:, 0], longitude1_rad=table[:, 1], latitude2_rad=table[:, 2], longitude2_rad=table[:, 3]
    )
    assert np.array_equal(np.stack(both, -1), [inverse_k(*row) for row in table])
    ends = direct(latitude_rad=table[:, 0], longitude_rad=table[:, 1], azimuth_rad=table[:, 3], distance_m=1e6)
    assert np.array_equal(np.stack(ends, -1), [direct_k(*row[[0, 1, 3]], 1e6) for row in table])


@pytest.mark.parametrize(("distance_m", "within_m"), [(1e3, 1e-6), (1e5, 0.02), (4.5e5, 1.1), (1e6, 12), (3e6, 320)])
def test_ground_range_is_near_the_geodesic(distance_m, within_m):
    lat, lon, _, azimuth = np.radians(random_pairs(200)).T
    lat2, lon2 = direct(latitude_rad=lat, longitude_rad=lon, azimuth_rad=azimuth, distance_m=distance_m)
    site_m = geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=900.0)
    foot_m = geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=0.0)
    end_m = geodetic_to_ecef(latitude_rad=lat2, longitude_rad=lon2, height_m=12_000.0)
    got_m = np.array([float(ground_range_m(s, e)) for s, e in zip(site_m, end_m, strict=True)])
    assert got_m == pytest.approx(distance_m, rel=0, abs=within_m)  # m
    range_m, height_m = np.array([ground_range_k(*f, *e) for f, e in zip(foot_m, end_m, strict=True)]).T
    assert range_m == pytest.approx(got_m, rel=0, abs=1e-7)  # m
    assert height_m == pytest.approx(12_000.0, rel=0, abs=1e-8)  # m
