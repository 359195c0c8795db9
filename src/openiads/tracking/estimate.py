"""Updating one mode with one plot: converted position, extended or unscented filter, with or without range rate.

All three end in one linear update in Joseph's form: the unscented filter through its statistical slopes. Covariances stay
symmetric to the bit and positive definite.

Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, sect. 5.2 and
10.3; S. Julier, J. Uhlmann, "Unscented filtering and nonlinear estimation", Proc. IEEE 92(3), 2004; statistical slopes: S. Sarkka,
Bayesian Filtering and Smoothing, 2013, sect. 5.5.
"""

import math
from typing import Final

from openiads.kernels import kernel
from openiads.tracking.measurement import observe, steep, wrap_k
from openiads.tracking.records import Record, Vector

CONVERTED: Final = 0
EXTENDED: Final = 1
UNSCENTED: Final = 2

POINTS_SPREAD = 9.0
"""n of the unscented transform plus its kappa of 0: all weights positive, so that no covariance turns negative."""

RATE_GATE = 25.0
"""Squared distance, 5 sigma, beyond which a range rate is not the track's: of another sign or unit, or ambiguous."""

LOG_TWO_PI = math.log(2.0 * math.pi)


@kernel
def factor(s: Vector, low: Vector, size: int) -> bool:
    """Lower Cholesky factor of the first `size` rows of `s`; False where `s` is not positive definite (the row is left 0)."""
    good = True
    for i in range(size):
        for j in range(i + 1):
            total = s[i, j]
            for k in range(j):
                total -= low[i, k] * low[j, k]
            if i == j:
                good = good and total > 0.0
                low[i, i] = math.sqrt(total) if total > 0.0 else 0.0
            else:
                low[i, j] = total / low[j, j] if low[j, j] > 0.0 else 0.0
    return good


@kernel
def linear_update(x: Vector, p: Vector, size: int, tools: Record) -> float:
    """Take the innovation `tools["nu"]` with slopes `h` and noise `r` of `size` components in; returns its log-likelihood."""
    nu, h, r, s, low, gain, ph = tools["nu"], tools["h"], tools["r"], tools["s"], tools["low"], tools["gain"], tools["ph"]
    for i in range(9):
        for m in range(size):
            total = 0.0
            for j in range(9):
                total += p[i, j] * h[m, j]
            ph[i, m] = total
    for m in range(size):
        for k in range(m, size):
            total = r[m, k]
            for j in range(9):
                total += h[m, j] * ph[j, k]
            s[m, k] = total
            s[k, m] = total
    if not factor(s, low, size):
        return -math.inf
    log_likelihood = -0.5 * size * LOG_TWO_PI
    for m in range(size):  # whiten the innovation in place of `z`
        total = nu[m]
        for k in range(m):
            total -= low[m, k] * tools["z"][k]
        tools["z"][m] = total / low[m, m]
        log_likelihood -= 0.5 * tools["z"][m] * tools["z"][m] + math.log(low[m, m])
    for i in range(9):
        solve_row(ph, low, gain, i, size)
    for i in range(9):
        for m in range(size):
            x[i] += gain[i, m] * nu[m]
    joseph(p, size, tools)
    return log_likelihood


@kernel
def solve_row(ph: Vector, low: Vector, gain: Vector, i: int, size: int) -> None:
    """Row `i` of the gain: P H' S^-1 by forward and back substitution."""
    for m in range(size):
        total = ph[i, m]
        for k in range(m):
            total -= low[m, k] * gain[i, k]
        gain[i, m] = total / low[m, m]
    for back in range(size):
        m = size - 1 - back
        total = gain[i, m]
        for k in range(m + 1, size):
            total -= low[k, m] * gain[i, k]
        gain[i, m] = total / low[m, m]


@kernel
def joseph(p: Vector, size: int, tools: Record) -> None:
    """P = (I - K H) P (I - K H)' + K R K', upper triangle first, then mirrored."""
    h, r, gain, keep, product, ph = tools["h"], tools["r"], tools["gain"], tools["keep"], tools["product"], tools["ph"]
    for i in range(9):
        for j in range(9):
            total = 1.0 if i == j else 0.0
            for m in range(size):
                total -= gain[i, m] * h[m, j]
            keep[i, j] = total
    for i in range(9):
        for j in range(9):
            total = 0.0
            for k in range(9):
                total += keep[i, k] * p[k, j]
            product[i, j] = total
        for m in range(size):
            total = 0.0
            for k in range(size):
                total += gain[i, k] * r[k, m]
            ph[i, m] = total
    for i in range(9):
        for j in range(i, 9):
            total = 0.0
            for k in range(9):
                total += product[i, k] * keep[j, k]
            for m in range(size):
                total += ph[i, m] * gain[j, m]
            p[i, j] = total
            p[j, i] = total


@kernel
def use_position(x: Vector, plot: Record, tools: Record) -> None:
    """The converted position as a measurement of three components."""
    for m in range(3):
        tools["nu"][m] = plot["position"][m] - x[m]
        for j in range(9):
            tools["h"][m, j] = 1.0 if j == m else 0.0
        for k in range(3):
            tools["r"][m, k] = plot["r"][m, k]


@kernel
def use_polar(x: Vector, plot: Record, site_m: Vector, axes: Vector, tools: Record) -> None:
    """Range, azimuth and elevation with their slopes at the prediction; azimuth wraps."""
    for m in range(4):
        for j in range(9):
            tools["h"][m, j] = 0.0
    observe(x, site_m, axes, tools["z"], tools["h"])
    polar_innovation(plot, tools)


@kernel
def polar_innovation(plot: Record, tools: Record) -> None:
    """Innovation and noise of range, azimuth and elevation against the prediction in `tools["z"]`."""
    for m in range(3):
        for k in range(3):
            tools["r"][m, k] = 0.0
    tools["nu"][0] = plot["range_m"] - tools["z"][0]
    tools["nu"][1] = wrap_k(plot["azimuth_rad"] - tools["z"][1])
    tools["nu"][2] = plot["elevation_rad"] - tools["z"][2]
    tools["r"][0, 0] = plot["sigma_range_m"] * plot["sigma_range_m"]
    tools["r"][1, 1] = plot["sigma_azimuth_rad"] * plot["sigma_azimuth_rad"]
    tools["r"][2, 2] = plot["sigma_elevation_rad"] * plot["sigma_elevation_rad"]


@kernel
def use_points(x: Vector, p: Vector, plot: Record, site_m: Vector, axes: Vector, tools: Record) -> None:
    """Mean, statistical slopes and what they leave over, of range, azimuth, elevation and range rate, from 18 points."""
    root, point, points, z, h = tools["root"], tools["point"], tools["points"], tools["z"], tools["h"]
    factor(p, root, 9)
    step = math.sqrt(POINTS_SPREAD)
    observe(x, site_m, axes, z, h)
    middle = z[1]
    for k in range(18):
        column, sign = k % 9, (1.0 if k < 9 else -1.0)
        for i in range(9):
            point[i] = x[i] + (sign * step * root[i, column] if i >= column else 0.0)
        observe(point, site_m, axes, z, h)
        for m in range(4):
            points[k, m] = z[m]
        points[k, 1] = middle + wrap_k(z[1] - middle)
    for m in range(4):
        total = 0.0
        for k in range(18):
            total += points[k, m]
        z[m] = total / 18.0
    statistical_slopes(tools)
    polar_innovation(plot, tools)
    add_leftover(tools)


@kernel
def statistical_slopes(tools: Record) -> None:
    """H = Pzx P^-1, from the points and the Cholesky factor of P: H L = sums of differences, solved column by column."""
    root, points, h, slope = tools["root"], tools["points"], tools["h"], tools["slope"]
    scale = math.sqrt(POINTS_SPREAD) / 18.0
    for m in range(4):
        for column in range(9):
            slope[m, column] = scale * (points[column, m] - points[column + 9, m])
        for back in range(9):
            j = 8 - back
            total = slope[m, j]
            for k in range(j + 1, 9):
                total -= h[m, k] * root[k, j]
            h[m, j] = total / root[j, j] if root[j, j] > 0.0 else 0.0


@kernel
def add_leftover(tools: Record) -> None:
    """Add to `r` what the linear part does not explain of the points' spread; never negative on the diagonal."""
    points, z, slope, r = tools["points"], tools["z"], tools["slope"], tools["r"]
    for m in range(3):
        for k in range(3):
            total = 0.0
            for q in range(18):
                total += (points[q, m] - z[m]) * (points[q, k] - z[k])
            total /= 18.0
            for column in range(9):
                total -= slope[m, column] * slope[k, column]
            r[m, k] += max(total, 0.0) if m == k else total


@kernel
def use_rate(x: Vector, rate_mps: float, sigma_mps: float, site_m: Vector, axes: Vector, tools: Record) -> None:
    """Range rate as a measurement of one component, after the position has been taken in."""
    for j in range(9):
        tools["h"][3, j] = 0.0
    observe(x, site_m, axes, tools["z"], tools["h"])
    for j in range(9):
        tools["h"][0, j] = tools["h"][3, j]
    tools["nu"][0] = rate_mps - tools["z"][3]
    tools["r"][0, 0] = sigma_mps * sigma_mps


@kernel
def take_rate(x: Vector, p: Vector, tools: Record) -> float:
    """Take the range rate in `tools` in, unless it lies beyond its gate; returns its log-likelihood, at most far the gate's."""
    h, spread = tools["h"], tools["r"][0, 0]
    for i in range(9):
        for j in range(9):
            spread += h[0, i] * p[i, j] * h[0, j]
    if tools["nu"][0] * tools["nu"][0] <= RATE_GATE * spread:
        return linear_update(x, p, 1, tools)
    tools["aside"] += 1
    return -0.5 * (RATE_GATE + LOG_TWO_PI + math.log(spread))


@kernel
def update_mode(
    mode: Record, plot: Record, rate: tuple[float, float], site_m: Vector, axes: Vector, estimator: int, tools: Record
) -> float:
    """Take one plot into a mode that is already at its time; returns the log-likelihood, in position or polar coordinates.

    `rate` is the range rate and its sigma [m/s]; a NaN is no measurement, and one beyond 5 sigma is set aside.
    Likelihoods compare modes of one track only.
    """
    x, p = mode["x"], mode["p"]
    if estimator == CONVERTED or steep(plot):
        use_position(x, plot, tools)
    elif estimator == EXTENDED:
        use_polar(x, plot, site_m, axes, tools)
    else:
        use_points(x, p, plot, site_m, axes, tools)
    log_likelihood = linear_update(x, p, 3, tools)
    if not math.isnan(rate[0]) and not math.isnan(rate[1]):
        use_rate(x, rate[0], rate[1], site_m, axes, tools)
        log_likelihood += take_rate(x, p, tools)
    return log_likelihood
