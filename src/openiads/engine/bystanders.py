"""Leaving out the nodes that nobody armed can hear of: for those who ask of a replication only who shoots and who is killed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.lowering import Lowered
from openiads.records.case import COMMAND, FRAME, LINK, LOOK, Case


def concerned(case: Case) -> NDArray[np.bool_]:
    """Which nodes those who kill may depend on, (nodes,).

    Fire units, posts that order fighters, the superiors of both, and whoever sends to such a node, directly or not.
    """
    found = np.zeros(len(case.nodes), dtype=bool)
    for armed in (case.fire_units, case.fighters):
        found[armed["node"]] = True
        found[armed["superior"][armed["superior"] >= 0]] = True
    senders, receivers = case.links["sender"], case.links["receiver"]
    while True:
        wider = found.copy()
        wider[senders[found[receivers]]] = True
        if (wider == found).all():
            return found
        found = wider


def without_bystanders(lowered: Lowered) -> Lowered:
    """The same case without the looks, decisions and messages of nodes that concern neither fire units nor fighters.

    Draws are keyed by names, so every shot, kill and end of an object stays as it was to the byte; detections, tracks and counts
    of the nodes left out are not made.
    """
    case, calendar = lowered.case, lowered.case.calendar
    kept, index = concerned(case), calendar["index"]
    if kept.all():
        return lowered
    node = np.full(len(calendar), -1)
    of_radar = np.isin(calendar["kind"], (LOOK, FRAME))
    node[of_radar] = case.radars["node"][index[of_radar]]
    of_command, of_link = calendar["kind"] == COMMAND, calendar["kind"] == LINK
    node[of_command] = index[of_command]
    if len(case.links):
        node[of_link] = case.links["sender"][index[of_link]]
    rows: NDArray[Any] = calendar[(node < 0) | kept[node]]
    return Lowered(case._replace(calendar=rows), lowered.names, lowered.walk)
