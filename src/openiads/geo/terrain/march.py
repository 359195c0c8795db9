"""Kernels of the viewshed: rays march over the grid ring by ring, and each post takes from the two rays beside it.

A sector is the quarter of the grid on one side of the antenna: its rings are grid columns (east, west) or rows (north,
south), so a ray crosses every ring once. `minor` is the coordinate along a ring, in posts. A ray carries the largest tangent
of elevation met so far. Between two grid lines the ground of a bilinear facet is a parabola along a ray; its peak is found
exactly. Where the highest post of a block cannot rise above what its rays have already met, the block is passed over.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiads.geo.terrain.sectors import (
    Floats,
    Record,
    Series,
    horner,
    ring_series,
    rise_and_run,
    u_at,
    versine,
)
from openiads.kernels import kernel

Heights = NDArray[np.float32]
Index = NDArray[np.int64]

GROUP = 64
"""Neighbouring rays that are passed over together."""
BLOCK = 16
"""Posts along each side of the blocks whose highest post is known."""
NEAR_RINGS, NEAR_STRIDE, FAR_STRIDE = 64, 4, 16
"""Rings between two decisions about what to pass over: few near the antenna, more beyond so many rings."""
DEGREE = 4
"""Of the polynomials that stand for the geometry along a ring."""
LOWEST = -1e30
MET, BEFORE, MINOR, RISE, RUN = range(5)
"""Columns of the table of rays: largest tangent met, the same without the last ring, and where, how high and how far that is."""
TINY = 1e-12
SLACK = 1e-7
"""How much the bound of a block is raised, as a tangent: more than the curvature inside one ring."""


@kernel
def peak(n0: float, s0: float, n1: float, s1: float, bend: float) -> float:
    """Largest (n0 + a t + bend t t) / (s0 + (s1 - s0) t) inside 0 < t < 1, where it has a peak there; else LOWEST."""
    run = s1 - s0
    a = n1 - n0 - bend
    starts = a * s0 - run * n0
    ends = starts + bend * (run + 2.0 * s0)
    if starts <= 0.0 or ends >= 0.0:
        return LOWEST
    q = bend * run
    half = bend * s0
    root = math.sqrt(max(half * half - q * starts, 0.0))
    t = -starts / (half - root)  # the root in 0 to 1, without the difference of like numbers: half is negative
    return (n0 + t * (a + bend * t)) / (s0 + run * t)


@kernel
def facet(s: Record, ground: Heights, line0: int, line1: int, row: int, share: float, minor: float) -> tuple[float, float]:
    """Height of the facet between two rings above `row` at a share of the way between them, and its twist."""
    at0 = line0 * s["line_stride"] + row * s["minor_stride"]
    at1 = line1 * s["line_stride"] + row * s["minor_stride"]
    up = s["minor_stride"]
    z00, z01, z10, z11 = ground[at0], ground[at0 + up], ground[at1], ground[at1 + up]
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
def highest_between(s: Record, highest: Heights, line0: int, line1: int, minor0: float, minor1: float) -> float:
    """Highest post of the blocks that hold the lines and minors between the given ones."""
    l0, l1 = min(line0, line1) // BLOCK, max(line0, line1) // BLOCK
    m0 = int(max(math.floor(minor0), 0)) // BLOCK
    m1 = int(min(math.floor(minor1) + 1, s["minors"] - 1)) // BLOCK
    top = LOWEST
    for line in range(l0, l1 + 1):
        for minor in range(m0, m1 + 1):
            top = max(top, highest[line * s["blocks_line"] + minor * s["blocks_minor"]])
    return top


@kernel
def minor_of(s: Record, minors: Floats, ring: int, ray: int) -> float:
    """Where a ray crosses a ring. [posts along it]"""
    away = abs(s["first"] + s["step"] * ring - s["origin_line"])
    return float(s["origin_minor"] + away * horner(minors[ring], ray * (2.0 / (s["rays"] - 1)) - 1.0))


@kernel
def span(s: Record, minors: Floats, ring: int, first: int, last: int) -> tuple[float, float]:
    """Least and greatest u of rays `first` to `last` at a ring; at the antenna itself for a ring before the first."""
    if ring < 0:
        return 0.0, 0.0
    line = s["first"] + s["step"] * float(ring)
    low, high = minor_of(s, minors, ring, first), minor_of(s, minors, ring, last)
    u0, u1 = u_at(s, line, low), u_at(s, line, high)
    least = u_at(s, line, s["origin_minor"]) if low < s["origin_minor"] < high else min(u0, u1)
    return least, max(u0, u1)


@kernel
def bound(s: Record, u0: float, u1: float) -> tuple[float, float, float]:
    """What `needed` takes of two distances: a versine and two sines."""
    v0, v1 = versine(s["v"], u0), versine(s["v"], u1)
    near, far = math.sqrt(v0 * (2.0 - v0)), math.sqrt(v1 * (2.0 - v1))
    return v0 - 0.125 * (far - near) * (far - near), near, far


@kernel
def rises(s: Record, limit: tuple[float, float, float], met: float, height: float) -> bool:
    """Whether ground of a height somewhere between two distances could exceed the tangent `met`. Never wrongly false."""
    g = limit[0] + min((met - SLACK) * limit[1], (met - SLACK) * limit[2])
    return bool(height * (1.0 - g) > s["height_m"] + s["radius_m"] * g)


@kernel
def choose(s: Record, minors: Floats, highest: Heights, ring: int, last_ring: int, least: Floats, active: Index) -> None:
    """Which groups of rays must look at the ground of the next rings: 1 or 0 in `active`. `least` is what each has met."""
    line0, line1 = s["first"] + s["step"] * (ring - 1), s["first"] + s["step"] * last_ring
    for group in range(len(active)):
        k0 = group * GROUP
        k1 = min(k0 + GROUP, s["rays"]) - 1
        u0, _ = span(s, minors, ring - 1, k0, k1)
        _, u1 = span(s, minors, last_ring, k0, k1)
        active[group] = 0 if u0 > s["reach_u"] or u1 < s["near_u"] else 1
        if ring == 0 or active[group] == 0:
            continue
        m0 = min(minor_of(s, minors, ring - 1, k0), minor_of(s, minors, last_ring, k0))
        m1 = max(minor_of(s, minors, ring - 1, k1), minor_of(s, minors, last_ring, k1))
        if (
            m1 < 0.0
            or m0 > s["minors"] - 1.0
            or not rises(s, bound(s, u0, u1), least[group], highest_between(s, highest, line0, line1, m0, m1))
        ):
            active[group] = 0


@kernel
def higher(a: float, b: float) -> float:
    """The greater of two finite numbers."""
    return a if a > b else b


@kernel
def top_of_facets(s: Record, ground: Heights, line: int, minor0: float, minor1: float) -> float:
    """Highest post of the facets between a ring and the one before that a ray passes between two minors, both 0 or more."""
    low, last = int(min(minor0, minor1)), int(max(minor0, minor1)) + 1
    up, back = s["minor_stride"], s["step"] * s["line_stride"]
    at = line * s["line_stride"] + low * up
    top = higher(higher(ground[at], ground[at - back]), higher(ground[at + up], ground[at + up - back]))
    for _ in range(low + 2, last + 1):
        at += up
        top = higher(top, higher(ground[at + up], ground[at + up - back]))
    return float(top)


@kernel
def begin_at(
    s: Record, ground: Heights, c: Series, ring: int, k: int, to: float, rays: Floats
) -> tuple[float, float, float, float]:
    """Minor, rise and run of a ray at the ring before `ring`, or at the antenna, and where that lies between rings."""
    line = s["first"] + s["step"] * (ring - 1)
    if ring > 0:
        minor = rays[MINOR, k]
        if rays[RUN, k] > 0.0:
            return minor, rays[RISE, k], rays[RUN, k], 0.0
        z, _ = facet(s, ground, line, line + s["step"], math.floor(minor), 0.0, minor)
        n, run = rise_and_run(s, c, minor, z)
        return minor, n, run, 0.0
    start = (s["origin_line"] - line) * s["step"]
    minor = to - (to - s["origin_minor"]) / (1.0 - start)
    z, _ = facet(s, ground, line, line + s["step"], math.floor(s["origin_minor"]), start, s["origin_minor"])
    n, _ = rise_and_run(s, c, s["origin_minor"], z)
    return minor, n, 0.0, start


@kernel
def march_group(s: Record, ground: Heights, minors: Floats, ring: int, group: int, fresh: bool, rays: Floats) -> float:
    """Take the rays of a group over one ring; returns the least that one of them has met."""
    k0 = group * GROUP
    k1 = min(k0 + GROUP, s["rays"])
    line = s["first"] + s["step"] * ring
    low, _ = span(s, minors, ring - 1, k0, k1 - 1)
    _, most = span(s, minors, ring, k0, k1 - 1)
    limit = bound(s, low, most)
    here = ring_series(s, float(line))
    back = ring_series(s, float(line - s["step"]) if ring > 0 else s["origin_line"])
    least, edge = 1.0 / TINY, s["minors"] - 1.0
    away = abs(line - s["origin_line"])
    middle, scale = s["origin_minor"], 2.0 / (s["rays"] - 1)
    c0, c1, c2, c3, c4 = minors[ring, 0], minors[ring, 1], minors[ring, 2], minors[ring, 3], minors[ring, 4]
    inside = most >= s["near_u"] and low <= s["reach_u"]
    for k in range(k0, k1):
        met = rays[MET, k]
        rays[BEFORE, k] = met
        x = k * scale - 1.0
        to = middle + away * (c0 + x * (c1 + x * (c2 + x * (c3 + x * c4))))
        if fresh and ring > 0:
            rays[MINOR, k], rays[RUN, k] = minor_of(s, minors, ring - 1, k), 0.0
        was = rays[MINOR, k]
        if inside and 0.0 <= to < edge and 0.0 <= was < edge:
            if ring == 0 or rises(s, limit, met, top_of_facets(s, ground, line, was, to)):
                was, n, run, start = begin_at(s, ground, back, ring, k, to, rays)
                rays[BEFORE, k], met, rays[RISE, k], rays[RUN, k] = along(
                    s, ground, here, line, (was, to), start, (n, run), met
                )
                rays[MET, k] = met
            else:
                rays[RUN, k] = 0.0
        else:
            rays[RUN, k] = 0.0
        rays[MINOR, k] = to
        least = min(least, met)
    return least


@kernel
def give(s: Record, posts: Floats, half_width: Floats, ring: int, rays: Floats, tangent: Heights) -> None:
    """Write to the posts of a ring, within `half_width` of its middle, the tangent between those of the two rays beside each."""
    line = s["first"] + s["step"] * ring
    origin = s["origin_minor"]
    away = abs(line - s["origin_line"])
    reach = min(away, half_width[ring])
    low = max(math.ceil(origin - reach), 0)
    high = min(math.floor(origin + reach), s["minors"] - 1)
    inverse = 1.0 / away
    c0, c1, c2, c3, c4 = posts[ring, 0], posts[ring, 1], posts[ring, 2], posts[ring, 3], posts[ring, 4]
    up = s["minor_stride"]
    at = line * s["line_stride"] + low * up
    for i in range(low, high + 1):
        x = (i - origin) * inverse
        place = c0 + x * (c1 + x * (c2 + x * (c3 + x * c4)))
        k = int(place)
        left = rays[BEFORE, k]
        tangent[at] = left + (place - k) * (rays[BEFORE, k + 1] - left)
        at += up


@kernel
def march(
    sectors: Record,
    ground: Heights,
    highest: Heights,
    minors: Floats,
    posts: Floats,
    half_width: Floats,
    rays: Floats,
    least: Floats,
    active: Index,
    tangent: Heights,
) -> None:
    """March the rays of a sector outwards; fills `tangent` of its posts and leaves in `rays` what each has met."""
    s = sectors[0]
    decide, fresh = 0, True
    for ring in range(s["rings"]):
        if ring == decide:
            decide += NEAR_STRIDE if ring < NEAR_RINGS else FAR_STRIDE
            choose(s, minors, highest, ring, min(decide, s["rings"]) - 1, least, active)
            fresh = True
            for k in range(s["rays"]):
                rays[BEFORE, k] = rays[MET, k]
        for group in range(len(active)):
            if active[group] == 1:
                least[group] = march_group(s, ground, minors, ring, group, fresh, rays)
        fresh = False
        give(s, posts, half_width, ring, rays, tangent)


@kernel
def lowest_heights(sectors: Record, arc: Floats, scale: Floats, w: Floats, ground: Heights, field: Heights) -> None:
    """Turn the tangents of all posts, row by row, into least visible heights, not below the ground; NaN beyond the reach."""
    s = sectors[0]
    v0, v1, v2, v3 = s["v"][0], s["v"][1], s["v"][2], s["v"][3]
    height, radius, reach = s["height_m"], s["radius_m"], s["reach_u"]
    columns = len(w)
    for i in range(len(arc)):
        a, b = arc[i], scale[i]
        base = i * columns
        for j in range(columns):
            u = a + b * w[j]
            v = u * (v0 + u * (v1 + u * (v2 + u * v3)))
            g = v + field[base + j] * math.sqrt(v * (2.0 - v))
            low = max((height + radius * g) / (1.0 - g), float(ground[base + j]))
            field[base + j] = low if u <= reach else math.nan
