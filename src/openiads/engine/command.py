"""The command graph as arrays: who reports to whom, what weapons they allow where, and how long their decisions take."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import FULL_TURN_DEG, METRES_PER_KILOMETRE
from openiads.engine.clock import nanoseconds
from openiads.engine.sites import Sites, node_spec
from openiads.geo.ellipsoid import enu_axes
from openiads.models.command.assigning import RULES
from openiads.models.command.desk import DELAYS
from openiads.models.command.spec import DelaySpec, SectorSpec, ZoneSpec
from openiads.records import arms
from openiads.records import case as records
from openiads.records.state import NEVER
from openiads.scenario.schema import ScenarioSpec
from openiads.streams.names import name_hash

WEAPONS = {"hold": records.HOLD, "tight": records.TIGHT, "free": records.FREE}
APPROVALS = {"own": -1, "superior": 0, "superior_by_voice": 1}
"""Desk of the superior that decides too; -1: none."""


def echelons(spec: ScenarioSpec, node: str) -> Iterator[str]:
    """A node and all above it, the nearest first, as far as they are there."""
    known = {*spec.command_posts, *spec.sensors, *spec.fire_units}
    above: str | None = node
    while above is not None and above in known:
        yield above
        above = node_spec(spec, above).reports_to


def lower_authority(
    spec: ScenarioSpec, sites: Sites, unit: str, nodes: list[str], row: Any, zones_before: int
) -> list[NDArray[Any]]:
    """Fill what a unit may do by itself into its row; returns its sectors, those of its own first, then echelon by echelon."""
    chain = list(echelons(spec, unit))
    zones = lower_weapons(spec, sites, chain, row, zones_before)
    row["superior"] = nodes.index(chain[1]) if len(chain) > 1 else -1
    command = spec.fire_units[unit].command
    row["centralised"] = command.control == "centralised"
    row["by_threat"] = command.order_by == "threat"
    row["approval"] = APPROVALS[command.approval] if len(chain) > 1 else -1
    return zones


def lower_weapons(
    spec: ScenarioSpec, sites: Sites, chain: list[str], row: Any, zones_before: int, own: str | None = None
) -> list[NDArray[Any]]:
    """Fill the state of weapons that a chain of echelons states, nearest first, into a row; returns its sectors.

    `own` is what somebody below the first of them states.
    """
    said = [own, *(getattr(node_spec(spec, n), "weapons", None) for n in chain)]
    stated = [WEAPONS[state] for state in said if state]
    nearest = spec.control.authority == "nearest"
    if stated:
        row["weapons"] = stated[0] if nearest else min(stated)
    else:
        row["weapons"] = WEAPONS[spec.control.weapons]
    row["nearest_rule"] = nearest
    zones = [_zone(spec, sites, n, zone) for n in chain for zone in getattr(node_spec(spec, n), "zones", ())]
    row["zone_first"], row["zone_count"] = zones_before, len(zones)
    return zones


def lower_desks(spec: ScenarioSpec, nodes: list[str]) -> NDArray[Any]:
    """Desks of all nodes, (nodes, 2): the ordinary one and that for voice."""
    out = np.zeros((len(nodes), 2), arms.DESKS)
    for n, node in enumerate(nodes):
        desk = getattr(node_spec(spec, node), "desk", None)
        if desk is None:
            continue
        wait_ns = NEVER if desk.longest_wait_s is None else nanoseconds(desk.longest_wait_s)
        voice = desk.voice_delay if desk.voice_delay is not None else desk.delay
        for way, (delay, span) in enumerate(((desk.delay, desk.span), (voice, desk.voice_span))):
            row = out[n, way]
            row["name"] = name_hash(node, "voice" if way else "desk")
            row["longest_wait_ns"] = wait_ns
            row["span"] = span
            if delay is not None:
                row["kind"] = DELAYS[delay.kind]
                row["a"], row["b"] = _parameters(delay)
    return out


def lower_rule(spec: ScenarioSpec, node: str) -> tuple[int, int]:
    """Rule by which a node assigns targets, and how long its orders hold [ns]; 0 and 0 where it does not assign."""
    rule = getattr(node_spec(spec, node), "assignment", None)
    return (0, 0) if rule is None else (RULES[rule.rule], nanoseconds(rule.hold_s))


def lower_assets(spec: ScenarioSpec) -> NDArray[Any]:
    """What the assets are worth, by name; the fire units, equally, where none is named."""
    if not spec.assets:
        rows = [(1.0, math.inf)] * len(spec.fire_units)
    else:
        found = [spec.assets[key] for key in sorted(spec.assets)]
        rows = [(a.value, math.inf if a.reach_km is None else a.reach_km * METRES_PER_KILOMETRE) for a in found]
    return np.array(rows, dtype=arms.ASSETS)


def _parameters(delay: DelaySpec) -> tuple[float, float]:
    both = {
        "constant": (delay.seconds, 0.0),
        "uniform": (delay.low_s, delay.high_s),
        "lognormal": (delay.median_s, delay.sigma_ln),
    }[delay.kind]
    return both[0] or 0.0, both[1] or 0.0


def _zone(spec: ScenarioSpec, sites: Sites, node: str, zone: ZoneSpec) -> NDArray[Any]:
    row = sector_at(sites, node_spec(spec, node).place, zone)
    row["weapons"] = WEAPONS[zone.weapons]
    return row


def sector_at(sites: Sites, place: str, zone: SectorSpec) -> NDArray[Any]:
    """Row of ZONES of a sector or ring seen from a place."""
    row = np.zeros(1, arms.ZONES)[0]
    latitude, longitude, _ = sites.locate(place)
    row["site_m"] = sites.position_m(place)
    row["axes"] = enu_axes(latitude_rad=latitude, longitude_rad=longitude)
    row["from_rad"] = math.radians(zone.from_deg)
    width_deg = FULL_TURN_DEG if zone.to_deg is None else zone.to_deg - zone.from_deg
    row["width_rad"] = math.radians(width_deg % FULL_TURN_DEG or (FULL_TURN_DEG if width_deg else 0.0))
    row["near_m"] = zone.min_range_km * METRES_PER_KILOMETRE
    row["far_m"] = math.inf if zone.max_range_km is None else zone.max_range_km * METRES_PER_KILOMETRE
    return row
