"""Kernels of one ray over the ground of bilinear facets between two rings.

Between two grid lines the ground of a bilinear facet is a parabola along a ray; its peak is found exactly.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiads.geo.terrain.sectors import Record, Series, rise_and_run
from openiads.kernels import kernel

Heights = NDArray[np.float32]
LOWEST = -1e30
TINY = 1e-12


@kernel
def higher(a: float, b: float) -> float:
    """The greater of two finite numbers."""
    return a if a > b else b


@kernel
def wide(a: float) -> float:
    """A float32 in double precision: compiled, `float` alone leaves it as it is."""
    return float(a) + 0.0


@kernel
def peak(n0: float, s0: float, n1: float, s1: float, bend: float) -> float:
    """Largest (n0 + a t + bend t t) / (s0 + (s1 - s0) t) inside 0 < t < 1, where it has a peak there; else LOWEST."""
    run = s1 - s0
    a = n1 - n0 - bend
    starts = a * s0 - run * n0
    ends = starts + bend * (run + 2.0 * s0)
    peaked = starts > 0.0 and ends < 0.0
    q = bend * run
    half = bend * s0
    root = math.sqrt(higher(half * half - q * starts, 0.0))
    # the root in 0 to 1, without the difference of like numbers: half is negative
    t = -starts / (half - root) if peaked else 0.0
    return (n0 + t * (a + bend * t)) / (s0 + run * t) if peaked else LOWEST


@kernel
def facet(s: Record, ground: Heights, line0: int, line1: int, row: int, share: float, minor: float) -> tuple[float, float]:
    """Height of the facet between two rings above `row` at a share of the way between them, and its twist."""
    at0 = line0 * s["line_stride"] + row * s["minor_stride"]
    at1 = line1 * s["line_stride"] + row * s["minor_stride"]
    up = s["minor_stride"]
    z00, z01, z10, z11 = wide(ground[at0]), wide(ground[at0 + up]), wide(ground[at1]), wide(ground[at1 + up])
    f = minor - row
    near = z00 + f * (z01 - z00)
    far = z10 + f * (z11 - z10)
    return near + share * (far - near), (z00 - z01) - (z10 - z11)


@kernel
def along(
    s: Record,
    ground: Heights,
    c: Series,
    line1: int,
    ends: tuple[float, float],
    start: float,
    first: tuple[float, float],
    met: float,
) -> tuple[float, float, float, float]:
    """Largest tangent of a ray up to a ring, without and with the ring itself, and its rise and run at the ring.

    The ray runs straight between two minors, `ends`, on the ring before `line1` and on it; segments end where it crosses a post.
    `start` is where between the rings it begins, with rise and run `first`. On so short a way the run grows evenly.
    """
    line0 = line1 - s["step"]
    drift = ends[1] - ends[0]
    up = drift > 0.0
    begin = ends[0] + start * drift
    row = math.floor(begin) if up else max(math.ceil(begin) - 1, 0)
    far = max(math.ceil(ends[1]) - 1, 0) if up else math.floor(ends[1])
    z, twist = facet(s, ground, line0, line1, far, 1.0, ends[1])
    n2, s2 = rise_and_run(s, c, ends[1], z)
    n0, s0 = first
    t0, steady = start, (s2 - s0) / (1.0 - start)
    while (row < far) if up else (row > far):
        cross = float(row + 1) if up else float(row)
        t1 = (cross - ends[0]) / drift
        z, bent = facet(s, ground, line0, line1, row, t1, cross)
        s1 = s0 + steady * (t1 - t0)
        x = (z - s["height_m"]) * s["curve_per_m"]
        n1 = x - x * x * (1.0 - x) - 0.5 * s1 * s1 * (1.0 + 0.25 * s1 * s1)
        grown = s1 - s0
        bend = bent * drift * (t1 - t0) * (t1 - t0) * s["curve_per_m"] - 0.5 * grown * grown
        met = max(met, peak(n0, s0, n1, s1, bend))
        if n1 > met * s1:
            met = n1 / max(s1, TINY)
        n0, s0, t0 = n1, s1, t1
        row += 1 if up else -1
    bend = twist * drift * (1.0 - t0) * (1.0 - t0) * s["curve_per_m"] - 0.5 * (s2 - s0) * (s2 - s0)
    met = max(met, peak(n0, s0, n2, s2, bend))
    return met, n2 / s2 if n2 > met * s2 else met, n2, s2


@kernel
def begin_at(s: Record, ground: Heights, c: Series, ring: int, was: float, to: float) -> tuple[float, float, float, float]:
    """Minor, rise and run of a ray at the ring before `ring`, or at the antenna, and where that lies between rings."""
    line = s["first"] + s["step"] * (ring - 1)
    if ring > 0:
        z, _ = facet(s, ground, line, line + s["step"], math.floor(was), 0.0, was)
        n, run = rise_and_run(s, c, was, z)
        return was, n, run, 0.0
    start = (s["origin_line"] - line) * s["step"]
    minor = to - (to - s["origin_minor"]) / (1.0 - start)
    z, _ = facet(s, ground, line, line + s["step"], math.floor(s["origin_minor"]), start, s["origin_minor"])
    n, _ = rise_and_run(s, c, s["origin_minor"], z)
    return minor, n, 0.0, start
