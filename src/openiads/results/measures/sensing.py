"""Measures of detection, tracks, warning and reaction. Ranges are ground ranges to a stated node, times those of any node."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import NEVER, RunData
from openiads.stats.quantiles import reached_by

Array = NDArray[Any]
RING_STEPS = 20_001
"""Points of a path at which it is asked whether it is inside a ring: within 0.4 s for a path of two hours."""


def each_object(data: RunData) -> tuple[Mapping[str, Any], ...]:
    """Every object of the run."""
    return tuple({"object": name} for name in data.objects.ids)


def _range(data: RunData, name: str | None, node: str | None, at_ns: Array, p: float | None = None) -> Sample:
    thing = data.place_of(name)
    ranges = data.paths.ground_range_km(node or data.paths.main_node, thing, at_ns[:, thing])
    values = np.where(at_ns[:, thing] == NEVER, np.nan, ranges)
    if p is None:
        return sample(values)
    if not 0.0 < p < 1.0:
        raise ResultsError(f"p = {p:g} must lie between 0 and 1.")
    return Sample(
        np.nan_to_num(values, nan=0.0),
        np.ones(data.count),
        lambda confidence: reached_by(values, p=p, confidence=confidence),
    )


def first_detection_range(
    data: RunData,
    *,
    object: str | None = None,  # noqa: A002 - the table's word
    node: str | None = None,
    p: float | None = None,
) -> Sample:
    """Ground range from the node to the object at its first detection by any node; missing where it is never detected."""
    return _range(data, object, node, data.outcomes.first_detection_ns, p)


def first_firm_track_range(
    data: RunData,
    *,
    object: str | None = None,  # noqa: A002
    node: str | None = None,
    p: float | None = None,
) -> Sample:
    """The same at its first firm track at any node."""
    return _range(data, object, node, data.outcomes.first_firm_ns, p)


def range_at_pd(data: RunData, *, p: float = 0.9, object: str | None = None, node: str | None = None) -> Sample:  # noqa: A002
    """Largest ground range by which a share of the replications has detected the object; of each, that of its first detection."""
    return _range(data, object, node, data.outcomes.first_detection_ns, p)


def p_detected(data: RunData, *, object: str) -> Sample:  # noqa: A002
    """Whether the object was detected at all."""
    return sample(data.outcomes.first_detection_ns[:, data.place_of(object)] != NEVER)


def p_firm(data: RunData, *, object: str) -> Sample:  # noqa: A002
    """Whether any node held a firm track of the object."""
    return sample(data.outcomes.first_firm_ns[:, data.place_of(object)] != NEVER)


def _life_ns(data: RunData) -> Array:
    return data.outcomes.end_ns - np.minimum(data.objects.start_ns[None, :], data.outcomes.end_ns)


def time_on_track(data: RunData, *, object: str, node: str | None = None) -> Sample:  # noqa: A002
    """Time with a firm track of the object at any node, or at one."""
    if node is not None:
        data.paths.require_node(node)
    return sample(data.firm_ns(node)[:, data.place_of(object)] / NANOSECONDS_PER_SECOND)


def track_share(data: RunData, *, object: str, node: str | None = None) -> Sample:  # noqa: A002
    """The same, and the time for which the object was in the scenario."""
    held = time_on_track(data, object=object, node=node).numerators
    return sample(held, _life_ns(data)[:, data.place_of(object)] / NANOSECONDS_PER_SECOND)


def warning_time(data: RunData, *, object: str | None = None, boundary: str | None = None) -> Sample:  # noqa: A002
    """Time from the first firm track at any node to where the object crosses the boundary; missing without a firm track.

    Missing too for an object whose path never crosses it.
    """
    thing = data.place_of(object)
    crossed_ns = boundary_ns(data, thing, boundary)
    firm = data.outcomes.first_firm_ns[:, thing]
    return sample(np.where(firm == NEVER, np.nan, (crossed_ns - firm) / NANOSECONDS_PER_SECOND))


def boundary_ns(data: RunData, thing: int, boundary: str | None) -> float:
    """When the path of an object ends, or first comes within a ring of so many kilometres about an asset; NaN: never.

    Raises
    ------
    ResultsError
        When the boundary is neither `path_end` nor `asset_ring_<number>km`.
    """
    record = data.paths.things.objects[thing]
    if boundary in (None, "path_end"):
        return float(record["end_ns"])
    ring = re.fullmatch(r"asset_ring_(\d+(?:\.\d+)?)km", str(boundary))
    if ring is None:
        raise ResultsError(f"warning_time: boundary {boundary!r} is neither path_end nor asset_ring_<number>km.")
    times = np.linspace(int(record["start_ns"]), int(record["end_ns"]), RING_STEPS)
    inside = np.zeros(RING_STEPS, dtype=bool)
    positions_m = data.paths.positions_m(thing, times)
    for asset in data.paths.spec.assets.values():
        inside |= data.paths.sites.ground_distance_m(asset.place, positions_m) <= float(ring[1]) * 1000.0
    return float(times[int(inside.argmax())]) if inside.any() else math.nan


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
_P: Final = {"p": "the largest range that this share of the replications reaches, instead of the mean"}
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
        {**_SEEN_FROM, **_P},
        each_object,
    ),
    Measure(
        "first_firm_track_range",
        "km",
        "mean",
        "ground range from the node to the object at its first firm track at any node; mean over the replications that have one",
        ("objects", "outcomes"),
        first_firm_track_range,
        {**_SEEN_FROM, **_P},
        each_object,
    ),
    Measure(
        "range_at_pd",
        "km",
        "mean",
        "largest ground range from the node by which a share p or more of the replications has detected the object on its path; 0 "
        "when fewer ever do",
        ("objects", "outcomes"),
        range_at_pd,
        {**_SEEN_FROM, "p": "probability of detection so far, 0.9 otherwise"},
        each_object,
        listed=False,
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
        "time from the first firm track at any node to the crossing of the boundary; negative when it crosses first; missing "
        "without a firm track",
        ("objects", "outcomes"),
        warning_time,
        {**_OBJECT, "boundary": "asset_ring_<number>km: the ring of that radius about any asset; path_end otherwise"},
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
