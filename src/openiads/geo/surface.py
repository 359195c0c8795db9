"""The shape of the WGS 84 ellipsoid at a latitude, and where a line of sight meets it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.geo.ellipsoid import E2, A, B, F
from openiads.geo.shapes import Floats


class Curvature(NamedTuple):
    """Radii at a latitude, in metres, and its auxiliary latitudes, in radians; arrays of one shape."""

    meridian_m: Floats
    prime_vertical_m: Floats
    parallel_m: Floats
    geocentric_m: Floats
    geocentric_latitude_rad: Floats
    reduced_latitude_rad: Floats


def curvature(*, latitude_rad: ArrayLike) -> Curvature:
    """Radii of curvature and distance from the earth's centre on the ellipsoid at geodetic latitudes, same shape.

    Source: W. Torge and J. Müller, Geodesy, 4th ed., 2012, sect. 4.1, eqs. 4.9 to 4.18.
    """
    lat = require_within(-np.pi / 2, latitude_rad, np.pi / 2, name="latitude_rad", source="the ellipsoid")
    sine, cosine = np.sin(lat), np.cos(lat)
    root = np.sqrt(1.0 - E2 * sine * sine)
    normal = A / root
    across, up = normal * cosine, (1.0 - E2) * normal * sine
    return Curvature(
        A * (1.0 - E2) / root**3,
        normal,
        across,
        np.hypot(across, up),
        np.arctan2(up, across),
        np.arctan2((1.0 - F) * sine, cosine),
    )


def sight_line_range_m(*, position_ecef_m: ArrayLike, direction_ecef: ArrayLike) -> Floats:
    """Distance along unit vectors (..., 3) from points (..., 3) outside to where they meet the ellipsoid; they broadcast. [m]

    Raises
    ------
    OutOfRangeError
        When a line misses the earth, or starts inside.

    Source: D. A. Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., 2013, sect. 5.3 (scaled to a sphere).
    """
    scale = np.array([1.0, 1.0, A / B]) / A
    start, along = (
        np.asarray(position_ecef_m, dtype=np.float64) * scale,
        np.asarray(direction_ecef, dtype=np.float64) * scale,
    )
    a, half = np.sum(along * along, axis=-1), np.sum(along * start, axis=-1)
    c = np.sum(start * start, axis=-1) - 1.0
    square = half * half - a * c
    if np.any(square < 0.0) or np.any(half > 0.0) or np.any(c < 0.0):
        raise OutOfRangeError("the line of sight misses the earth, or starts inside it")
    return np.asarray(c / (np.sqrt(square) - half))
