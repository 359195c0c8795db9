"""Identity by evidence: what a node has gathered about one track, weighed by Bayes' rule over friendly, neutral and hostile.

A source that answers yes or no stands behind a state of the whole sortie: the transponder works or it does not, a plan was filed or
it was not. Given that state, answers are independent; without it they are not, so that the state is summed over and the tenth
silence of a broken transponder says hardly more than the second. With k answers yes of n, a state that holds for a share w of
the sorties of side h, and probabilities q and e of a yes with and without the state,

    P(k of n | h) = w_h q^k (1 - q)^(n - k) + (1 - w_h) e^k (1 - e)^(n - k).

Civil and coded replies share the transponder: both need it to work. Sources are independent given the side.
Source: Bayes' rule for identity declarations of several sensors, as in S. S. Blackman and R. Popoli, Design and Analysis of Modern
Tracking Systems, 1999, ch. 9; the idea of one combining process for all sources is that of NATO STANAG 4162.
"""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.models.identification.kernels import (
    DECLARED_FRIENDLY,
    DECLARED_HOSTILE,
    FIRM,
    OWN,
    PENDING,
    UNKNOWN,
)
from openiads.records.chain import RELIEF_IDENTITY
from openiads.records.state import SAID_NOTHING, SAID_YES, USER_RELIEF

Record = Any
Records = NDArray[Any]
Answers = tuple[int, int, int, int, int]
"""SAID_ codes of one interrogation: civil reply, coded reply, flight plan, corridor, aircraft by the echo."""

SIDES = 3


@kernel
def wants_evidence(node: Record, evidence: Record, belief: Record, track: Record, now_ns: int) -> bool:
    """A firm track of own sensors, once the node's delay since it became firm is over, and again after each `repeat_ns`."""
    if track["status"] != FIRM or track["source"] != OWN:
        return False
    if track["user"][USER_RELIEF] & RELIEF_IDENTITY != 0:
        return True
    if now_ns - track["firm_ns"] < node["identify_delay_ns"]:
        return False
    return bool(belief["number"] != track["number"] or now_ns >= belief["next_ns"])


@kernel
def begin_belief(belief: Record, track: Record) -> None:
    """Forget what the slot's earlier track was; nothing is known about this one."""
    if belief["number"] == track["number"]:
        return
    belief["number"] = track["number"]
    belief["next_ns"] = 0
    belief["civil_asked"], belief["civil_yes"] = 0, 0
    belief["code_asked"], belief["code_yes"] = 0, 0
    belief["plan_asked"], belief["plan_yes"] = 0, 0
    belief["corridor_asked"], belief["corridor_yes"] = 0, 0
    belief["crewed"], belief["as_missile"] = SAID_NOTHING, 0
    belief["told"], belief["own"] = PENDING, PENDING


@kernel
def take_answers(belief: Record, answers: Answers) -> None:
    """Count the answers of one interrogation. The look of the echo says the same each time and counts once."""
    civil, code, plan, corridor, crewed = answers
    belief["civil_asked"] += 1 if civil != SAID_NOTHING else 0
    belief["civil_yes"] += 1 if civil == SAID_YES else 0
    belief["code_asked"] += 1 if code != SAID_NOTHING else 0
    belief["code_yes"] += 1 if code == SAID_YES else 0
    belief["plan_asked"] += 1 if plan != SAID_NOTHING else 0
    belief["plan_yes"] += 1 if plan == SAID_YES else 0
    belief["corridor_asked"] += 1 if corridor != SAID_NOTHING else 0
    belief["corridor_yes"] += 1 if corridor == SAID_YES else 0
    belief["crewed"] = crewed


@kernel
def hear_identity(belief: Record, track: Record, identity: int) -> None:
    """Another node reports an identity: the last one that says anything counts, once."""
    if identity in (PENDING, UNKNOWN):
        return
    begin_belief(belief, track)
    belief["told"] = identity


@kernel
def moves_as_missile(track: Record, speed_mps: float, dive: float) -> bool:
    """Whether a track is as fast and descends as steeply (sine of the angle below the horizontal) as this, or more."""
    x = track["x"]
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    radius = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    if speed < speed_mps or speed == 0.0 or radius == 0.0:
        return False
    climb = (x[0] * x[3] + x[1] * x[4] + x[2] * x[5]) / radius
    return bool(-climb >= dive * speed)


@kernel
def log_mix(share: float, with_state: float, without: float) -> float:
    """ln(share e^with_state + (1 - share) e^without), without under- or overflow."""
    if share <= 0.0:
        return without
    if share >= 1.0:
        return with_state
    a, b = math.log(share) + with_state, math.log(1.0 - share) + without
    most = max(a, b)
    return most + math.log(math.exp(a - most) + math.exp(b - most))


@kernel
def log_answers(asked: int, yes: int, p: float) -> float:
    """ln of p^yes (1 - p)^(asked - yes)."""
    return yes * math.log(p) + (asked - yes) * math.log(1.0 - p)


@kernel
def log_source(share: float, asked: int, yes: int, p_yes: float, p_false: float) -> float:
    """ln P(yes of asked) for a state that holds for `share` of the sorties: the formula of this page."""
    return log_mix(share, log_answers(asked, yes, p_yes), log_answers(asked, yes, p_false))


@kernel
def log_replies(evidence: Record, belief: Record, side: int) -> float:
    """ln P(civil and coded replies | side): the transponder works or not, and then each kind is answered or not."""
    q, e = evidence["p_reply"], evidence["p_false_reply"]
    civil, civil_yes, code, code_yes = belief["civil_asked"], belief["civil_yes"], belief["code_asked"], belief["code_yes"]
    works = log_source(evidence["civil"][side], civil, civil_yes, q, e) + log_source(
        evidence["code"][side], code, code_yes, q, e
    )
    silent = log_answers(civil, civil_yes, e) + log_answers(code, code_yes, e)
    return log_mix(evidence["working"][side], works, silent)


@kernel
def log_weight(evidence: Record, belief: Record, side: int) -> float:
    """ln of the prior of a side times the likelihood of all that was gathered, but for what others told."""
    found = evidence["log_prior"][side] + log_replies(evidence, belief, side)
    found += log_source(
        evidence["plan"][side], belief["plan_asked"], belief["plan_yes"], evidence["p_plan_match"], evidence["p_plan_false"]
    )
    found += log_source(
        evidence["corridor"][side],
        belief["corridor_asked"],
        belief["corridor_yes"],
        evidence["p_corridor_seen"],
        evidence["p_corridor_false"],
    )
    if belief["crewed"] != SAID_NOTHING:
        right = evidence["p_type_right"]
        found += log_source(evidence["crewed"][side], 1, 1 if belief["crewed"] == SAID_YES else 0, right, 1.0 - right)
    share = evidence["as_missile"][side]
    return float(found + math.log(share if belief["as_missile"] > 0 else 1.0 - share))


@kernel
def weigh(evidence: Record, belief: Record, told: bool) -> None:
    """Write the probabilities of the three sides into `belief`, with or without what others told."""
    p = belief["p"]
    most = -math.inf
    for side in range(SIDES):
        p[side] = log_weight(evidence, belief, side)
        if told and belief["told"] != PENDING:
            right = evidence["p_told_right"]
            said = belief["told"] == DECLARED_FRIENDLY + side
            p[side] += math.log(right if said else 0.5 * (1.0 - right))
        most = max(most, p[side])
    total = 0.0
    for side in range(SIDES):
        p[side] = math.exp(p[side] - most)
        total += p[side]
    for side in range(SIDES):
        p[side] /= total


@kernel
def declared(evidence: Record, belief: Record) -> int:
    """The identity whose side is probable enough; unknown when none is."""
    for side in range(SIDES):
        if belief["p"][side] >= evidence["declare"][side]:
            return DECLARED_FRIENDLY + side
    return UNKNOWN


@kernel
def conclude(evidence: Record, belief: Record) -> int:
    """Weigh all evidence: first without, then with what others told; returns what the node declares."""
    weigh(evidence, belief, False)
    belief["own"] = declared(evidence, belief)
    if belief["told"] != PENDING:
        weigh(evidence, belief, True)
    return declared(evidence, belief)


@kernel
def confidence(belief: Record, identity: int) -> float:
    """Probability of the side that was declared; of the likeliest side where none was."""
    if identity >= DECLARED_FRIENDLY:
        return float(belief["p"][identity - DECLARED_FRIENDLY])
    return float(max(belief["p"][0], belief["p"][1], belief["p"][2]))


@kernel
def told_identity(evidence: Record, belief: Record, track: Record) -> int:
    """What a node tells others of a track's identity: only what its own evidence says, so that no rumour comes back."""
    if evidence["weighs"] > 0 and belief["number"] == track["number"]:
        return int(belief["own"])
    return int(track["identity"])


@kernel
def ruled(evidence: Record, track: Record, identity: int) -> int:
    """The identity after the motion rule: what moves as a missile and is not held friendly is hostile. PENDING stays."""
    if evidence["rule"] == 0 or identity in (PENDING, DECLARED_FRIENDLY):
        return identity
    return DECLARED_HOSTILE if moves_as_missile(track, evidence["rule_mps"], evidence["rule_dive"]) else identity


@kernel
def rule_applies(evidence: Record, track: Record, now_ns: int) -> bool:
    """Whether the motion rule changes what a node holds of an own firm track since it was interrogated."""
    if evidence["rule"] == 0 or track["status"] != FIRM or track["source"] != OWN or track["identified_ns"] >= now_ns:
        return False
    return bool(ruled(evidence, track, track["identity"]) != track["identity"])
