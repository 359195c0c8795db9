"""Objects of a scenario as arrays: groups spelled out, paths sampled, signatures by sector."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import METRES_PER_KILOMETRE, NANOSECONDS_PER_SECOND
from openiads.engine.identities import fill_sortie
from openiads.engine.sites import Sites
from openiads.errors import ScenarioError
from openiads.models.motion.lowering import Point, hold, path_of, places_of
from openiads.models.motion.spec import MotionSpec
from openiads.physics.decibels import db_from_ratio
from openiads.records.arms import KINDS
from openiads.records.case import FRIENDLY, HOSTILE, NEUTRAL, OBJECTS
from openiads.records.tables import END_STATES
from openiads.scenario.objects import ObjectSpec
from openiads.scenario.schema import ScenarioSpec
from openiads.streams.names import name_hash

SIDES = {"friendly": FRIENDLY, "neutral": NEUTRAL, "hostile": HOSTILE}
ENDS = {"leak": "leaked", "land": "landed", "leave": "left", "stay": "alive_at_end"}


@dataclass(frozen=True)
class Things:
    """The objects of a case, sorted by name."""

    names: tuple[str, ...]
    draw_names: tuple[str, ...]
    objects: NDArray[Any]
    knots: NDArray[Any]
    rows: tuple[dict[str, Any], ...]
    notified: tuple[bool, ...]


def members(key: str, thing: ObjectSpec) -> Iterator[tuple[str, str, float]]:
    """Name, name for draws and start [s] of each object of a group. The first keeps the id, the others are id-2, id-3, ..."""
    for number in range(thing.count):
        suffix = f"-{number + 1}" if number else ""
        yield key + suffix, (thing.draws_as or key) + suffix, thing.motion.start_s + number * (thing.spacing_s or 0.0)


def lower_objects(spec: ScenarioSpec, sites: Sites) -> Things:
    """Sample each path once and lay the objects out by name.

    Raises
    ------
    ScenarioError
        When a group spells out a name that another object has.
    """
    knots: list[NDArray[Any]] = []
    found: list[tuple[str, str, Any, dict[str, Any], bool]] = []
    total = 0
    for key in sorted(spec.objects):
        thing = spec.objects[key]
        step_ns, duration_ns, path = _path(thing.motion, sites)
        if thing.motion.end == "stay":
            rest_ns = round(spec.clock.duration_s * NANOSECONDS_PER_SECOND)
            path = hold(path, rest_ns // step_ns + 1)
            duration_ns = (len(path) - 1) * step_ns
        record = _record(thing, step_ns, total, len(path), correlated=spec.sensing.fluctuation == "correlated")
        record["compliance"] = _compliance(spec, sites, thing, path)
        for name, draw_name, start_s in members(key, thing):
            one = record.copy()
            one["name"] = name_hash(draw_name)
            one["start_ns"] = round(start_s * NANOSECONDS_PER_SECOND)
            one["end_ns"] = one["start_ns"] + duration_ns
            found.append((name, draw_name, one, _row(name, thing, int(one["start_ns"])), thing.notified))
        knots.append(path)
        total += len(path)
    found.sort(key=lambda f: f[0])
    names = tuple(f[0] for f in found)
    for a, b in pairwise(names):
        if a == b:
            raise ScenarioError(
                f"objects: two objects would be called {a!r}: a group of count > 1 spells out id-2, id-3. Rename one."
            )
    objects = np.zeros(len(found), OBJECTS)
    for k, f in enumerate(found):
        objects[k] = f[2]
    return Things(
        names=names,
        draw_names=tuple(f[1] for f in found),
        objects=objects,
        knots=np.concatenate(knots) if knots else np.zeros(2, "V1"),
        rows=tuple(f[3] for f in found),
        notified=tuple(f[4] for f in found),
    )


def _path(motion: MotionSpec, sites: Sites) -> tuple[int, int, NDArray[Any]]:
    if sites.ground is not None:
        return path_of(motion, sites.locate, sites.ground)
    return _kept_path(motion, tuple((name, sites.locate(name)) for name in places_of(motion)))


@lru_cache(maxsize=256)
def _kept_path(motion: MotionSpec, places: tuple[tuple[str, Point], ...]) -> tuple[int, int, NDArray[Any]]:
    """The path of a motion over ground that only its own places state; nobody writes to its knots."""
    return path_of(motion, dict(places).__getitem__, None)


def _record(thing: ObjectSpec, step_ns: int, first: int, count: int, *, correlated: bool) -> Any:
    record = np.zeros(1, OBJECTS)[0]
    rcs = thing.rcs
    record["side"] = SIDES[thing.side]
    record["decoy"] = 1 if thing.kind == "decoy" else 0
    record["kind"] = KINDS.index(thing.kind)
    record["kill_factor"] = thing.p_kill_factor
    record["swerling"] = rcs.swerling
    record["end_state"] = END_STATES.index(ENDS[thing.motion.end])
    record["knot_first"] = first
    record["knot_count"] = count
    record["knot_step_ns"] = step_ns
    record["rcs_db"] = db_from_ratio([rcs.front_m2, rcs.side_m2, rcs.rear_m2])
    record["reflectors_db"] = db_from_ratio(rcs.reflectors_m2) if rcs.reflectors_m2 is not None else math.nan
    record["reflector_share"] = thing.reflector_share
    record["sortie_sigma_db"] = thing.rcs_sortie_sigma_db
    held_s = thing.rcs_decorrelation_s if correlated else 0.0
    fill_sortie(record, thing)
    record["decorrelation_ns"] = round(held_s * NANOSECONDS_PER_SECOND)
    return record


def _row(name: str, thing: ObjectSpec, start_ns: int) -> dict[str, Any]:
    return {
        "object_id": name,
        "side": thing.side,
        "kind": thing.kind,
        "system": thing.system or "",
        "start_ns": start_ns,
        "sorties_per_month": math.nan if thing.sorties_per_month is None else thing.sorties_per_month,
    }


def _compliance(spec: ScenarioSpec, sites: Sites, thing: ObjectSpec, path: NDArray[Any]) -> float:
    """Probability that a friendly flight stays away, when its path would come within the agreed separation of a fire unit."""
    zone_m = spec.airspace.separation_km * METRES_PER_KILOMETRE
    if thing.side != "friendly" or zone_m <= 0.0:
        return 0.0
    for unit in spec.fire_units.values():
        distance_m = sites.ground_distance_m(unit.place, path["position_m"])
        if float(distance_m.min()) < zone_m:
            return spec.airspace.compliance
    return 0.0
