"""Messages on links: what is sent each cycle, what is lost, when it arrives."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.records.case import CONSTANT, EXPONENTIAL, TELL_ALL, TELL_HOSTILE, UNIFORM
from openiads.records.chain import RELIEF_LINK
from openiads.records.state import CONTENT_STATUS, CONTENT_TRACKS, USER_RELIEF
from openiads.records.tables import IDENTITIES, ORDERS
from openiads.streams.draws import normal_from_uniform, uniforms

Record = Any
Records = NDArray[Any]
FIRM, OWN = 2, 0
PENDING, UNKNOWN, FRIENDLY, NEUTRAL, HOSTILE = range(len(IDENTITIES))
NO_ORDER, ENGAGE, HOLD_FIRE, CANCEL, WEAPONS_HOLD, WEAPONS_TIGHT, WEAPONS_FREE = range(len(ORDERS))
DRAWS_PER_CYCLE = 4096
"""Draw indexes that one cycle of a link reserves."""


@kernel
def sooner(messages: Records, a: int, b: int) -> bool:
    """Whether the message in place `a` arrives before the one in `b`; of two at the same time, the one sent first."""
    if messages[a]["due_ns"] != messages[b]["due_ns"]:
        return bool(messages[a]["due_ns"] < messages[b]["due_ns"])
    return bool(messages[a]["number"] < messages[b]["number"])


@kernel
def enqueue(clock: Records, messages: Records, queue: NDArray[np.int32]) -> None:
    """Take the message that was just written to the first free place of `queue` into the heap of those in transit."""
    k = clock[0]["in_transit"]
    clock[0]["in_transit"] = k + 1
    clock[0]["message_number"] += 1
    place = queue[k]
    while k > 0:
        above = (k - 1) // 2
        if not sooner(messages, place, queue[above]):
            break
        queue[k] = queue[above]
        k = above
    queue[k] = place


@kernel
def dequeue(clock: Records, messages: Records, queue: NDArray[np.int32]) -> None:
    """Take the message that is due first out of the heap. Its place counts as free, and holds it until one more is sent."""
    first = queue[0]
    count = clock[0]["in_transit"] - 1
    clock[0]["in_transit"] = count
    place = queue[count]
    queue[count] = first
    k = 0
    while 2 * k + 1 < count:
        below = 2 * k + 1
        if below + 1 < count and sooner(messages, queue[below + 1], queue[below]):
            below += 1
        if not sooner(messages, queue[below], place):
            break
        queue[k] = queue[below]
        k = below
    if count > 0:
        queue[k] = place


@kernel
def worth_sending(link: Record, track: Record, identity: int) -> int:
    """What a link carries of a track that the sender tells to be of `identity`: tracks, status, or -1 for nothing.

    Only own firm tracks go out: nothing is relayed.
    """
    if track["status"] != FIRM or track["source"] != OWN:
        return -1
    restored = track["user"][USER_RELIEF] & RELIEF_LINK != 0
    if not restored and (link["restored"] > 0 or not tells(link, identity)):
        return -1
    if link["status"] > 0 and track["engaged"] > 0:
        return CONTENT_STATUS
    return CONTENT_TRACKS if link["tracks"] > 0 else -1


@kernel
def tells(link: Record, identity: int) -> bool:
    """Whether the link's filter lets a track of this identity, as the sender holds it, pass."""
    if link["tells"] == TELL_ALL:
        return True
    return identity == HOSTILE if link["tells"] == TELL_HOSTILE else identity != FRIENDLY


@kernel
def fate(link: Record, clock: Records, purpose: int, index: int) -> tuple[bool, bool, float]:
    """Whether a message gets through the air, whether what it says is good enough to use, and a uniform for its latency."""
    lost, poor, late, _ = uniforms(clock[0]["seed"], clock[0]["replication"], purpose, link["name"], index)
    return bool(lost >= link["p_loss"]), bool(poor < link["usable_share"]), late


@kernel
def latency_ns(link: Record, u: float) -> int:
    """Time from the moment at which the link carries a message to its arrival, for a uniform `u` in (0, 1).

    Constant; uniform about it; a lognormal of this median; or an exponential tail above it (inverse distribution functions).
    """
    kind, typical = link["latency_kind"], int(link["latency_ns"])
    if kind == CONSTANT:
        return typical
    if kind == UNIFORM:
        return typical + int((2.0 * u - 1.0) * link["spread_ns"])
    if kind == EXPONENTIAL:
        return typical + int(-math.log(u) * link["spread_ns"])
    return int(typical * math.exp(link["latency_sigma"] * normal_from_uniform(u)))


@kernel
def pass_gaps(link: Record, state: Record, gaps: Records, now_ns: int) -> None:
    """Leave the outages behind that are over: what waited when one began is gone, so that the link is free after it."""
    while state["gap"] < link["gap_count"] and gaps[link["gap_first"] + state["gap"]]["to_ns"] <= now_ns:
        state["gap"] += 1
        state["free_ns"] = 0


@kernel
def cut_off(link: Record, state: Record, gaps: Records, until_ns: int) -> bool:
    """Whether an outage begins before or at `until_ns` that is not over yet, by the gaps passed so far."""
    return bool(state["gap"] < link["gap_count"] and gaps[link["gap_first"] + state["gap"]]["from_ns"] <= until_ns)


@kernel
def departure_ns(link: Record, state: Record, now_ns: int) -> int:
    """When the link has carried a message that is handed to it now, behind those that wait; -1 when it has no place for it."""
    service = int(link["service_ns"])
    if service == 0:
        return now_ns
    waiting = int(max(state["free_ns"] - now_ns, 0))
    if (waiting + service - 1) // service >= link["queue"]:
        return -1
    return now_ns + waiting + service


@kernel
def find_waiting(
    clock: Records, messages: Records, queue: NDArray[np.int32], link: int, content: int, number: int, now_ns: int
) -> int:
    """Place of the message about track `number` of this content that still waits for the link, or -1."""
    for k in range(clock[0]["in_transit"]):
        m = messages[queue[k]]
        if m["link"] == link and m["content"] == content and m["origin_number"] == number and m["depart_ns"] > now_ns:
            return int(queue[k])
    return -1


@kernel
def address(message: Record, number: int, link: int, sender: int, content: int, due_ns: int) -> None:
    """Write from whom a message comes, over which link, what it is about, and when it arrives."""
    message["number"] = number
    message["link"] = link
    message["content"] = content
    message["due_ns"] = due_ns
    message["origin"] = sender
    message["order"] = NO_ORDER


@kernel
def write_message(
    message: Record, number: int, link: int, sender: int, content: int, track: Record, due_ns: int, until_ns: int
) -> None:
    """Copy what a message says: the sender's track as it is now. `until_ns`: how long the receiver counts it as engaged."""
    address(message, number, link, sender, content, due_ns)
    write_report(message, track, until_ns)


@kernel
def write_report(message: Record, track: Record, until_ns: int) -> None:
    """Copy the sender's track as it is now into a message, new or waiting."""
    message["identity"] = track["identity"]
    message["update_ns"] = track["update_ns"]
    message["origin_number"] = track["number"]
    message["until_ns"] = until_ns
    for i in range(6):
        message["x"][i] = track["x"][i]
        for j in range(6):
            message["p"][i, j] = track["p"][i, j]


@kernel
def order_of(held: Record, track: Record, now_ns: int) -> int:
    """The order that holds for a track now; NO_ORDER when there is none, it is over, or it was about an earlier track."""
    if held["number"] != track["number"] or now_ns >= held["until_ns"]:
        return NO_ORDER
    return int(held["order"])


@kernel
def accept_order(held: Record, message: Record, number: int) -> bool:
    """Write an order about track `number` over the one before, unless that was sent later; whether it was taken."""
    if held["number"] == number and held["sent_ns"] > message["sent_ns"]:
        return False
    held["number"] = number
    held["order"] = NO_ORDER if message["order"] == CANCEL else message["order"]
    held["sender"] = message["origin"]
    held["sent_ns"] = message["sent_ns"]
    held["until_ns"] = message["until_ns"]
    return True


@kernel
def ordered_weapons(contact: Record, now_ns: int) -> int:
    """The order about all weapons that holds at a node now; NO_ORDER when there is none or it is over."""
    return int(contact["weapons"]) if now_ns < contact["weapons_until_ns"] else NO_ORDER


@kernel
def accept_weapons(contact: Record, message: Record) -> bool:
    """Write an order about all weapons, unless the one before was sent later; whether it was taken."""
    if contact["weapons_sent_ns"] > message["sent_ns"]:
        return False
    contact["weapons"] = NO_ORDER if message["order"] == CANCEL else message["order"]
    contact["weapons_sent_ns"] = message["sent_ns"]
    contact["weapons_until_ns"] = message["until_ns"]
    return True


@kernel
def is_alone(node: Record, contact: Record, now_ns: int) -> bool:
    """Whether a node that may act on its own has had no sign of life on any link for long enough."""
    return bool(node["alone_ns"] >= 0 and now_ns - contact["heard_ns"] > node["alone_ns"])


@kernel
def weapons_alone(node: Record, contact: Record, weapons: int, now_ns: int) -> int:
    """Weapons control of a node: that of autonomous operation when it is cut off, else `weapons`."""
    return int(node["alone_weapons"]) if is_alone(node, contact, now_ns) else weapons
