"""What a fire unit believes after an intercept, and when it fires again."""

from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.records.state import DONE, USER_HELD_DEAD
from openiads.records.tables import ASSESSMENTS

Record = Any
Records = NDArray[Any]
NONE, KILLED, ALIVE = range(len(ASSESSMENTS))


@kernel
def take_assessment(unit: Record, shot: Record, track: Record, looks_dead: bool, now_ns: int) -> None:
    """Close a shot with what was observed. A target held dead is left alone until its track contradicts that.

    It does so when it has lived on for `reattack_ns`, or has taken `reattack_hits` more plots where that is stated.
    """
    shot["status"] = DONE
    shot["assessed_ns"] = now_ns
    shot["assessment"] = KILLED if looks_dead else ALIVE
    if holds(shot, track):
        track["engaged"] -= 1
        if looks_dead:
            by_plots = unit["reattack_hits"] > 0
            track["user"][USER_HELD_DEAD] = (
                track["hits"] + unit["reattack_hits"] if by_plots else now_ns + unit["reattack_ns"]
            )


@kernel
def holds(shot: Record, track: Record) -> bool:
    """Whether the slot still holds the track that the missile was fired at."""
    return bool(track["status"] > 0 and track["number"] == shot["track_number"])
