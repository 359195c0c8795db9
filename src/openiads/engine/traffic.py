"""Rows of the table `traffic`: what each link carried in one replication, by content and by what the sender took the track for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.lowering import Lowered
from openiads.records.state import TRAFFIC, State
from openiads.records.tables import CONTENTS, IDENTITIES

Columns = dict[str, NDArray[Any]]


def traffic_table(lowered: Lowered, state: State) -> Columns:
    """Columns of the table `traffic` for one replication: a row for each link, content and identity that was sent at all."""
    link, content, identity = np.nonzero(state.traffic["sent"])
    rows = state.traffic[link, content, identity]
    links, nodes = lowered.case.links, np.array(lowered.names.nodes, dtype=object)
    fates = [name for name in TRAFFIC.names or () if name != "sent"]
    under_way = rows["sent"] - sum((rows[name] for name in fates), np.zeros(len(rows), np.int64))
    return {
        "replication": np.full(len(rows), int(state.clock["replication"][0]), np.int32),
        "link": np.array(lowered.names.links, dtype=object)[link],
        "content": np.array(CONTENTS, dtype=object)[content],
        "identity": np.array(IDENTITIES, dtype=object)[identity],
        "node": nodes[links["sender"][link]],
        "to_node": nodes[links["receiver"][link]],
        "boundary": links["boundary"][link] > 0,
        "sent": rows["sent"],
        **{name: rows[name] for name in fates},
        "under_way": under_way,
    }
