"""Launchers: which are in order, when one may fire again, reloading, and missiles that are brought; the unit's own stock."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.records.state import NEVER
from openiads.streams.draws import uniforms
from openiads.streams.names import READY

Record = Any
Records = NDArray[Any]
Counts = NDArray[np.int32]


@kernel
def check_launchers(unit: Record, clock: Records, launchers: Records, states: Records, missiles_left: Counts) -> None:
    """Once per replication: which launchers of a unit are in order. What stands on the others cannot be fired."""
    for k in range(unit["launcher_first"], unit["launcher_first"] + unit["launcher_count"]):
        u = uniforms(clock[0]["seed"], clock[0]["replication"], READY, launchers[k]["name"], 0)[0]
        if u >= unit["ready_share"]:
            states[k]["broken"] = 1
            missiles_left[launchers[k]["missile"]] -= states[k]["loaded"]


@kernel
def load_empty(unit: Record, missiles: Records, launchers: Records, states: Records, spare: Counts, now_ns: int) -> None:
    """Begin to load every empty launcher for which there are missiles."""
    for k in range(unit["launcher_first"], unit["launcher_first"] + unit["launcher_count"]):
        one, m = states[k], launchers[k]["missile"]
        if one["broken"] != 0 or one["loaded"] > 0 or one["reloaded_ns"] != NEVER or spare[m] <= 0:
            continue
        one["loading"] = min(spare[m], missiles[m]["per_launcher"])
        spare[m] -= one["loading"]
        one["reloaded_ns"] = now_ns + missiles[m]["reload_ns"]


@kernel
def reload(
    unit: Record,
    missiles: Records,
    launchers: Records,
    states: Records,
    missiles_left: Counts,
    spare: Counts,
    now_ns: int,
) -> None:
    """Launchers whose loading is over by now are ready again; the next empty ones begin."""
    for k in range(unit["launcher_first"], unit["launcher_first"] + unit["launcher_count"]):
        one = states[k]
        if one["reloaded_ns"] <= now_ns:
            one["loaded"] = one["loading"]
            one["loading"] = 0
            one["reloaded_ns"] = NEVER
            missiles_left[launchers[k]["missile"]] += one["loaded"]
    load_empty(unit, missiles, launchers, states, spare, now_ns)


@kernel
def supply(
    unit: Record,
    unit_state: Record,
    missiles: Records,
    supplies: Records,
    missiles_left: Counts,
    spare: Counts,
    supplied: Counts,
    now_ns: int,
) -> None:
    """Take in what has been brought by now: to the stock for launchers, else ready at once."""
    while unit_state["supplied"] < unit["supply_count"]:
        row = supplies[unit["supply_first"] + unit_state["supplied"]]
        if row["at_ns"] > now_ns:
            return
        m = row["missile"]
        supplied[m] += row["count"]
        if missiles[m]["per_launcher"] > 0:
            spare[m] += row["count"]
        else:
            missiles_left[m] += row["count"]
        unit_state["supplied"] += 1


@kernel
def loading(unit: Record, launchers: Records, states: Records, spare: Counts, missile: int) -> bool:
    """Whether a launcher of this missile, or of any where `missile` is negative, is being loaded or can be."""
    for k in range(unit["launcher_first"], unit["launcher_first"] + unit["launcher_count"]):
        m = launchers[k]["missile"]
        if (states[k]["reloaded_ns"] != NEVER or spare[m] > 0) and (missile < 0 or m == missile):
            return True
    return False


@kernel
def launcher_free_ns(unit: Record, launchers: Records, states: Records, missile: int, now_ns: int) -> tuple[int, int]:
    """A launcher that holds this missile and when it may fire, the earliest, ties by place; (-1, NEVER) when there is none."""
    best, free_ns = -1, NEVER
    for k in range(unit["launcher_first"], unit["launcher_first"] + unit["launcher_count"]):
        one = states[k]
        if launchers[k]["missile"] != missile or one["broken"] != 0 or one["loaded"] <= 0:
            continue
        at_ns = max(one["free_ns"], now_ns)
        if at_ns < free_ns:
            best, free_ns = k, at_ns
    return best, free_ns


@kernel
def take_round(
    unit: Record,
    missiles: Records,
    launchers: Records,
    states: Records,
    place: int,
    spare: Counts,
    now_ns: int,
) -> None:
    """A missile leaves the launcher at `place`; an empty one is loaded again."""
    states[place]["loaded"] -= 1
    states[place]["free_ns"] = now_ns + unit["launch_step_ns"]
    if states[place]["loaded"] == 0:
        load_empty(unit, missiles, launchers, states, spare, now_ns)


@kernel
def out_of_action(unit: Record, marches: Records, at_ns: int) -> bool:
    """Whether a fire unit cannot fire at `at_ns`: on the march, being emplaced, not there yet."""
    for k in range(unit["out_first"], unit["out_first"] + unit["out_count"]):
        if marches[k]["from_ns"] <= at_ns < marches[k]["to_ns"]:
            return True
    return False
