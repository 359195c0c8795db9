"""Kernels of a strip of ground between two rings, and of the rays that look at it, many at a time.

Rays that cross no more than one post on their way are entered into a table; plain loops without branches then run over its
columns, which the compiler turns into vector instructions. The formulas are those of `facets.along`.
"""

import math

import numpy as np

from openiads.geo.terrain.facets import LOWEST, TINY, Heights, higher, peak, wide
from openiads.geo.terrain.sectors import Floats, Record, Series
from openiads.kernels import kernel

GROUP = 64
"""Neighbouring rays that are passed over together."""
LANES = 8
"""Tables are worked through by whole multiples of so many rays."""
BACK, HERE, TWIST, LIMIT = range(4)
"""Rows of the table of a strip of ground between two rings: posts of both, twist of each facet, and what must be met to pass it."""
SLACK = 1e-7
"""How much the bound of a block is raised, as a tangent: more than the curvature inside one ring."""
PLACES = ("was", "to", "ahead", "met", "before")
HEIGHTS = ("z_begin", "z_end", "z_back", "z_here", "twist_first", "twist_last")
SIGHTS = ("n0", "s0", "n1", "s1", "n2", "s2", "bend_first", "bend_last")
TABLE = np.dtype([("ray", "i8", GROUP)] + [(name, "f8", GROUP) for name in PLACES + HEIGHTS + SIGHTS])
"""Rays of a group that look at the ground: minors and heights, and rises and runs where each begins, crosses and ends."""


@kernel
def lay_strip(
    s: Record, ground: Heights, ring: int, first: int, last: int, limit: tuple[float, float, float], strip: Floats
) -> float:
    """Copy the posts `first` to `last` of a ring and the one before; returns the largest tangent that can pass over all."""
    line = s["first"] + s["step"] * ring
    up, back = s["minor_stride"], s["step"] * s["line_stride"]
    at = line * s["line_stride"] + first * up
    height, radius = s["height_m"], s["radius_m"]
    near, far = 1.0 / limit[1], 1.0 / limit[2]
    most = LOWEST
    z0, z1 = wide(ground[at - back]), wide(ground[at])
    strip[BACK, first], strip[HERE, first] = z0, z1
    for m in range(first, last):
        at += up
        y0, y1 = wide(ground[at - back]), wide(ground[at])
        strip[BACK, m + 1], strip[HERE, m + 1] = y0, y1
        strip[TWIST, m] = (z0 - y0) - (z1 - y1)
        top = higher(higher(z0, z1), higher(y0, y1))
        over = (top - height) / (radius + top) - limit[0]
        met = SLACK + higher(over * near, over * far)
        strip[LIMIT, m] = met
        most = higher(most, met)
        z0, z1 = y0, y1
    return most


@kernel
def enter(strip: Floats, low: int, high: int, k: int, met: float, i: int, n: int, w: Record) -> None:
    """Put ray `k`, place `i` of the group, into place `n` of the table; its facets are `low` and `high`, neighbours or the same."""
    was, to = w["was"][i], w["to"][i]
    up = to > was
    a, b = (low, high) if up else (high, low)
    w["ray"][n], w["met"][n] = k, met
    w["was"][n], w["to"][n] = was, to
    begin = strip[BACK, a] + (was - a) * (strip[BACK, a + 1] - strip[BACK, a])
    w["z_begin"][n] = begin
    w["z_end"][n] = strip[HERE, b] + (to - b) * (strip[HERE, b + 1] - strip[HERE, b])
    w["twist_first"][n], w["twist_last"][n] = strip[TWIST, a], strip[TWIST, b]
    crosses = a != b
    w["ahead"][n] = high - was if crosses else 0.0
    w["z_back"][n] = strip[BACK, high] if crosses else begin
    w["z_here"][n] = strip[HERE, high]


@kernel
def see_ends(s: Record, back: Series, here: Series, lanes: int, w: Record) -> None:
    """Rise and run of the rays of the table at both rings."""
    b0, b1, b2, b3, b4, b5, b6 = back
    h0, h1, h2, h3, h4, h5, h6 = here
    v0, v1, v2, v3 = s["v"][0], s["v"][1], s["v"][2], s["v"][3]
    middle, height, curve = s["origin_minor"], s["height_m"], s["curve_per_m"]
    for i in range(lanes):
        r = w["was"][i] - middle
        u = higher(b0 + r * (b1 + r * (b2 + r * (b3 + r * (b4 + r * (b5 + r * b6))))), 0.0)
        v = u * (v0 + u * (v1 + u * (v2 + u * v3)))
        x = (w["z_begin"][i] - height) * curve
        w["n0"][i] = x - x * x * (1.0 - x) - v
        w["s0"][i] = math.sqrt(v * (2.0 - v))
        r = w["to"][i] - middle
        u = higher(h0 + r * (h1 + r * (h2 + r * (h3 + r * (h4 + r * (h5 + r * h6))))), 0.0)
        v = u * (v0 + u * (v1 + u * (v2 + u * v3)))
        x = (w["z_end"][i] - height) * curve
        w["n2"][i] = x - x * x * (1.0 - x) - v
        w["s2"][i] = math.sqrt(v * (2.0 - v))


@kernel
def see_crossings(s: Record, lanes: int, w: Record) -> None:
    """Rise and run of the rays of the table where they cross from one facet to the next, or begin; and how both parts bend."""
    height, curve = s["height_m"], s["curve_per_m"]
    for i in range(lanes):
        drift = w["to"][i] - w["was"][i]
        t = w["ahead"][i] / (drift if drift != 0.0 else 1.0)
        s0, s2 = w["s0"][i], w["s2"][i]
        s1 = s0 + (s2 - s0) * t
        x = (w["z_back"][i] + t * (w["z_here"][i] - w["z_back"][i]) - height) * curve
        w["n1"][i] = x - x * x * (1.0 - x) - 0.5 * s1 * s1 * (1.0 + 0.25 * s1 * s1)
        w["s1"][i] = s1
        drift = drift * curve
        w["bend_first"][i] = w["twist_first"][i] * drift * t * t - 0.5 * (s1 - s0) * (s1 - s0)
        w["bend_last"][i] = w["twist_last"][i] * drift * (1.0 - t) * (1.0 - t) - 0.5 * (s2 - s1) * (s2 - s1)


@kernel
def see_peaks(lanes: int, w: Record) -> None:
    """Largest tangents of the rays of the table: before the ring, and with it."""
    for i in range(lanes):
        n0, s0, n1, s1, n2, s2 = w["n0"][i], w["s0"][i], w["n1"][i], w["s1"][i], w["n2"][i], w["s2"][i]
        met = higher(w["met"][i], peak(n0, s0, n1, s1, w["bend_first"][i]))
        met = higher(met, n1 / higher(s1, TINY))
        met = higher(met, peak(n1, s1, n2, s2, w["bend_last"][i]))
        w["before"][i] = met
        w["met"][i] = higher(met, n2 / higher(s2, TINY))
