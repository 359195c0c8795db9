"""The quality of the air picture of a node: SIAP attributes from its firm tracks, integrated over time.

Sums over objects and time: J objects in the scenario, J_T of them tracked, N firm tracks, N_A of them of a real object.
Forms: P. Votruba, R. Nisley, R. Rothrock, B. Zombro, Single Integrated Air Picture (SIAP) Metrics Implementation, 2001.
"""

from collections import defaultdict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData
from openiads.results.measures.tracks import NOTHING, Hold

Array = NDArray[Any]
SECONDS_PER_HOUR: Final = 3600


def _node(data: RunData, node: str | None) -> str:
    return data.paths.main_node if node is None else data.paths.require_node(node)


def _held(data: RunData, node: str | None) -> list[Hold]:
    wanted = _node(data, node)
    return [hold for hold in data.holds if hold.node == wanted]


def _times(data: RunData, holds: list[Hold]) -> tuple[Array, Array]:
    """Track-seconds of real objects and of all tracks, (replications,) each."""
    real, every = np.zeros(data.count), np.zeros(data.count)
    for hold in holds:
        lasted = (hold.end_ns - hold.start_ns) / NANOSECONDS_PER_SECOND
        every[hold.line] += lasted
        real[hold.line] += lasted if hold.thing != NOTHING else 0.0
    return real, every


def _tracked_s(data: RunData, node: str | None) -> Array:
    found: Array = data.firm_ns(_node(data, node)) / NANOSECONDS_PER_SECOND
    return found


def siap_completeness(data: RunData, *, node: str | None = None) -> Sample:
    """Object-seconds with a firm track, and object-seconds in the scenario."""
    life = data.outcomes.end_ns - np.minimum(data.objects.start_ns[None, :], data.outcomes.end_ns)
    return sample(_tracked_s(data, node).sum(axis=1), life.sum(axis=1) / NANOSECONDS_PER_SECOND)


def siap_ambiguity(data: RunData, *, node: str | None = None) -> Sample:
    """Track-seconds of real objects, and object-seconds with a firm track."""
    return sample(_times(data, _held(data, node))[0], _tracked_s(data, node).sum(axis=1))


def siap_spuriousness(data: RunData, *, node: str | None = None) -> Sample:
    """Track-seconds of nothing, and of all tracks."""
    real, every = _times(data, _held(data, node))
    return sample(every - real, every)


def _by_object(holds: list[Hold]) -> dict[tuple[int, int], list[Hold]]:
    found: dict[tuple[int, int], list[Hold]] = defaultdict(list)
    for hold in holds:
        if hold.thing != NOTHING:
            found[hold.line, hold.thing].append(hold)
    return found


def fewest_tracks(stretches: list[tuple[int, int]]) -> int:
    """How few of the stretches cover all the time that they cover together: greedy, always the one that reaches farthest."""
    count, k, ordered = 0, 0, sorted(stretches)
    reached = -1
    while k < len(ordered):
        start = ordered[k][0] if ordered[k][0] > reached else reached
        farthest = reached
        while k < len(ordered) and ordered[k][0] <= start:
            farthest = max(farthest, ordered[k][1])
            k += 1
        if farthest > reached:
            count += 1
            reached = farthest
    return count


def siap_track_changes(data: RunData, *, node: str | None = None) -> Sample:
    """Fewest tracks needed less one, and hours tracked, over the objects that are tracked at all."""
    changes, tracked = np.zeros(data.count), _tracked_s(data, node).sum(axis=1)
    for (line, _), held in _by_object(_held(data, node)).items():
        changes[line] += fewest_tracks([(h.start_ns, h.end_ns) for h in held]) - 1
    return sample(changes, tracked / SECONDS_PER_HOUR)


def siap_longest_segment(data: RunData, *, node: str | None = None) -> Sample:
    """Longest time on a single track of each object, and its time in the scenario."""
    longest = np.zeros(data.count)
    for (line, _), held in _by_object(_held(data, node)).items():
        by_track: dict[str, int] = defaultdict(int)
        for hold in held:
            by_track[hold.track_id] = max(by_track[hold.track_id], hold.end_ns - hold.start_ns)
        longest[line] += max(by_track.values()) / NANOSECONDS_PER_SECOND
    return sample(longest, siap_completeness(data, node=node).denominators)


_NODE: Final = {"node": "node whose picture it is; the fire unit nearest to an asset otherwise"}
_TABLES: Final = ("objects", "outcomes", "events", "association")

MEASURES: Final = (
    Measure(
        "siap_completeness",
        "1",
        "share_of_sums",
        "object-time with a firm track at the node / object-time in the scenario, sums (sum J_T / sum J)",
        _TABLES,
        siap_completeness,
        _NODE,
    ),
    Measure(
        "siap_ambiguity",
        "1",
        "ratio",
        "firm track-time of real objects at the node / object-time with a firm track, sums (sum N_A / sum J_T); ideal 1",
        _TABLES,
        siap_ambiguity,
        _NODE,
    ),
    Measure(
        "siap_spuriousness",
        "1",
        "share_of_sums",
        "firm track-time of nothing at the node / firm track-time, sums (sum (N - N_A) / sum N)",
        _TABLES,
        siap_spuriousness,
        _NODE,
    ),
    Measure(
        "siap_track_changes",
        "1/h",
        "rate",
        "fewest tracks of each tracked object less one / hours tracked, sums; objects never tracked are left out",
        _TABLES,
        siap_track_changes,
        _NODE,
    ),
    Measure(
        "siap_longest_segment",
        "1",
        "share_of_sums",
        "longest time on one track of each object / its time in the scenario, sums",
        _TABLES,
        siap_longest_segment,
        _NODE,
    ),
)
