"""The extended Kalman filter on range, azimuth and elevation, as a linear update with a position.

The slopes of the three at a predicted position, H = D U, are invertible: U holds unit vectors outward, across and upward, D a
number for each. A linear update does not change when the measurement is mapped by an invertible matrix, so that of the extended
filter, with innovation v and noise R, is that of a plain position x + H^-1 v with covariance H^-1 R H^-T. It needs no matrix
beyond 3 x 3, and shares Joseph's form with the converted plots.
"""

import math

from openiads.kernels import kernel
from openiads.tracking.measurement import STEEP_RAD, steep, wrap_k
from openiads.tracking.records import Record, Vector

STEEP_COSINE = math.cos(STEEP_RAD)


@kernel
def unit_vectors(x: Vector, site_m: Vector, axes: Vector, u: Vector) -> tuple[float, float, float]:
    """Unit vectors outward, across (clockwise) and upward of position `x` from the site, rows of `u`, (3, 3).

    Returns the parts of the way there to the east, north and up. At the zenith across and upward are any two.
    """
    e0, e1, e2 = x[0] - site_m[0], x[1] - site_m[1], x[2] - site_m[2]
    east = axes[0, 0] * e0 + axes[0, 1] * e1 + axes[0, 2] * e2
    north = axes[1, 0] * e0 + axes[1, 1] * e1 + axes[1, 2] * e2
    up = axes[2, 0] * e0 + axes[2, 1] * e1 + axes[2, 2] * e2
    ground2 = east * east + north * north
    ground, far = math.sqrt(ground2), max(math.sqrt(ground2 + up * up), 1.0)
    sine, cosine = (east / ground, north / ground) if ground > 0.0 else (0.0, 1.0)
    for i in range(3):
        level = sine * axes[0, i] + cosine * axes[1, i]
        u[0, i] = (ground * level + up * axes[2, i]) / far
        u[1, i] = cosine * axes[0, i] - sine * axes[1, i]
        u[2, i] = (ground * axes[2, i] - up * level) / far
    return east, north, up


@kernel
def extended_position(x: Vector, plot: Record, site_m: Vector, axes: Vector, work: Record) -> None:
    """Position and covariance, in `work.z` and `work.r`, whose linear update of state `x` is the extended filter's with `plot`.

    `x` is already at the time of the plot; straight line of sight from `site_m`; azimuth wraps. Where the plot or the prediction
    is `steep` they are those of the converted plot. Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications
    to Tracking and Navigation, 2001, sect. 10.3; slopes: Y. Bar-Shalom, P. Willett, X. Tian, Tracking and Data Fusion, 2011,
    sect. 1.5.
    """
    z, r, u = work["z"], work["r"], work["u"]
    east, north, up = unit_vectors(x, site_m, axes, u)
    ground2 = east * east + north * north
    ground, far = math.sqrt(ground2), math.sqrt(ground2 + up * up)
    if steep(plot) or ground <= STEEP_COSINE * far:
        for i in range(3):
            z[i] = plot["position"][i]
            for j in range(3):
                r[i, j] = plot["r"][i, j]
        return
    outward = plot["range_m"] - far
    across = ground * wrap_k(plot["azimuth_rad"] - math.atan2(east, north))
    upward = far * (plot["elevation_rad"] - math.atan2(up, ground))
    deep, wide, high = plot["sigma_range_m"], ground * plot["sigma_azimuth_rad"], far * plot["sigma_elevation_rad"]
    deep2, wide2, high2 = deep * deep, wide * wide, high * high
    for i in range(3):
        z[i] = x[i] + (u[0, i] * outward + u[1, i] * across + u[2, i] * upward)
        for j in range(i, 3):
            r[i, j] = deep2 * u[0, i] * u[0, j] + wide2 * u[1, i] * u[1, j] + high2 * u[2, i] * u[2, j]
            r[j, i] = r[i, j]
