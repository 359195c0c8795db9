"""Fire units as arrays: how they decide, their missiles with all limits, launchers, supplies, and when they are out of action."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import METRES_PER_KILOMETRE
from openiads.engine.clock import nanoseconds
from openiads.engine.command import lower_authority
from openiads.engine.sites import Sites
from openiads.models.command.spec import CommandSpec, ControlSpec
from openiads.models.engagement.guidance import NEEDS
from openiads.models.engagement.spec import MissileSpec
from openiads.records import arms
from openiads.records import case as records
from openiads.scenario.schema import FireUnitSpec, ScenarioSpec
from openiads.streams.names import name_hash

DOCTRINES = {
    "shoot_look_shoot": records.SHOOT_LOOK_SHOOT,
    "salvo_2": records.SALVO_2,
    "shoot_shoot_look": records.SHOOT_SHOOT_LOOK,
    "salvo": records.SALVO,
}
SALVOS = {"shoot_look_shoot": 1, "salvo_2": 2, "shoot_shoot_look": 2}
"""Missiles that one decision plans, where the doctrine alone says so."""
MOST_PREFERENCES = 8


@dataclass(frozen=True)
class Arms:
    """The fire units of a case, by name, and what belongs to them."""

    fire_units: NDArray[Any]
    missiles: NDArray[Any]
    missile_names: list[tuple[str, str]]
    """Fire unit and missile, in the order of `missiles`."""
    flight: NDArray[Any]
    speed_limits: NDArray[Any]
    launchers: NDArray[Any]
    marches: NDArray[Any]
    supplies: NDArray[Any]
    zones: NDArray[Any]


def lower_fire_units(
    spec: ScenarioSpec, sites: Sites, units: list[str], nodes: list[str], radar_names: list[tuple[str, str]]
) -> Arms:
    """Lay out the fire units called `units`, in that order."""
    names = missile_order(spec, units)
    missiles, flight, speeds = _missiles(spec, units, names)
    out = np.zeros(len(units), records.FIRE_UNITS)
    launchers: list[tuple[Any, int, int]] = []
    out_times: list[tuple[int, int]] = []
    supplies: list[tuple[int, int, int]] = []
    zones: list[NDArray[Any]] = []
    for f, key in enumerate(units):
        unit, row = spec.fire_units[key], out[f]
        row["name"] = name_hash(key)
        row["node"] = nodes.index(key)
        row["radar"] = radar_names.index((key, "engagement"))
        zones += lower_authority(spec, sites, key, nodes, row, len(zones))
        row["any_launch"] = any(NEEDS[missile.guidance][0] != arms.OWN_RADAR for missile in unit.missiles.values())
        row["watches"] = any(missile.track_gap_s is not None for missile in unit.missiles.values())
        row["ground_m"] = spec.places[unit.place].ground_m
        own = [m for m, (owner, _) in enumerate(names) if owner == key]
        row["missile_first"], row["missile_count"] = own[0] if own else 0, len(own)
        _fill_command(row, unit.command, {names[m][1]: m for m in own})
        _fill_assessment(row, unit)
        row["launcher_first"], row["supply_first"], row["out_first"] = len(launchers), len(supplies), len(out_times)
        launchers += _launchers(key, unit, names, own)
        supplies += _supplies(unit, {names[m][1]: m for m in own})
        out_times += marches_ns(unit)
        row["launcher_count"] = len(launchers) - row["launcher_first"]
        row["supply_count"] = len(supplies) - row["supply_first"]
        row["out_count"] = len(out_times) - row["out_first"]
        row["launch_step_ns"] = nanoseconds(unit.launchers.interval_s)
        row["ready_share"] = unit.launchers.p_ready
    return Arms(
        fire_units=out,
        missiles=missiles,
        missile_names=names,
        flight=flight,
        speed_limits=speeds,
        launchers=np.array(launchers, dtype=arms.LAUNCHERS),
        marches=np.array(out_times, dtype=arms.MARCHES),
        supplies=np.array(supplies, dtype=arms.SUPPLIES),
        zones=np.array(zones, dtype=arms.ZONES),
    )


def missile_order(spec: ScenarioSpec, units: list[str]) -> list[tuple[str, str]]:
    """Fire unit and missile by unit, those of shortest reach first, ties by name."""
    names: list[tuple[str, str]] = []
    for unit in units:
        loads = spec.fire_units[unit].missiles
        names += [(unit, key) for key in sorted(loads, key=lambda k: (loads[k].max_range_km, k))]
    return names


def fill_fire_control(row: Any, control: ControlSpec) -> None:
    """What holds for all fire units: classes of tracks, prediction, debris."""
    row["ballistic_mps"] = control.ballistic_speed_mps
    row["fast_mps"] = control.fast_speed_mps
    row["low_m"] = control.low_altitude_m
    row["free_fall"] = 1 if control.ballistic_prediction == "free_fall" else 0
    row["debris_share"] = control.debris_share
    row["debris_ns"] = nanoseconds(control.debris_s)


def _fill_command(row: Any, command: CommandSpec, missiles: dict[str, int]) -> None:
    row["reaction_ns"] = nanoseconds(command.reaction_time_s)
    row["cycle_ns"] = nanoseconds(command.cycle_s)
    row["channels_targets"] = command.channels_targets
    row["channels_missiles"] = command.channels_missiles
    row["doctrine"] = DOCTRINES[command.doctrine]
    row["max_track_age_ns"] = nanoseconds(command.max_track_age_s)
    row["salvo"] = SALVOS.get(command.doctrine, command.salvo_size)
    step_s = command.salvo_interval_s
    row["salvo_step_ns"] = row["cycle_ns"] if step_s is None else nanoseconds(step_s)
    most = command.most_missiles_per_track
    row["most_missiles"] = most if most or command.doctrine != "salvo" else command.salvo_size
    row["preferred"] = -1
    for name, order in command.preferences.items():
        for place, missile in enumerate(order):
            row["preferred"][arms.CLASSES.index(name), place] = missiles[missile]


def _fill_assessment(row: Any, unit: FireUnitSpec) -> None:
    row["assess_delay_ns"] = nanoseconds(unit.assessment.delay_s)
    row["p_miss_kill"] = unit.assessment.p_miss_kill
    row["p_false_kill"] = unit.assessment.p_false_kill
    row["reattack_ns"] = nanoseconds(unit.assessment.reattack_after_s)
    row["reattack_hits"] = unit.assessment.reattack_after_plots


def _missiles(
    spec: ScenarioSpec, units: list[str], names: list[tuple[str, str]]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Missiles by unit with their time-of-flight tables and limits by speed."""
    out = np.zeros(len(names), records.MISSILES)
    tables: list[tuple[float, float]] = []
    speeds: list[tuple[float, float, float, float]] = []
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
        row["flight_first"], row["flight_count"] = len(tables), len(rows)
        row["farthest_m"] = max(missile.max_range_km, missile.max_range_ballistic_km) * METRES_PER_KILOMETRE
        tables += rows
        row["speed_first"], row["speed_count"] = len(speeds), len(missile.speed_classes)
        speeds += [_speed_row(part) for part in missile.speed_classes]
        row["name"] = name_hash("batch", missile.batch or key)
        _fill_limits(row, missile)
        _fill_store(row, missile, spec.fire_units[unit].launchers.reload_s)
    return out, np.array(tables, dtype=records.FLIGHT), np.array(speeds, dtype=arms.SPEED_LIMITS)


def _fill_limits(row: Any, missile: MissileSpec) -> None:
    """Limits and factors that a missile may leave out: then they limit nothing."""
    row["max_crossing_m"] = _metres(missile.max_crossing_km)
    row["crossing_factor"] = missile.p_kill_crossing_factor
    row["kind_factor"] = 1.0
    for kind, factor in missile.p_kill_by_kind.items():
        row["kind_factor"][arms.KINDS.index(kind)] = factor
    row["p_batch_failure"] = missile.p_batch_failure
    row["p_common_failure"] = missile.p_common_failure
    arc = missile.ballistic
    row["ballistic_min_altitude_m"] = -math.inf if arc is None else _metres(arc.min_altitude_km, -math.inf)
    row["ballistic_max_speed_mps"] = math.inf if arc is None or arc.max_speed_mps is None else arc.max_speed_mps
    low_deg, high_deg = (None, None) if arc is None else (arc.reentry_min_deg, arc.reentry_max_deg)
    row["dive_min_rad"] = -math.pi if low_deg is None else math.radians(low_deg)
    row["dive_max_rad"] = math.pi if high_deg is None else math.radians(high_deg)
    row["handover_m"] = math.inf if arc is None else _metres(arc.handover_tolerance_km)
    row["launch_need"], row["midcourse_need"], row["terminal_need"] = NEEDS[missile.guidance]
    row["terminal_ns"] = nanoseconds(missile.terminal_s)
    row["gap_ns"] = -1 if missile.track_gap_s is None else nanoseconds(missile.track_gap_s)


def _fill_store(row: Any, missile: MissileSpec, reload_s: float) -> None:
    row["reserved_class"] = -1 if missile.reserve_for is None else arms.CLASSES.index(missile.reserve_for)
    row["reserved"] = missile.reserve_count
    row["spare"] = missile.spare_count
    row["per_launcher"] = missile.per_launcher
    row["reload_ns"] = nanoseconds(reload_s)


def _flight_table(missile: MissileSpec) -> list[tuple[float, float]]:
    """Slant range [m] and seconds, from zero: the stated table, or the mean speed to the farthest intercept."""
    if missile.time_of_flight is not None:
        return [(0.0, 0.0), *((r * METRES_PER_KILOMETRE, t) for r, t in missile.time_of_flight)]
    farthest_m = max(missile.max_range_km, missile.max_range_ballistic_km) * METRES_PER_KILOMETRE
    return [(0.0, 0.0), (farthest_m, farthest_m / missile.mean_speed_mps)]


def _speed_row(part: Any) -> tuple[float, float, float, float]:
    return part.up_to_mps, _metres(part.max_range_km), _metres(part.max_crossing_km), part.p_kill_factor


def _launchers(key: str, unit: FireUnitSpec, names: list[tuple[str, str]], own: list[int]) -> list[tuple[Any, int, int]]:
    """Name, missile and load of each launcher: full ones, the last with what is left."""
    found: list[tuple[Any, int, int]] = []
    for m in own:
        missile = unit.missiles[names[m][1]]
        left = missile.count
        while missile.per_launcher > 0 and left > 0:
            loaded = min(left, missile.per_launcher)
            found.append((name_hash("launcher", key, names[m][1], str(len(found))), m, loaded))
            left -= loaded
    return found


def _supplies(unit: FireUnitSpec, missiles: dict[str, int]) -> list[tuple[int, int, int]]:
    ordered = sorted(unit.supplies, key=lambda part: (part.at_s, part.missile))
    return [(nanoseconds(part.at_s), missiles[part.missile], part.count) for part in ordered]


def marches_ns(unit: FireUnitSpec) -> list[tuple[int, int]]:
    """When a unit cannot fire: before it is first ready, and from the start of each march until it is emplaced again."""
    found = [(0, nanoseconds(unit.ready_at_s))] if unit.ready_at_s > 0.0 else []
    return found + [
        (nanoseconds(move.start_s), nanoseconds(move.start_s + move.march_s + move.emplace_s)) for move in unit.moves
    ]


def _metres(kilometres: float | None, otherwise: float = math.inf) -> float:
    return otherwise if kilometres is None else kilometres * METRES_PER_KILOMETRE
