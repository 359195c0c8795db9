"""What one sector of a viewshed is, and its geometry: how far, how high and where points of a ring lie."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel

Record = Any
Floats = NDArray[np.float64]
Series = tuple[float, float, float, float, float, float, float]

SECTOR = np.dtype(
    [
        ("columns", "i8"),
        ("first", "i8"),
        ("step", "i8"),
        ("rings", "i8"),
        ("rays", "i8"),
        ("line_stride", "i8"),
        ("minor_stride", "i8"),
        ("minors", "i8"),
        ("blocks_line", "i8"),
        ("blocks_minor", "i8"),
        ("origin_line", "f8"),
        ("origin_minor", "f8"),
        ("slope", "f8"),
        ("height_m", "f8"),
        ("radius_m", "f8"),
        ("curve_per_m", "f8"),
        ("reach_u", "f8"),
        ("near_u", "f8"),
        ("a", "f8", 5),
        ("b", "f8", 5),
        ("w", "f8", 3),
        ("v", "f8", 4),
    ]
)
"""One sector: where its rings are in the flat grid, where the antenna stands, and the series of the geometry.

`u` is the squared sine of half the angle at the earth's centre. With offsets (r, c) in posts north and east of the antenna,
u = a(r) + b(r) w(c); v = 1 - cos of the angle on the effective earth is a series in u.
"""


@kernel
def horner(c: Floats, x: float) -> float:
    """Value of the polynomial of degree 4 with coefficients c at x."""
    return float(c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * c[4]))))


@kernel
def half_sine_squared(s: Record, north: float, east: float) -> float:
    """u of a point so many posts north and east of the antenna."""
    a, b, w = s["a"], s["b"], s["w"]
    square = east * east
    arc = north * north * (a[0] + north * (a[1] + north * (a[2] + north * (a[3] + north * a[4]))))
    scale = b[0] + north * (b[1] + north * (b[2] + north * (b[3] + north * b[4])))
    return float(arc + scale * square * (w[0] + square * (w[1] + square * w[2])))


@kernel
def u_at(s: Record, line: float, minor: float) -> float:
    """u of a point on the grid, named by its place across and along the rings."""
    across, along = line - s["origin_line"], minor - s["origin_minor"]
    if s["columns"] == 1:
        return half_sine_squared(s, along, across)
    return half_sine_squared(s, across, along)


@kernel
def versine(v: Floats, u: float) -> float:
    """1 - cos of the angle on the effective earth."""
    return float(u * (v[0] + u * (v[1] + u * (v[2] + u * v[3]))))


@kernel
def ring_series(s: Record, line: float) -> Series:
    """Coefficients of u along a ring, in posts from its middle: a(r) + b(r) w of a column, or a + b w(c) of a row."""
    a, b, w = s["a"], s["b"], s["w"]
    away = line - s["origin_line"]
    if s["columns"] == 1:
        q = away * away
        g = q * (w[0] + q * (w[1] + q * w[2]))
        return b[0] * g, b[1] * g, a[0] + b[2] * g, a[1] + b[3] * g, a[2] + b[4] * g, a[3], a[4]
    arc = away * away * (a[0] + away * (a[1] + away * (a[2] + away * (a[3] + away * a[4]))))
    scale = b[0] + away * (b[1] + away * (b[2] + away * (b[3] + away * b[4])))
    return arc, 0.0, scale * w[0], 0.0, scale * w[1], 0.0, scale * w[2]


@kernel
def rise_and_run(s: Record, c: Series, minor: float, height: float) -> tuple[float, float]:
    """Numerator and denominator of the tangent of elevation at which the antenna sees a point of a ring.

    (h - h0) / (R + h) is x / (1 + x) with x = (h - h0) / (R + h0), within x^4: 1e-12 at 9 km.
    """
    r = minor - s["origin_minor"]
    u = c[0] + r * (c[1] + r * (c[2] + r * (c[3] + r * (c[4] + r * (c[5] + r * c[6])))))
    v = versine(s["v"], max(u, 0.0))
    x = (height - s["height_m"]) * s["curve_per_m"]
    return x - x * x * (1.0 - x) - v, math.sqrt(v * (2.0 - v))
