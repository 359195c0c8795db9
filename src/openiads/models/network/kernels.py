"""Messages on links: what is sent each cycle, what is lost, when it arrives."""

from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.records.state import CONTENT_STATUS, CONTENT_TRACKS, FREE_MESSAGE, IN_TRANSIT
from openiads.streams.draws import uniforms
from openiads.streams.names import LINK

Record = Any
Records = NDArray[Any]
FIRM, OWN = 2, 0
DRAWS_PER_CYCLE = 4096
"""Draw indexes that one cycle of a link reserves."""


@kernel
def free_message(messages: Records) -> int:
    """First free place among the messages in transit, or -1."""
    for k in range(len(messages)):
        if messages[k]["status"] == FREE_MESSAGE:
            return k
    return -1


@kernel
def worth_sending(link: Record, track: Record) -> int:
    """What a link carries of a track: tracks, status, or -1 for nothing. Only own firm tracks go out: nothing is relayed."""
    if track["status"] != FIRM or track["source"] != OWN:
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
def put_in_transit(message: Record, link: int, sender: int, content: int, track: Record, due_ns: int, until_ns: int) -> None:
    """Copy what a message says: the sender's track as it is now. `until_ns`: how long the receiver counts it as engaged."""
    message["status"] = IN_TRANSIT
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
