"""Who held what as a firm track and when, and what each node took it for: read from `events`, with truth from `association`.

A track belongs to the object that `association` names when it becomes firm and again at each interrogation, so a change of
owner in between is seen only at the next one.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.windows import union

if TYPE_CHECKING:
    from openiads.results.measures.data import RunData

Array = NDArray[Any]
NOTHING: Final = -1
"""Stands for the object of a false track."""

Key = tuple[int, str, str]
"""Place of the replication, node and track."""


class Hold(NamedTuple):
    """A node held a firm track of an object (`NOTHING`: of none) from a time to another, in the replication at place `line`."""

    line: int
    node: str
    track_id: str
    thing: int
    start_ns: int
    end_ns: int


class Identity(NamedTuple):
    """A node took a track for something; in truth it followed `thing`, and the answer was right, wrong or undecided."""

    at_ns: int
    identity: str
    thing: int
    result: str


def duration_ns(data: "RunData") -> int:
    """Length of the scenario."""
    return round(data.scenario.spec.clock.duration_s * NANOSECONDS_PER_SECOND)


def _rows(data: "RunData", table: str, column: str, words: tuple[str, ...], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Rows of a table whose `column` is one of `words`, as tuples of these columns, after the place of the replication."""
    read = data.table(table)
    chosen = read.filter(pc.is_in(read.column(column), pa.array(words)))
    lines = [k - data.replications.start for k in chosen.column("replication").to_pylist()]
    return list(zip(lines, *(chosen.column(name).to_pylist() for name in names), strict=True))


def owners(data: "RunData") -> Mapping[Key, tuple[list[int], list[int]]]:
    """Times from which on a track followed an object, and which."""
    place = data.objects.index()
    found: dict[Key, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    names = ("node", "reference_id", "at_ns", "object_id")
    for line, node, track, at_ns, thing in _rows(data, "association", "reference", ("track", "identification"), names):
        times, things = found[line, node, track]
        times.append(at_ns)
        things.append(place.get(thing, NOTHING))
    return found


def holds(data: "RunData") -> tuple[Hold, ...]:
    """Every stretch for which a node held a firm track of one object or of nothing, sorted.

    A stretch ends when the track is dropped, when it turns out to follow something else, when the object itself ends, or with
    the scenario.
    """
    last_ns = duration_ns(data)
    firm: dict[Key, int] = {}
    dropped: dict[Key, int] = {}
    for line, node, track, event, at_ns in _rows(
        data, "events", "event", ("firm", "dropped"), ("node", "track_id", "event", "at_ns")
    ):
        (firm if event == "firm" else dropped).setdefault((line, node, track), at_ns)
    ends = data.outcomes.end_ns
    found = []
    for key, start_ns in firm.items():
        times, things = data.owners.get(key, ([start_ns], [NOTHING]))
        end_ns = dropped.get(key, last_ns)
        for thing, since_ns, until_ns in _stretches(times, things, start_ns, end_ns):
            stop_ns = until_ns if thing == NOTHING else min(until_ns, int(ends[key[0], thing]))
            if stop_ns > since_ns:
                found.append(Hold(*key, thing, since_ns, stop_ns))
    return tuple(sorted(found))


def _stretches(times: list[int], things: list[int], start_ns: int, end_ns: int) -> list[tuple[int, int, int]]:
    """Object, start and end of each stretch of a track with one owner."""
    found: list[tuple[int, int, int]] = []
    for k, thing in enumerate(things):
        since_ns = start_ns if k == 0 else max(times[k], start_ns)
        if found and found[-1][0] == thing:
            continue
        if found:
            found[-1] = (found[-1][0], found[-1][1], since_ns)
        found.append((thing, since_ns, end_ns))
    return found


def identities(data: "RunData") -> Mapping[Key, tuple[Identity, ...]]:
    """What each node took each of its own tracks for, in time order."""
    place = data.objects.index()
    names = ("at_ns", "node", "reference_id", "object_id", "result")
    truth = {
        (line, at_ns, node, track): (place.get(thing, NOTHING), result)
        for line, at_ns, node, track, thing, result in _rows(data, "association", "reference", ("identification",), names)
    }
    found: dict[Key, list[Identity]] = defaultdict(list)
    for line, at_ns, node, track, word in _rows(
        data, "events", "event", ("identified",), ("at_ns", "node", "track_id", "detail")
    ):
        thing, result = truth.get((line, at_ns, node, track), (NOTHING, ""))
        found[line, node, track].append(Identity(at_ns, word, thing, result))
    return {key: tuple(said) for key, said in found.items()}


def owner_at(data: "RunData", key: Key, at_ns: int) -> int:
    """Which object a track followed at a time; `NOTHING` before it was firm, and for a false one."""
    times, things = data.owners.get(key, ((), ()))
    k = bisect_right(times, at_ns)
    return things[k - 1] if k else NOTHING


def identified(data: "RunData") -> Mapping[tuple[int, str, int], tuple[list[int], list[str]]]:
    """When each node took an object for what, in time order, over all its tracks of the object."""
    rows: dict[tuple[int, str, int], list[tuple[int, str]]] = defaultdict(list)
    for (line, node, _), said in data.identities.items():
        for one in said:
            if one.thing != NOTHING:
                rows[line, node, one.thing].append((one.at_ns, one.identity))
    return {key: ([at for at, _ in sorted(said)], [word for _, word in sorted(said)]) for key, said in rows.items()}


def covered_ns(stretches: list[tuple[int, int]]) -> int:
    """Time covered by at least one of several stretches."""
    return sum(end - start for start, end in union(stretches))


def firm_ns(data: "RunData", node: str | None = None) -> Array:
    """Time for which an object had a firm track at any node (or at one), (replications, objects)."""
    stretches: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for hold in data.holds:
        if hold.thing != NOTHING and (node is None or hold.node == node):
            stretches[hold.line, hold.thing].append((hold.start_ns, hold.end_ns))
    found = np.zeros((data.count, len(data.objects.ids)))
    for (line, thing), parts in stretches.items():
        found[line, thing] = covered_ns(parts)
    return found
