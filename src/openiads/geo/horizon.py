"""What the curved earth hides, with refraction as an effective earth radius k times the mean one.

All formulas are exact on the effective sphere; the textbook parabola d^2 / (2 k a) differs from them by up to 0.2 percent of
the height at 400 km.
Source of the model: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 8.2; ITU-R P.834.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from openiads.checks import require_within
from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.geo.shapes import Floats, table_of
from openiads.kernels import kernel

EARTH = MEAN_EARTH_RADIUS_M
HIGHEST = 1e7  # m
FARTHEST = 5e6  # m
SOURCE = "the effective-earth model"


@kernel
def apparent_elevation_k(ground_range: float, height: float, antenna_height: float, factor: float) -> float:
    """Elevation [rad] at which an antenna sees a point at a ground range. Kernel of `apparent_elevation_rad`."""
    radius = factor * EARTH
    half = 0.5 * ground_range / radius
    sine = math.sin(half)
    outer = radius + height
    rise = height - antenna_height - 2.0 * outer * sine * sine
    return math.atan2(rise, 2.0 * outer * sine * math.cos(half))


@kernel
def horizon_arc_k(height: float, factor: float) -> float:
    """Ground range [m] at which the line of sight from `height` >= 0 touches the smooth earth."""
    radius = factor * EARTH
    return radius * math.atan2(math.sqrt(height * (2.0 * radius + height)), radius)


@kernel
def _each_elevation(table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i] = apparent_elevation_k(table[i, 0], table[i, 1], table[i, 2], table[i, 3])


@kernel
def _each_horizon(table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i] = horizon_arc_k(table[i, 0], table[i, 2]) + horizon_arc_k(table[i, 1], table[i, 2])


def horizon_range_m(*, antenna_height_m: ArrayLike, target_height_m: ArrayLike, refraction_factor: ArrayLike) -> Floats:
    """Ground range at which a target sinks behind the smooth earth: the sum of the two tangent arcs.

    Parameters
    ----------
    antenna_height_m, target_height_m : (...) array_like
        Heights above the smooth surface. [m] 0 to 1e7
    refraction_factor : (...) array_like
        Effective-earth factor k. [-] 0.5 to 10; 4/3 in the standard atmosphere

    Returns
    -------
    (...) ndarray
        Ground range along the surface. [m]

    Raises
    ------
    OutOfRangeError
        When a height or the factor is out of range: a negative height is below the surface and has no horizon.
    """
    _check_factor(refraction_factor)
    require_within(0.0, antenna_height_m, HIGHEST, name="antenna_height_m", source=SOURCE)
    require_within(0.0, target_height_m, HIGHEST, name="target_height_m", source=SOURCE)
    table, shape = table_of(antenna_height_m, target_height_m, refraction_factor)
    out = np.empty(len(table))
    _each_horizon(table, out)
    return out.reshape(shape)


def apparent_elevation_rad(
    *, ground_range_m: ArrayLike, height_m: ArrayLike, antenna_height_m: ArrayLike, refraction_factor: ArrayLike
) -> Floats:
    """Elevation at which an antenna sees a point through the refracting atmosphere.

    Parameters
    ----------
    ground_range_m : (...) array_like
        Distance along the surface. [m] 0 to 5e6
    height_m, antenna_height_m : (...) array_like
        Heights of point and antenna above the same level. [m]
    refraction_factor : (...) array_like
        Effective-earth factor k. [-] 0.5 to 10

    Returns
    -------
    (...) ndarray
        Angle above the horizontal at the antenna. [rad] Straight above or below at range 0.

    Notes
    -----
    With theta = d / (k a), R1 = k a + h1 and R2 = k a + h2 it is atan2(R2 cos theta - R1, R2 sin theta), written without
    the difference of two large numbers. Terrain masks use this same function.
    Validity: heights under about 3 km for the 4/3 earth; above, the exponential atmosphere bends less.
    """
    _check_factor(refraction_factor)
    require_within(0.0, ground_range_m, FARTHEST, name="ground_range_m", source=SOURCE)
    table, shape = table_of(ground_range_m, height_m, antenna_height_m, refraction_factor)
    out = np.empty(len(table))
    _each_elevation(table, out)
    return out.reshape(shape)


def lowest_visible_height_m(
    *,
    ground_range_m: ArrayLike,
    antenna_height_m: ArrayLike,
    refraction_factor: ArrayLike,
    mask_angle_rad: ArrayLike | None = None,
) -> Floats:
    """Lowest height above the smooth surface at which an antenna can see anything at a ground range.

    Parameters
    ----------
    ground_range_m : (...) array_like
        Distance along the surface. [m] 0 to 5e6
    antenna_height_m : (...) array_like
        Height of the antenna above that surface. [m] 0 to 1e7
    refraction_factor : (...) array_like
        Effective-earth factor k. [-] 0.5 to 10
    mask_angle_rad : (...) array_like or None
        Lowest usable elevation, the same at all ranges. [rad] None: only the sea horizon hides.

    Returns
    -------
    (...) ndarray
        Height. [m] 0 inside the antenna's own horizon when there is no mask angle; infinite where the line at the mask
        angle never reaches that range.
    """
    _check_factor(refraction_factor)
    require_within(0.0, ground_range_m, FARTHEST, name="ground_range_m", source=SOURCE)
    require_within(0.0, antenna_height_m, HIGHEST, name="antenna_height_m", source=SOURCE)
    distance, antenna, factor = np.broadcast_arrays(
        *(np.asarray(v, float) for v in (ground_range_m, antenna_height_m, refraction_factor))
    )
    radius = factor * EARTH
    own = radius * np.arctan2(np.sqrt(antenna * (2.0 * radius + antenna)), radius)
    lowest = _rise(np.zeros(()), np.maximum(distance - own, 0.0) / radius, radius)
    if mask_angle_rad is None:
        return np.asarray(lowest)
    mask = require_within(-math.pi / 2, mask_angle_rad, math.pi / 2, name="mask_angle_rad", source=SOURCE)
    return np.maximum(lowest, antenna + _rise(mask, distance / radius, radius + antenna))


def _rise(elevation: Floats, theta: Floats, radius: Floats) -> Floats:
    """How far a line at `elevation` climbs above a circle of `radius` after the angle `theta` at its centre. [m]"""
    elevation, theta, radius = np.broadcast_arrays(elevation, theta, radius)
    rise = np.full(theta.shape, np.inf)
    reaches = elevation + theta < math.pi / 2
    e, t = elevation[reaches], theta[reaches]
    rise[reaches] = radius[reaches] * 2.0 * np.sin(e + 0.5 * t) * np.sin(0.5 * t) / np.cos(e + t)
    return rise


def _check_factor(refraction_factor: ArrayLike) -> None:
    require_within(0.5, refraction_factor, 10.0, name="refraction_factor", source=SOURCE)
