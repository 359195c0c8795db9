"""WGS 84: geodetic, earth-centred (ECEF) and local polar coordinates, for arrays and for compiled code."""

import math

import numpy as np
from numpy.typing import ArrayLike

from openiads.constants import WGS84_FLATTENING, WGS84_SEMI_MAJOR_M
from openiads.geo.shapes import Floats, points_of, table_of
from openiads.kernels import kernel

A = WGS84_SEMI_MAJOR_M
F = WGS84_FLATTENING
B = A * (1.0 - F)
E2 = F * (2.0 - F)
E2_SECOND = E2 / ((1.0 - F) * (1.0 - F))
TWO_PI = 2.0 * math.pi


@kernel
def geodetic_to_ecef_k(latitude: float, longitude: float, height: float) -> tuple[float, float, float]:
    """ECEF x, y, z of a geodetic point. [rad, rad, m] to [m]. Kernel of `geodetic_to_ecef`."""
    sin_lat = math.sin(latitude)
    cos_lat = math.cos(latitude)
    normal = A / math.sqrt(1.0 - E2 * sin_lat * sin_lat)
    across = (normal + height) * cos_lat
    return across * math.cos(longitude), across * math.sin(longitude), ((1.0 - E2) * normal + height) * sin_lat


@kernel
def normal_k(across: float, z: float, rounds: int) -> tuple[float, float]:
    """Sine and cosine of the geodetic latitude of the point at `across` from the axis and `z` from the equator plane. [m]

    Bowring's formula, iterated `rounds` times on sine and cosine of the reduced latitude: no division that fails at a
    pole, square roots only. One round is good for 1e-7 rad to 1,000 km of height, three for 1e-15 rad.
    """
    sine = z
    cosine = (1.0 - F) * across
    sin_lat = 0.0
    cos_lat = 1.0
    for _ in range(rounds):
        norm = max(math.sqrt(sine * sine + cosine * cosine), 1e-300)
        sine /= norm
        cosine /= norm
        sin_lat = z + E2_SECOND * B * sine * sine * sine
        cos_lat = across - E2 * A * cosine * cosine * cosine
        sine = (1.0 - F) * sin_lat
        cosine = cos_lat
    norm = max(math.sqrt(sin_lat * sin_lat + cos_lat * cos_lat), 1e-300)
    return sin_lat / norm, cos_lat / norm


@kernel
def height_k(x: float, y: float, z: float) -> float:
    """Height above the ellipsoid of an ECEF point, to 1e-6 m from -100 km to 2,000 km. No angle is computed. [m]"""
    across = math.sqrt(x * x + y * y)
    sin_lat, cos_lat = normal_k(across, z, 1)
    return across * cos_lat + z * sin_lat - A * math.sqrt(1.0 - E2 * sin_lat * sin_lat)


@kernel
def ecef_to_geodetic_k(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Latitude, longitude and height of an ECEF point. [m] to [rad, rad, m]. Kernel of `ecef_to_geodetic`."""
    across = math.sqrt(x * x + y * y)
    sin_lat, cos_lat = normal_k(across, z, 3)
    height = across * cos_lat + z * sin_lat - A * math.sqrt(1.0 - E2 * sin_lat * sin_lat)
    return math.atan2(sin_lat, cos_lat), math.atan2(y, x), height


@kernel
def ecef_to_polar_k(site: Floats, axes: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Range, azimuth and elevation of an ECEF point from `site`. Kernel of `ecef_to_polar`."""
    dx = x - site[0]
    dy = y - site[1]
    dz = z - site[2]
    east = axes[0, 0] * dx + axes[0, 1] * dy + axes[0, 2] * dz
    north = axes[1, 0] * dx + axes[1, 1] * dy + axes[1, 2] * dz
    up = axes[2, 0] * dx + axes[2, 1] * dy + axes[2, 2] * dz
    flat = math.sqrt(east * east + north * north)
    azimuth = math.atan2(east, north)
    if azimuth < 0.0:
        azimuth += TWO_PI
    if azimuth >= TWO_PI:  # a tiny negative angle rounds up to the full circle
        azimuth = 0.0
    return math.sqrt(flat * flat + up * up), azimuth, math.atan2(up, flat)


@kernel
def polar_to_ecef_k(
    site: Floats, axes: Floats, distance: float, azimuth: float, elevation: float
) -> tuple[float, float, float]:
    """ECEF x, y, z of the point at range, azimuth and elevation from `site`. Kernel of `polar_to_ecef`."""
    flat = distance * math.cos(elevation)
    east = flat * math.sin(azimuth)
    north = flat * math.cos(azimuth)
    up = distance * math.sin(elevation)
    return (
        site[0] + axes[0, 0] * east + axes[1, 0] * north + axes[2, 0] * up,
        site[1] + axes[0, 1] * east + axes[1, 1] * north + axes[2, 1] * up,
        site[2] + axes[0, 2] * east + axes[1, 2] * north + axes[2, 2] * up,
    )


@kernel
def _each_geodetic_to_ecef(table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = geodetic_to_ecef_k(table[i, 0], table[i, 1], table[i, 2])


@kernel
def _each_ecef_to_geodetic(table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = ecef_to_geodetic_k(table[i, 0], table[i, 1], table[i, 2])


@kernel
def _each_ecef_to_polar(site: Floats, axes: Floats, table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = ecef_to_polar_k(site, axes, table[i, 0], table[i, 1], table[i, 2])


@kernel
def _each_polar_to_ecef(site: Floats, axes: Floats, table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = polar_to_ecef_k(site, axes, table[i, 0], table[i, 1], table[i, 2])


def _columns(out: Floats, shape: tuple[int, ...]) -> tuple[Floats, Floats, Floats]:
    return out[:, 0].reshape(shape), out[:, 1].reshape(shape), out[:, 2].reshape(shape)


def geodetic_to_ecef(*, latitude_rad: ArrayLike, longitude_rad: ArrayLike, height_m: ArrayLike) -> Floats:
    """Earth-centred, earth-fixed position of geodetic points.

    Parameters
    ----------
    latitude_rad, longitude_rad : (...) array_like
        Geodetic latitude and longitude on WGS 84. [rad]
    height_m : (...) array_like
        Height above the ellipsoid. [m]

    Returns
    -------
    (..., 3) ndarray
        x, y, z; the arguments broadcast. [m]

    Notes
    -----
    Source: NGA.STND.0036, "World Geodetic System 1984", 2014, eq. 4-14.
    """
    table, shape = table_of(latitude_rad, longitude_rad, height_m)
    out = np.empty_like(table)
    _each_geodetic_to_ecef(table, out)
    return out.reshape(*shape, 3)


def ecef_to_geodetic(position_ecef_m: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Latitude [rad], longitude [rad, -pi to pi] and height above the ellipsoid [m] of ECEF positions.

    Parameters
    ----------
    position_ecef_m : (..., 3) array_like
        x, y, z. [m]

    Notes
    -----
    Validity: 1e-15 rad and a few float64 steps (2e-9 m near the surface) from 1,000 km below the surface to 50,000 km
    above it, poles included, as `tests/geo/test_ellipsoid.py` measures. Of no use within 100 km of the earth's centre.
    Source: B. R. Bowring, "Transformation from spatial to geographical coordinates", Survey Review 23, 1976, iterated;
    height from K. M. Borkowski, "Accurate algorithms to transform geocentric to geodetic coordinates", 1989.
    """
    table, shape = points_of(position_ecef_m)
    out = np.empty_like(table)
    _each_ecef_to_geodetic(table, out)
    return _columns(out, shape)


def enu_axes(*, latitude_rad: float, longitude_rad: float) -> Floats:
    """Unit vectors east, north, up at a geodetic point, as the rows of a (3, 3) matrix: enu = axes @ ecef. [-]"""
    sin_lat, cos_lat = math.sin(latitude_rad), math.cos(latitude_rad)
    sin_lon, cos_lon = math.sin(longitude_rad), math.cos(longitude_rad)
    return np.array(
        [
            [-sin_lon, cos_lon, 0.0],
            [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
        ]
    )


def ecef_to_polar(site_ecef_m: ArrayLike, axes: ArrayLike, position_ecef_m: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Straight-line range [m], azimuth [rad, 0 to 2 pi, clockwise from north] and elevation [rad] seen from a site.

    Parameters
    ----------
    site_ecef_m : (3,) array_like
        Where the observer is. [m]
    axes : (3, 3) array_like
        Its east, north, up, from `enu_axes`.
    position_ecef_m : (..., 3) array_like
        What is observed. [m] At the site itself all three results are zero.

    Notes
    -----
    Geometry without refraction: see `horizon.apparent_elevation_rad` for what a radar sees.
    """
    table, shape = points_of(position_ecef_m)
    out = np.empty_like(table)
    _each_ecef_to_polar(np.array(site_ecef_m, dtype=np.float64), np.array(axes, dtype=np.float64), table, out)
    return _columns(out, shape)


def polar_to_ecef(
    site_ecef_m: ArrayLike, axes: ArrayLike, *, range_m: ArrayLike, azimuth_rad: ArrayLike, elevation_rad: ArrayLike
) -> Floats:
    """ECEF positions (..., 3) [m] of points given by range, azimuth and elevation: the inverse of `ecef_to_polar`."""
    table, shape = table_of(range_m, azimuth_rad, elevation_rad)
    out = np.empty_like(table)
    _each_polar_to_ecef(np.array(site_ecef_m, dtype=np.float64), np.array(axes, dtype=np.float64), table, out)
    return out.reshape(*shape, 3)
