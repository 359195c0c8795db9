"""From the state of a replication to rows of the tables: indexes become names, codes become words."""

from collections.abc import Container, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.beliefs import identifications_table, sorties_table
from openiads.engine.fighter_stages import SORTIES_OF_A_BASE
from openiads.engine.ledger import ledger_table, timeline_table
from openiads.engine.lowering import Lowered, Names
from openiads.engine.traffic import traffic_table
from openiads.records import state as records
from openiads.records import tables as words
from openiads.records.fighters import RECALLS
from openiads.records.log import (
    AIRBORNE,
    ASSESSED,
    ASSIGNED,
    COMMITTED,
    IDENTIFIED,
    IDENTITY_REFERENCE,
    INTERCEPT,
    LAUNCHED,
    MET,
    ORDERED,
    READY_AGAIN,
    RECALLED,
    SHOT_REFERENCE,
    SORTIE_REFERENCE,
    WITHHELD,
)
from openiads.records.state import State
from openiads.records.tables import Level, tables_at

Column = NDArray[Any]
Columns = dict[str, Column]
TRACK_STATUS = ("free", *words.TRACK_STATES)


def decode(lowered: Lowered, state: State, level: Level, only: Container[str] | None = None) -> dict[str, Columns]:
    """Columns of every table of `level` (of those in `only`, when given) for one replication, rows in no particular order.

    Missing values are -1 in integer, NaN in float and "" in text columns. The table `objects` is not among them: it is the same
    for all replications (`object_table`).
    """
    makers = {
        "outcomes": _outcomes,
        "ledger": ledger_table,
        "magazines": _magazines,
        "counts": _counts,
        "traffic": traffic_table,
        "sorties": sorties_table,
        "identifications": identifications_table,
        "timeline": timeline_table,
        "shots": _shots,
        "events": _events,
        "association": _associations,
        "plots": _plots,
        "plot_association": _plot_association,
        "tracks": _tracks,
        "messages": _messages,
    }
    wanted = [t.name for t in tables_at(level) if t.name in makers and (only is None or t.name in only)]
    return {name: makers[name](lowered, state) for name in wanted}


def object_table(names: Names) -> Columns:
    """The table `objects`."""
    columns = [c.name for c in words.TABLES["objects"].columns]
    return {name: np.array([row[name] for row in names.object_rows]) for name in columns}


def concatenate(parts: list[Mapping[str, Columns]]) -> dict[str, Columns]:
    """Tables of several replications put together."""
    return {
        table: {column: np.concatenate([part[table][column] for part in parts]) for column in parts[0][table]}
        for table in parts[0]
    }


def _words(values: tuple[str, ...] | list[str], index: Column) -> Column:
    """Text of each index; -1 is empty."""
    return np.array([*values, ""], dtype=object)[index]


def _replication(state: State, count: int) -> Column:
    return np.full(count, int(state.clock["replication"][0]), np.int32)


def _track_ids(names: Names, node: Column, number: Column) -> Column:
    found = [f"{names.nodes[n]}/{k}" if k >= 0 else "" for n, k in zip(node, number, strict=True)]
    return np.array(found, dtype=object)


def _outcomes(lowered: Lowered, state: State) -> Columns:
    objects, names = state.objects, lowered.names
    return {
        "replication": _replication(state, len(objects)),
        "object_id": np.array(names.objects, dtype=object),
        "end_state": _words(words.END_STATES, objects["end_state"]),
        "at_ns": objects["end_ns"],
        "killed_by": _words(names.shooters, objects["killed_by"]),
        "first_detection_ns": objects["first_detection_ns"],
        "first_firm_ns": objects["first_firm_ns"],
        "plots": objects["plots"],
        "shots": objects["shots"].astype(np.int64),
    }


def _magazines(lowered: Lowered, state: State) -> Columns:
    missiles, names = lowered.case.missiles, lowered.names
    fired = np.zeros(len(missiles), np.int64)
    flown = _launched(state)
    np.add.at(fired, flown["missile"], 1)
    return {
        "replication": _replication(state, len(missiles)),
        "node": np.array([unit for unit, _ in names.missiles], dtype=object),
        "missile": np.array([missile for _, missile in names.missiles], dtype=object),
        "at_start": (missiles["count"] + missiles["spare"]).astype(np.int64),
        "supplied": state.supplied.astype(np.int64),
        "fired": fired,
        "remaining": state.missiles_left.astype(np.int64) + state.spare + _not_ready(lowered, state),
    }


def _not_ready(lowered: Lowered, state: State) -> Column:
    """Missiles of each type on launchers that are out of order or being loaded."""
    found = np.zeros(len(lowered.case.missiles), np.int64)
    broken = np.where(state.launchers["broken"] != 0, state.launchers["loaded"], 0)
    np.add.at(found, lowered.case.launchers["missile"], broken + state.launchers["loading"])
    return found


def _launched(state: State) -> Column:
    shots = state.shots[: int(state.clock["shots"][0])]
    launched: Column = shots[shots["number"] >= 0]
    return launched


def _counts(lowered: Lowered, state: State) -> Columns:
    out: Columns = {"replication": _replication(state, 1)}
    for name in records.COUNTS.names or ():
        out[name] = state.counts[name]
    return out


def _shots(lowered: Lowered, state: State) -> Columns:
    shots, case, names = _launched(state), lowered.case, lowered.names
    node = case.fire_units["node"][shots["fire_unit"]]
    return {
        "replication": _replication(state, len(shots)),
        "at_ns": shots["launch_ns"],
        "node": _words(names.nodes, node),
        "shot": shots["number"],
        "track_id": _track_ids(names, node, shots["track_number"]),
        "missile": _words([m for _, m in names.missiles], shots["missile"]),
        "predicted_intercept_ns": shots["predicted_ns"],
        "intercept_ns": shots["intercept_ns"],
        "assessed_ns": shots["assessed_ns"],
        "assessment": _words(words.ASSESSMENTS, shots["assessment"]),
    }


def _events(lowered: Lowered, state: State) -> Columns:
    rows, names = state.events[: int(state.clock["events"][0])], lowered.names
    missiles = [m for _, m in names.missiles]
    details = {
        IDENTIFIED: words.IDENTITIES,
        ASSIGNED: missiles,
        LAUNCHED: missiles,
        INTERCEPT: missiles,
        WITHHELD: missiles,
        ASSESSED: words.ASSESSMENTS,
        ORDERED: words.ORDERS,
        **dict.fromkeys((COMMITTED, AIRBORNE, MET, READY_AGAIN), names.fighters),
        RECALLED: [f"{base}: {reason}" for base in names.fighters for reason in RECALLS],
    }
    detail = np.full(len(rows), "", dtype=object)
    for event, meaning in details.items():
        which = rows["event"] == event
        detail[which] = _words(list(meaning), rows["detail"][which])
    return {
        "replication": _replication(state, len(rows)),
        "at_ns": rows["at_ns"],
        "node": _words(names.nodes, rows["node"]),
        "track_id": _track_ids(names, rows["node"], rows["number"]),
        "event": _words(words.EVENTS, rows["event"]),
        "detail": detail,
        "value": rows["value"],
    }


def _associations(lowered: Lowered, state: State) -> Columns:
    rows, names = state.associations[: int(state.clock["associations"][0])], lowered.names
    reference_id = _track_ids(names, rows["node"], rows["number"])
    sorties = rows["reference"] == SORTIE_REFERENCE
    base, number = np.divmod(rows["number"][sorties], SORTIES_OF_A_BASE)
    reference_id[sorties] = [f"{names.fighters[b]}/{k}" for b, k in zip(base, number, strict=True)]
    result = np.full(len(rows), "", dtype=object)
    shot, asked = words.SHOT_RESULTS, words.IDENTIFICATIONS
    for reference, meaning in ((SHOT_REFERENCE, shot), (SORTIE_REFERENCE, shot), (IDENTITY_REFERENCE, asked)):
        which = rows["reference"] == reference
        result[which] = _words(list(meaning), rows["result"][which])
    return {
        "replication": _replication(state, len(rows)),
        "at_ns": rows["at_ns"],
        "node": _words(names.nodes, rows["node"]),
        "reference": _words(words.REFERENCES, rows["reference"]),
        "reference_id": reference_id,
        "object_id": _words(names.objects, rows["object"]),
        "result": result,
    }


def _plot_id(names: Names, radar: int, number: int) -> str:
    return f"{names.radars[radar][1]}/{number}"


def _plots(lowered: Lowered, state: State) -> Columns:
    rows, names = state.plot_log[: int(state.clock["plot_rows"][0])], lowered.names
    node = lowered.case.radars["node"][rows["radar"]]
    ids = [_plot_id(names, r, k) for r, k in zip(rows["radar"], rows["number"], strict=True)]
    return {
        "replication": _replication(state, len(rows)),
        "at_ns": rows["at_ns"],
        "node": _words(names.nodes, node),
        "radar": _words([role for _, role in names.radars], rows["radar"]),
        "plot_id": np.array(ids, dtype=object),
        **{name: rows[name] for name in _measured()},
    }


def _plot_association(lowered: Lowered, state: State) -> Columns:
    rows, names = state.plot_log[: int(state.clock["plot_rows"][0])], lowered.names
    plots = _plots(lowered, state)
    return {
        **{name: plots[name] for name in ("replication", "node", "radar", "plot_id")},
        "object_id": _words(names.objects, rows["object"]),
    }


def _measured() -> list[str]:
    return [c.name for c in words.TABLES["plots"].columns if c.kind == "f8"]


def _tracks(lowered: Lowered, state: State) -> Columns:
    rows, names = state.track_log[: int(state.clock["track_rows"][0])], lowered.names
    columns: Columns = {
        "replication": _replication(state, len(rows)),
        "at_ns": rows["at_ns"],
        "node": _words(names.nodes, rows["node"]),
        "track_id": _track_ids(names, rows["node"], rows["number"]),
        "status": _words(TRACK_STATUS, rows["status"]),
        "source": np.where(rows["origin"] < 0, "own", _words(names.nodes, rows["origin"])),
        "identity": _words(words.IDENTITIES, rows["identity"]),
    }
    for k, axis in enumerate("xyz"):
        columns[f"position_ecef_{axis}_m"] = rows["x"][:, k]
        columns[f"velocity_ecef_{axis}_mps"] = rows["x"][:, 3 + k]
    columns["sigma_position_m"] = rows["sigma_position_m"]
    columns["sigma_velocity_mps"] = rows["sigma_velocity_mps"]
    for k, name in enumerate(("variance_east_m2", "variance_north_m2", "covariance_east_north_m2")):
        columns[name] = rows["horizontal_m2"][:, k]
    return columns


def _messages(lowered: Lowered, state: State) -> Columns:
    rows, case, names = state.message_log[: int(state.clock["message_rows"][0])], lowered.case, lowered.names
    sender = case.links["sender"][rows["link"]]
    return {
        "replication": _replication(state, len(rows)),
        "at_ns": rows["at_ns"],
        "node": _words(names.nodes, sender),
        "link": _words(names.links, rows["link"]),
        "track_id": _track_ids(names, sender, rows["number"]),
        "to_node": _words(names.nodes, case.links["receiver"][rows["link"]]),
        "content": _words(words.CONTENTS, rows["content"]),
        "due_ns": rows["due_ns"],
    }
