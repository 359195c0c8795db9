"""From a scenario to a case: everything that no replication changes, worked out once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.calendar import build_calendar
from openiads.engine.identities import lower_evidence
from openiads.engine.links import active_links, lower_links, outages_ns, without_outages
from openiads.engine.objects import Things, lower_objects
from openiads.engine.opportunity import lower_windows, mark_outages
from openiads.engine.relief import Relief, relief_bits, relieve_control, relieve_objects
from openiads.engine.sites import Sites, lower_radars, node_spec
from openiads.engine.windows import Walk
from openiads.models.engagement.spec import MissileSpec
from openiads.records import case as records
from openiads.records.case import Case
from openiads.scenario.loader import Scenario
from openiads.scenario.schema import FireUnitSpec, ScenarioSpec
from openiads.scenario.standing import standing
from openiads.streams.names import name_hash
from openiads.tracking.records import TRACKER_CONFIG, make_config

WEAPONS = {"hold": records.HOLD, "tight": records.TIGHT, "free": records.FREE}
DOCTRINES = {"shoot_look_shoot": records.SHOOT_LOOK_SHOOT, "salvo_2": records.SALVO_2}
METRES_PER_KILOMETRE = 1000.0


@dataclass(frozen=True)
class Names:
    """Names behind the indexes of a case, for the tables. All sorted, so that the order in a file means nothing."""

    objects: tuple[str, ...]
    nodes: tuple[str, ...]
    radars: tuple[tuple[str, str], ...]
    """Node and role: search or engagement."""
    fire_units: tuple[str, ...]
    missiles: tuple[tuple[str, str], ...]
    """Fire unit and missile, in the order of `Case.missiles`."""
    links: tuple[str, ...]
    object_rows: tuple[dict[str, Any], ...]
    """Rows of the table `objects`."""


@dataclass(frozen=True)
class Lowered:
    """A case and the names of what is in it."""

    case: Case
    names: Names
    walk: Walk


def lower(scenario: Scenario, relief: Relief | None = None, *, reshape: Callable[[Things], Things] | None = None) -> Lowered:
    """Lower a scenario to the arrays of a case.

    Parameters
    ----------
    relief : mapping of str to str, optional
        For a counterfactual: object and the link of the chain that is restored for it (one of `records.chain.RELIEFS`).
    reshape : callable, optional
        Moves the paths of objects before anything else is worked out: for measures that ask what the same raid would do elsewhere.

    Raises
    ------
    ScenarioError
        When the scenario asks for what cannot be worked out, with the path of the offending field.
    """
    spec = standing(scenario.spec)
    if "node" in (relief or {}).values():
        spec = without_outages(spec)
    sites = Sites(spec)
    nodes = sorted([*spec.command_posts, *spec.sensors, *spec.fire_units])
    units = sorted(spec.fire_units)
    things = lower_objects(spec, sites)
    if reshape is not None:
        things = reshape(things)
    bits = relief_bits(relief or {}, things.names)
    things = replace(things, objects=relieve_objects(things.objects, bits))
    swerlings = {int(s) for s in things.objects["swerling"]} or {1}
    radars = lower_radars(spec, sites, nodes, units, swerlings)
    used = active_links(spec)
    links = sorted(spec.network.links) if "link" in (relief or {}).values() else used
    missiles, missile_names, flight = _missiles(spec, units)
    trackers = _trackers(spec, nodes)
    control = relieve_control(_control(spec), bits)
    fire_units = _fire_units(spec, units, nodes, radars.names, missile_names)
    link_rows, gaps = lower_links(spec, links, nodes, used)
    plan = build_calendar(spec, radars, things, nodes, links)
    windows = lower_windows(
        control=control,
        objects=things.objects,
        knots=things.knots,
        radars=radars.records,
        nodes=len(nodes),
        fire_units=fire_units,
        missiles=missiles,
        flight=flight,
        masks=(radars.mask_first, radars.mask_range_m, radars.mask_elevation_rad),
    )
    mark_outages(windows, [outages_ns(node_spec(spec, node).outages) for node in nodes])
    case = Case(
        control=control,
        calendar=plan.calendar,
        looks=plan.looks,
        candidates=plan.candidates,
        objects=things.objects,
        knots=things.knots,
        windows=windows,
        radars=radars.records,
        nodes=_nodes(spec, nodes, units, used, links),
        evidence=lower_evidence(spec, nodes),
        trackers=trackers,
        fire_units=fire_units,
        missiles=missiles,
        flight=flight,
        links=link_rows,
        gaps=gaps,
        assets_m=_assets(spec, sites),
        pd_table=radars.pd_table,
        mask_first=radars.mask_first,
        mask_range_m=radars.mask_range_m,
        mask_elevation_rad=radars.mask_elevation_rad,
        radar_object=_pairs([f"{node}/{role}" for node, role in radars.names], things.draw_names),
        node_object=_pairs(nodes, things.draw_names),
    )
    names = Names(
        objects=things.names,
        nodes=tuple(nodes),
        radars=tuple(radars.names),
        fire_units=tuple(units),
        missiles=tuple(missile_names),
        links=tuple(links),
        object_rows=things.rows,
    )
    return Lowered(case=case, names=names, walk=plan.walk)


def nanoseconds(seconds: float) -> int:
    """Whole nanoseconds of a time in seconds."""
    return round(seconds * NANOSECONDS_PER_SECOND)


def _pairs(left: list[str], right: tuple[str, ...]) -> NDArray[np.uint64]:
    table = [[name_hash(a, b) for b in right] for a in left]
    return np.array(table, dtype=np.uint64).reshape(len(left), len(right))


def _control(spec: ScenarioSpec) -> NDArray[Any]:
    control = np.zeros(1, records.CONTROL)
    control["name"] = name_hash("control")
    control["weapons_free_share"] = spec.control.share_weapons_free
    control["duration_ns"] = nanoseconds(spec.clock.duration_s)
    control["ballistic_mps"] = spec.control.ballistic_speed_mps
    return control


def _trackers(spec: ScenarioSpec, nodes: list[str]) -> NDArray[Any]:
    trackers = np.zeros(len(nodes), TRACKER_CONFIG)
    first = 0
    for n, node in enumerate(nodes):
        tracker = node_spec(spec, node).tracker
        trackers[n] = make_config(
            confirm_hits=tracker.confirm_hits,
            confirm_window=tracker.confirm_window,
            drop_after_updates=tracker.drop_after_updates,
            process_noise_m2ps3=tracker.process_noise_m2ps3,
            gate_probability=tracker.gate_probability,
            max_speed_mps=tracker.max_speed_mps,
            capacity=tracker.capacity,
            first_slot=first,
        )[0]
        first += tracker.capacity
    return trackers


def _nodes(spec: ScenarioSpec, nodes: list[str], units: list[str], used: list[str], links: list[str]) -> NDArray[Any]:
    """Nodes by name: `used` are the links of the mode, `links` also those that a relief restores."""
    out = np.zeros(len(nodes), records.NODES)
    for n, node in enumerate(nodes):
        row, ident = out[n], node_spec(spec, node).identification
        incoming = [spec.network.links[key] for key in used if spec.network.links[key].to_node == node]
        restored = [spec.network.links[key] for key in links if spec.network.links[key].to_node == node]
        row["name"] = name_hash(node)
        row["fire_unit"] = units.index(node) if node in units else -1
        row["networked"] = 1 if incoming else 0
        row["friend_correct"] = ident.p_friend_correct_network if incoming else ident.p_friend_correct_own
        row["friend_alone"] = ident.p_friend_correct_own
        row["friend_as_hostile"] = ident.p_friend_as_hostile
        row["neutral_correct"] = ident.p_neutral_correct
        row["neutral_as_hostile"] = ident.p_neutral_as_hostile
        row["hostile_correct"] = ident.p_hostile_correct
        row["hostile_as_friend"] = ident.p_hostile_as_friend
        row["identify_delay_ns"] = nanoseconds(ident.delay_s)
        alone = node_spec(spec, node).autonomy
        row["alone_ns"] = nanoseconds(alone.after_s) if alone is not None else -1
        row["alone_weapons"] = WEAPONS[alone.weapons] if alone is not None else 0
        slowest = max((link.cycle_s for link in incoming or restored), default=0.0)
        row["remote_hold_ns"] = nanoseconds(slowest * (node_spec(spec, node).tracker.drop_after_updates + 0.5))
    return out


def _fire_units(
    spec: ScenarioSpec,
    units: list[str],
    nodes: list[str],
    radar_names: list[tuple[str, str]],
    missile_names: list[tuple[str, str]],
) -> NDArray[Any]:
    out = np.zeros(len(units), records.FIRE_UNITS)
    owners = [owner for owner, _ in missile_names]
    for f, key in enumerate(units):
        unit: FireUnitSpec = spec.fire_units[key]
        row = out[f]
        row["name"] = name_hash(key)
        row["node"] = nodes.index(key)
        row["radar"] = radar_names.index((key, "engagement"))
        row["weapons"] = WEAPONS[unit.weapons or spec.control.weapons]
        row["reaction_ns"] = nanoseconds(unit.command.reaction_time_s)
        row["cycle_ns"] = nanoseconds(unit.command.cycle_s)
        row["channels_targets"] = unit.command.channels_targets
        row["channels_missiles"] = unit.command.channels_missiles
        row["doctrine"] = DOCTRINES[unit.command.doctrine]
        row["max_track_age_ns"] = nanoseconds(unit.command.max_track_age_s)
        row["assess_delay_ns"] = nanoseconds(unit.assessment.delay_s)
        row["p_miss_kill"] = unit.assessment.p_miss_kill
        row["p_false_kill"] = unit.assessment.p_false_kill
        row["reattack_ns"] = nanoseconds(unit.assessment.reattack_after_s)
        row["missile_first"] = owners.index(key) if key in owners else 0
        row["missile_count"] = owners.count(key)
    return out


def _missiles(spec: ScenarioSpec, units: list[str]) -> tuple[NDArray[Any], list[tuple[str, str]], NDArray[Any]]:
    """Missiles by unit, those of shortest reach first, with their time-of-flight tables."""
    names: list[tuple[str, str]] = []
    for unit in units:
        loads = spec.fire_units[unit].missiles
        names += [(unit, key) for key in sorted(loads, key=lambda k: (loads[k].max_range_km, k))]
    out = np.zeros(len(names), records.MISSILES)
    tables: list[tuple[float, float]] = []
    for m, (unit, key) in enumerate(names):
        missile = spec.fire_units[unit].missiles[key]
        rows = _flight_table(missile)
        row = out[m]
        row["fire_unit"] = units.index(unit)
        row["count"] = missile.count
        row["min_range_m"] = missile.min_range_km * METRES_PER_KILOMETRE
        row["max_range_m"] = missile.max_range_km * METRES_PER_KILOMETRE
        row["max_range_ballistic_m"] = missile.max_range_ballistic_km * METRES_PER_KILOMETRE
        row["min_altitude_m"] = spec.places[spec.fire_units[unit].place].ground_m + missile.min_altitude_m
        row["max_altitude_m"] = missile.max_altitude_km * METRES_PER_KILOMETRE
        row["max_target_speed_mps"] = missile.max_target_speed_mps
        row["p_kill"] = missile.p_kill
        row["flight_first"] = len(tables)
        row["flight_count"] = len(rows)
        tables += rows
    return out, names, np.array(tables, dtype=records.FLIGHT) if tables else np.zeros(0, records.FLIGHT)


def _flight_table(missile: MissileSpec) -> list[tuple[float, float]]:
    """Slant range [m] and seconds, from zero: the stated table, or the mean speed to the farthest intercept."""
    if missile.time_of_flight is not None:
        return [(0.0, 0.0), *((r * METRES_PER_KILOMETRE, t) for r, t in missile.time_of_flight)]
    farthest_m = max(missile.max_range_km, missile.max_range_ballistic_km) * METRES_PER_KILOMETRE
    return [(0.0, 0.0), (farthest_m, farthest_m / missile.mean_speed_mps)]


def _assets(spec: ScenarioSpec, sites: Sites) -> NDArray[np.float64]:
    """ECEF of what is defended: the assets, or the fire units themselves when none is named."""
    places = [spec.assets[key].place for key in sorted(spec.assets)]
    if not places:
        places = [spec.fire_units[key].place for key in sorted(spec.fire_units)]
    positions = [sites.position_m(place) for place in places]
    return np.array(positions, dtype=np.float64).reshape(len(positions), 3)
