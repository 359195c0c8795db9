"""Exposure: for how many hours a month the nodes of one system hold a firm track of friendly flights, by kind of aircraft.

A month is a weighted set of sorties: each object flies once in a replication and stands for its `sorties_per_month`. Hours of a
system are the union over its nodes (those that report to one post), times the share of days on which it works.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from openiads.constants import METRES_PER_KILOMETRE, NANOSECONDS_PER_SECOND
from openiads.engine.lowering import Lowered
from openiads.engine.sites import Sites
from openiads.engine.windows import Interval, union
from openiads.errors import ResultsError
from openiads.records.case import FRIENDLY
from openiads.results.store import RunReader
from openiads.scenario.choosing import combinations
from openiads.scenario.loader import Scenario
from openiads.scenario.schema import NODE_SECTIONS, ScenarioSpec
from openiads.scenario.standing import share_of_days, walk_key
from openiads.stats.intervals import Estimate, t_mean

NANOSECONDS_PER_HOUR = 3600 * NANOSECONDS_PER_SECOND
Held = dict[tuple[int, str, str], list[Interval]]
"""By replication, node and object: when the node held a firm track of the object."""


@dataclass(frozen=True)
class Exposure:
    """What one system holds of one kind of friendly aircraft in a month.

    `base_km` is the ground distance from the system's post to where the flights start, `nearest_km` to where they come nearest.
    `in_sight_h` is above the horizon of the system on the days on which it works; `held_h` is the estimate of the hours of firm
    track, `alone_h` of those in which no other system holds one. Hours and sorties are of a month.
    """

    system: str
    aircraft: str
    sorties: float
    base_km: float
    nearest_km: float
    share_of_days: float
    in_sight_h: float
    held_h: Estimate
    alone_h: Estimate


def walk_record(spec: ScenarioSpec, lowered: Lowered) -> dict[str, Any]:
    """What the manifest says of a run that walks windows: hours, weights, line of sight, distances, days of work."""
    if spec.windows is None:
        return {}
    walk = lowered.walk
    nodes = {key: node for name in NODE_SECTIONS for key, node in getattr(spec, name).items()}
    sight: dict[str, dict[str, list[list[float]]]] = {}
    for (node, thing), times in sorted(walk.in_sight.items()):
        sight.setdefault(node, {})[thing] = _seconds(times)
    system = {key: _root(nodes, key) for key in sorted(spec.windows.seen_by)}
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
        "share_of_days": days_of_work(spec),
        "system": system,
        "distance_km": {post: _distances(spec, lowered, nodes[post].place) for post in sorted(set(system.values()))},
    }


def days_of_work(spec: ScenarioSpec) -> dict[str, float]:
    """Share of days on which each node that counts for the windows works."""
    nodes = {key: node for name in NODE_SECTIONS for key, node in getattr(spec, name).items()}
    return {key: share_of_days(spec, nodes[key]) for key in sorted(spec.windows.seen_by if spec.windows else ())}


def _distances(spec: ScenarioSpec, lowered: Lowered, place: str) -> dict[str, list[float]]:
    """Ground distance from a place to the start of each friendly object's path and to its nearest knot. [km]"""
    sites = Sites(spec)
    found = {}
    for name, thing in zip(lowered.names.objects, lowered.case.objects, strict=True):
        if thing["side"] == FRIENDLY:
            knots = lowered.case.knots[thing["knot_first"] : thing["knot_first"] + thing["knot_count"]]
            away_m = sites.ground_distance_m(place, knots["position_m"])
            found[name] = [
                round(float(away_m[0]) / METRES_PER_KILOMETRE, 3),
                round(float(away_m.min()) / METRES_PER_KILOMETRE, 3),
            ]
    return found


def exposure(run: RunReader, *, share_of_days: Mapping[str, float] | None = None) -> tuple[Exposure, ...]:
    """Exposure of every kind of friendly aircraft to every system, with 95 % intervals over replications.

    Parameters
    ----------
    run : RunReader
        A run that walked windows and recorded events.
    share_of_days : mapping, optional
        By node, instead of what the manifest holds: hours are proportional to it.

    Raises
    ------
    ResultsError
        When the run walked no windows (a vignette without `windows`), or recorded no events.
    """
    walk = run.manifest.walk
    days = walk.get("share_of_days", {}) if share_of_days is None else share_of_days
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
        share = max(days[node] for node in members[system])
        away = walk["distance_km"][system]
        others = [node for other in systems if other != system for node in members[other]]
        for kind in aircraft:
            flights = {key: o["sorties_per_month"] for key, o in friendly.items() if (o["system"] or key) == kind}
            mine, alone = _hours(run, held, flights, members[system], others)
            rows.append(
                Exposure(
                    system=system,
                    aircraft=kind,
                    sorties=sum(flights.values()),
                    base_km=min((away[key][0] for key in flights), default=math.nan),
                    nearest_km=min((away[key][1] for key in flights), default=math.nan),
                    share_of_days=share,
                    in_sight_h=share * _sight_h(walk["in_sight_s"], flights, members[system]),
                    held_h=t_mean(share * mine),
                    alone_h=t_mean(share * alone),
                )
            )
    return tuple(rows)


def as_row(one: Exposure) -> dict[str, Any]:
    """An exposure as plain columns; an estimate gives its value, `_low` and `_high`."""
    row: dict[str, Any] = {}
    for name, value in vars(one).items():
        if isinstance(value, Estimate):
            row |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
        else:
            row[name] = value
    return row


def table(
    base: Scenario,
    by: Sequence[str],
    run: Callable[[Scenario], Any],
    on_progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Exposure under every combination of the values of some options.

    Parameters
    ----------
    base : Scenario
        With a vignette that walks windows.
    by : sequence of str
        Ids of options; every combination of their values gives rows.
    run : callable
        Runs a scenario and returns something that has the `reader` of the run; called once for combinations whose
        replications are the same.
    on_progress : callable, optional
        Called with the number of combinations just done.

    Returns
    -------
    list of dict
        One row per combination, system and kind of aircraft: the values of the options by id, then `as_row`.

    Raises
    ------
    ScenarioError
        When the scenario has no such option.
    """
    rows: list[dict[str, Any]] = []
    done: dict[str, Any] = {}  # the runs themselves: a temporary folder goes with its run
    for chosen in combinations(base.spec, by):
        arm = base.with_overrides({f"options.{key}.choice": value for key, value in chosen.items()})
        key = walk_key(arm.spec)
        if key not in done:
            done[key] = run(arm)
        rows += [{**chosen, **as_row(one)} for one in exposure(done[key].reader, share_of_days=days_of_work(arm.spec))]
        if on_progress is not None:
            on_progress(1)
    return rows


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
