"""The viewshed against dense geodesic rays, the sea horizon, and places where grids go wrong."""

import math

import numpy as np
import pytest

from openiads.errors import TerrainError
from openiads.geo.geodesic import direct, inverse
from openiads.geo.horizon import apparent_elevation_rad, lowest_visible_height_m
from openiads.geo.terrain.viewshed import Patch, lowest_visible_m

STEP = math.radians(1 / 120)
K = 4.0 / 3.0


def patch(latitude_deg, longitude_deg, half, ground=None):
    south, west = round(latitude_deg * 120) - half, round(longitude_deg * 120) - half
    shape = (2 * half + 1, 2 * half + 1)
    return Patch(np.zeros(shape, np.float32) if ground is None else ground, south, west, STEP, STEP)


def hills(half, seed=3):
    """Smooth hills of some hundred metres, with a plain around the middle."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    z = sum(
        rng.uniform(20, 120) * np.sin(rng.uniform(0.1, 0.7) * x + rng.uniform(0.1, 0.7) * y + rng.uniform(0, 6))
        for _ in range(8)
    )
    return np.maximum(z + 200, 0).astype(np.float32)


def seen(ground, latitude_deg, longitude_deg, height_m, reach_m, **rest):
    return lowest_visible_m(
        ground,
        latitude_rad=math.radians(latitude_deg),
        longitude_rad=math.radians(longitude_deg),
        antenna_height_amsl_m=height_m,
        refraction_factor=K,
        reach_m=reach_m,
        **rest,
    )


def dense_ray(ground, latitude_deg, longitude_deg, height_m, row, column):
    """Lowest visible height of one post by a geodesic of a thousand samples per 10 km."""
    at = {"latitude1_rad": math.radians(latitude_deg), "longitude1_rad": math.radians(longitude_deg)}
    lat, lon = ground.latitude_rad[row], ground.longitude_rad[column]
    length_m, azimuth = inverse(**at, latitude2_rad=lat, longitude2_rad=lon)
    along_m = np.arange(5.0, float(length_m) - 5.0, 10.0)
    lats, lons = direct(
        latitude_rad=at["latitude1_rad"], longitude_rad=at["longitude1_rad"], azimuth_rad=float(azimuth), distance_m=along_m
    )
    lons = np.unwrap(np.append(ground.longitude_rad[0], lons))[1:]
    height = np.array([ground.ground_at(*ground.place(a, b)) for a, b in zip(lats, lons, strict=True)])
    most = apparent_elevation_rad(
        ground_range_m=along_m, height_m=height, antenna_height_m=height_m, refraction_factor=K
    ).max()
    radius = K * 6_371_008.7714
    theta = float(length_m) / radius
    low = (radius + height_m) * math.cos(most) / math.cos(most + theta) - radius
    return max(low, float(ground.ground_m[row, column]))


@pytest.mark.parametrize(("latitude_deg", "longitude_deg"), [(40.0, 32.0), (0.0, 180.0), (-60.003, -179.998), (80.0, 20.0)])
def test_hills_are_within_two_metres_of_dense_geodesic_rays(latitude_deg, longitude_deg):
    ground = patch(latitude_deg, longitude_deg, 45, hills(45))
    place = ground.place(math.radians(latitude_deg), math.radians(longitude_deg))
    height_m = ground.ground_at(*place) + 20.0
    got = seen(ground, latitude_deg, longitude_deg, height_m, 30e3)
    inside = np.argwhere(np.isfinite(got))
    posts = inside[np.random.default_rng(2).choice(len(inside), 40, replace=False)]
    exact = np.array([dense_ray(ground, latitude_deg, longitude_deg, height_m, *post) for post in posts])
    off = got[tuple(posts.T)] - exact
    assert np.sqrt(np.mean(off**2)) < 2.0  # m; the tallest mask is some thousand metres there
    assert np.median(np.abs(off)) < 0.5  # m


def test_the_sea_hides_what_the_horizon_hides():
    """study_method.md 2.10: 371 m at 100 km for a 25 m antenna, to the difference of circle and parabola."""
    ground = patch(0.0, 0.0, 125)
    got = seen(ground, 0.0, 0.0, 25.0, 110e3)
    column = 125 + np.array([20, 60, 107])
    lat = np.zeros(3)
    range_m, _ = inverse(
        latitude1_rad=0.0, longitude1_rad=0.0, latitude2_rad=lat, longitude2_rad=ground.longitude_rad[column]
    )
    expected = lowest_visible_height_m(ground_range_m=range_m, antenna_height_m=25.0, refraction_factor=K)
    assert got[125, column] == pytest.approx(expected, rel=1e-3, abs=0.3)  # m
    assert got[125, 125] == 0.0
    at_100km = np.interp(100e3, range_m[1:], got[125, column[1:]])
    assert at_100km == pytest.approx(371.0, rel=0, abs=12.0)  # m; a straight line between 56 and 99 km bends away
    assert np.isnan(got[0, 0])


def test_the_same_ground_gives_the_same_map_across_the_date_line():
    ground = hills(30)
    here, there = patch(20.0, 50.0, 30, ground), patch(20.0, 180.0, 30, ground)
    a = seen(here, 20.003, 50.002, 400.0, 20e3)
    b = seen(there, 20.003, 180.002, 400.0, 20e3)
    assert np.array_equal(np.isnan(a), np.isnan(b))
    assert np.nanmax(np.abs(a - b)) < 1e-2  # m; float32 holds 1e-3 here


def test_a_wall_hides_what_is_behind_it_only():
    heights = np.zeros((81, 81), np.float32)
    heights[:, 60] = 500.0
    got = seen(patch(10.0, 10.0, 40, heights), 10.0, 10.0, 30.0, 30e3)
    assert got[40, 55] < 10.0  # m; before the wall
    assert got[40, 60] == 500.0
    assert got[40, 70] == pytest.approx(30 + 470 * 30 / 20, rel=0.03)  # m; similar triangles, and some curvature
    assert got[40, 20] < 10.0  # m; the other side


def test_finer_ground_near_the_antenna_replaces_the_coarse():
    fine = np.zeros((801, 801), np.float32)
    fine[:, 460] = 80.0  # a hedge that the coarse grid does not have
    near = Patch(fine, 10 * 1200 - 400, 10 * 1200 - 400, STEP / 10, STEP / 10)
    coarse = patch(10.0, 10.0, 60)
    plain = seen(coarse, 10.0, 10.0, 30.0, 50e3)
    both = seen(coarse, 10.0, 10.0, 30.0, 50e3, near=near, near_reach_m=30e3)
    assert both[60, 100] > plain[60, 100] + 200.0  # m; behind the hedge, far out
    assert both[60, 20] == pytest.approx(plain[60, 20], rel=0, abs=1.0)  # m; the other side
    assert both[60, 70] > plain[60, 70] + 20.0  # m; behind the hedge, within the finer ground


def test_an_antenna_on_a_post_and_odd_places_end_well():
    ground = patch(0.0, 0.0, 20, hills(20))
    for row, column in ((0.0, 0.0), (1e-9, 0.5), (0.5, 0.5)):
        got = seen(ground, row / 120, column / 120, 900.0, 12e3)
        assert np.isfinite(got[15:26, 15:26]).all()


def test_what_cannot_be_is_refused():
    ground = patch(40.0, 32.0, 10, np.full((21, 21), 300.0, np.float32))
    with pytest.raises(TerrainError, match=r"antenna at 290\.0 m above sea level is below the ground .*, 300\.0 m"):
        seen(ground, 40.0, 32.0, 290.0, 5e3)
    with pytest.raises(TerrainError, match="outside the ground that was given"):
        seen(ground, 41.0, 32.0, 400.0, 5e3)
    with pytest.raises(TerrainError, match="meridians converge"):
        seen(patch(89.0, 0.0, 10), 89.0, 0.0, 400.0, 5e3)
    holed = np.zeros((21, 21), np.float32)
    holed[3, 3] = np.nan
    with pytest.raises(TerrainError, match="voids"):
        seen(patch(40.0, 32.0, 10, holed), 40.0, 32.0, 20.0, 5e3)
