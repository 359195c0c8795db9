"""What a track threatens: when and how near it will pass each asset, with the errors of that, and what the asset is worth."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel

Record = Any
Records = NDArray[Any]
ROOT_2 = math.sqrt(2.0)


@kernel
def closest_approach(track: Record, ax: float, ay: float, az: float, now_ns: int) -> tuple[float, float, float]:
    """Seconds until a track is nearest to a point, its distance then, and the standard error of that distance. [s, m, m]

    Straight on from where it should be now; 0 s for one that recedes. The error is that of the position, carried on to that time
    without process noise, along the line from the point to the track (all directions alike where it passes over the point).
    """
    x, p = track["x"], track["p"]
    age = (now_ns - track["update_ns"]) * 1e-9
    dx, dy, dz = x[0] + age * x[3] - ax, x[1] + age * x[4] - ay, x[2] + age * x[5] - az
    square = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
    time_s = max(-(dx * x[3] + dy * x[4] + dz * x[5]) / square, 0.0) if square > 0.0 else 0.0
    lx, ly, lz = dx + time_s * x[3], dy + time_s * x[4], dz + time_s * x[5]
    distance = math.sqrt(lx * lx + ly * ly + lz * lz)
    dt = age + time_s
    if distance <= 0.0:
        total = 0.0
        for i in range(3):
            total += p[i, i] + 2.0 * dt * p[i, i + 3] + dt * dt * p[i + 3, i + 3]
        return time_s, 0.0, math.sqrt(max(total / 3.0, 0.0))
    return time_s, distance, along_error(p, dt, lx / distance, ly / distance, lz / distance)


@kernel
def along_error(p: Records, dt: float, ux: float, uy: float, uz: float) -> float:
    """Standard error of a predicted position along a unit vector, from the covariance of position and velocity. [m]"""
    total = 0.0
    for i in range(3):
        a = ux if i == 0 else (uy if i == 1 else uz)
        for j in range(3):
            b = ux if j == 0 else (uy if j == 1 else uz)
            total += a * b * (p[i, j] + dt * (p[i, j + 3] + p[i + 3, j]) + dt * dt * p[i + 3, j + 3])
    return math.sqrt(max(total, 0.0))


@kernel
def passes_within(distance_m: float, error_m: float, reach_m: float) -> float:
    """Probability that an object of this predicted closest approach passes within `reach_m`: a normal error of the distance."""
    if math.isinf(reach_m):
        return 1.0
    if error_m <= 0.0:
        return 1.0 if distance_m <= reach_m else 0.0
    return 0.5 * math.erfc((distance_m - reach_m) / (error_m * ROOT_2))


@kernel
def threat_value(track: Record, assets: Records, assets_m: NDArray[Any], now_ns: int) -> float:
    """Value that a track puts at risk: over the assets, the most of value times the probability that it passes within reach.

    What recedes from an asset beyond its reach does not threaten it.
    """
    most = 0.0
    for a in range(len(assets)):
        time_s, distance, error = closest_approach(track, assets_m[a, 0], assets_m[a, 1], assets_m[a, 2], now_ns)
        reach = assets[a]["reach_m"]
        if time_s <= 0.0 and (math.isinf(reach) or distance > reach):
            continue
        most = max(most, assets[a]["value"] * passes_within(distance, error, reach))
    return most
