"""From a radar plot (range, azimuth, elevation) to a position and its covariance, debiased.

The conversion is done once per plot. The update of a track is then linear and a gate is a 3 x 3 distance: no trigonometry
for a pair of track and plot.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.kernels import kernel
from openiads.tracking.records import Record, Rows, Vector

STEEP_RAD: Final = math.radians(80.0)
"""Choice of the method: elevation beyond which azimuth is not linear enough in position over the width of a track, 1.8 km off
the zenith at 10 km."""


@kernel
def fill_position(plot: Record, site_ecef: Vector, axes: Vector, heading: tuple[float, float], h: float, up: float) -> None:
    """The debiased position of one plot: `h` outward along `heading` (east, north parts) and `up` from the antenna."""
    east = h * heading[0]
    north = h * heading[1]
    position = plot["position"]
    for i in range(3):
        position[i] = site_ecef[i] + (axes[0, i] * east + axes[1, i] * north + axes[2, i] * up)


@kernel
def fill_covariance(
    plot: Record, axes: Vector, heading: tuple[float, float], spread: tuple[float, float, float, float]
) -> None:
    """The covariance of one debiased position from its moments outward, clockwise, upward, and outward with upward."""
    hh, tt, uu, hu = spread
    east, north = heading
    r = plot["r"]
    for i in range(3):
        h_i = axes[0, i] * east + axes[1, i] * north
        t_i = axes[0, i] * north - axes[1, i] * east
        u_i = axes[2, i]
        for j in range(i, 3):
            h_j = axes[0, j] * east + axes[1, j] * north
            t_j = axes[0, j] * north - axes[1, j] * east
            u_j = axes[2, j]
            r[i, j] = hh * h_i * h_j + tt * t_i * t_j + uu * u_i * u_j + hu * (h_i * u_j + u_i * h_j)
            r[j, i] = r[i, j]


@kernel
def convert_plot(plots: Rows, i: int, site_ecef: Vector, axes: Vector) -> None:
    """Fill `position` and `r` of plot `i` from its range, azimuth, elevation and their sigmas.

    Parameters
    ----------
    plots : (n,) PLOT
        Rows with the measured values; row `i` is completed.
    site_ecef : (3,) ndarray
        Antenna. [m]
    axes : (3, 3) ndarray
        Unit vectors east, north, up of the antenna as rows, in ECEF.

    Notes
    -----
    The target lies at range r - n, azimuth a - m, elevation e - k with independent Gaussian n, m, k. Its position then has
    a mean shorter than the plain conversion by exp(-s^2/2) for each angle (30 m at 200 km and 1 degree, as much as the noise
    in range), and a covariance in closed form from E[cos 2a] = exp(-2 s^2) cos 2a. Both are exact given the plot.

    Mean and covariance given the plot, not given the truth: dividing by the factor (Mo et al. 1998; Lerro & Bar-Shalom 1993
    to first order) is unbiased for one plot, but R leans the way the measured angle does, so that a track of many plots
    settles beyond its target, twice as far off as without any debiasing. Multiplying settles on it: 20 plots of one target
    at 150 km, 1 degree, 50 m in range are off by 87 m with the division, 40 m plain, 4 m here.
    Validity: straight line of sight (an elevation already freed from refraction). One plot is consistent up to 3 degrees at
    least. A track without process noise is consistent while r s^2 / sigma_range is below 0.1, and turns overconfident beyond
    (mean NEES 4.7 for 3 at 0.9); the remedy is in Bordonaro et al. 2014.
    Source: Z. Duan, C. Han, X. R. Li, "Comments on 'Unbiased converted measurements for tracking'", IEEE Trans. AES 40(4),
    pp. 1374-1377, 2004 (conditioning on the plot). Others: D. Lerro, Y. Bar-Shalom, "Tracking with debiased consistent
    converted measurements versus EKF", IEEE Trans. AES 29(3), 1993; L. Mo, X. Song, Y. Zhou, Z. K. Sun, Y. Bar-Shalom,
    "Unbiased converted measurements for tracking", IEEE Trans. AES 34(3), 1998; S. V. Bordonaro, P. Willett,
    Y. Bar-Shalom, "Decorrelated unbiased converted measurement Kalman filter", IEEE Trans. AES 50(2), 2014.
    """
    plot = plots[i]
    shrink_a = math.exp(-0.5 * plot["sigma_azimuth_rad"] * plot["sigma_azimuth_rad"])
    shrink_e = math.exp(-0.5 * plot["sigma_elevation_rad"] * plot["sigma_elevation_rad"])
    cosine = math.cos(plot["elevation_rad"])
    sine = math.sin(plot["elevation_rad"])
    heading = (math.sin(plot["azimuth_rad"]), math.cos(plot["azimuth_rad"]))
    fill_position(
        plot, site_ecef, axes, heading, plot["range_m"] * cosine * shrink_a * shrink_e, plot["range_m"] * sine * shrink_e
    )
    a2 = shrink_a * shrink_a
    e2 = shrink_e * shrink_e
    range2 = plot["range_m"] * plot["range_m"]
    spread2 = range2 + plot["sigma_range_m"] * plot["sigma_range_m"]
    twice = e2 * e2 * (cosine * cosine - sine * sine)
    level2 = 0.5 * spread2 * (1.0 + twice)
    hh = 0.5 * level2 * (1.0 + a2 * a2) - range2 * cosine * cosine * a2 * e2
    tt = 0.5 * level2 * (1.0 - a2 * a2)
    uu = 0.5 * spread2 * (1.0 - twice) - range2 * sine * sine * e2
    hu = sine * cosine * shrink_a * e2 * (spread2 * e2 - range2)
    fill_covariance(plot, axes, heading, (hh, tt, uu, hu))


@kernel
def wrap_k(angle_rad: float) -> float:
    """An angle in -pi to pi. [rad]"""
    return float(angle_rad - 2.0 * math.pi * math.floor((angle_rad + math.pi) / (2.0 * math.pi)))


@kernel
def steep(plot: Record) -> bool:
    """Whether a plot is so near to the zenith or nadir that filters on angles must take its converted position instead."""
    return bool(abs(plot["elevation_rad"]) > STEEP_RAD)


@kernel
def observe(x: Vector, site_m: Vector, axes: Vector, z: Vector, h: Vector) -> None:
    """Range, azimuth, elevation and range rate of state `x`, in `z`, (4,), and their slopes, in `h`, (4, 6 or more).

    Straight line of sight from `site_m`; `axes` are its unit vectors east, north, up as rows. At the zenith, where azimuth has no
    slope, its row is 0. Source: Y. Bar-Shalom, P. Willett, X. Tian, Tracking and Data Fusion, 2011, sect. 1.5.
    """
    e0, e1, e2 = x[0] - site_m[0], x[1] - site_m[1], x[2] - site_m[2]
    east = axes[0, 0] * e0 + axes[0, 1] * e1 + axes[0, 2] * e2
    north = axes[1, 0] * e0 + axes[1, 1] * e1 + axes[1, 2] * e2
    up = axes[2, 0] * e0 + axes[2, 1] * e1 + axes[2, 2] * e2
    ground2 = east * east + north * north
    range2 = ground2 + up * up
    ground, far = math.sqrt(ground2), math.sqrt(range2)
    z[0] = far
    z[1] = math.atan2(east, north)
    z[2] = math.atan2(up, ground)
    far = max(far, 1.0)
    rate = (e0 * x[3] + e1 * x[4] + e2 * x[5]) / far
    z[3] = rate
    across = 1.0 / ground2 if ground2 > 0.0 else 0.0
    tilt = 1.0 / (far * far * ground) if ground > 0.0 else 0.0
    for i in range(3):
        toward = (x[i] - site_m[i]) / far
        h[0, i] = toward
        h[1, i] = (north * axes[0, i] - east * axes[1, i]) * across
        h[2, i] = (ground2 * axes[2, i] - up * (east * axes[0, i] + north * axes[1, i])) * tilt
        h[3, i] = (x[i + 3] - rate * toward) / far
        h[0, i + 3] = 0.0
        h[1, i + 3] = 0.0
        h[2, i + 3] = 0.0
        h[3, i + 3] = toward


def measured(position_enu_m: ArrayLike, velocity_enu_mps: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Range [m], azimuth, elevation [rad] and range rate [m/s] of a point seen from the origin, (4,), and slopes, (4, 6)."""
    x = np.concatenate([np.asarray(v, dtype=np.float64) for v in (position_enu_m, velocity_enu_mps)])
    z, h = np.empty(4), np.empty((4, 6))
    observe(x, np.zeros(3), np.eye(3), z, h)
    return z, h


def polar_moments(
    *, range_m: float, bearing_rad: float, sigma_range_m: float, sigma_bearing_rad: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean, (2,), and covariance, (2, 2), of r cos b, r sin b for Gaussian r, b around the truth. [m], [m2]

    Exact, from E[cos b] = exp(-s^2/2) cos(mean). Source: D. Lerro, Y. Bar-Shalom, IEEE Trans. AES 29(3), 1993, appendix.
    """
    one, two = math.exp(-0.5 * sigma_bearing_rad * sigma_bearing_rad), math.exp(-2.0 * sigma_bearing_rad * sigma_bearing_rad)
    toward = np.array([math.cos(bearing_rad), math.sin(bearing_rad)])
    mean = range_m * one * toward
    spread2 = 0.5 * (range_m * range_m + sigma_range_m * sigma_range_m)
    cosine, sine = two * math.cos(2.0 * bearing_rad), two * math.sin(2.0 * bearing_rad)
    second = spread2 * np.array([[1.0 + cosine, sine], [sine, 1.0 - cosine]])
    return mean, second - np.outer(mean, mean)
