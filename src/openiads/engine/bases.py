"""Bases of fighters as arrays: where their pairs start, who orders them, how soon and how far they come."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import METRES_PER_KILOMETRE, SECONDS_PER_MINUTE
from openiads.engine.clock import nanoseconds
from openiads.engine.command import APPROVALS, echelons, lower_weapons, sector_at
from openiads.engine.sites import Sites, node_spec
from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.models.fighters.spec import FighterSpec
from openiads.records.arms import CLASSES, KINDS, ZONES
from openiads.records.fighters import FIGHTERS
from openiads.scenario.schema import ScenarioSpec
from openiads.streams.names import name_hash

VOICE = 1
"""Desk of a node for what is asked by voice."""


def lower_fighters(
    spec: ScenarioSpec, sites: Sites, bases: list[str], nodes: list[str], further: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """FIGHTERS of the bases called `bases`, in that order, and their sectors.

    `further` pairs stand behind those of each base for counterfactuals, which alone use them.
    """
    out = np.zeros(len(bases), FIGHTERS)
    zones: list[NDArray[Any]] = []
    first = 0
    for row, key in zip(out, bases, strict=True):
        base = spec.fighters[key]
        chain = list(echelons(spec, base.reports_to))
        row["name"] = name_hash(key)
        row["node"] = nodes.index(base.reports_to)
        row["superior"] = nodes.index(chain[1]) if len(chain) > 1 else -1
        row["approval"] = APPROVALS[base.approval] if len(chain) > 1 else -1
        row["desk"] = VOICE if base.order_by == "voice" else 0
        zones += lower_weapons(spec, sites, chain, row, len(zones), base.weapons)
        keep = [sector_at(sites, zone.place, zone) for zone in base.missile_zones]
        row["keep_first"], row["keep_count"] = len(zones), len(keep)
        zones += keep
        row["ground_m"] = spec.places[node_spec(spec, base.reports_to).place].ground_m
        _fill_flight(row, sites, base)
        row["pair_first"], row["pair_count"], row["pair_rows"] = first, base.pairs, base.pairs + further
        first += base.pairs + further
    return out, np.array(zones, dtype=ZONES)


def _fill_flight(row: Any, sites: Sites, base: FighterSpec) -> None:
    latitude, longitude, ground_m = sites.locate(base.place)
    height_m = ground_m + base.altitude_m
    row["base_m"] = geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=height_m)
    row["order_ns"] = nanoseconds(base.order_delay_s)
    row["ready_ns"] = nanoseconds(base.ready_min * SECONDS_PER_MINUTE)
    row["speed_mps"] = base.speed_mps
    row["radius_m"] = base.radius_km * METRES_PER_KILOMETRE
    row["turnaround_ns"] = nanoseconds(base.turnaround_min * SECONDS_PER_MINUTE)
    row["sorties"] = base.sorties_per_pair
    row["max_track_age_ns"] = nanoseconds(base.max_track_age_s)
    row["p_kill"] = base.p_kill
    row["kind_factor"] = 1.0
    for kind, factor in base.p_kill_by_kind.items():
        row["kind_factor"][KINDS.index(kind)] = factor
    for name in base.takes:
        row["takes"][CLASSES.index(name)] = 1
