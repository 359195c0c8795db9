"""Rows of the tables `sorties` and `identifications`: what held for each sortie, and what nodes that weigh evidence made of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.lowering import Lowered
from openiads.records.state import (
    SORTIE_CODE,
    SORTIE_CORRIDOR,
    SORTIE_PLAN,
    SORTIE_WORKING,
    State,
)
from openiads.records.tables import IDENTITIES

Columns = dict[str, NDArray[Any]]
SAID = np.array(["", "no", "yes"], dtype=object)
"""Words of the SAID_ codes."""

BITS = {
    "iff_working": SORTIE_WORKING,
    "iff_code": SORTIE_CODE,
    "flight_plan": SORTIE_PLAN,
    "corridor": SORTIE_CORRIDOR,
}


def sorties_table(lowered: Lowered, state: State) -> Columns:
    """Columns of the table `sorties` for one replication; no rows where no node asks for any of it."""
    asked = bool(lowered.case.evidence["weighs"].any())
    count = len(state.objects) if asked else 0
    bits = state.objects["sortie"][:count]
    return {
        "replication": np.full(count, int(state.clock["replication"][0]), np.int32),
        "object_id": np.array(lowered.names.objects, dtype=object)[:count],
        **{name: (bits & bit) != 0 for name, bit in BITS.items()},
    }


def identifications_table(lowered: Lowered, state: State) -> Columns:
    """Columns of the table `identifications` for one replication."""
    rows, names = state.belief_log[: int(state.clock["belief_rows"][0])], lowered.names
    words = np.array(IDENTITIES, dtype=object)
    tracks = [f"{names.nodes[n]}/{k}" for n, k in zip(rows["node"], rows["number"], strict=True)]
    return {
        "replication": np.full(len(rows), int(state.clock["replication"][0]), np.int32),
        "at_ns": rows["at_ns"],
        "node": np.array(names.nodes, dtype=object)[rows["node"]],
        "track_id": np.array(tracks, dtype=object),
        "civil": SAID[rows["civil"]],
        "code": SAID[rows["code"]],
        "flight_plan": SAID[rows["plan"]],
        "corridor": SAID[rows["corridor"]],
        "crewed": SAID[rows["crewed"]],
        "as_missile": rows["as_missile"] > 0,
        "told": np.where(rows["told"] > 0, words[rows["told"]], ""),
        "p_friendly": rows["p"][:, 0],
        "p_neutral": rows["p"][:, 1],
        "p_hostile": rows["p"][:, 2],
        "identity": words[rows["identity"]],
    }
