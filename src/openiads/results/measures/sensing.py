"""Measures of detection, tracks, warning and reaction. Ranges are ground ranges to a stated node, times those of any node."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import NEVER, RunData

Array = NDArray[Any]


def each_object(data: RunData) -> tuple[Mapping[str, Any], ...]:
    """Every object of the run."""
    return tuple({"object": name} for name in data.objects.ids)


def _place(data: RunData, name: str) -> int:
    places = data.objects.index()
    if name not in places:
        raise ResultsError(f"no object is called {name!r}. Known: {', '.join(places)}.")
    return places[name]


def _range(data: RunData, name: str, node: str | None, at_ns: Array) -> Sample:
    thing = _place(data, name)
    found = data.paths.ground_range_km(node or data.paths.main_node, thing, at_ns[:, thing])
    return sample(np.where(at_ns[:, thing] == NEVER, np.nan, found))


def first_detection_range(data: RunData, *, object: str, node: str | None = None) -> Sample:  # noqa: A002 - the table's word
    """Ground range from the node to the object at its first detection by any node; missing where it is never detected."""
    return _range(data, object, node, data.outcomes.first_detection_ns)


def first_firm_track_range(data: RunData, *, object: str, node: str | None = None) -> Sample:  # noqa: A002
    """The same at its first firm track at any node."""
    return _range(data, object, node, data.outcomes.first_firm_ns)


def p_detected(data: RunData, *, object: str) -> Sample:  # noqa: A002
    """Whether the object was detected at all."""
    return sample(data.outcomes.first_detection_ns[:, _place(data, object)] != NEVER)


def p_firm(data: RunData, *, object: str) -> Sample:  # noqa: A002
    """Whether any node held a firm track of the object."""
    return sample(data.outcomes.first_firm_ns[:, _place(data, object)] != NEVER)


def _life_ns(data: RunData) -> Array:
    return data.outcomes.end_ns - np.minimum(data.objects.start_ns[None, :], data.outcomes.end_ns)


def time_on_track(data: RunData, *, object: str, node: str | None = None) -> Sample:  # noqa: A002
    """Time with a firm track of the object at any node, or at one."""
    if node is not None:
        data.paths.require_node(node)
    return sample(data.firm_ns(node)[:, _place(data, object)] / NANOSECONDS_PER_SECOND)


def track_share(data: RunData, *, object: str, node: str | None = None) -> Sample:  # noqa: A002
    """The same, and the time for which the object was in the scenario."""
    held = time_on_track(data, object=object, node=node).numerators
    return sample(held, _life_ns(data)[:, _place(data, object)] / NANOSECONDS_PER_SECOND)


def warning_time(data: RunData, *, object: str) -> Sample:  # noqa: A002
    """Time from the first firm track at any node to where the path of the object ends; missing without a firm track."""
    thing = _place(data, object)
    end_ns = int(data.paths.things.objects["end_ns"][thing])
    firm = data.outcomes.first_firm_ns[:, thing]
    return sample(np.where(firm == NEVER, np.nan, (end_ns - firm) / NANOSECONDS_PER_SECOND))


def hostile_objects(data: RunData) -> tuple[Mapping[str, Any], ...]:
    """Every hostile object of the run."""
    return tuple({"object": data.objects.ids[k]} for k in np.flatnonzero(data.side("hostile")))


def reaction_time(data: RunData) -> Sample:
    """Sum over fire units and objects of the time from the unit's firm track to its first launch, and how many there are."""
    firm: dict[tuple[int, str, str], tuple[int, int]] = {}
    for hold in data.holds:
        firm.setdefault((hold.line, hold.node, hold.track_id), (hold.start_ns, hold.thing))
    first: dict[tuple[int, str, int], int] = {}
    table = (data.lines("shots"), *(data.column("shots", name) for name in ("node", "track_id", "at_ns")))
    for line, node, track, at_ns in zip(*table, strict=True):  # sorted by time
        since_ns, thing = firm.get((line, node, track), (NEVER, NEVER))
        if thing >= 0:
            first.setdefault((line, node, thing), at_ns - since_ns)
    total, count = np.zeros(data.count), np.zeros(data.count)
    for (line, _, _), waited_ns in first.items():
        total[line] += waited_ns / NANOSECONDS_PER_SECOND
        count[line] += 1
    return sample(total, count)


def false_tracks_firm(data: RunData) -> Sample:
    """Firm tracks of nothing at all nodes."""
    return sample(data.counts("false_tracks_firm"))


_OBJECT: Final = {"object": "object of the scenario"}
_SEEN_FROM: Final = {**_OBJECT, "node": "node from which the range counts; the fire unit nearest to an asset otherwise"}
_HELD_BY: Final = {**_OBJECT, "node": "node that holds the track; any otherwise"}

MEASURES: Final = (
    Measure(
        "first_detection_range",
        "km",
        "mean",
        "ground range from the node to the object at its first detection by any node; mean over the replications that have one, "
        "the others are counted as missing",
        ("objects", "outcomes"),
        first_detection_range,
        _SEEN_FROM,
        each_object,
    ),
    Measure(
        "first_firm_track_range",
        "km",
        "mean",
        "ground range from the node to the object at its first firm track at any node; mean over the replications that have one",
        ("objects", "outcomes"),
        first_firm_track_range,
        _SEEN_FROM,
        each_object,
    ),
    Measure(
        "p_detected",
        "1",
        "proportion",
        "replications in which any node detects the object / replications",
        ("objects", "outcomes"),
        p_detected,
        _OBJECT,
        each_object,
    ),
    Measure(
        "p_firm",
        "1",
        "proportion",
        "replications in which any node holds a firm track of the object / replications",
        ("objects", "outcomes"),
        p_firm,
        _OBJECT,
        each_object,
    ),
    Measure(
        "time_on_track",
        "s",
        "mean",
        "time for which any node (or the one named) holds a firm track of the object; mean over replications, 0 without one",
        ("objects", "outcomes", "events", "association"),
        time_on_track,
        _HELD_BY,
        each_object,
    ),
    Measure(
        "track_share",
        "1",
        "share_of_sums",
        "time with a firm track of the object / time for which it is in the scenario, sums",
        ("objects", "outcomes", "events", "association"),
        track_share,
        _HELD_BY,
        each_object,
    ),
    Measure(
        "warning_time",
        "s",
        "mean",
        "time from the first firm track at any node to the end of the path of the object; missing without a firm track",
        ("objects", "outcomes"),
        warning_time,
        _OBJECT,
        hostile_objects,
        floor=None,
    ),
    Measure(
        "reaction_time",
        "s",
        "ratio",
        "time from the firm track of a fire unit to its first launch at that object / such first launches, sums",
        ("objects", "outcomes", "events", "association", "shots"),
        reaction_time,
    ),
    Measure(
        "false_tracks_firm",
        "per replication",
        "count",
        "firm tracks of nothing, at all nodes",
        ("counts",),
        false_tracks_firm,
    ),
)
