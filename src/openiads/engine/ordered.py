"""What orders that reached a fire unit let it do, and when it is decided to go at a track."""

from typing import Any

from openiads.kernels import kernel
from openiads.models.command.desk import decide
from openiads.models.network.kernels import (
    ENGAGE,
    HOLD_FIRE,
    NO_ORDER,
    WEAPONS_HOLD,
    is_alone,
    order_of,
    ordered_weapons,
    weapons_alone,
)
from openiads.records.case import FREE, Case
from openiads.records.chain import RELIEF_DECISION, RELIEF_ORDER
from openiads.records.state import USER_RELIEF, State

Record = Any


@kernel
def order_allows(case: Case, state: State, f: int, slot: int, now_ns: int) -> bool:
    """Whether fire unit `f` may engage the track in a slot of its picture, by the orders that it has.

    Ordered to hold fire at it: no. Under centralised control: what it is ordered to engage, or anything when it has heard
    nothing on any link for so long that it is on its own. Else: yes.
    """
    unit, track = case.fire_units[f], state.tracks[slot]
    if track["user"][USER_RELIEF] & RELIEF_ORDER != 0:
        return True
    order = order_of(state.orders[slot], track, now_ns)
    if order == HOLD_FIRE:
        return False
    if unit["centralised"] == 0 or order == ENGAGE:
        return True
    n = unit["node"]
    return is_alone(case.nodes[n], state.contacts[n], now_ns)


@kernel
def weapons_of(case: Case, state: State, f: int, now_ns: int) -> int:
    """State of weapons of a fire unit outside sectors: its own, that of the day, what was ordered, or that of being alone."""
    unit = case.fire_units[f]
    return weapons_at(case, state, unit["node"], unit["weapons"], now_ns)


@kernel
def weapons_at(case: Case, state: State, n: int, stated: int, now_ns: int) -> int:
    """State of weapons outside sectors of what acts on the picture of node `n`, where the echelons state `stated`."""
    weapons = FREE if state.clock[0]["weapons_free"] > 0 and stated > 0 else stated
    ordered = ordered_weapons(state.contacts[n], now_ns)
    if ordered != NO_ORDER:
        weapons = ordered - WEAPONS_HOLD
    return weapons_alone(case.nodes[n], state.contacts[n], weapons, now_ns)


@kernel
def decided(case: Case, state: State, armed: Record, desk: int, track: Record, now_ns: int) -> int:
    """When it is decided to go at a track: at that desk of the node, and where it needs approval at its superior's.

    `armed` is a fire unit or a base of fighters. Negative when not at all.
    """
    if track["user"][USER_RELIEF] & RELIEF_DECISION != 0:
        return now_ns
    n, way = armed["node"], desk
    at_ns = decide(case.desks[n, way], state.desks[n, way], state.clock, now_ns)
    if at_ns >= 0 and armed["approval"] >= 0:
        n, way = armed["superior"], armed["approval"]
        at_ns = decide(case.desks[n, way], state.desks[n, way], state.clock, at_ns)
    return int(at_ns)
