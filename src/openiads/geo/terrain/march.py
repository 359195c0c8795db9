"""Kernels of the viewshed: rays march over the grid ring by ring, and each post takes from the two rays beside it.

A sector is the quarter of the grid on one side of the antenna: its rings are grid columns (east, west) or rows (north,
south), so a ray crosses every ring once. `minor` is the coordinate along a ring, in posts. A ray carries the largest tangent
of elevation met so far. Where the highest post of a block, or of a facet, cannot rise above what its rays have already met,
it is passed over. The others are gathered into short tables, over which plain loops without branches run.
"""

import math

import numpy as np
from numpy.typing import NDArray

from openiads.geo.terrain.facets import LOWEST, Heights, along, begin_at, higher
from openiads.geo.terrain.sectors import (
    Floats,
    Record,
    horner,
    ring_series,
    u_at,
    versine,
)
from openiads.geo.terrain.strips import (
    BACK,
    GROUP,
    LANES,
    LIMIT,
    SLACK,
    enter,
    lay_strip,
    see_crossings,
    see_ends,
    see_peaks,
)
from openiads.kernels import kernel

Index = NDArray[np.int64]

BLOCK = 16
"""Posts along each side of the blocks whose highest post is known."""
NEAR_RINGS, NEAR_STRIDE, FAR_STRIDE = 64, 4, 16
"""Rings between two decisions about what to pass over: few near the antenna, more beyond so many rings."""
DEGREE = 4
"""Of the polynomials that stand for the geometry along a ring."""
MET, BEFORE = range(2)
"""Rows of the table of rays: largest tangent met, and the same without the last ring."""


@kernel
def highest_between(s: Record, highest: Heights, line0: int, line1: int, minor0: float, minor1: float) -> float:
    """Highest post of the blocks that hold the lines and minors between the given ones."""
    l0, l1 = min(line0, line1) // BLOCK, max(line0, line1) // BLOCK
    m0 = int(max(math.floor(minor0), 0)) // BLOCK
    m1 = int(min(math.floor(minor1) + 1, s["minors"] - 1)) // BLOCK
    top = LOWEST
    for line in range(l0, l1 + 1):
        for minor in range(m0, m1 + 1):
            top = max(top, float(highest[line * s["blocks_line"] + minor * s["blocks_minor"]]))
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
def least_of(s: Record, group: int, rays: Floats) -> float:
    """The least that a ray of a group has met."""
    k0 = group * GROUP
    least = rays[MET, k0]
    for k in range(k0 + 1, min(k0 + GROUP, s["rays"])):
        least = min(least, rays[MET, k])
    return float(least)


@kernel
def place_rays(s: Record, minors: Floats, ring: int, k0: int, count: int, w: Record) -> None:
    """Where the rays of a group cross a ring and the one before."""
    middle, scale = s["origin_minor"], 2.0 / (s["rays"] - 1)
    line = s["first"] + s["step"] * float(ring)
    away, last = abs(line - s["origin_line"]), max(ring - 1, 0)
    before = abs(line - s["step"] - s["origin_line"]) if ring > 0 else 0.0
    c0, c1, c2, c3, c4 = minors[ring, 0], minors[ring, 1], minors[ring, 2], minors[ring, 3], minors[ring, 4]
    b0, b1, b2, b3, b4 = minors[last, 0], minors[last, 1], minors[last, 2], minors[last, 3], minors[last, 4]
    for i in range(count):
        x = (k0 + i) * scale - 1.0
        w["to"][i] = middle + away * (c0 + x * (c1 + x * (c2 + x * (c3 + x * c4))))
        w["was"][i] = middle + before * (b0 + x * (b1 + x * (b2 + x * (b3 + x * b4))))


@kernel
def march_alone(s: Record, ground: Heights, ring: int, k: int, was: float, to: float, rays: Floats) -> None:
    """Take one ray over one ring, however many posts it crosses, and from the antenna over the first ring."""
    line = s["first"] + s["step"] * ring
    back = ring_series(s, float(line - s["step"]) if ring > 0 else s["origin_line"])
    here = ring_series(s, float(line))
    was, n, run, start = begin_at(s, ground, back, ring, was, to)
    before, met, _, _ = along(s, ground, here, line, (was, to), start, (n, run), rays[MET, k])
    rays[BEFORE, k], rays[MET, k] = before, met


@kernel
def gather(s: Record, ground: Heights, ring: int, k0: int, count: int, strip: Floats, rays: Floats, w: Record) -> int:
    """Enter into the table the rays that facets on their way could raise; returns how many. Steep ones are taken at once."""
    edge = s["minors"] - 1.0
    n = 0
    for i in range(count):
        was, to = w["was"][i], w["to"][i]
        least, most = (was, to) if to > was else (to, was)
        if least < 0.0 or most >= edge:
            continue
        low, high = int(least), int(most)
        met = rays[MET, k0 + i]
        limit = higher(strip[LIMIT, low], strip[LIMIT, high])
        for m in range(low + 1, high):
            limit = higher(limit, strip[LIMIT, m])
        if met >= limit:
            continue
        if high - low > 1:
            march_alone(s, ground, ring, k0 + i, was, to, rays)
            continue
        enter(strip, low, high, k0 + i, met, i, n, w)
        n += 1
    return n


@kernel
def march_group(
    s: Record, ground: Heights, minors: Floats, ring: int, group: int, least: float, rays: Floats, strip: Floats, w: Record
) -> None:
    """Take the rays of a group, of which each has met `least` or more, over one ring."""
    k0 = group * GROUP
    count = min(GROUP, s["rays"] - k0)
    for k in range(count):
        rays[BEFORE, k0 + k] = rays[MET, k0 + k]
    low, _ = span(s, minors, ring - 1, k0, k0 + count - 1)
    _, most = span(s, minors, ring, k0, k0 + count - 1)
    if most < s["near_u"] or low > s["reach_u"]:
        return
    place_rays(s, minors, ring, k0, count, w)
    if ring == 0:
        for i in range(count):
            if 0.0 <= w["to"][i] < s["minors"] - 1.0:
                march_alone(s, ground, ring, k0 + i, w["was"][i], w["to"][i], rays)
        return
    first = max(int(min(w["was"][0], w["to"][0])), 0)
    last = min(int(max(w["was"][count - 1], w["to"][count - 1])) + 1, s["minors"] - 1)
    if last <= first or lay_strip(s, ground, ring, first, last, bound(s, low, most), strip) <= least:
        return
    n = gather(s, ground, ring, k0, count, strip, rays, w)
    lanes = (n + LANES - 1) // LANES * LANES
    line = float(s["first"] + s["step"] * ring)
    see_ends(s, ring_series(s, line - s["step"]), ring_series(s, line), lanes, w)
    see_crossings(s, lanes, w)
    see_peaks(lanes, w)
    for i in range(n):
        rays[BEFORE, w["ray"][i]], rays[MET, w["ray"][i]] = w["before"][i], w["met"][i]


@kernel
def give(s: Record, posts: Floats, half_width: Floats, ring: int, rays: Floats, places: Floats, tangent: Heights) -> None:
    """Write to the posts of a ring, within `half_width` of its middle, the tangent between those of the two rays beside each."""
    line = s["first"] + s["step"] * ring
    origin = s["origin_minor"]
    away = abs(line - s["origin_line"])
    reach = min(away, half_width[ring])
    low = max(math.ceil(origin - reach), 0)
    count = min(math.floor(origin + reach), s["minors"] - 1) - low + 1
    inverse, start = 1.0 / away, low - origin
    c0, c1, c2, c3, c4 = posts[ring, 0], posts[ring, 1], posts[ring, 2], posts[ring, 3], posts[ring, 4]
    for i in range(count):
        x = (start + i) * inverse
        places[i] = c0 + x * (c1 + x * (c2 + x * (c3 + x * c4)))
    up = s["minor_stride"]
    at = line * s["line_stride"] + low * up
    for i in range(count):
        place = places[i]
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
    strip: Floats,
    tables: Record,
    tangent: Heights,
) -> None:
    """March the rays of a sector outwards; fills `tangent` of its posts and leaves in `rays` what each has met."""
    s, w = sectors[0], tables[0]
    decide = 0
    for ring in range(s["rings"]):
        if ring == decide:
            decide += NEAR_STRIDE if ring < NEAR_RINGS else FAR_STRIDE
            for k in range(s["rays"]):
                rays[BEFORE, k] = rays[MET, k]
            for group in range(len(active)):
                if active[group] == 1:
                    least[group] = least_of(s, group, rays)
            choose(s, minors, highest, ring, min(decide, s["rings"]) - 1, least, active)
        for group in range(len(active)):
            if active[group] == 1:
                march_group(s, ground, minors, ring, group, least[group], rays, strip, w)
        give(s, posts, half_width, ring, rays, strip[BACK], tangent)


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
            g = v + float(field[base + j]) * math.sqrt(v * (2.0 - v))
            low = max((height + radius * g) / (1.0 - g), float(ground[base + j]))
            field[base + j] = low if u <= reach else math.nan
