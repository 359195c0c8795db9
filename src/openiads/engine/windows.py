"""Which times of a scenario are walked: those in which a friendly object is above the horizon of a radar that counts.

In sight is geometry alone: within the instrumented range, above the terrain and the horizon, within the elevation limits. The
cross-section has no part in it, so a flight that no radar can detect is walked as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.clock import nanoseconds
from openiads.engine.objects import Things
from openiads.engine.sites import Radars
from openiads.geo.ellipsoid import ecef_to_polar_k
from openiads.kernels import kernel
from openiads.records.case import FRIENDLY
from openiads.records.truth import motion_at
from openiads.records.visibility import visible
from openiads.scenario.choices import WindowsSpec

Record = Any
Records = NDArray[Any]
Interval = tuple[int, int]
STEP_NS = 5 * NANOSECONDS_PER_SECOND
"""How finely the line of sight is sampled."""


@dataclass(frozen=True)
class Walk:
    """The times that are walked [ns], and when each node could see each friendly object."""

    duration_ns: int
    walked: tuple[Interval, ...]
    in_sight: Mapping[tuple[str, str], tuple[Interval, ...]] = field(default_factory=dict)

    @property
    def walked_ns(self) -> int:
        """Length of what is walked."""
        return sum(last - first for first, last in self.walked)

    def keeps(self, at_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which instants lie in what is walked; the start of an interval belongs to what was before it."""
        keep = np.zeros(len(at_ns), dtype=bool)
        for first, last in self.walked:
            keep |= (at_ns > first) & (at_ns <= last)
        return keep


def plan_walk(windows: WindowsSpec | None, radars: Radars, things: Things, duration_ns: int) -> Walk:
    """The times to walk; all when the scenario names no windows or says not to skip."""
    if windows is None:
        return Walk(duration_ns, ((0, duration_ns),))
    sight: dict[tuple[str, str], tuple[Interval, ...]] = {}
    for node in sorted(set(windows.seen_by)):
        for o, name in enumerate(things.names):
            if things.objects[o]["side"] == FRIENDLY:
                found = _sight(node, radars, things, o, duration_ns)
                if found:
                    sight[node, name] = found
    if not windows.skip:
        return Walk(duration_ns, ((0, duration_ns),), sight)
    lead_ns, tail_ns = nanoseconds(windows.lead_s), nanoseconds(windows.tail_s)
    wanted = [(max(a - lead_ns, 0), min(b + tail_ns, duration_ns)) for times in sight.values() for a, b in times]
    return Walk(duration_ns, tuple(union(wanted)), sight)


def union(intervals: list[Interval]) -> list[Interval]:
    """The same times as disjoint intervals in order."""
    merged: list[Interval] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        elif last > first:
            merged.append((first, last))
    return merged


def _sight(node: str, radars: Radars, things: Things, o: int, duration_ns: int) -> tuple[Interval, ...]:
    thing = things.objects[o]
    first_ns, last_ns = int(thing["start_ns"]), min(int(thing["end_ns"]), duration_ns)
    seen = np.zeros(max(0, last_ns - first_ns) // STEP_NS + 1, np.bool_)
    masks = (radars.mask_first, radars.mask_range_m, radars.mask_elevation_rad)
    for r, (owner, _) in enumerate(radars.names):
        if owner == node:
            mark_sight(radars.records[r], things.objects, things.knots, o, masks, first_ns, STEP_NS, seen)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(np.int8)))
    starts, stops = first_ns + edges[::2] * STEP_NS, first_ns + edges[1::2] * STEP_NS
    return tuple((int(a), min(int(b), last_ns)) for a, b in zip(starts, stops, strict=True))


@kernel
def mark_sight(
    radar: Record,
    objects: Records,
    knots: Records,
    o: int,
    masks: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    first_ns: int,
    step_ns: int,
    seen: NDArray[np.bool_],
) -> None:
    """Mark in `seen` the steps from `first_ns` on at which object `o` is in sight of `radar`."""
    for k in range(len(seen)):
        x, y, z, _, _, _ = motion_at(objects, knots, o, first_ns + k * step_ns)
        range_m, azimuth, _ = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)
        if range_m <= radar["instrumented_m"] and visible(radar, masks, x, y, z, azimuth):
            seen[k] = True
