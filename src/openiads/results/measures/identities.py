"""Identity and position of the tracks in the picture of a node: the rest of the SIAP attributes.

Forms: P. Votruba, R. Nisley, R. Rothrock, B. Zombro, Single Integrated Air Picture (SIAP) Metrics Implementation, 2001.
"""

from collections import defaultdict
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData
from openiads.results.measures.tracks import NOTHING, owner_at

Array = NDArray[Any]
DEFINITE: Final = ("friendly", "neutral", "hostile")
"""Identities that say something; `pending` and `unknown` are none."""

Stretch = tuple[int, int, str | None]
"""Start and end of a time for which a firm track of an object carried one identity; None: none yet."""


def _stretches(data: RunData, node: str) -> dict[tuple[int, int], list[Stretch]]:
    """By replication and object."""
    found: dict[tuple[int, int], list[Stretch]] = defaultdict(list)
    for hold in data.held_by((node,)):
        start, identity = hold.start_ns, None
        for said in data.identities.get((hold.line, hold.node, hold.track_id), ()):
            word = said.identity if said.identity in DEFINITE else None
            if said.at_ns >= hold.end_ns:
                break
            if said.at_ns > start:
                found[hold.line, hold.thing].append((start, said.at_ns, identity))
                start = said.at_ns
            identity = word
        found[hold.line, hold.thing].append((start, hold.end_ns, identity))
    return found


def _times(data: RunData, node: str | None) -> tuple[Array, Array, Array, Array]:
    """Object-seconds tracked, with any identity, with the right one on all tracks, with tracks apart; (replications,) each."""
    chosen = data.paths.main_node if node is None else data.paths.require_node(node)
    out = np.zeros((4, data.count))
    for (line, thing), parts in _stretches(data, chosen).items():
        side = str(data.objects.sides[thing])
        cuts = sorted({at for start, end, _ in parts for at in (start, end)})
        for start, end in pairwise(cuts):
            now = [identity for a, b, identity in parts if a <= start and end <= b]
            if not now:
                continue
            said = {identity for identity in now if identity is not None}
            right = all(identity == side for identity in now)
            out[:, line] += (end - start) * np.array([1.0, bool(said), right, len(said) > 1])
    tracked, anything, right_s, apart = out / NANOSECONDS_PER_SECOND
    return tracked, anything, right_s, apart


def siap_id_completeness(data: RunData, *, node: str | None = None) -> Sample:
    """Object-seconds tracked with any identity, and tracked."""
    tracked, anything, _, _ = _times(data, node)
    return sample(anything, tracked)


def siap_id_correctness(data: RunData, *, node: str | None = None) -> Sample:
    """Object-seconds for which all tracks of the object carry the right identity, and tracked."""
    tracked, _, right, _ = _times(data, node)
    return sample(right, tracked)


def siap_id_ambiguity(data: RunData, *, node: str | None = None) -> Sample:
    """Object-seconds for which tracks of the object carry different identities, and tracked."""
    tracked, _, _, apart = _times(data, node)
    return sample(apart, tracked)


def siap_position_accuracy(data: RunData, *, node: str | None = None) -> Sample:
    """Sum of distances from the track to the object over the updates of firm tracks of real objects, and how many there are."""
    from openiads.records.truth import motion_at  # noqa: PLC0415 - compiles on import

    chosen = data.paths.main_node if node is None else data.paths.require_node(node)
    table = data.table("tracks")
    which = pc.and_(pc.equal(table.column("node"), chosen), pc.equal(table.column("status"), pa.scalar("firm")))
    rows = table.filter(which)
    position = np.stack([rows.column(f"position_ecef_{axis}_m").to_numpy() for axis in "xyz"], axis=-1)
    names = ("replication", "at_ns", "track_id")
    total, count, case = np.zeros(data.count), np.zeros(data.count), data.lowered.case
    for k, (number, at_ns, track) in enumerate(zip(*(rows.column(name).to_pylist() for name in names), strict=True)):
        line = number - data.replications.start
        thing = owner_at(data, (line, chosen, track), at_ns)
        if thing != NOTHING:
            truth = motion_at(case.objects, case.knots, thing, at_ns)[:3]
            total[line] += float(np.linalg.norm(position[k] - truth))
            count[line] += 1
    return sample(total, count)


_NODE: Final = {"node": "node whose picture it is; the fire unit nearest to an asset otherwise"}
_TABLES: Final = ("objects", "outcomes", "events", "association")
_TRACKED: Final = "object-time with a firm track, sums"

MEASURES: Final = (
    Measure(
        "siap_id_completeness",
        "1",
        "share_of_sums",
        f"object-time for which a firm track of the object at the node says friendly, neutral or hostile / {_TRACKED}",
        _TABLES,
        siap_id_completeness,
        _NODE,
    ),
    Measure(
        "siap_id_correctness",
        "1",
        "share_of_sums",
        f"object-time for which all firm tracks of the object at the node carry the right identity / {_TRACKED}",
        _TABLES,
        siap_id_correctness,
        _NODE,
    ),
    Measure(
        "siap_id_ambiguity",
        "1",
        "share_of_sums",
        f"object-time for which firm tracks of the object at the node carry different identities / {_TRACKED}",
        _TABLES,
        siap_id_ambiguity,
        _NODE,
    ),
    Measure(
        "siap_position_accuracy",
        "m",
        "ratio",
        "distance between track and object, mean over the updates of firm tracks of real objects at the node",
        (*_TABLES, "tracks"),
        siap_position_accuracy,
        _NODE,
        listed=False,
    ),
)
