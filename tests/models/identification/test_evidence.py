"""Bayes' rule over friendly, neutral and hostile: values worked separately, and answers that are not independent."""

import math
from typing import Any

import numpy as np
import pytest

from openiads.models.identification.evidence import (
    begin_belief,
    conclude,
    confidence,
    hear_identity,
    log_mix,
    moves_as_missile,
    rule_applies,
    ruled,
    take_answers,
    told_identity,
    wants_evidence,
)
from openiads.models.identification.kernels import DECLARED_FRIENDLY, DECLARED_HOSTILE, DECLARED_NEUTRAL, PENDING, UNKNOWN
from openiads.records.case import EVIDENCE, NODES
from openiads.records.state import BELIEF, SAID_NO, SAID_NOTHING, SAID_YES
from openiads.tracking.records import TRACK

Q, E = 0.9, 0.01
PRIOR = (0.3, 0.4, 0.3)
WORKING, CIVIL, CODE = (0.97, 0.98, 0.3), (0.9, 0.99, 0.8), (0.95, 0.001, 0.001)
PLAN, CORRIDOR, CREWED, AS_MISSILE = (0.9, 0.97, 0.02), (0.95, 0.97, 0.1), (0.98, 0.995, 0.6), (0.01, 0.001, 0.2)
SILENT = (SAID_NOTHING, SAID_NOTHING, SAID_NOTHING, SAID_NOTHING, SAID_NOTHING)


def evidence(**changes: Any) -> np.ndarray:
    row = np.zeros(1, EVIDENCE)[0]
    fields = {
        "weighs": 1,
        "p_reply": Q,
        "p_false_reply": E,
        "p_plan_match": 0.9,
        "p_plan_false": 0.03,
        "p_corridor_seen": 0.95,
        "p_corridor_false": 0.1,
        "p_type_right": 0.7,
        "p_told_right": 0.95,
        "missile_mps": 500.0,
        "missile_dive": 0.25,
        "declare": (0.9, 0.9, 0.95),
        "log_prior": np.log(PRIOR),
        "working": WORKING,
        "civil": CIVIL,
        "code": CODE,
        "plan": PLAN,
        "corridor": CORRIDOR,
        "crewed": CREWED,
        "as_missile": AS_MISSILE,
        **changes,
    }
    for name, value in fields.items():
        row[name] = value
    return row


def gathered(*answers: tuple[int, int, int, int, int]) -> np.ndarray:
    belief = np.zeros(1, BELIEF)[0]
    for one in answers:
        take_answers(belief, one)
    return belief


def posterior(belief: np.ndarray, row: np.ndarray | None = None) -> np.ndarray:
    conclude(evidence() if row is None else row, belief)
    return np.array(belief["p"])


def normalised(*weights: float) -> np.ndarray:
    return np.array(weights) / sum(weights)


def coded(*said: int) -> list[tuple[int, int, int, int, int]]:
    return [(SAID_NOTHING, one, SAID_NOTHING, SAID_NOTHING, SAID_NOTHING) for one in said]


def motion() -> list[float]:
    return [p * (1 - m) for p, m in zip(PRIOR, AS_MISSILE, strict=True)]


def test_without_answers_the_prior_and_the_motion_stand() -> None:
    assert posterior(gathered()) == pytest.approx(normalised(*motion()), abs=1e-12)
    assert posterior(gathered(SILENT, SILENT)) == pytest.approx(normalised(*motion()), abs=1e-12)
    diving = gathered()
    diving["as_missile"] = 1
    assert posterior(diving) == pytest.approx(
        normalised(*(p * m for p, m in zip(PRIOR, AS_MISSILE, strict=True))), abs=1e-12
    )


def test_one_coded_reply_worked_separately() -> None:
    """P(reply | h) = w_h (c_h q + (1 - c_h) e) + (1 - w_h) e."""
    likely = [w * (c * Q + (1 - c) * E) + (1 - w) * E for w, c in zip(WORKING, CODE, strict=True)]
    assert likely[0] == pytest.approx(0.830135, abs=1e-6)
    assert likely[2] == pytest.approx(0.010267, abs=1e-6)
    expected = normalised(*(m * x for m, x in zip(motion(), likely, strict=True)))
    assert posterior(gathered(*coded(SAID_YES))) == pytest.approx(expected, abs=1e-12)
    assert expected[0] > 0.97


def test_silence_of_a_broken_transponder_is_not_independent_each_time() -> None:
    """Ten silences in a row say hardly more than three: the likelihood goes to the share without a working coded reply.

    With independent answers the friend's likelihood would fall as (1 - 0.83)^10.
    """
    silent = [posterior(gathered(*coded(*([SAID_NO] * n))))[0] for n in (1, 3, 10, 100)]
    cannot = [w * (1 - c) + (1 - w) for w, c in zip(WORKING, CODE, strict=True)]
    floor = normalised(*(m * x for m, x in zip(motion(), cannot, strict=True)))[0]
    assert silent == sorted(silent, reverse=True)
    assert silent[1] == pytest.approx(floor, rel=0.02)
    assert silent[2] == pytest.approx(silent[3], rel=1e-6)
    assert silent[3] == pytest.approx(floor, rel=1e-9)
    independent = normalised(*(m * (1 - x) ** 10 for m, x in zip(motion(), [0.830135, 0.0108722, 0.010267], strict=True)))[0]
    assert silent[2] > 1e5 * independent


def test_a_reply_after_silences_worked_separately() -> None:
    """One reply and two silences: all orders alike, w_h [c q (1-q)^2 + (1-c) e (1-e)^2] + (1 - w_h) e (1-e)^2."""

    def one_of_three(p: float) -> float:
        return p * (1 - p) ** 2

    expected = normalised(
        *(
            m * (w * (c * one_of_three(Q) + (1 - c) * one_of_three(E)) + (1 - w) * one_of_three(E))
            for m, w, c in zip(motion(), WORKING, CODE, strict=True)
        )
    )
    for order in ((SAID_YES, SAID_NO, SAID_NO), (SAID_NO, SAID_NO, SAID_YES)):
        assert posterior(gathered(*coded(*order))) == pytest.approx(expected, abs=1e-12)


def test_civil_and_coded_replies_share_the_transponder() -> None:
    """A civil reply shows that the box works, so that a coded silence after it weighs on the code alone."""
    both = posterior(gathered((SAID_YES, SAID_NO, SAID_NOTHING, SAID_NOTHING, SAID_NOTHING)))
    likely = [
        w * (v * Q + (1 - v) * E) * (c * (1 - Q) + (1 - c) * (1 - E)) + (1 - w) * E * (1 - E)
        for w, v, c in zip(WORKING, CIVIL, CODE, strict=True)
    ]
    assert both == pytest.approx(normalised(*(m * x for m, x in zip(motion(), likely, strict=True))), abs=1e-12)
    apart = [
        (w * (v * Q + (1 - v) * E) + (1 - w) * E) * (w * (c * (1 - Q) + (1 - c) * (1 - E)) + (1 - w) * (1 - E))
        for w, v, c in zip(WORKING, CIVIL, CODE, strict=True)
    ]
    assert abs(both - normalised(*(m * x for m, x in zip(motion(), apart, strict=True)))).max() > 1e-3


def test_all_sources_together_worked_separately() -> None:
    """Civil reply, coded reply, plan fits, inside the corridor, an aircraft by the echo; likelihoods multiply given the side."""
    found = posterior(gathered((SAID_YES, SAID_YES, SAID_YES, SAID_YES, SAID_YES)))
    weights = []
    for h in range(3):
        replies = WORKING[h] * (CIVIL[h] * Q + (1 - CIVIL[h]) * E) * (CODE[h] * Q + (1 - CODE[h]) * E)
        replies += (1 - WORKING[h]) * E * E
        plan = PLAN[h] * 0.9 + (1 - PLAN[h]) * 0.03
        corridor = CORRIDOR[h] * 0.95 + (1 - CORRIDOR[h]) * 0.1
        crewed = CREWED[h] * 0.7 + (1 - CREWED[h]) * 0.3
        weights.append(PRIOR[h] * replies * plan * corridor * crewed * (1 - AS_MISSILE[h]))
    assert found == pytest.approx(normalised(*weights), abs=1e-12)


def test_the_look_of_the_echo_counts_once() -> None:
    look = (SAID_NOTHING, SAID_NOTHING, SAID_NOTHING, SAID_NOTHING, SAID_YES)
    assert posterior(gathered(look)) == pytest.approx(posterior(gathered(*[look] * 20)), abs=1e-15)
    assert posterior(gathered(look))[2] < posterior(gathered())[2]


def test_a_mode_that_is_not_asked_says_nothing() -> None:
    """A node without a coded mode learns nothing from the silence of a friend; one that asks in vain holds it against him."""
    cannot_ask = posterior(gathered(*[SILENT] * 5))
    asks_in_vain = posterior(gathered(*coded(*[SAID_NO] * 5)))
    assert cannot_ask == pytest.approx(posterior(gathered()), abs=1e-15)
    assert asks_in_vain[0] < 0.2 * cannot_ask[0]


def test_declarations_and_their_confidence() -> None:
    row = evidence()
    for wanted, answers in (
        (DECLARED_FRIENDLY, (SAID_YES, SAID_YES, SAID_YES, SAID_YES, SAID_YES)),
        (DECLARED_NEUTRAL, (SAID_YES, SAID_NO, SAID_YES, SAID_YES, SAID_YES)),
        (DECLARED_HOSTILE, (SAID_NO, SAID_NO, SAID_NO, SAID_NO, SAID_NO)),
    ):
        belief = gathered(answers, answers)
        assert conclude(row, belief) == wanted
        assert confidence(belief, wanted) == belief["p"][wanted - DECLARED_FRIENDLY] >= 0.9
        assert sum(belief["p"]) == pytest.approx(1.0, abs=1e-15)
    nothing = gathered()
    assert conclude(row, nothing) == UNKNOWN
    assert confidence(nothing, UNKNOWN) == max(nothing["p"])
    exact = evidence(declare=(float(nothing["p"][0]), 1.0, 1.0))
    assert conclude(exact, nothing) == DECLARED_FRIENDLY  # from the threshold on


def test_what_others_report_counts_once_and_is_not_told_back() -> None:
    row, track = evidence(), np.zeros(1, TRACK)[0]
    belief = gathered()
    alone = posterior(belief)
    for _ in range(3):
        hear_identity(belief, track, DECLARED_FRIENDLY)
    for nothing in (PENDING, UNKNOWN):
        hear_identity(belief, track, nothing)
    expected = normalised(alone[0] * 0.95, alone[1] * 0.025, alone[2] * 0.025)
    assert conclude(row, belief) == DECLARED_FRIENDLY
    assert np.array(belief["p"]) == pytest.approx(expected, abs=1e-12)
    track["identity"] = DECLARED_FRIENDLY
    assert told_identity(row, belief, track) == belief["own"] == UNKNOWN
    assert told_identity(evidence(weighs=0), belief, track) == DECLARED_FRIENDLY
    hear_identity(belief, track, DECLARED_HOSTILE)
    conclude(row, belief)
    assert belief["p"][2] > 0.9


def test_a_new_track_in_the_slot_begins_anew() -> None:
    track = np.zeros(1, TRACK)[0]
    belief = gathered(*[(SAID_YES,) * 5] * 4)
    begin_belief(belief, track)
    assert belief["civil_yes"] == 4
    track["number"] = 8
    begin_belief(belief, track)
    assert belief["number"] == 8
    assert posterior(belief) == pytest.approx(posterior(gathered()), abs=1e-15)


def test_again_after_each_interval() -> None:
    node, track, belief = np.zeros(1, NODES)[0], np.zeros(1, TRACK)[0], np.zeros(1, BELIEF)[0]
    node["identify_delay_ns"], track["firm_ns"], track["status"], track["number"] = 5, 100, 2, 3
    row = evidence(repeat_ns=10)
    assert not wants_evidence(node, row, belief, track, 104)
    assert wants_evidence(node, row, belief, track, 105)
    begin_belief(belief, track)
    belief["next_ns"] = 115
    track["identity"] = DECLARED_FRIENDLY  # it may change
    assert not wants_evidence(node, row, belief, track, 114)
    assert wants_evidence(node, row, belief, track, 115)
    for field, value in (("status", 1), ("source", 1)):
        other = track.copy()
        other[field] = value
        assert not wants_evidence(node, row, belief, other, 200)


@pytest.mark.parametrize(
    ("speed", "dive_deg", "is_one"),
    [(600, 20, True), (600, 14, False), (499, 20, False), (600, -20, False), (500.1, 15, True)],
)
def test_motion_as_a_missile(speed: float, dive_deg: float, is_one: bool) -> None:
    track = np.zeros(1, TRACK)[0]
    track["x"][0] = 6_400_000.0
    track["x"][3], track["x"][4] = -speed * math.sin(math.radians(dive_deg)), speed * math.cos(math.radians(dive_deg))
    assert moves_as_missile(track, 500.0, math.sin(math.radians(14.9))) == is_one


def test_the_motion_rule() -> None:
    """Off it does nothing; on it makes hostile what dives, was asked, and is not held friendly."""
    track = np.zeros(1, TRACK)[0]
    track["status"], track["identified_ns"] = 2, 50
    track["x"][0], track["x"][3] = 6_400_000.0, -600.0
    off, on = evidence(), evidence(rule=1, rule_mps=500.0, rule_dive=0.25)
    for identity, after in (
        (PENDING, PENDING),
        (UNKNOWN, DECLARED_HOSTILE),
        (DECLARED_FRIENDLY, DECLARED_FRIENDLY),
        (DECLARED_NEUTRAL, DECLARED_HOSTILE),
        (DECLARED_HOSTILE, DECLARED_HOSTILE),
    ):
        track["identity"] = identity
        assert ruled(on, track, identity) == after
        assert ruled(off, track, identity) == identity
        assert rule_applies(on, track, 51) == (after != identity)
        assert not rule_applies(on, track, 50)
        assert not rule_applies(off, track, 51)


def test_mixtures_neither_overflow_nor_vanish() -> None:
    assert log_mix(0.0, 3.0, -1000.0) == -1000.0
    assert log_mix(1.0, 3.0, -1000.0) == 3.0
    assert log_mix(0.25, -2000.0, -2001.0) == pytest.approx(-2000.0 + math.log(0.25 + 0.75 * math.exp(-1)), abs=1e-9)
    long = gathered(*[(SAID_NO,) * 5] * 5000)
    assert np.isfinite(posterior(long)).all()
