"""A ray through the exponential atmosphere: where a target really is when a radar measures range and elevation."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)
SOURCE: Final = "the exponential ray"


class Ray(NamedTuple):
    """A ray from an antenna to a target: arrays of one shape, in metres and radians."""

    propagated_range_m: Array
    true_slant_range_m: Array
    ground_range_m: Array
    true_elevation_rad: Array


def exponential_ray(
    *,
    antenna_height_m: ArrayLike,
    target_height_m: ArrayLike,
    elevation_rad: ArrayLike,
    surface_n: ArrayLike,
    decay_per_m: ArrayLike,
    earth_radius_m: ArrayLike,
) -> Ray:
    """Ray that leaves an antenna at an apparent elevation and rises to a target height, N = Ns exp(-c h).

    Parameters
    ----------
    antenna_height_m, target_height_m : (...) array_like
        Heights above the spherical earth. [m] -500 to 1e6; the target is not below the antenna.
    elevation_rad : (...) array_like
        Apparent elevation at the antenna. [rad] 0 to pi/2
    surface_n : (...) array_like
        Refractivity at height 0. [N-units] 0 to 500
    decay_per_m : (...) array_like
        c. [1/m] CRPL: 0.143859e-3 for Ns = 313.
    earth_radius_m : (...) array_like
        True radius, not the effective one: refraction is in the integral, and a 4/3 earth on top would count it twice. [m]

    Returns
    -------
    Ray
        Propagated range (what the delay shows), straight distance, ground range and true elevation; all broadcast.

    Raises
    ------
    OutOfRangeError
        Out of the ranges above, or where the ray is trapped before it reaches the target height (a duct).

    Notes
    -----
    Snell's law on spheres, n r cos(e) = A. Ranges are integrals of n^2 r / sqrt((n r)^2 - A^2) and A / (r sqrt(...)), taken with
    96 Gauss-Legendre nodes in the square root of the height gained, which removes the singularity at elevation 0.
    Source: B. R. Bean and G. D. Thayer, "CRPL Exponential Reference Atmosphere", NBS Monograph 4, 1959, eqs. 1 to 12.
    """
    antenna, target, elevation, surface, decay, radius = np.broadcast_arrays(
        require_within(-500.0, antenna_height_m, 1e6, name="antenna_height_m", source=SOURCE),
        require_within(-500.0, target_height_m, 1e6, name="target_height_m", source=SOURCE),
        require_within(0.0, elevation_rad, np.pi / 2, name="elevation_rad", source=SOURCE),
        require_within(0.0, surface_n, 500.0, name="surface_n", source=SOURCE),
        require_within(0.0, decay_per_m, 1e-2, name="decay_per_m", source=SOURCE),
        require_within(1e6, earth_radius_m, 1e8, name="earth_radius_m", source=SOURCE),
    )
    if np.any(target < antenna):
        raise OutOfRangeError("the target is below the antenna: a rising ray does not reach it. Exchange the two ends.")
    climb = target - antenna
    share = 0.5 * (NODES + 1.0)
    weight = WEIGHTS * share  # du of u = sqrt(height share): dh = 2 climb u du, and du = dnode / 2
    gained = climb[..., None] * share * share
    r1, n1_excess = radius + antenna, surface * 1e-6 * np.exp(-decay * antenna)
    excess = n1_excess[..., None] * np.expm1(-decay[..., None] * gained)  # n - n1
    index, r = (1.0 + n1_excess)[..., None] + excess, r1[..., None] + gained
    invariant = (1.0 + n1_excess) * r1 * np.cos(elevation)
    rise = (1.0 + n1_excess) * r1 * 2.0 * np.sin(0.5 * elevation) ** 2
    gap = rise[..., None] + index * gained + r1[..., None] * excess  # n r - A, without the difference of large numbers
    if np.any((gap <= 0.0) & (gained > 0.0)):
        raise OutOfRangeError("the ray is trapped in a duct below the target height: outside the model")
    root = np.sqrt(np.where(gap > 0.0, gap * (gap + 2.0 * invariant[..., None]), 1.0))
    propagated = climb * np.sum(weight * index * index * r / root, axis=-1)
    angle = climb * np.sum(weight * invariant[..., None] / (r * root), axis=-1)
    half = np.sin(0.5 * angle)
    slant = np.sqrt(climb * climb + 4.0 * r1 * (radius + target) * half * half)
    rises = climb - 2.0 * (radius + target) * half * half
    true = np.arctan2(rises, 2.0 * (radius + target) * half * np.cos(0.5 * angle))
    return Ray(propagated, slant, radius * angle, true)


def exponential_height_m(
    *,
    propagated_range_m: float,
    antenna_height_m: float,
    elevation_rad: float,
    surface_n: float,
    decay_per_m: float,
    earth_radius_m: float,
) -> float:
    """Height at which a ray has the given propagated range: the inverse of `exponential_ray`, for scalars. [m]"""
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    require_within(0.0, propagated_range_m, 3e6, name="propagated_range_m", source=SOURCE)

    def excess(height_m: float) -> float:
        ray = exponential_ray(
            antenna_height_m=antenna_height_m,
            target_height_m=height_m,
            elevation_rad=elevation_rad,
            surface_n=surface_n,
            decay_per_m=decay_per_m,
            earth_radius_m=earth_radius_m,
        )
        return float(ray.propagated_range_m) - propagated_range_m

    highest = min(antenna_height_m + propagated_range_m + 1.0, 1e6)
    if excess(highest) < 0.0:
        raise OutOfRangeError(f"the ray is above {highest:g} m at this range, beyond the exponential atmosphere")
    root: float = brentq(excess, antenna_height_m, highest, xtol=1e-6, rtol=1e-14)
    return root
