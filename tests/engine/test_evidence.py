"""Nodes that weigh evidence: what holds for a sortie, what each interrogation answers, and that nobody decides by truth."""

from collections import Counter, defaultdict
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.engine.simulation import Simulation
from openiads.models.identification.evidence import wants_evidence
from openiads.records.case import COMMAND, LINK
from openiads.records.state import State
from openiads.records.truth_arrays import TRUTH_ARRAYS

NODES = ("fire_units.unit-1", "command_posts.post-1")
WEIGHS = {f"{node}.identification.kind": "bayes" for node in NODES}
CALM = {"control.weapons": "hold", "control.share_weapons_free": 0.0, "airspace.compliance": 0.0}
MANY = 60
Q, E = 0.85, 0.04
EQUIPMENT = {
    f"{NODES[0]}.identification.evidence.p_reply": Q,
    f"{NODES[0]}.identification.evidence.p_false_reply": E,
    f"{NODES[0]}.identification.evidence.repeat_s": 4,
}


def questions(cases: ModuleType, found: Any, thing: str, node: str = "unit-1") -> dict[int, list[dict[str, Any]]]:
    """Interrogations of the tracks that followed an object from the first declaration to the last, by replication."""
    owners: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in cases.rows(found["association"]):
        if row["reference"] != "shot":
            owners[row["replication"], row["reference_id"]].add(row["object_id"])
    out: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in cases.rows(found["identifications"]):
        if row["node"] == node and owners[row["replication"], row["track_id"]] == {thing}:
            out[row["replication"]].append(row)
    return out


def shares(rows: list[dict[str, Any]], column: str) -> tuple[int, int]:
    said = [row[column] for row in rows if row[column] is not None]
    return said.count("yes"), len(said)


def test_states_hold_for_a_whole_sortie_and_errors_for_one_question(cases: ModuleType) -> None:
    """A sortie whose coded reply works answers with p_reply each time, another with p_false_reply; nothing in between."""
    sortie = "objects.patrol.sortie"
    found = cases.run(
        cases.small({**WEIGHS, **CALM, **EQUIPMENT, f"{sortie}.p_iff_working": 0.8, f"{sortie}.p_iff_code": 0.6}), MANY
    )
    asked = questions(cases, found, "patrol")
    truth = {r["replication"]: r for r in cases.rows(found["sorties"]) if r["object_id"] == "patrol"}
    cases.near_share(sum(r["iff_working"] for r in truth.values()), MANY, 0.8, least=MANY)
    cases.near_share(sum(r["iff_code"] for r in truth.values()), MANY, 0.6, least=MANY)
    totals: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for replication, rows in asked.items():
        works = truth[replication]["iff_working"]
        for column, holds in (("civil", works), ("code", works and truth[replication]["iff_code"])):
            yes, count = shares(rows, column)
            totals[column, holds][0] += yes
            totals[column, holds][1] += count
    for (_, holds), (yes, count) in totals.items():
        cases.near_share(yes, count, Q if holds else E, least=200)
    assert len(totals) == 4


def test_an_interrogator_that_does_not_fit_gets_no_coded_reply(cases: ModuleType) -> None:
    """The friend has mode 4. Asked in mode 4 it answers; in the national mode it is silent; without coded modes nobody asks."""
    modes = f"{NODES[0]}.identification.evidence.interrogates"
    sure = {"objects.patrol.sortie.p_iff_working": 1.0, "objects.patrol.sortie.p_iff_code": 1.0}
    for asked, share in ((["civil", "mode_4"], Q), (["civil", "national"], E), (["civil"], None)):
        found = cases.run(cases.small({**WEIGHS, **CALM, **EQUIPMENT, **sure, modes: asked}), 12)
        rows = [row for part in questions(cases, found, "patrol").values() for row in part]
        yes, count = shares(rows, "code")
        assert len(rows) > 200
        if share is None:
            assert count == 0
        else:
            cases.near_share(yes, count, share, least=200)
        cases.near_share(*shares(rows, "civil"), Q, least=200)


def test_a_silent_friend_is_not_held_for_hostile_ever_more_surely(cases: ModuleType) -> None:
    """The transponder is broken all the sortie: what the node believes settles, and does not go to certainty with each silence."""
    broken = {"objects.patrol.sortie.p_iff_working": 0.0, "objects.patrol.sortie.p_flight_plan": 1.0}
    found = cases.run(cases.small({**WEIGHS, **CALM, **EQUIPMENT, **broken, "network.mode": "standalone"}), 12)
    late = [rows[10:] for rows in questions(cases, found, "patrol").values() if len(rows) > 20]
    assert len(late) > 6
    for rows in late:
        hostile = [row["p_hostile"] for row in rows]
        assert max(hostile) < 0.999
        assert max(hostile[len(hostile) // 2 :]) <= max(hostile) + 1e-9


def test_procedures_are_known_in_every_mode_but_standalone(cases: ModuleType) -> None:
    for mode, known in (("standalone", False), ("procedural", True), ("integrated", True)):
        found = cases.run(cases.small({**WEIGHS, **CALM, "network.mode": mode}), 2)
        answers = {row["flight_plan"] for row in cases.rows(found["identifications"])}
        assert (answers <= {"yes", "no"}) == known
        assert (answers == {None}) == (not known)


def test_who_weighs_changes_no_other_draw(cases: ModuleType) -> None:
    """Held fire: a rotating radar sees the same plots, whoever identifies how. (What a fire unit holds turns its antenna.)"""
    by_table, by_evidence = (cases.run(cases.small({**CALM, **more}), 3, level="full") for more in ({}, WEIGHS))
    seen = [[r for r in cases.rows(t["plots"]) if r["node"] == "post-1"] for t in (by_table, by_evidence)]
    assert seen[0] == seen[1]
    assert len(seen[0]) > 500
    assert len(by_table["identifications"]) == len(by_table["sorties"]) == 0


def test_declarations_are_told_when_they_change(cases: ModuleType) -> None:
    """Events and truth have one row for the first answer and each change; the table has all, the last of which the event says."""
    found = cases.run(cases.small({**WEIGHS, **CALM}), 4)
    said: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in cases.rows(found["events"]):
        if row["event"] == "identified":
            said[row["replication"], row["track_id"]].append(row)
    held: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in cases.rows(found["identifications"]):
        held[row["replication"], row["track_id"]].append(row)
    changed = 0
    for key, rows in held.items():
        words = [row["identity"] for row in rows]
        changes = [k for k in range(len(words)) if k == 0 or words[k] != words[k - 1]]
        assert [(e["at_ns"], e["detail"]) for e in said[key]] == [(rows[k]["at_ns"], words[k]) for k in changes], key
        changed += len(changes) > 1
        for event, k in zip(said[key], changes, strict=True):
            chances = {side: rows[k][f"p_{side}"] for side in ("friendly", "neutral", "hostile")}
            assert event["value"] == chances.get(words[k], max(chances.values()))
            assert sum(chances.values()) == pytest.approx(1.0, abs=1e-12)
    assert changed > 3
    truth = Counter(
        (r["replication"], r["at_ns"], r["reference_id"])
        for r in cases.rows(found["association"])
        if r["reference"] == "identification"
    )
    assert truth == Counter((e["replication"], e["at_ns"], e["track_id"]) for events in said.values() for e in events)


def copied(state: State) -> State:
    return State(*(array.copy() for array in state))


def different(a: State, b: State) -> list[str]:
    """Fields of what nodes know that differ, to the bit."""
    return [
        f"{name}.{field}"
        for name in State._fields
        if name not in TRUTH_ARRAYS
        for field in getattr(a, name).dtype.names or ("",)
        for x, y in [(getattr(a, name)[field], getattr(b, name)[field]) if field else (getattr(a, name), getattr(b, name))]
        if np.ascontiguousarray(x).tobytes() != np.ascontiguousarray(y).tobytes()
    ]


def scrambled_between_questions(simulation: Simulation, replication: int) -> tuple[int, int, int]:
    """Cycles compared, missiles planned and messages sent in them, of one replication."""
    case = simulation.lowered.case
    state = simulation.fresh(replication, "full")
    compared = planned = sent = 0
    for number, row in enumerate(case.calendar):
        state = simulation.advance(state, number)
        if row["kind"] not in (COMMAND, LINK) or state.clock["due_ns"][0] <= row["at_ns"]:
            continue
        n = row["index"]
        if row["kind"] == COMMAND and any(
            wants_evidence(case.nodes[n], case.evidence[n], state.beliefs[slot], state.tracks[slot], row["at_ns"])
            for slot in range(case.trackers[n]["first_slot"], case.trackers[n]["first_slot"] + case.trackers[n]["capacity"])
        ):
            continue
        plain, other = copied(state), copied(state)
        other.track_truth[:] = (other.track_truth + 2) % len(other.objects)
        other.objects["present"] = 1 - other.objects["present"]
        other.objects["sortie"] ^= 15
        other.identity_index[:] += 1
        simulation.advance(plain, number + 1)
        simulation.advance(other, number + 1)
        assert different(plain, other) == [], number
        compared += 1
        planned += int(plain.clock["shots"][0] - state.clock["shots"][0])
        sent += int(plain.clock["message_rows"][0] - state.clock["message_rows"][0])
    return compared, planned, sent


def test_between_questions_nobody_decides_by_truth(cases: ModuleType) -> None:
    """Truth is scrambled before each command and link cycle without a question: the same beliefs, messages and missiles."""
    simulation = Simulation(cases.lowered(cases.small({**WEIGHS, "control.weapons": "free"})), seed=1)
    done = np.sum([scrambled_between_questions(simulation, k) for k in range(6)], axis=0)
    compared, planned, sent = done.tolist()
    assert compared > 80 * 6
    assert planned > 1
    assert sent > 30


def test_a_node_that_asks_nothing_believes_the_same_of_another_sortie(cases: ModuleType) -> None:
    """Without interrogator, plans and links, and with an echo that says nothing, only the motion of the track is left."""
    section = f"{NODES[0]}.identification.evidence"
    deaf = {f"{section}.interrogates": [], f"{section}.procedures": "unknown", f"{section}.p_type_right": 0.5}
    found = [
        cases.run(cases.small({**WEIGHS, **CALM, **deaf, "network.mode": "standalone", **more}), 2)
        for more in ({}, {"objects.patrol.sortie.p_iff_working": 0.0, "objects.patrol.sortie.p_flight_plan": 0.0})
    ]
    mine = [[row for row in cases.rows(tables["identifications"]) if row["node"] == "unit-1"] for tables in found]
    chances = [
        np.array([[row[f"p_{side}"] for side in ("friendly", "neutral", "hostile")] for row in rows]) for rows in mine
    ]
    assert len(mine[0]) > 50
    assert {row["civil"] for row in mine[0]} == {row["code"] for row in mine[0]} == {None}
    np.testing.assert_array_equal(*chances)
    assert not found[0]["sorties"].equals(found[1]["sorties"])
