"""From a radar plot (range, azimuth, elevation) to a position and its covariance, debiased.

The conversion is done once per plot. The update of a track is then linear and a gate is a 3 x 3 distance: no trigonometry
for a pair of track and plot.
"""

import math

from openiads.kernels import kernel
from openiads.tracking.records import Record, Rows, Vector


@kernel
def fill_position(plot: Record, site_ecef: Vector, axes: Vector) -> None:
    """The debiased position of one plot, as `convert_plot` says."""
    azimuth = plot["azimuth_rad"]
    elevation = plot["elevation_rad"]
    shrink_a = math.exp(-0.5 * plot["sigma_azimuth_rad"] * plot["sigma_azimuth_rad"])
    shrink_e = math.exp(-0.5 * plot["sigma_elevation_rad"] * plot["sigma_elevation_rad"])
    across = plot["range_m"] * math.cos(elevation) / (shrink_a * shrink_e)
    up = plot["range_m"] * math.sin(elevation) / shrink_e
    east = across * math.sin(azimuth)
    north = across * math.cos(azimuth)
    position = plot["position"]
    for i in range(3):
        position[i] = site_ecef[i] + (axes[0, i] * east + axes[1, i] * north + axes[2, i] * up)


@kernel
def fill_covariance(plot: Record, axes: Vector) -> None:
    """The covariance of one debiased position, as `convert_plot` says."""
    azimuth = plot["azimuth_rad"]
    elevation = plot["elevation_rad"]
    shrink_a = math.exp(-0.5 * plot["sigma_azimuth_rad"] * plot["sigma_azimuth_rad"])
    shrink_e = math.exp(-0.5 * plot["sigma_elevation_rad"] * plot["sigma_elevation_rad"])
    a2 = shrink_a * shrink_a
    e2 = shrink_e * shrink_e
    range2 = plot["range_m"] * plot["range_m"]
    spread2 = range2 + plot["sigma_range_m"] * plot["sigma_range_m"]
    cosine = math.cos(elevation)
    sine = math.sin(elevation)
    twice = e2 * e2 * (cosine * cosine - sine * sine)
    hh = spread2 * (1.0 + twice) * (1.0 + a2 * a2) / (4.0 * a2 * e2) - range2 * cosine * cosine
    tt = spread2 * (1.0 + twice) * (1.0 - a2 * a2) / (4.0 * a2 * e2)
    uu = spread2 * (1.0 - twice) / (2.0 * e2) - range2 * sine * sine
    hu = sine * cosine * (spread2 * e2 - range2)
    north = math.cos(azimuth)
    east = math.sin(azimuth)
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
    Gaussian noise s on an angle shrinks the mean of its cosine and sine by exp(-s^2/2); at 200 km and 1 degree that is 30 m,
    as much as the noise in range. The position is divided by that factor, and is then unbiased for every s. The covariance is
    the exact one of the debiased position, with the measured range and angles in place of the true ones.
    Validity: straight line of sight (an elevation already freed from refraction); sigma of an angle up to 3 degrees, where
    the mean normalised error squared stays within 2 % of 3 (`tests/tracking/test_measurement.py`). Beyond it the cloud is bent
    and the error in the measured angles enters the covariance: S. V. Bordonaro, P. Willett, Y. Bar-Shalom, "Decorrelated
    unbiased converted measurement Kalman filter", IEEE Trans. AES 50(2), 2014, gives the remedy.
    Source: D. Lerro, Y. Bar-Shalom, "Tracking with debiased consistent converted measurements versus EKF", IEEE Trans.
    AES 29(3), 1993, eq. 10 (bias); L. Mo, X. Song, Y. Zhou, Z. K. Sun, Y. Bar-Shalom, "Unbiased converted measurements
    for tracking", IEEE Trans. AES 34(3), 1998 (division by the factor; three dimensions). The moments are derived anew here
    from E[cos 2a] = exp(-2 s^2) cos 2a.
    """
    plot = plots[i]
    fill_position(plot, site_ecef, axes)
    fill_covariance(plot, axes)
