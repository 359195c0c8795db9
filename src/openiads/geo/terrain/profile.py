"""Ground heights along a path."""

from dataclasses import dataclass

import numpy as np

from openiads.geo import geodesic
from openiads.geo.shapes import Floats
from openiads.geo.terrain.grid import Terrain


@dataclass(frozen=True)
class Profile:
    """Ground along a geodesic: (n,) distances from its start, places and heights above mean sea level."""

    range_m: Floats
    latitude_rad: Floats
    longitude_rad: Floats
    elevation_m: Floats


def elevation_profile(
    terrain: Terrain, *, latitude_rad: float, longitude_rad: float, azimuth_rad: float, range_m: Floats
) -> Profile:
    """Ground at given distances (n,) [m] along the geodesic that leaves a point at an azimuth (clockwise from north)."""
    lat, lon = geodesic.direct(
        latitude_rad=latitude_rad, longitude_rad=longitude_rad, azimuth_rad=azimuth_rad, distance_m=range_m
    )
    return Profile(np.asarray(range_m, dtype=np.float64), lat, lon, terrain.elevation_m(lat, lon))


def profile_between(
    terrain: Terrain,
    *,
    latitude1_rad: float,
    longitude1_rad: float,
    latitude2_rad: float,
    longitude2_rad: float,
    step_m: float,
) -> Profile:
    """Ground along the geodesic between two points, both ends included, in equal steps of at most `step_m`."""
    length_m, azimuth = geodesic.inverse(
        latitude1_rad=latitude1_rad,
        longitude1_rad=longitude1_rad,
        latitude2_rad=latitude2_rad,
        longitude2_rad=longitude2_rad,
    )
    count = max(int(np.ceil(float(length_m) / step_m)), 1)
    return elevation_profile(
        terrain,
        latitude_rad=latitude1_rad,
        longitude_rad=longitude1_rad,
        azimuth_rad=float(azimuth),
        range_m=np.linspace(0.0, float(length_m), count + 1),
    )
