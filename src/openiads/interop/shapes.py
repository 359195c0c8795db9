"""What viewers draw: paths with no more points than they need, sites, and the straight lines that stand for missiles."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.interop.source import Source, Thing

Array = NDArray[np.float64]
Times = NDArray[np.int64]

STEP_NS: Final = NANOSECONDS_PER_SECOND // 2
"""Spacing of the points out of which a path is thinned; corners are rounded within it."""

TOLERANCE: Final = 1.0
"""Farthest distance [m] from the path when a viewer joins its points by straight lines at constant speed."""

LONGEST: Final = 100_000
"""Points of a path that are worked on at a time."""

COLOURS: Final = {"friendly": (0, 120, 255), "hostile": (230, 30, 30), "neutral": (0, 160, 80)}
"""Red, green, blue of each side, near those of NATO APP-6; the side also stands in every label."""

NODE_COLOUR: Final = (20, 60, 140)
MISSILE_COLOUR: Final = (120, 120, 120)

MISSILE_NOTE: Final = "Missiles are drawn on straight lines: the model has a time of flight and no path."


@dataclass(frozen=True)
class Leg:
    """A missile from launch to its end; `object_id` is what its track really followed."""

    name: str
    node: str
    missile: str
    object_id: str
    result: str
    from_ns: int
    until_ns: int
    from_ecef_m: Array
    until_ecef_m: Array


def thin(at_ns: Times, position_m: Array, tolerance: float = TOLERANCE) -> NDArray[np.intp]:
    """Places of the points to keep, so that straight lines between them at constant speed stay within `tolerance`. [m]

    The method of Douglas and Peucker (Cartographica 10(2), 1973) with the distance at equal times.
    """
    keep = np.zeros(len(at_ns), dtype=bool)
    keep[[0, -1]] = True
    todo = [(0, len(at_ns) - 1)]
    while todo:
        a, b = todo.pop()
        if b - a < 2:
            continue
        share = ((at_ns[a + 1 : b] - at_ns[a]) / (at_ns[b] - at_ns[a]))[:, None]
        off = position_m[a + 1 : b] - (position_m[a] + share * (position_m[b] - position_m[a]))
        squared = np.einsum("ij,ij->i", off, off)
        worst = int(squared.argmax())
        if squared[worst] > tolerance * tolerance:
            middle = a + 1 + worst
            keep[middle] = True
            todo += [(a, middle), (middle, b)]
    return np.nonzero(keep)[0]


def path_of(source: Source, thing: Thing) -> Iterator[tuple[Times, Array]]:
    """Times and ECEF positions of an object within the span, thinned; in one piece, or several for very long ones."""
    span = source.span_of(thing)
    if span is None:
        return
    index = source.index[thing.object_id]
    first, last = span
    while True:
        times = np.append(np.arange(first, min(last, first + LONGEST * STEP_NS), STEP_NS, dtype=np.int64), 0)
        times[-1] = min(last, first + LONGEST * STEP_NS)
        times = np.unique(times)
        position, _ = source.paths.at(index, times)
        kept = thin(times, position)
        source.on_time(int(times[-1]))
        yield times[kept], position[kept]
        if times[-1] >= last:
            return
        first = int(times[-1])


def legs(source: Source) -> Iterator[Leg]:
    """Missiles of the span in the order of their launches, those whose end is known and was somewhere."""
    truth = {row["reference_id"]: row for row in source.rows("association") if row["reference"] == "shot"}
    for row in source.rows("shots"):
        end = truth.get(f"{row['node']}/{row['shot']}")
        index = source.index.get(end["object_id"]) if end else None
        if end is None or index is None or end["at_ns"] <= row["at_ns"]:
            continue
        meeting, _ = source.paths.at(index, end["at_ns"])
        node = source.nodes[source.node_index[row["node"]]]
        yield Leg(
            name=f"{row['node']}/{row['shot']}",
            node=row["node"],
            missile=row["missile"],
            object_id=end["object_id"],
            result=end["result"],
            from_ns=row["at_ns"],
            until_ns=end["at_ns"],
            from_ecef_m=node.position_m,
            until_ecef_m=meeting,
        )


def utc(source: Source, at_ns: int) -> str:
    """An instant of the scenario as ISO 8601 in UTC, to the microsecond."""
    when = datetime.fromtimestamp(source.epoch_ns // NANOSECONDS_PER_SECOND, UTC) + timedelta(microseconds=at_ns // 1000)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def label(thing: Thing) -> dict[str, Any]:
    """What every format tells of an object beside its path."""
    return {"side": thing.side, "kind": thing.kind, "system": thing.system, "end_state": thing.end_state}
