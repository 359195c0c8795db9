"""Exposure: for how many hours a month the nodes of one system hold a firm track of friendly flights, by kind of aircraft.

A month is a weighted set of sorties: each object flies once in a replication and stands for its `sorties_per_month`. Hours of a
system are the union over its nodes (those that report to one post), times the share of days on which it works.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.windows import Interval, Walk, union
from openiads.errors import ResultsError
from openiads.results.store import RunReader
from openiads.scenario.schema import NODE_SECTIONS, ScenarioSpec
from openiads.scenario.standing import share_of_days
from openiads.stats.intervals import Estimate, t_mean

NANOSECONDS_PER_HOUR = 3600 * NANOSECONDS_PER_SECOND
Held = dict[tuple[int, str, str], list[Interval]]
"""By replication, node and object: when the node held a firm track of the object."""


@dataclass(frozen=True)
class Exposure:
    """What one system holds of one kind of friendly aircraft in a month.

    `sorties` and `flying_h` are those of a month; `in_sight_h` is above the horizon of the system on the days on which it works;
    `held_h` is the estimate of the hours of firm track, `alone_h` of those in which no other system holds one.
    """

    system: str
    aircraft: str
    sorties: float
    share_of_days: float
    in_sight_h: float
    held_h: Estimate
    alone_h: Estimate


def walk_record(spec: ScenarioSpec, walk: Walk) -> dict[str, Any]:
    """What the manifest says of a run that walks windows: hours, weights, line of sight, days of work."""
    if spec.windows is None:
        return {}
    nodes = {key: node for name in NODE_SECTIONS for key, node in getattr(spec, name).items()}
    sight: dict[str, dict[str, list[list[float]]]] = {}
    for (node, thing), times in sorted(walk.in_sight.items()):
        sight.setdefault(node, {})[thing] = _seconds(times)
    return {
        "duration_h": walk.duration_ns / NANOSECONDS_PER_HOUR,
        "walked_h": walk.walked_ns / NANOSECONDS_PER_HOUR,
        "skipped_h": (walk.duration_ns - walk.walked_ns) / NANOSECONDS_PER_HOUR,
        "windows_s": _seconds(walk.walked),
        "in_sight_s": sight,
        "sorties_per_month": {
            key: thing.sorties_per_month
            for key, thing in spec.objects.items()
            if thing.count > 0 and thing.sorties_per_month is not None
        },
        "share_of_days": {key: share_of_days(spec, nodes[key]) for key in sorted(spec.windows.seen_by)},
        "system": {key: _root(nodes, key) for key in sorted(spec.windows.seen_by)},
    }


def exposure(run: RunReader) -> tuple[Exposure, ...]:
    """Exposure of every kind of friendly aircraft to every system, with 95 % intervals over replications.

    Raises
    ------
    ResultsError
        When the run walked no windows (a vignette without `windows`), or recorded no events.
    """
    walk = run.manifest.walk
    if not walk:
        raise ResultsError(
            f"{run.folder}: the run has no windows. Run a vignette that has them, as peacetime_month of turkey-2019."
        )
    objects = run.table("objects").to_pylist()
    friendly = {o["object_id"]: o for o in objects if o["side"] == "friendly" and o["sorties_per_month"] is not None}
    held = firm_times(run)
    systems = sorted(set(walk["system"].values()))
    members = {s: [node for node, root in walk["system"].items() if root == s] for s in systems}
    aircraft = sorted({o["system"] or o["object_id"] for o in friendly.values()})
    rows = []
    for system in systems:
        share = max(walk["share_of_days"][node] for node in members[system])
        others = [node for other in systems if other != system for node in members[other]]
        for kind in aircraft:
            flights = {key: o["sorties_per_month"] for key, o in friendly.items() if (o["system"] or key) == kind}
            mine, alone = _hours(run, held, flights, members[system], others)
            rows.append(
                Exposure(
                    system=system,
                    aircraft=kind,
                    sorties=sum(flights.values()),
                    share_of_days=share,
                    in_sight_h=share * _sight_h(walk["in_sight_s"], flights, members[system]),
                    held_h=t_mean(share * mine),
                    alone_h=t_mean(share * alone),
                )
            )
    return tuple(rows)


def firm_times(run: RunReader) -> Held:
    """When each node held a firm track of each object: from firm to dropped, to the end of the object or of the window.

    A track counts for the object that it belonged to when it became firm; the time that it coasts before it is dropped counts.
    """
    windows = [(round(a * 1e9), round(b * 1e9)) for a, b in run.manifest.walk["windows_s"]]
    dropped = {
        (e["replication"], e["track_id"]): e["at_ns"] for e in run.table("events").to_pylist() if e["event"] == "dropped"
    }
    ended = {(o["replication"], o["object_id"]): o["at_ns"] for o in run.table("outcomes").to_pylist()}
    held: defaultdict[tuple[int, str, str], list[Interval]] = defaultdict(list)
    for row in run.table("association").to_pylist():
        if row["reference"] != "track" or not row["object_id"]:
            continue
        k, first = row["replication"], row["at_ns"]
        window_end = next(b for a, b in windows if a <= first <= b)
        last = min(dropped.get((k, row["reference_id"]), window_end), ended[k, row["object_id"]], window_end)
        held[k, row["node"], row["object_id"]].append((first, last))
    return dict(held)


def _hours(
    run: RunReader, held: Held, flights: Mapping[str, float], nodes: list[str], others: list[str]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Hours a month of each replication: held by `nodes`, and held by them while none of `others` holds."""
    mine, alone = [], []
    for k in run.manifest.span():
        times = {key: union([i for n in nodes for i in held.get((k, n, key), [])]) for key in flights}
        both = {key: union([*times[key], *(i for n in others for i in held.get((k, n, key), []))]) for key in flights}
        elsewhere = {key: union([i for n in others for i in held.get((k, n, key), [])]) for key in flights}
        mine.append(sum(w * _total(times[key]) for key, w in flights.items()))
        alone.append(sum(w * (_total(both[key]) - _total(elsewhere[key])) for key, w in flights.items()))
    return np.array(mine) / NANOSECONDS_PER_HOUR, np.array(alone) / NANOSECONDS_PER_HOUR


def _sight_h(sight: Mapping[str, Any], flights: Mapping[str, float], nodes: list[str]) -> float:
    total = 0.0
    for key, weight in flights.items():
        times = union([(round(a * 1e9), round(b * 1e9)) for n in nodes for a, b in sight.get(n, {}).get(key, [])])
        total += weight * _total(times) / NANOSECONDS_PER_HOUR
    return total


def _total(intervals: Iterable[Interval]) -> int:
    return sum(last - first for first, last in intervals)


def _seconds(intervals: Iterable[Interval]) -> list[list[float]]:
    return [[first / NANOSECONDS_PER_SECOND, last / NANOSECONDS_PER_SECOND] for first, last in intervals]


def _root(nodes: Mapping[str, Any], key: str) -> str:
    """The node at the top of the chain of command; it names the system."""
    while nodes[key].reports_to is not None:
        key = nodes[key].reports_to
    return key
