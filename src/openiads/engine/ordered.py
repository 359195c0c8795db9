"""What orders that reached a fire unit let it do."""

from openiads.kernels import kernel
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
from openiads.records.chain import RELIEF_ORDER
from openiads.records.state import USER_RELIEF, State


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
