"""The exact ray to each post, slow and plain: what the fast march of the viewshed is measured against.

A great ellipse from the antenna to the post is cut where it crosses rows and columns of posts; between two cuts the ground is
the bilinear facet, whose highest elevation is sought by a parabola through its ends and middle on sixths of the way.
"""

import math

import numba
import numpy as np

from openiads.constants import MEAN_EARTH_RADIUS_M as EARTH
from openiads.geo.ellipsoid import E2, A
from openiads.geo.terrain.viewshed import Patch

PIECES = 6


@numba.njit
def _theta(latitude, dlon, latitude0, factor):
    """Angle at the centre of the effective earth between two places: chord of the ellipsoid bent to the mean radius."""
    q = 0.0
    n0 = A / math.sqrt(1 - E2 * math.sin(latitude0) ** 2)
    n1 = A / math.sqrt(1 - E2 * math.sin(latitude) ** 2)
    r0, r1 = n0 * math.cos(latitude0), n1 * math.cos(latitude)
    z = (1 - E2) * (n1 * math.sin(latitude) - n0 * math.sin(latitude0))
    q = (r1 - r0) ** 2 + z * z + 4 * r0 * r1 * math.sin(dlon / 2) ** 2
    return 2 * math.asin(math.sqrt(q) / (2 * EARTH)) / factor


@numba.njit
def _tangent(height, theta, antenna, radius):
    return (height - antenna - 2 * (radius + height) * math.sin(theta / 2) ** 2) / ((radius + height) * math.sin(theta))


@numba.njit
def _height(ground, row, column):
    i = min(max(math.floor(row), 0), ground.shape[0] - 2)
    j = min(max(math.floor(column), 0), ground.shape[1] - 2)
    f, e = row - i, column - j
    south = ground[i, j] * (1 - e) + ground[i, j + 1] * e
    return south * (1 - f) + (ground[i + 1, j] * (1 - e) + ground[i + 1, j + 1] * e) * f


@numba.njit
def _highest(e0, em, e1):
    best = max(e0, e1)
    bend = 2 * (e0 + e1 - 2 * em)
    slope = e1 - e0 - bend
    if bend < 0 and 0 < -slope / (2 * bend) < 1:
        best = max(best, e0 - slope * slope / (4 * bend))
    return best


@numba.njit
def _ray(ground, at, target, corner, step, antenna, factor, crossings_only):
    """Largest tangent of elevation of the ground on the way to a post, which itself does not count."""
    latitude0 = (corner[0] + at[0]) * step
    radius = factor * EARTH
    psi0 = math.atan((1 - E2) * math.tan(latitude0))
    psi1 = math.atan((1 - E2) * math.tan((corner[0] + target[0]) * step))
    dlon = (target[1] - at[1]) * step
    ax, az = math.cos(psi0), math.sin(psi0)
    bx, by, bz = math.cos(psi1) * math.cos(dlon), math.cos(psi1) * math.sin(dlon), math.sin(psi1)
    sigma = 2 * math.asin(math.sqrt((bx - ax) ** 2 + by * by + (bz - az) ** 2) / 2)
    count = int(abs(target[0] - at[0]) + abs(target[1] - at[1])) * 2 + 8
    best, row0, column0 = -1e30, at[0], at[1]
    for n in range(1, count + 1):
        a = math.sin((1 - n / count) * sigma) / math.sin(sigma)
        b = math.sin(n / count * sigma) / math.sin(sigma)
        x, y, z = a * ax + b * bx, b * by, a * az + b * bz
        row1 = math.atan2(z / (1 - E2), math.sqrt(x * x + y * y)) / step - corner[0]
        column1 = math.atan2(y, x) / step + at[1]
        cut0, cut1 = 1.0, 1.0
        if math.floor(row0) != math.floor(row1):
            cut0 = (max(math.floor(row0), math.floor(row1)) - row0) / (row1 - row0)
        if math.floor(column0) != math.floor(column1):
            cut1 = (max(math.floor(column0), math.floor(column1)) - column0) / (column1 - column0)
        t0 = 0.0
        for end in (min(cut0, cut1), max(cut0, cut1), 1.0):
            if end - t0 < 1e-12:
                continue
            pieces = 1 if crossings_only else PIECES
            for piece in range(pieces):
                u0, u1 = t0 + (end - t0) * piece / pieces, t0 + (end - t0) * (piece + 1) / pieces
                e = [0.0, 0.0, 0.0]
                for k in range(3):
                    t = min(max(u0 + (u1 - u0) * k / 2, 1e-9), 1 - 1e-9)
                    row, column = row0 + (row1 - row0) * t, column0 + (column1 - column0) * t
                    theta = _theta((corner[0] + row) * step, (column - at[1]) * step, latitude0, factor)
                    e[k] = _tangent(_height(ground, row, column), theta, antenna, radius)
                first = n == 1 and t0 == 0.0 and piece == 0
                if crossings_only:
                    best = max(best, e[2] if end < 1.0 else -1e30)
                else:
                    best = max(best, max(e[1], e[2]) if first else _highest(e[0], e[1], e[2]))
            t0 = end
        row0, column0 = row1, column1
    return best


@numba.njit
def _rays(ground, posts, at, corner, step, antenna, factor, crossings_only, out):
    radius = factor * EARTH
    for n in range(len(posts)):
        target = (float(posts[n, 0]), float(posts[n, 1]))
        t = _ray(ground, at, target, corner, step, antenna, factor, crossings_only)
        theta = _theta((corner[0] + target[0]) * step, (target[1] - at[1]) * step, (corner[0] + at[0]) * step, factor)
        height = (radius + antenna) / (math.cos(theta) - t * math.sin(theta)) - radius
        out[n] = max(height, ground[posts[n, 0], posts[n, 1]])


def lowest_visible_m(
    patch: Patch,
    posts: np.ndarray,
    *,
    latitude_rad: float,
    longitude_rad: float,
    antenna_height_amsl_m: float,
    refraction_factor: float,
    crossings_only: bool = False,
) -> np.ndarray:
    """Lowest visible height of posts (n, 2: row, column), each by its own ray. [m]"""
    out = np.empty(len(posts))
    at = tuple(float(v) for v in patch.place(latitude_rad, longitude_rad))
    corner = (float(patch.south), float(patch.west))
    ground = patch.ground_m.astype(np.float64)
    _rays(ground, posts, at, corner, patch.latitude_step_rad, antenna_height_amsl_m, refraction_factor, crossings_only, out)
    return out
