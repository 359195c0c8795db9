"""The calendar: every instant that all replications share, sorted, with the looks and candidates that belong to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.fire_units import marches_ns
from openiads.engine.links import outages_ns
from openiads.engine.objects import Things
from openiads.engine.sites import Radars, node_spec
from openiads.engine.views import Views, looks_from
from openiads.engine.windows import Walk, plan_walk
from openiads.models.sensing.looks import SIGHTS, frame_candidates, rotating_looks
from openiads.models.sensing.lowering import take_path
from openiads.records.case import (
    CALENDAR,
    CANDIDATES,
    COMMAND,
    FRAME,
    LINK,
    LOOK,
    LOOKS,
    NODE_OUTAGE,
    OBJECT_END,
    RANKS,
    ROTATING,
)
from openiads.scenario.schema import ScenarioSpec
from openiads.streams.names import name_hash

Rows = NDArray[Any]
Interval = tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """The calendar and what its rows point into."""

    calendar: Rows
    looks: Rows
    candidates: Rows
    walk: Walk


def build_calendar(
    spec: ScenarioSpec, radars: Radars, things: Things, nodes: list[str], links: list[str], views: Views | None = None
) -> Plan:
    """Lay out all instants of a scenario. Rows sort by time, rank of their kind, and hash of the name they belong to."""
    duration_ns = _ns(spec.clock.duration_s)
    walk = plan_walk(spec.windows, radars, things, duration_ns)
    blocks: list[tuple[Rows, np.uint64]] = []
    seen: dict[int, Seen] = {}
    out = {node: outages_ns(node_spec(spec, node).outages) for node in nodes}
    for r, (node, role) in enumerate(radars.names):
        radar = radars.records[r]
        rows = _radar_rows(r, radar, duration_ns, radiating(spec, things, node, role, duration_ns))
        blocks.append((while_up(rows, out[node]), name_hash(node, role)))
        seen[r] = _sightings(radars, r, things, duration_ns, views)
    for n, node in enumerate(nodes):
        cycle_ns = command_cycle_ns(spec, node, links)
        if cycle_ns > 0:
            blocks.append((while_up(_regular(COMMAND, n, cycle_ns, duration_ns), out[node]), name_hash(node)))
        blocks.append((_outages(n, out[node], duration_ns), name_hash(node)))
    for k, key in enumerate(links):
        cycle_ns = _ns(spec.network.links[key].cycle_s)
        rows = _regular(LINK, k, cycle_ns, duration_ns)
        blocks.append((while_up(rows, out[spec.network.links[key].from_node]), name_hash(key)))
    for o, name in enumerate(things.names):
        end_ns = int(things.objects[o]["end_ns"])
        if end_ns <= duration_ns:
            blocks.append((_single(OBJECT_END, o, end_ns), name_hash(name)))
    return _assemble(blocks, seen, walk)


def radiating(spec: ScenarioSpec, things: Things, node: str, role: str, duration_ns: int) -> list[Interval]:
    """When a radar radiates: its duty cycle, less silent times, outages, marches, and notified flights where its rule says so."""
    owner = node_spec(spec, node)
    radar = owner.search_radar if role == "search" else owner.engagement_radar
    on: list[Interval] = [(0, duration_ns)]
    if radar.duty < 1.0:
        period_ns = _ns(radar.duty_period_s)
        on = [(k, min(k + round(radar.duty * period_ns), duration_ns)) for k in range(0, duration_ns, period_ns)]
    if owner.emission_rule == "silent_on_notice":
        for o in np.flatnonzero(things.notified):
            on = list(_without(on, (int(things.objects[o]["start_ns"]), int(things.objects[o]["end_ns"]))))
    for gap in (*outages_ns(owner.outages), *outages_ns(owner.silent)):
        on = list(_without(on, gap))
    for hole in marches_ns(spec.fire_units[node]) if node in spec.fire_units else []:
        on = list(_without(on, hole))
    return on


def _without(intervals: list[Interval], hole: Interval) -> Iterator[Interval]:
    for first, last in intervals:
        if hole[0] > first:
            yield first, min(last, hole[0])
        if hole[1] < last:
            yield max(first, hole[1]), last


def command_cycle_ns(spec: ScenarioSpec, node: str, links: list[str]) -> int:
    """How often a node identifies and decides: a fire unit by its command cycle, others as often as news can come; 0: never."""
    if node in spec.fire_units:
        return _ns(spec.fire_units[node].command.cycle_s)
    radar = node_spec(spec, node).search_radar
    if radar is not None:
        return _ns(radar.scan_period_s if radar.kind == "rotating" else radar.frame_s)
    incoming = [spec.network.links[key].cycle_s for key in links if spec.network.links[key].to_node == node]
    return _ns(min(incoming)) if incoming else 0


def _ns(seconds: float | None) -> int:
    return round((seconds or 0.0) * NANOSECONDS_PER_SECOND)


def _regular(kind: int, index: int, cycle_ns: int, duration_ns: int) -> Rows:
    number = np.arange(duration_ns // cycle_ns)
    rows = np.zeros(len(number), CALENDAR)
    rows["at_ns"] = (number + 1) * cycle_ns
    rows["kind"], rows["rank"], rows["index"], rows["number"] = kind, RANKS[kind], index, number
    return rows


def while_up(rows: Rows, out: list[Interval]) -> Rows:
    """The rows of a node that do not fall into its outages."""
    keep = np.ones(len(rows), dtype=bool)
    for first, last in out:
        keep &= (rows["at_ns"] < first) | (rows["at_ns"] >= last)
    kept: Rows = rows[keep]
    return kept


def _outages(n: int, out: list[Interval], duration_ns: int) -> Rows:
    """Two rows for each outage of a node: it goes out of action, and comes back."""
    found = [row for first, last in out for row in (_single(NODE_OUTAGE, n, first), _single(NODE_OUTAGE, n, last))]
    rows = np.concatenate([np.zeros(0, CALENDAR), *found])
    rows["number"] = 1 - np.arange(len(rows)) % 2
    kept: Rows = rows[rows["at_ns"] <= duration_ns]
    return kept


def _single(kind: int, index: int, at_ns: int) -> Rows:
    rows = np.zeros(1, CALENDAR)
    rows["at_ns"], rows["kind"], rows["rank"], rows["index"] = at_ns, kind, RANKS[kind], index
    return rows


def _radar_rows(r: int, radar: Any, duration_ns: int, on: list[Interval]) -> Rows:
    """One row per sector or frame in whose middle the radar radiates, at its end."""
    kind = LOOK if radar["kind"] == ROTATING else FRAME
    length_ns = int(radar["period_ns"]) // int(radar["sectors"])
    rows = _regular(kind, r, length_ns, duration_ns)
    middle = rows["at_ns"] - length_ns // 2
    keep = np.zeros(len(rows), dtype=bool)
    for first, last in on:
        keep |= (middle >= first) & (middle < last)
    kept: Rows = rows[keep]
    return kept


@dataclass(frozen=True)
class Seen:
    """Looks or candidates of one radar in the order of the calendar rows that they belong to."""

    rows: Rows
    numbers: NDArray[np.int64]
    """Number of each row of the calendar that has any, (groups,)."""
    firsts: NDArray[np.int64]
    counts: NDArray[np.int64]


def _sightings(radars: Radars, r: int, things: Things, duration_ns: int, views: Views | None) -> Seen:
    """Looks or candidates of radar `r`, by the number of the calendar row that they belong to."""
    radar = radars.records[r]
    if views is None:
        (everything, sights, number), change_db = _walked(radars, r, things, duration_ns), None
    else:
        everything, sights, number, change_db = looks_from(views, radars, r, things, duration_ns)
    kept = take_path(radars.paths[r], radar, things.objects, everything, sights, change_db=change_db)
    everything, number = everything[kept], number[kept]
    keys = things.objects["name"][everything["object"]]  # not the index, which hangs on what an object is called
    order = np.lexsort((keys, everything["at_ns" if radar["kind"] == ROTATING else "azimuth_rad"], number))
    everything, number = everything[order], number[order]
    firsts = np.flatnonzero(np.diff(number, prepend=-1))
    counts = np.diff(np.append(firsts, len(number)))
    return Seen(everything, number[firsts], firsts, counts)


def _walked(radars: Radars, r: int, things: Things, duration_ns: int) -> tuple[Rows, Rows, NDArray[np.int64]]:
    """Looks or candidates of a radar at all objects, where these then stand, and the calendar number of each."""
    radar = radars.records[r]
    walk, dtype = (rotating_looks, LOOKS) if radar["kind"] == ROTATING else (frame_candidates, CANDIDATES)
    masks = (radars.mask_first, radars.mask_range_m, radars.mask_elevation_rad)
    room = duration_ns // int(radar["period_ns"]) + 3
    buffer, numbers, sights = np.zeros(room, dtype), np.zeros(room, np.int64), np.zeros(room, SIGHTS)
    found, rows, seen = [buffer[:0]], [numbers[:0]], [sights[:0]]
    most_db = radars.paths[r].most_gain_db
    for o in range(len(things.objects)):
        count = walk(radar, things.objects, things.knots, o, masks, 0, duration_ns, most_db, buffer, sights, numbers)
        found.append(buffer[:count].copy())
        rows.append(numbers[:count].copy())
        seen.append(sights[:count].copy())
    return np.concatenate(found), np.concatenate(seen), np.concatenate(rows)


def _assemble(blocks: list[tuple[Rows, np.uint64]], seen: dict[int, Seen], walk: Walk) -> Plan:
    blocks = [
        (rows[keep], name)
        for rows, name in blocks
        for keep in [np.isin(rows["kind"], (OBJECT_END, NODE_OUTAGE)) | walk.keeps(rows["at_ns"])]
    ]
    calendar = np.concatenate([rows for rows, _ in blocks]) if blocks else np.zeros(0, CALENDAR)
    names = np.concatenate([np.full(len(rows), name) for rows, name in blocks]) if blocks else np.zeros(0, np.uint64)
    calendar = calendar[np.lexsort((calendar["number"], names, calendar["rank"], calendar["at_ns"]))]
    return Plan(
        calendar=calendar,
        looks=_gathered(calendar, LOOK, seen, LOOKS),
        candidates=_gathered(calendar, FRAME, seen, CANDIDATES),
        walk=walk,
    )


def _gathered(calendar: Rows, kind: int, seen: dict[int, Seen], dtype: np.dtype[Any]) -> Rows:
    """What the calendar rows of a kind see, in their order; writes to each row where it begins and how many there are."""
    mine = np.flatnonzero(calendar["kind"] == kind)
    count, start = np.zeros(len(mine), np.int64), np.zeros(len(mine), np.int64)
    pool, base = [np.zeros(0, dtype)], 0
    for r, found in seen.items():
        if found.rows.dtype != dtype or not len(found.rows):
            continue
        own = np.flatnonzero(calendar["index"][mine] == r)
        place = np.searchsorted(found.numbers, calendar["number"][mine[own]])
        place = np.minimum(place, len(found.numbers) - 1)
        has = found.numbers[place] == calendar["number"][mine[own]]
        count[own], start[own] = np.where(has, found.counts[place], 0), base + found.firsts[place]
        pool.append(found.rows)
        base += len(found.rows)
    first = np.cumsum(count) - count
    calendar["first"][mine], calendar["count"][mine] = first, count
    taken = np.repeat(start - first, count) + np.arange(int(count.sum()))
    rows: Rows = np.concatenate(pool, dtype=dtype)[taken]
    return rows
