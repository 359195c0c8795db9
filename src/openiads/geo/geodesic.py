"""Shortest paths on the WGS 84 ellipsoid, and the ground range that the horizon formulas use.

The inverse problem is solved as Karney does, for the azimuth at which a geodesic meets the second point, but by bracketing
and with the two integrals done by Gauss-Legendre quadrature instead of series. It converges for every pair of points,
nearly antipodal ones included.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.geo.ellipsoid import E2, E2_SECOND, TWO_PI, A, B, F, normal_k
from openiads.geo.shapes import Floats, points_of, table_of
from openiads.kernels import kernel

TINY = 1e-150
EARTH = MEAN_EARTH_RADIUS_M
ROUNDS = 300

# Nodes and weights of the 12-point Gauss-Legendre rule (M. Abramowitz and I. A. Stegun, table 25.4), positive half
NODES = np.array([
    0.98156063424671925069, 0.90411725637047485668, 0.76990267419430468704,
    0.58731795428661744730, 0.36783149899818019375, 0.12523340851146891547,
])  # fmt: skip
WEIGHTS = np.array([
    0.04717533638651182719, 0.10693932599531843096, 0.16007832854334622633,
    0.20316742672306592175, 0.23349253653835480876, 0.24914704581340278500,
])  # fmt: skip


@kernel
def _integrals_k(sigma1: float, sigma2: float, k2: float) -> tuple[float, float]:
    """Karney's I1 (distance over b) and I3 (longitude) between two arc lengths on the auxiliary sphere."""
    half = 0.5 * (sigma2 - sigma1)
    middle = 0.5 * (sigma2 + sigma1)
    length = 0.0
    longitude = 0.0
    for j in range(12):
        offset = NODES[j] if j < 6 else -NODES[j - 6]
        sine = math.sin(middle + half * offset)
        root = math.sqrt(1.0 + k2 * sine * sine)
        length += WEIGHTS[j % 6] * root
        longitude += WEIGHTS[j % 6] * (2.0 - F) / (1.0 + (1.0 - F) * root)
    return half * length, half * longitude


@kernel
def _reach_k(northing: float, s1: float, c1: float, s2: float, c2: float) -> tuple[float, float, float]:
    """Longitude gained, distance over b, and arrival azimuth of the geodesic that leaves reduced latitude 1.

    It leaves at `northing`, the angle north of east: unlike the azimuth, that keeps its digits near the equator.
    """
    sin_a = math.cos(northing)
    cos_a = math.sin(northing)
    sin_a0 = sin_a * c1
    cos2_a0 = cos_a * cos_a + sin_a * sin_a * s1 * s1
    gap = (c2 - c1) * (c2 + c1) if c1 < -s1 else (s1 - s2) * (s1 + s2)
    cos_a2 = math.sqrt(max(cos_a * c1 * cos_a * c1 + gap, 0.0))  # times c2
    sigma1 = math.atan2(s1, cos_a * c1)
    sigma2 = math.atan2(s2, cos_a2)
    omega1 = math.atan2(sin_a0 * s1, cos_a * c1)
    omega2 = math.atan2(sin_a0 * s2, cos_a2)
    length, lag = _integrals_k(sigma1, sigma2, E2_SECOND * cos2_a0)
    return omega2 - omega1 - F * sin_a0 * lag, length, math.atan2(sin_a0, cos_a2)


@kernel
def _leave_k(s1: float, c1: float, s2: float, c2: float, longitude: float) -> float:
    """Northing at which the geodesic gains `longitude`: false position, with a bisection every third round."""
    low = -0.5 * math.pi
    high = 0.5 * math.pi
    miss_low = math.pi - longitude
    miss_high = -longitude
    northing = 0.0
    for i in range(ROUNDS):
        northing = 0.5 * (low + high)
        if i % 3 != 0 and miss_low > miss_high:
            northing = low + miss_low * (high - low) / (miss_low - miss_high)
        if northing <= low or northing >= high:
            northing = 0.5 * (low + high)
        miss = _reach_k(northing, s1, c1, s2, c2)[0] - longitude
        if miss == 0.0 or northing in (low, high):
            break
        if miss > 0.0:
            low = northing
            miss_low = miss
            miss_high *= 0.5
        else:
            high = northing
            miss_high = miss
            miss_low *= 0.5
    return northing


@kernel
def _reduced_k(latitude: float) -> tuple[float, float]:
    """Sine and cosine of the reduced latitude; float64 holds no right angle, so the cosine is never zero."""
    sine = (1.0 - F) * math.sin(latitude)
    cosine = math.cos(latitude)
    norm = math.sqrt(sine * sine + cosine * cosine)
    return sine / norm, cosine / norm


@kernel
def _canonical_k(s1: float, c1: float, s2: float, c2: float, longitude: float) -> tuple[float, float, float]:
    """Distance and both azimuths for reduced latitudes with s1 <= 0, |s2| <= -s1 and longitude from 0 to pi."""
    if c1 < 1e-15 or longitude in (0.0, math.pi):  # along a meridian
        length, arrive = _integrals_k(math.atan2(s1, math.cos(longitude) * c1), math.atan2(s2, c2), E2_SECOND)[0], 0.0
        return B * length, longitude, arrive
    if s1 == 0.0 and longitude <= (1.0 - F) * math.pi:  # along the equator
        return A * longitude, 0.5 * math.pi, 0.5 * math.pi
    if s1 == 0.0:
        s1 = -TINY
    northing = _leave_k(s1, c1, s2, c2, longitude)
    _, length, arrive = _reach_k(northing, s1, c1, s2, c2)
    return B * length, 0.5 * math.pi - northing, arrive


@kernel
def inverse_k(latitude1: float, longitude1: float, latitude2: float, longitude2: float) -> tuple[float, float]:
    """Geodesic distance [m] and azimuth at point 1 [rad, 0 to 2 pi]. Kernel of `inverse`."""
    gain = longitude2 - longitude1
    gain -= TWO_PI * math.floor((gain + math.pi) / TWO_PI)
    swap = abs(latitude1) < abs(latitude2)
    first = latitude2 if swap else latitude1
    second = latitude1 if swap else latitude2
    flip = -1.0 if first > 0.0 else 1.0
    s1, c1 = _reduced_k(flip * first)
    s2, c2 = _reduced_k(flip * second)
    distance, leave, arrive = _canonical_k(s1, c1, s2, c2, min(abs(gain), math.pi))
    azimuth = arrive if swap else leave
    if (flip < 0.0) != swap:  # mirrored at the equator, or travelled backwards: the northing changes sign
        azimuth = math.pi - azimuth
    if gain < 0.0:
        azimuth = -azimuth
    if azimuth < 0.0:
        azimuth += TWO_PI
    return distance, azimuth if azimuth < TWO_PI else 0.0


@kernel
def direct_k(latitude: float, longitude: float, azimuth: float, distance: float) -> tuple[float, float]:
    """Latitude and longitude [rad] of the end of a geodesic. Kernel of `direct`."""
    s1, c1 = _reduced_k(latitude)
    sin_a = math.sin(azimuth)
    cos_a = math.cos(azimuth)
    sin_a0 = sin_a * c1
    cos_a0 = math.sqrt(cos_a * cos_a + sin_a * sin_a * s1 * s1)
    k2 = E2_SECOND * cos_a0 * cos_a0
    sigma1 = math.atan2(s1, cos_a * c1)
    sigma2 = sigma1 + distance / B
    for _ in range(6):
        sine = math.sin(sigma2)
        step = (_integrals_k(sigma1, sigma2, k2)[0] - distance / B) / math.sqrt(1.0 + k2 * sine * sine)
        sigma2 -= step
        if abs(step) < 1e-16:
            break
    omega1 = math.atan2(sin_a0 * s1, cos_a * c1)
    omega2 = math.atan2(sin_a0 * math.sin(sigma2), math.cos(sigma2))
    gain = omega2 - omega1 - F * sin_a0 * _integrals_k(sigma1, sigma2, k2)[1]
    s2 = cos_a0 * math.sin(sigma2)
    across = cos_a0 * math.cos(sigma2)
    c2 = math.sqrt(across * across + sin_a0 * sin_a0)
    reached = longitude + gain
    turns = math.floor((reached + math.pi) / TWO_PI)
    return math.atan2(s2, (1.0 - F) * c2), reached - turns * TWO_PI


@kernel
def ground_range_k(fx: float, fy: float, fz: float, x: float, y: float, z: float) -> tuple[float, float]:
    """Ground range from a point (fx, fy, fz) on the ellipsoid to the foot of (x, y, z), and the height there. [m]

    The chord between the two feet, bent to an arc of the mean radius. Kernel of `ground_range_m`.
    """
    across = max(math.sqrt(x * x + y * y), TINY)
    sin_lat, cos_lat = normal_k(across, z, 2)
    height = across * cos_lat + z * sin_lat - A * math.sqrt(1.0 - E2 * sin_lat * sin_lat)
    inward = (across - height * cos_lat) / across
    dx = x * inward - fx
    dy = y * inward - fy
    dz = z - height * sin_lat - fz
    chord = math.sqrt(dx * dx + dy * dy + dz * dz)
    return 2.0 * EARTH * math.asin(min(chord / (2.0 * EARTH), 1.0)), height


@kernel
def _each_inverse(table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i, 0], out[i, 1] = inverse_k(table[i, 0], table[i, 1], table[i, 2], table[i, 3])


@kernel
def _each_direct(table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i, 0], out[i, 1] = direct_k(table[i, 0], table[i, 1], table[i, 2], table[i, 3])


@kernel
def _each_ground_range(foot: Floats, table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i, 0], out[i, 1] = ground_range_k(foot[0], foot[1], foot[2], table[i, 0], table[i, 1], table[i, 2])


def inverse(
    *, latitude1_rad: ArrayLike, longitude1_rad: ArrayLike, latitude2_rad: ArrayLike, longitude2_rad: ArrayLike
) -> tuple[Floats, Floats]:
    """Length of the geodesic between two points, and its azimuth at the first.

    Parameters
    ----------
    latitude1_rad, longitude1_rad, latitude2_rad, longitude2_rad : (...) array_like
        Geodetic coordinates on WGS 84; they broadcast. [rad]

    Returns
    -------
    distance_m, azimuth_rad : (...) ndarray
        Distance [m] and azimuth clockwise from north [rad, 0 to 2 pi]. At a pole the azimuth is measured from the
        meridian of the given longitude; of equally short geodesics one is returned.

    Notes
    -----
    Validity: every pair of points; within 1e-6 m of GeographicLib, as `tests/geo/test_geodesic.py` measures.
    Source: C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87, pp. 43-55, 2013, eqs. 5 to 12 and section 4.
    """
    table, shape = table_of(latitude1_rad, longitude1_rad, latitude2_rad, longitude2_rad)
    out = np.empty((len(table), 2))
    _each_inverse(table, out)
    return out[:, 0].reshape(shape), out[:, 1].reshape(shape)


def direct(
    *, latitude_rad: ArrayLike, longitude_rad: ArrayLike, azimuth_rad: ArrayLike, distance_m: ArrayLike
) -> tuple[Floats, Floats]:
    """Latitude and longitude [rad, -pi to pi] reached from a point along an azimuth after a distance.

    The arguments broadcast; `distance_m` may be negative. Validity: within 1e-6 m of GeographicLib to 20,000 km,
    within 1e-3 m once around the earth. Source: as for `inverse`, section 3.
    """
    table, shape = table_of(latitude_rad, longitude_rad, azimuth_rad, distance_m)
    out = np.empty((len(table), 2))
    _each_direct(table, out)
    return out[:, 0].reshape(shape), out[:, 1].reshape(shape)


def ground_range_m(site_ecef_m: ArrayLike, position_ecef_m: ArrayLike) -> Floats:
    """Ground range from below a site to below each position, for the horizon formulas.

    Parameters
    ----------
    site_ecef_m : (3,) array_like
        The site, at any height. [m]
    position_ecef_m : (..., 3) array_like
        What is observed. [m]

    Notes
    -----
    Validity: within 1.1 m of the geodesic to 450 km, 12 m to 1,000 km, 320 m to 3,000 km, measured against GeographicLib.
    """
    x, y, z = np.array(site_ecef_m, dtype=np.float64)
    sin_lat, cos_lat = normal_k(math.hypot(x, y), z, 3)
    across = math.hypot(x, y)
    height = across * cos_lat + z * sin_lat - A * math.sqrt(1.0 - E2 * sin_lat * sin_lat)
    inward = 1.0 - height * cos_lat / max(across, TINY)
    table, shape = points_of(position_ecef_m)
    out = np.empty((len(table), 2))
    _each_ground_range(np.array([x * inward, y * inward, z - height * sin_lat]), table, out)
    return out[:, 0].reshape(shape)
