"""From a scenario to a case: everything that no replication changes, worked out once."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.bases import lower_fighters
from openiads.engine.calendar import build_calendar
from openiads.engine.clock import nanoseconds
from openiads.engine.command import WEAPONS, lower_assets, lower_desks, lower_rule
from openiads.engine.fire_units import fill_fire_control, lower_fire_units
from openiads.engine.identities import lower_evidence
from openiads.engine.links import active_links, lower_links, outages_ns, without_outages
from openiads.engine.objects import lower_objects
from openiads.engine.opportunity import lower_windows, mark_outages
from openiads.engine.relief import Relief, relief_bits, relieve_control, relieve_objects
from openiads.engine.sites import Sites, lower_radars, node_spec
from openiads.engine.views import Views
from openiads.engine.windows import Walk
from openiads.records import case as records
from openiads.records.case import Case
from openiads.scenario.loader import Scenario
from openiads.scenario.schema import ScenarioSpec
from openiads.scenario.standing import standing
from openiads.streams.names import name_hash
from openiads.tracking.records import TRACKER_CONFIG, make_config


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
    fighters: tuple[str, ...]
    """Bases of fighters."""
    object_rows: tuple[dict[str, Any], ...]
    """Rows of the table `objects`."""

    @property
    def shooters(self) -> tuple[str, ...]:
        """Who may have killed an object: the fire units, and behind them the bases of fighters."""
        return self.fire_units + self.fighters


@dataclass(frozen=True)
class Lowered:
    """A case and the names of what is in it."""

    case: Case
    names: Names
    walk: Walk


def lower(scenario: Scenario, relief: Relief | None = None, *, views: Views | None = None) -> Lowered:
    """Lower a scenario to the arrays of a case.

    Parameters
    ----------
    relief : mapping of str to str, optional
        For a counterfactual: object and the link of the chain that is restored for it (one of `records.chain.RELIEFS`).
    views : Views, optional
        What was seen from where in scenarios lowered before: for those who lower many. The case is the same to the byte.

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
    bits = relief_bits(relief or {}, things.names)
    things = replace(things, objects=relieve_objects(things.objects, bits))
    swerlings = {int(s) for s in things.objects["swerling"]} or {1}
    radars = lower_radars(spec, sites, nodes, units, swerlings)
    used = active_links(spec)
    links = sorted(spec.network.links) if "link" in (relief or {}).values() else used
    arms = lower_fire_units(spec, sites, units, nodes, radars.names)
    trackers = _trackers(spec, nodes)
    further = len(things.names) if "pair" in (relief or {}).values() else 0
    fighters, fighter_zones = lower_fighters(spec, sites, sorted(spec.fighters), nodes, further)
    control = relieve_control(_control(spec), bits)
    link_rows, gaps = lower_links(spec, links, nodes, used)
    plan = build_calendar(spec, radars, things, nodes, links, views)
    windows = lower_windows(
        control=control,
        objects=things.objects,
        knots=things.knots,
        radars=radars.records,
        nodes=len(nodes),
        fire_units=arms.fire_units,
        missiles=arms.missiles,
        tables=(arms.flight, arms.speed_limits),
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
        fire_units=arms.fire_units,
        missiles=arms.missiles,
        flight=arms.flight,
        links=link_rows,
        gaps=gaps,
        assets_m=_assets(spec, sites),
        pd_table=radars.pd_table,
        mask_first=radars.mask_first,
        mask_range_m=radars.mask_range_m,
        mask_elevation_rad=radars.mask_elevation_rad,
        radar_object=_pairs([f"{node}/{role}" for node, role in radars.names], things.draw_names),
        node_object=_pairs(nodes, things.draw_names),
        speed_limits=arms.speed_limits,
        launchers=arms.launchers,
        marches=arms.marches,
        supplies=arms.supplies,
        zones=arms.zones,
        desks=lower_desks(spec, nodes),
        assets=lower_assets(spec),
        fighters=fighters,
        fighter_zones=fighter_zones,
    )
    names = Names(
        objects=things.names,
        nodes=tuple(nodes),
        radars=tuple(radars.names),
        fire_units=tuple(units),
        missiles=tuple(arms.missile_names),
        links=tuple(links),
        fighters=tuple(sorted(spec.fighters)),
        object_rows=things.rows,
    )
    return Lowered(case=case, names=names, walk=plan.walk)


def _pairs(left: list[str], right: tuple[str, ...]) -> NDArray[np.uint64]:
    table = [[name_hash(a, b) for b in right] for a in left]
    return np.array(table, dtype=np.uint64).reshape(len(left), len(right))


def _control(spec: ScenarioSpec) -> NDArray[Any]:
    control = np.zeros(1, records.CONTROL)
    control["name"] = name_hash("control")
    control["weapons_free_share"] = spec.control.share_weapons_free
    control["duration_ns"] = nanoseconds(spec.clock.duration_s)
    fill_fire_control(control[0], spec.control)
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
            max_climb_mps=tracker.max_climb_mps,
            vertical_noise_reduction=tracker.vertical_noise_reduction,
            tentative_misses=tracker.tentative_misses,
            by_distance=tracker.assignment_cost == "distance",
            speed_gate=tracker.speed_gate,
            resolution_sigmas=tracker.resolution_sigmas,
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
        row["assigns"], row["hold_ns"] = lower_rule(spec, node)
        alone = node_spec(spec, node).autonomy
        row["alone_ns"] = nanoseconds(alone.after_s) if alone is not None else -1
        row["alone_weapons"] = WEAPONS[alone.weapons] if alone is not None else 0
        slowest = max((link.cycle_s for link in incoming or restored), default=0.0)
        row["remote_hold_ns"] = nanoseconds(slowest * (node_spec(spec, node).tracker.drop_after_updates + 0.5))
    return out


def _assets(spec: ScenarioSpec, sites: Sites) -> NDArray[np.float64]:
    """ECEF of what is defended: the assets, or the fire units themselves when none is named."""
    places = [spec.assets[key].place for key in sorted(spec.assets)]
    if not places:
        places = [spec.fire_units[key].place for key in sorted(spec.fire_units)]
    positions = [sites.position_m(place) for place in places]
    return np.array(positions, dtype=np.float64).reshape(len(positions), 3)
