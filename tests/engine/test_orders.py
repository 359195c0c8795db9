"""Orders over links: to the track that the receiver holds, under the fate of any message, and no longer than they hold."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.engine.decode import decode
from openiads.engine.messages import order_link, send_order
from openiads.engine.simulation import Simulation
from openiads.engine.snapshot import advance_to
from openiads.models.network.kernels import ENGAGE, HOLD_FIRE, WEAPONS_FREE, order_of, ordered_weapons
from openiads.records.state import State

S = 1_000_000_000
AT_NS = 110 * S
UNTIL_NS = 160 * S
CARRIES = {
    "network.links.down.carries": ["tracks", "orders"],
    "network.links.down.p_loss": 0.0,
    "network.usable_track_share": 1.0,
}


def begun(cases: ModuleType, overrides: dict[str, Any]) -> tuple[Simulation, State]:
    """The small case at 110 s, with orders on the link from the post to the unit."""
    simulation = Simulation(cases.lowered(cases.small({**CARRIES, **overrides})), seed=1)
    state = simulation.advance(simulation.fresh(0, "full"), advance_to(simulation.lowered, AT_NS))
    return simulation, state


def held(simulation: Simulation, state: State, node: int) -> list[int]:
    """Slots of the firm own tracks of a node."""
    tracker = simulation.lowered.case.trackers[node]
    slots = range(tracker["first_slot"], tracker["first_slot"] + tracker["capacity"])
    return [slot for slot in slots if state.tracks[slot]["status"] == 2 and state.tracks[slot]["source"] == 0]


def give(simulation: Simulation, state: State, slot: int, code: int, until_ns: int = UNTIL_NS) -> bool:
    """The post gives an order now."""
    case = simulation.lowered.case
    post, unit = (simulation.lowered.names.nodes.index(name) for name in ("post-1", "unit-1"))
    return bool(send_order(case, state, order_link(case.links, post, unit), slot, code, until_ns, AT_NS))


def ordered(simulation: Simulation, state: State, node: int, now_ns: int) -> list[int]:
    """Slots of a node whose tracks an order holds for."""
    tracker = simulation.lowered.case.trackers[node]
    slots = range(tracker["first_slot"], tracker["first_slot"] + tracker["capacity"])
    return [k for k in slots if state.tracks[k]["status"] > 0 and order_of(state.orders[k], state.tracks[k], now_ns)]


def test_which_link_takes_orders(cases: ModuleType) -> None:
    lowered = cases.lowered(cases.small(CARRIES))
    post, unit = (lowered.names.nodes.index(name) for name in ("post-1", "unit-1"))
    assert lowered.names.links[order_link(lowered.case.links, post, unit)] == "down"
    assert order_link(lowered.case.links, unit, post) == -1
    assert order_link(cases.lowered(cases.small()).case.links, post, unit) == -1


def test_an_order_reaches_the_own_track_of_the_same_object(cases: ModuleType) -> None:
    simulation, state = begun(cases, {})
    names = simulation.lowered.names
    post, unit = (names.nodes.index(name) for name in ("post-1", "unit-1"))
    both = {state.track_truth[k] for k in held(simulation, state, post)} & {
        state.track_truth[k] for k in held(simulation, state, unit)
    }
    slot = next(k for k in held(simulation, state, post) if state.track_truth[k] in both - {-1})
    thing = state.track_truth[slot]
    assert give(simulation, state, slot, HOLD_FIRE)
    assert ordered(simulation, state, unit, AT_NS) == []  # not there yet
    state = simulation.advance(state, advance_to(simulation.lowered, AT_NS + S))
    found = ordered(simulation, state, unit, AT_NS + S)
    assert [state.track_truth[k] for k in found] == [thing]
    assert state.tracks[found[0]]["source"] == 0
    assert order_of(state.orders[found[0]], state.tracks[found[0]], UNTIL_NS) == 0
    events = decode(simulation.lowered, state, "full")["events"]
    which = np.flatnonzero(events["event"] == "ordered")
    assert [(events["at_ns"][k], events["node"][k], events["detail"][k]) for k in which] == [
        (AT_NS + S // 2, "unit-1", "hold")
    ]
    assert events["value"][which[0]] == pytest.approx(49.5, abs=1e-9)  # s


def test_an_order_about_a_track_that_the_receiver_sent_itself(cases: ModuleType) -> None:
    """It goes by number, whatever lies near; once that track is gone the order says nothing."""
    simulation, state = begun(cases, {"command_posts.post-1.search_radar.duty": 0.0})
    names = simulation.lowered.names
    post, unit = (names.nodes.index(name) for name in ("post-1", "unit-1"))
    tracker = simulation.lowered.case.trackers[post]
    slots = range(tracker["first_slot"], tracker["first_slot"] + tracker["capacity"])
    heard = [k for k in slots if state.tracks[k]["status"] > 0 and state.tracks[k]["source"] == 1]
    slot = heard[-1]
    number = state.tracks[slot]["origin_number"]
    assert give(simulation, state, slot, ENGAGE)
    state = simulation.advance(state, advance_to(simulation.lowered, AT_NS + S))
    assert [state.tracks[k]["number"] for k in ordered(simulation, state, unit, AT_NS + S)] == [number]


def test_a_lost_order_and_an_outage(cases: ModuleType) -> None:
    for overrides, reason in (
        ({"network.links.down.p_loss": 1.0}, "lost"),
        ({"network.links.down.outages": [[110.2, 112]]}, "cut_off"),
    ):
        simulation, state = begun(cases, overrides)
        slot = held(simulation, state, simulation.lowered.names.nodes.index("post-1"))[0]
        assert not give(simulation, state, slot, ENGAGE)
        state = simulation.advance(state, advance_to(simulation.lowered, AT_NS + S))
        assert ordered(simulation, state, simulation.lowered.names.nodes.index("unit-1"), AT_NS + S) == []
        counted = state.traffic[simulation.lowered.names.links.index("down"), 2]
        assert (counted["sent"].sum(), counted[reason].sum(), counted["arrived"].sum()) == (1, 1, 0)


def test_an_order_about_all_weapons_arrives(cases: ModuleType) -> None:
    simulation, state = begun(cases, {"network.usable_track_share": 0.0})  # orders are never too poor to use
    unit = simulation.lowered.names.nodes.index("unit-1")
    slot = simulation.lowered.case.trackers[simulation.lowered.names.nodes.index("post-1")]["first_slot"]
    assert give(simulation, state, slot, WEAPONS_FREE)
    assert ordered_weapons(state.contacts[unit], AT_NS) == 0
    state = simulation.advance(state, advance_to(simulation.lowered, AT_NS + S))
    assert ordered_weapons(state.contacts[unit], AT_NS + S) == WEAPONS_FREE
    assert state.contacts[1 - unit]["weapons"] == 0


def test_each_order_has_its_own_fate(cases: ModuleType) -> None:
    """100 orders on a link that loses half; the draws of the reports are not moved by them."""
    simulation, state = begun(cases, {"network.links.down.p_loss": 0.5})
    slot = held(simulation, state, simulation.lowered.names.nodes.index("post-1"))[0]
    lost = 100 - sum(give(simulation, state, slot, ENGAGE) for _ in range(100))
    cases.near_share(lost, 100, 0.5)
    plain = Simulation(simulation.lowered, seed=1)
    alone = plain.advance(plain.fresh(0, "full"), advance_to(plain.lowered, AT_NS + 20 * S))
    state = simulation.advance(state, advance_to(simulation.lowered, AT_NS + 20 * S))
    tracks = [s.traffic[simulation.lowered.names.links.index("down"), 0]["lost"].sum() for s in (alone, state)]
    assert tracks[0] == tracks[1] > 10
