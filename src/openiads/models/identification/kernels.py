"""When a node interrogates a track, and what it makes of the reply."""

from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.records.case import FRIENDLY, HOSTILE, NEUTRAL
from openiads.records.chain import RELIEF_IDENTITY
from openiads.records.state import USER_RELIEF
from openiads.records.tables import IDENTITIES

Record = Any
Records = NDArray[Any]
PENDING, UNKNOWN, DECLARED_FRIENDLY, DECLARED_NEUTRAL, DECLARED_HOSTILE = range(len(IDENTITIES))
FIRM, OWN = 2, 0


@kernel
def wants_interrogation(node: Record, track: Record, now_ns: int) -> bool:
    """A firm track of own sensors without identity, once the node's delay since it became firm is over."""
    if track["status"] != FIRM or track["source"] != OWN or track["identity"] != PENDING:
        return False
    at_once = track["user"][USER_RELIEF] & RELIEF_IDENTITY != 0
    return bool(at_once or now_ns - track["firm_ns"] >= node["identify_delay_ns"])


@kernel
def reply(node: Record, side: int, u: float, linked: bool) -> int:
    """What one interrogation of an object of `side` (-1: there is none) is read as, for a uniform `u`.

    The rows of the confusion table: right with one probability, wrong in the harmful direction with another, else unknown.
    `linked`: whether the node's links bring a sign of life, so that the air picture is shared.
    """
    right, wrong = 0.0, 0.0
    if side == FRIENDLY:
        right = node["friend_correct"] if linked else node["friend_alone"]
        wrong = node["friend_as_hostile"]
    elif side == NEUTRAL:
        right, wrong = node["neutral_correct"], node["neutral_as_hostile"]
    elif side == HOSTILE:
        right, wrong = node["hostile_correct"], node["hostile_as_friend"]
    if u < right:
        return true_identity(side)
    if u < right + wrong:
        return DECLARED_FRIENDLY if side == HOSTILE else DECLARED_HOSTILE
    return UNKNOWN


@kernel
def true_identity(side: int) -> int:
    """The identity that an object of `side` deserves; unknown for none."""
    if side == FRIENDLY:
        return DECLARED_FRIENDLY
    if side == NEUTRAL:
        return DECLARED_NEUTRAL
    return DECLARED_HOSTILE if side == HOSTILE else UNKNOWN


@kernel
def accept(track: Record, identity: int, now_ns: int) -> None:
    """Write an identity into a track."""
    track["identity"] = identity
    track["identified_ns"] = now_ns
    track["interrogations"] += 1
