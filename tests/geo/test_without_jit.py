"""The same source without the JIT gives the same bits, and no warning."""

import os
import subprocess
import sys

import numpy as np

from openiads.catalogue.skylines import load_skyline
from openiads.geo import ellipsoid, geodesic, horizon
from openiads.geo.terrain import masks
from openiads.geo.terrain.viewshed import Patch, lowest_visible_m


def seen(latitude_deg: float) -> np.ndarray:
    """Lowest visible heights over rough ground of heights that single precision does not hold in differences."""
    step, half = np.radians(1 / 120), 12
    ground = np.random.default_rng(6).uniform(0.0, 300.0, (2 * half + 1, 2 * half + 1)).astype(np.float32)
    south = round(latitude_deg * 120) - half
    at = np.radians(latitude_deg) + 0.3 * step
    return lowest_visible_m(
        Patch(ground, south, -half, step, step),
        latitude_rad=at,
        longitude_rad=0.4 * step,
        antenna_height_amsl_m=320.0,
        refraction_factor=4 / 3,
        reach_m=9e3,
    )


def sample() -> str:
    """Hexadecimal digits of every kernel's results on a few hundred points, special ones included."""
    rng = np.random.default_rng(5)
    lat, lat2 = rng.uniform(-1.57, 1.57, (2, 60))
    lon, lon2 = rng.uniform(-3.1, 3.1, (2, 60))
    lat[:6], lat2[:6], lon[:6], lon2[:6] = 0.0, [0, 0, 1e-12, 1.5, -0.0, 0.3], 0.0, [0, 3.13, 3.14, 1, 1, 0]
    lat2[6:12], lon2[6:12] = -lat[6:12] + 1e-6, lon[6:12] + 3.1415
    site_m = ellipsoid.geodetic_to_ecef(latitude_rad=0.7, longitude_rad=0.57, height_m=850.0)
    axes = ellipsoid.enu_axes(latitude_rad=0.7, longitude_rad=0.57)
    position_m = ellipsoid.geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=rng.uniform(-1e3, 1e5, 60))
    position_m[:2] = [site_m, [0.0, 0.0, 6.4e6]]
    polar = ellipsoid.ecef_to_polar(site_m, axes, position_m)
    steps = masks.mask_steps(load_skyline("murted"), antenna_height_amsl_m=850.0, refraction_factor=4 / 3)
    results = [
        position_m,
        *ellipsoid.ecef_to_geodetic(position_m),
        [ellipsoid.height_k(*p) for p in position_m],
        *polar,
        ellipsoid.polar_to_ecef(site_m, axes, range_m=polar[0], azimuth_rad=polar[1], elevation_rad=polar[2]),
        *geodesic.inverse(latitude1_rad=lat, longitude1_rad=lon, latitude2_rad=lat2, longitude2_rad=lon2),
        *geodesic.direct(latitude_rad=lat, longitude_rad=lon, azimuth_rad=lon2, distance_m=lat2 * 1e6),
        geodesic.ground_range_m(site_m, position_m),
        horizon.horizon_range_m(antenna_height_m=[0.0, 25.0], target_height_m=[0.0, 1e4], refraction_factor=1.3),
        steps.elevation_rad,
        masks.mask_elevation_rad(steps, azimuth_rad=lon, ground_range_m=np.abs(lat) * 1e5),
        seen(40.0),
        seen(84.0),
    ]
    return " ".join(np.ascontiguousarray(r, dtype=np.float64).tobytes().hex() for r in results)


def test_results_are_the_same_bits_without_the_jit():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "error", __file__]
    plain = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.split() == sample().split()


if __name__ == "__main__":
    print(sample())  # noqa: T201
