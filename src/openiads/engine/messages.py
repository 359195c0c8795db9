"""Messages under way: a link's cycle, orders, arrivals. What is sent is the sender's own picture, what arrives the receiver's."""

from typing import Any

from numpy.typing import NDArray

from openiads.engine.picture import used_slots
from openiads.engine.relief import mark_received
from openiads.kernels import kernel
from openiads.models.identification.evidence import hear_identity, told_identity
from openiads.models.network.kernels import (
    DRAWS_PER_CYCLE,
    WEAPONS_HOLD,
    accept_order,
    accept_weapons,
    address,
    cut_off,
    departure_ns,
    dequeue,
    enqueue,
    fate,
    find_waiting,
    latency_ns,
    pass_gaps,
    worth_sending,
    write_message,
    write_report,
)
from openiads.records.case import REPLACE_OLDER, Case
from openiads.records.chain import RELIEF_LINK
from openiads.records.fighters import MOST_TYPES
from openiads.records.log import ORDERED, log_event, log_message
from openiads.records.state import (
    CONTENT_MAGAZINE,
    CONTENT_ORDERS,
    CONTENT_STATUS,
    USER_ENGAGED_ELSEWHERE,
    USER_RELIEF,
    State,
)
from openiads.streams.names import LINK as LINK_DRAWS
from openiads.streams.names import LINK_MAGAZINE, LINK_ORDER
from openiads.tracking.records import Scratch
from openiads.tracking.remote import index_picture, take_message

Record = Any
Records = NDArray[Any]
FREE, OWN, FIRM = 0, 0, 2
NOT_SENT = -1
"""Stands for the due time of a message that does not arrive."""


@kernel
def on_link(case: Case, state: State, row: Record) -> None:
    """A link's cycle: the sender's own firm tracks go out, each message with its own fate."""
    number = row["index"]
    link, link_state = case.links[number], state.link_states[number]
    now_ns = row["at_ns"]
    pass_gaps(link, link_state, case.gaps, now_ns)
    if link["restored"] == 0 and not cut_off(link, link_state, case.gaps, now_ns):
        state.contacts[link["receiver"]]["heard_ns"] = now_ns
    first, last = used_slots(case.trackers[link["sender"]], state.node_states[link["sender"]])
    count = last - first
    start = link_state["next_slot"] if link["service_ns"] > 0 else 0
    for k in range(count):
        slot = first + (start + k) % count
        track = state.tracks[slot]
        if track["status"] != FIRM or track["source"] != OWN:
            continue  # nothing that `worth_sending` would take
        told = told_identity(case.evidence[link["sender"]], state.beliefs[slot], track)
        content = worth_sending(link, track, told)
        if content >= 0:
            report(case, state, number, slot, content, told, row["number"], now_ns)
    if link["magazine"] != 0 and link["restored"] == 0 and case.nodes[link["sender"]]["fire_unit"] >= 0:
        report_magazine(case, state, number, row["number"], now_ns)


@kernel
def report(case: Case, state: State, number: int, slot: int, content: int, told: int, cycle: int, now_ns: int) -> None:
    """Hand one track to a link. A track whose link is restored in a counterfactual goes through at once."""
    link, track, clock = case.links[number], state.tracks[slot], state.clock[0]
    state.counts[0]["messages_sent"] += 1
    if clock["in_transit"] >= len(state.queue):
        clock["overflow"] += 1
        return
    restored = track["user"][USER_RELIEF] & RELIEF_LINK != 0 and state.contacts[link["receiver"]]["down"] == 0
    until = 2 * link["cycle_ns"] if content == CONTENT_STATUS else -1
    before_ns = state.link_states[number]["free_ns"]
    if restored:
        due_ns = now_ns
    elif renew(case, state, number, slot, content, told, until, now_ns):
        return
    else:
        index = cycle * DRAWS_PER_CYCLE + track["number"] % DRAWS_PER_CYCLE
        due_ns = hand_over(case, state, number, content, told, LINK_DRAWS, index, now_ns)
    if due_ns < 0:
        state.counts[0]["messages_lost"] += 1
    else:
        put(case, state, number, slot, content, told, due_ns, due_ns + until if until >= 0 else -1, now_ns)
    if state.link_states[number]["free_ns"] != before_ns:  # the next cycle of a link that is full begins with the next track
        state.link_states[number]["next_slot"] = slot + 1 - case.trackers[link["sender"]]["first_slot"]
    log_message(state.clock, state.message_log, now_ns, number, track["number"], content, due_ns)
    state.traffic[number, content, told]["sent"] += 1


@kernel
def report_magazine(case: Case, state: State, number: int, cycle: int, now_ns: int) -> None:
    """A fire unit hands to a link how many missiles of each type it has ready now. It never counts as too poor to use."""
    link, clock = case.links[number], state.clock[0]
    state.counts[0]["messages_sent"] += 1
    if clock["in_transit"] >= len(state.queue):
        clock["overflow"] += 1
        return
    due_ns = hand_over(case, state, number, CONTENT_MAGAZINE, 0, LINK_MAGAZINE, cycle, now_ns)
    state.traffic[number, CONTENT_MAGAZINE, 0]["sent"] += 1
    log_message(state.clock, state.message_log, now_ns, number, -1, CONTENT_MAGAZINE, due_ns)
    if due_ns < 0:
        state.counts[0]["messages_lost"] += 1
        return
    place = state.queue[clock["in_transit"]]
    message = state.messages[place]
    state.message_truth[place] = -1
    address(message, clock["message_number"], number, link["sender"], CONTENT_MAGAZINE, due_ns)
    message["identity"], message["origin_number"], message["until_ns"] = 0, -1, -1
    message["sent_ns"], message["update_ns"] = now_ns, now_ns
    message["depart_ns"] = min(state.link_states[number]["free_ns"] - link["service_ns"], due_ns)
    unit = case.fire_units[case.nodes[link["sender"]]["fire_unit"]]
    for k in range(min(unit["missile_count"], MOST_TYPES)):
        message["p"][k // 6, k % 6] = state.missiles_left[unit["missile_first"] + k]
    enqueue(state.clock, state.messages, state.queue)
    clock["due_ns"] = min(clock["due_ns"], due_ns)


@kernel
def hear_magazine(case: Case, state: State, node: int, message: Record) -> None:
    """A node learns what a fire unit had left when it said so, unless it knows better."""
    unit = case.fire_units[case.nodes[message["origin"]]["fire_unit"]]
    for k in range(min(unit["missile_count"], MOST_TYPES)):
        known = state.reports[node, unit["missile_first"] + k]
        if known["known"] == 0 or message["sent_ns"] >= known["sent_ns"]:
            known["known"], known["left"] = 1, int(message["p"][k // 6, k % 6])
            known["sent_ns"] = message["sent_ns"]


@kernel
def hand_over(
    case: Case, state: State, number: int, content: int, identity: int, purpose: int, index: int, now_ns: int
) -> int:
    """What a link does with a message: the instant of its arrival, or NOT_SENT, counted by the reason."""
    link, link_state = case.links[number], state.link_states[number]
    count = state.traffic[number, content, identity]
    through, usable, late = fate(link, state.clock, purpose, index)
    depart_ns = departure_ns(link, link_state, now_ns)
    due_ns = depart_ns + latency_ns(link, late)
    if cut_off(link, link_state, case.gaps, now_ns if depart_ns < 0 else due_ns):
        count["cut_off"] += 1
        return NOT_SENT
    if depart_ns < 0:
        count["refused"] += 1
        return NOT_SENT
    link_state["free_ns"] = depart_ns
    if not through or (content <= CONTENT_STATUS and not usable):
        count["lost"] += 1
        return NOT_SENT
    return due_ns


@kernel
def put(
    case: Case, state: State, number: int, slot: int, content: int, told: int, due_ns: int, until_ns: int, now_ns: int
) -> Record:
    """Write a message about a track, told to be of this identity, and set it on its way; the caller has seen to the room."""
    clock, link = state.clock[0], case.links[number]
    place = state.queue[clock["in_transit"]]
    message = state.messages[place]
    state.message_truth[place] = state.track_truth[slot]
    track = state.tracks[slot]
    write_message(message, clock["message_number"], number, link["sender"], content, track, due_ns, until_ns)
    message["identity"] = told
    message["sent_ns"] = now_ns
    message["depart_ns"] = min(state.link_states[number]["free_ns"] - link["service_ns"], due_ns)
    enqueue(state.clock, state.messages, state.queue)
    clock["due_ns"] = min(clock["due_ns"], due_ns)
    return message


@kernel
def renew(case: Case, state: State, number: int, slot: int, content: int, told: int, until: int, now_ns: int) -> bool:
    """Whether a report of the same track still waited, so that this one took its place."""
    link, track = case.links[number], state.tracks[slot]
    if link["service_ns"] == 0 or link["full"] != REPLACE_OLDER:
        return False
    place = find_waiting(state.clock, state.messages, state.queue, number, content, track["number"], now_ns)
    if place < 0:
        return False
    message = state.messages[place]
    state.traffic[number, content, message["identity"]]["replaced"] += 1
    state.traffic[number, content, told]["sent"] += 1
    write_report(message, track, message["due_ns"] + until if until >= 0 else -1)
    state.message_truth[place] = state.track_truth[slot]
    message["identity"] = told
    message["sent_ns"] = now_ns
    log_message(state.clock, state.message_log, now_ns, number, track["number"], content, message["due_ns"])
    return True


@kernel
def order_link(links: Records, sender: int, receiver: int) -> int:
    """The link on which node `sender` can give orders to node `receiver`, the first by name; -1 when there is none."""
    for k in range(len(links)):
        link = links[k]
        if link["sender"] == sender and link["receiver"] == receiver and link["orders"] > 0 and link["restored"] == 0:
            return k
    return -1


@kernel
def send_order(case: Case, state: State, number: int, slot: int, order: int, until_ns: int, now_ns: int) -> bool:
    """Give an order over link `number`: about the sender's track in `slot`, or about all weapons (any slot of the sender).

    The message carries that track as the sender holds it, so that the receiver finds its own track of the same object: a track
    that the receiver sent itself by its number, any other by where it is. Returns whether the order is on its way; that it
    is lost the sender does not learn. It has the fate of any message, but never counts as too poor to use.
    """
    link, link_state, clock = case.links[number], state.link_states[number], state.clock[0]
    track = state.tracks[slot]
    identity = track["identity"] if order < WEAPONS_HOLD else 0
    state.counts[0]["messages_sent"] += 1
    if clock["in_transit"] >= len(state.queue):
        clock["overflow"] += 1
        return False
    pass_gaps(link, link_state, case.gaps, now_ns)
    index = int(link_state["orders"])
    link_state["orders"] += 1
    due_ns = hand_over(case, state, number, CONTENT_ORDERS, identity, LINK_ORDER, index, now_ns)
    state.traffic[number, CONTENT_ORDERS, identity]["sent"] += 1
    about = track["number"] if order < WEAPONS_HOLD else -1
    log_message(state.clock, state.message_log, now_ns, number, about, CONTENT_ORDERS, due_ns)
    if due_ns < 0:
        state.counts[0]["messages_lost"] += 1
        return False
    message = put(case, state, number, slot, CONTENT_ORDERS, identity, due_ns, until_ns, now_ns)
    message["order"] = order
    if track["source"] != OWN:
        message["origin"] = track["origin"]
        message["origin_number"] = track["origin_number"]
    return True


@kernel
def deliver(case: Case, state: State, scratch: Scratch) -> None:
    """Messages arrive at one node at one time: it learns tracks, which tracks other units engage, and orders."""
    clock = state.clock[0]
    first = state.messages[state.queue[0]]
    now_ns, node = first["due_ns"], case.links[first["link"]]["receiver"]
    index_picture(case.trackers[node], state.node_states[node], state.tracks, now_ns, scratch)
    while clock["in_transit"] > 0:
        place = state.queue[0]
        message = state.messages[place]
        if message["due_ns"] != now_ns or case.links[message["link"]]["receiver"] != node:
            return
        dequeue(state.clock, state.messages, state.queue)
        state.traffic[message["link"], message["content"], message["identity"]]["arrived"] += 1
        if message["content"] == CONTENT_MAGAZINE:
            hear_magazine(case, state, node, message)
            continue
        if message["content"] == CONTENT_ORDERS and message["order"] >= WEAPONS_HOLD:
            if accept_weapons(state.contacts[node], message):
                log_event(state.clock, state.events, now_ns, node, ORDERED, -1, message["order"], held_s(message))
            continue
        slot = heard_slot(case, state, node, message, now_ns, scratch)
        if slot < 0:
            continue
        if state.tracks[slot]["source"] != OWN:
            state.track_truth[slot] = state.message_truth[place]
            if case.control[0]["relief"] != 0:
                mark_received(case, state, slot)
        if case.evidence[node]["weighs"] > 0 and state.tracks[slot]["source"] == OWN and message["origin"] != node:
            hear_identity(state.beliefs[slot], state.tracks[slot], message["identity"])
        if message["content"] == CONTENT_ORDERS:
            number = state.tracks[slot]["number"]
            if accept_order(state.orders[slot], message, number):
                log_event(state.clock, state.events, now_ns, node, ORDERED, number, message["order"], held_s(message))
        elif message["content"] == CONTENT_STATUS:
            state.tracks[slot]["user"][USER_ENGAGED_ELSEWHERE] = message["until_ns"]


@kernel
def held_s(message: Record) -> float:
    """For how many seconds from its arrival an order holds."""
    return float((message["until_ns"] - message["due_ns"]) * 1e-9)


@kernel
def heard_slot(case: Case, state: State, node: int, message: Record, now_ns: int, scratch: Scratch) -> int:
    """Slot of the receiver's track that a message is about, once it has been told what the message says; -1: no room."""
    config, node_state, tracks = case.trackers[node], state.node_states[node], state.tracks
    if message["origin"] == node:  # an order about a track of its own: it knows that better than anybody
        first, last = used_slots(config, node_state)
        for slot in range(first, last):
            track = tracks[slot]
            if track["status"] != FREE and track["source"] == OWN and track["number"] == message["origin_number"]:
                return slot
        return -1
    slot = take_message(config, node_state, tracks, message, now_ns, scratch.cells, scratch.picked, scratch.work[0])
    return int(slot)
