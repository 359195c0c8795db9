"""Messages on links: what is sent each cycle, what is lost, when it arrives."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.records.chain import RELIEF_LINK
from openiads.records.state import CONTENT_STATUS, CONTENT_TRACKS, USER_RELIEF
from openiads.streams.draws import uniforms
from openiads.streams.names import LINK

Record = Any
Records = NDArray[Any]
FIRM, OWN = 2, 0
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
def worth_sending(link: Record, track: Record) -> int:
    """What a link carries of a track: tracks, status, or -1 for nothing. Only own firm tracks go out: nothing is relayed."""
    if track["status"] != FIRM or track["source"] != OWN:
        return -1
    if link["restored"] > 0 and track["user"][USER_RELIEF] & RELIEF_LINK == 0:
        return -1
    if link["status"] > 0 and track["engaged"] > 0:
        return CONTENT_STATUS
    return CONTENT_TRACKS if link["tracks"] > 0 else -1


@kernel
def arrives(link: Record, clock: Records, cycle: int, number: int) -> bool:
    """Whether the message about track `number` in this cycle is neither lost nor too poor to use."""
    index = cycle * DRAWS_PER_CYCLE + number % DRAWS_PER_CYCLE
    lost, poor, _, _ = uniforms(clock[0]["seed"], clock[0]["replication"], LINK, link["name"], index)
    return bool(lost >= link["p_loss"] and poor < link["usable_share"])


@kernel
def write_message(
    message: Record, number: int, link: int, sender: int, content: int, track: Record, due_ns: int, until_ns: int
) -> None:
    """Copy what a message says: the sender's track as it is now. `until_ns`: how long the receiver counts it as engaged."""
    message["number"] = number
    message["link"] = link
    message["content"] = content
    message["identity"] = track["identity"]
    message["due_ns"] = due_ns
    message["update_ns"] = track["update_ns"]
    message["origin"] = sender
    message["origin_number"] = track["number"]
    message["until_ns"] = until_ns
    for i in range(6):
        message["x"][i] = track["x"][i]
        for j in range(6):
            message["p"][i, j] = track["p"][i, j]
