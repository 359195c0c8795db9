"""A flat map around a point, on which distances and directions from that point are true."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.constants import METRES_PER_KILOMETRE
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.geo.geodesic import direct, inverse

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """Azimuthal equidistant map around a point. [rad]"""

    latitude_rad: float
    longitude_rad: float

    def project(self, latitude_rad: ArrayLike, longitude_rad: ArrayLike) -> Array:
        """East and north in kilometres, (n, 2), of n positions."""
        latitude = np.atleast_1d(np.asarray(latitude_rad, dtype=np.float64))
        distance_m, azimuth = inverse(
            latitude1_rad=np.full_like(latitude, self.latitude_rad),
            longitude1_rad=np.full_like(latitude, self.longitude_rad),
            latitude2_rad=latitude,
            longitude2_rad=np.atleast_1d(np.asarray(longitude_rad, dtype=np.float64)),
        )
        return np.stack([distance_m * np.sin(azimuth), distance_m * np.cos(azimuth)], axis=-1) / METRES_PER_KILOMETRE

    def project_ecef(self, position_m: Any) -> Array:
        """The same for (n, 3) ECEF positions."""
        latitude, longitude, _ = ecef_to_geodetic(position_m)
        return self.project(latitude, longitude)

    def corner(self, east_km: float, north_km: float) -> tuple[float, float]:
        """Latitude and longitude in degrees of a point of the map."""
        latitude, longitude = direct(
            latitude_rad=self.latitude_rad,
            longitude_rad=self.longitude_rad,
            azimuth_rad=np.arctan2(east_km, north_km),
            distance_m=METRES_PER_KILOMETRE * np.hypot(east_km, north_km),
        )
        return float(np.degrees(latitude)), float(np.degrees(longitude))
