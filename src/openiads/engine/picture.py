"""The part of the engine's arrays that is one node's picture."""

from typing import Any

from openiads.kernels import kernel

Record = Any


@kernel
def used_slots(tracker: Record, node_state: Record) -> tuple[int, int]:
    """First slot of a node and the one past the highest that holds a track."""
    return tracker["first_slot"], tracker["first_slot"] + node_state["high"]
