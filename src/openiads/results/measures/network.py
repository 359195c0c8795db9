"""Measures of what crosses links: messages by boundary, direction and content, the age of what arrives, pictures in common."""

from bisect import bisect_right
from collections import defaultdict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND
from openiads.engine.windows import union
from openiads.errors import ResultsError
from openiads.results.measures.base import Measure, Sample, sample
from openiads.results.measures.data import RunData
from openiads.results.measures.tracks import NOTHING, duration_ns, owner_at
from openiads.stats.quantiles import quantile_of_groups, ranked

Array = NDArray[Any]
DIRECTIONS: Final = ("into", "out_of", "both")
FRIENDLY_POSITION: Final = "friendly_position"
CONTENTS: Final = ("any", "tracks", "status", "orders", FRIENDLY_POSITION)
SECONDS_PER_HOUR: Final = 3600


def system_of(data: RunData, node: str) -> frozenset[str]:
    """The nodes of the chain of command that a node belongs to."""
    nodes: dict[str, Any] = {**data.paths.spec.command_posts, **data.paths.spec.sensors, **data.paths.spec.fire_units}

    def root(key: str) -> str:
        while nodes[key].reports_to is not None:
            key = nodes[key].reports_to
        return key

    return frozenset(key for key in nodes if root(key) == root(data.paths.require_node(node)))


def boundary_message_rate(
    data: RunData, *, node: str | None = None, direction: str = "both", content: str = "any"
) -> Sample:
    """Messages that cross the boundary of a node's system, lost ones included, and hours."""
    if direction not in DIRECTIONS:
        raise ResultsError(f"boundary_message_rate: direction {direction!r} is not one of {', '.join(DIRECTIONS)}.")
    inside = system_of(data, node or data.paths.main_node)
    if content not in CONTENTS:
        raise ResultsError(f"boundary_message_rate: content {content!r} is not one of {', '.join(CONTENTS)}.")
    count = np.zeros(data.count)
    for row in data.rows("traffic"):
        into = row["node"] not in inside and row["to_node"] in inside
        out_of = row["node"] in inside and row["to_node"] not in inside
        crosses = {"into": into, "out_of": out_of, "both": into or out_of}[direction]
        friendly = content == FRIENDLY_POSITION and row["content"] == "tracks" and row["identity"] == "friendly"
        if crosses and (content in ("any", row["content"]) or friendly):
            count[row["replication"] - data.replications.start] += row["sent"]
    return sample(count, np.full(data.count, duration_ns(data) / (NANOSECONDS_PER_SECOND * SECONDS_PER_HOUR)))


def track_latency(data: RunData, *, node: str | None = None, q: float = 0.5) -> Sample:
    """Age of what messages say of tracks when they arrive at a node (at any, without one); a quantile over all that arrive."""
    if not 0.0 < q <= 1.0:
        raise ResultsError(f"track_latency: q = {q:g} must lie above 0 and up to 1.")
    if node is not None:
        data.paths.require_node(node)
    tracks = data.table("tracks").select(["replication", "node", "track_id", "at_ns"]).to_pydict()
    updates: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for key in zip(tracks["replication"], tracks["node"], tracks["track_id"], tracks["at_ns"], strict=True):
        updates[key[0], key[1], key[2]].append(key[3])
    ages: list[list[float]] = [[] for _ in range(data.count)]
    messages = data.table("messages").to_pylist()
    for row in messages:
        if row["content"] != "tracks" or row["due_ns"] is None or node not in (None, row["to_node"]):
            continue
        times = updates.get((row["replication"], row["node"], row["track_id"]), [])
        last = bisect_right(times, row["at_ns"])
        if last:
            age_ns = row["due_ns"] - times[last - 1]
            ages[row["replication"] - data.replications.start].append(age_ns / NANOSECONDS_PER_SECOND)
    groups = [np.array(one) for one in ages]
    own = np.array([ranked(np.sort(one), q=q) if len(one) else np.nan for one in groups])
    return Sample(own, np.ones(data.count), lambda confidence: quantile_of_groups(groups, q=q, confidence=confidence))


def _pair(data: RunData, node: str | None, other: str | None) -> tuple[str, str]:
    """Two nodes: those named, or the main node and the first that sends to it, else that it sends to, else any other."""
    first = data.paths.main_node if node is None else data.paths.require_node(node)
    if other is not None:
        return first, data.paths.require_node(other)
    links = sorted(data.paths.spec.network.links.items())
    senders = [link.from_node for _, link in links if link.to_node == first]
    receivers = [link.to_node for _, link in links if link.from_node == first]
    rest = [name for name in data.paths.nodes() if name != first]
    found = [*senders, *receivers, *rest]
    if not found:
        raise ResultsError("siap_commonality needs two nodes; the scenario has one.")
    return first, found[0]


def siap_commonality(data: RunData, *, node: str | None = None, other: str | None = None) -> Sample:
    """Object-time for which one of two nodes holds the other's track number with an identity that they share; tracked at either."""
    first, second = _pair(data, node, other)
    hold_ns = {name: _remembered_ns(data, name) for name in (first, second)}
    shared: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for row in data.table("messages").to_pylist():
        sender, receiver = row["node"], row["to_node"]
        if {sender, receiver} != {first, second} or row["content"] != "tracks" or row["due_ns"] is None:
            continue
        line, due_ns = row["replication"] - data.replications.start, row["due_ns"]
        thing = owner_at(data, (line, sender, row["track_id"]), row["at_ns"])
        if thing == NOTHING:
            continue
        theirs = _identity_at(data, line, sender, thing, row["at_ns"])
        own = _identity_at(data, line, receiver, thing, due_ns)
        if own in (None, theirs):
            until_ns = min(due_ns + hold_ns[receiver], int(data.outcomes.end_ns[line, thing]))
            if until_ns > due_ns:
                shared[line, thing].append((due_ns, until_ns))
    held: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for one in data.held_by((first, second)):
        held[one.line, one.thing].append((one.start_ns, one.end_ns))
    common, every = np.zeros(data.count), np.zeros(data.count)
    for key, stretches in held.items():
        tracked = union(stretches)
        every[key[0]] += sum(b - a for a, b in tracked)
        common[key[0]] += sum(max(0, min(b, d) - max(a, c)) for a, b in tracked for c, d in union(shared.get(key, [])))
    return sample(common / NANOSECONDS_PER_SECOND, every / NANOSECONDS_PER_SECOND)


def _remembered_ns(data: RunData, node: str) -> int:
    """How long a node keeps a track that it heard of, after the last message."""
    names = data.lowered.names.nodes
    return int(data.lowered.case.nodes["remote_hold_ns"][names.index(node)]) if node in names else 0


def _identity_at(data: RunData, line: int, node: str, thing: int, at_ns: int) -> str | None:
    """What a node last took an object for, by its own interrogations; None: nothing yet."""
    times, words = data.identified.get((line, node, thing), ((), ()))
    k = bisect_right(times, at_ns)
    return words[k - 1] if k else None


_NODE: Final = "node"

MEASURES: Final = (
    Measure(
        "boundary_message_rate",
        "1/h",
        "rate",
        "messages sent across the boundary of the node's system (the nodes of its chain of command), lost ones included / hours of "
        "the scenario, sums",
        ("traffic",),
        boundary_message_rate,
        {
            _NODE: "node whose system it is; the fire unit nearest to an asset otherwise",
            "direction": "into, out_of or both",
            "content": "any, tracks, status, orders, or friendly_position: tracks that their sender holds for friendly",
        },
        listed=False,
    ),
    Measure(
        "track_latency",
        "s",
        "mean",
        "age of the data when a track message arrives: arrival less the sender's last update of the track before it was sent; "
        "median of all that arrive (q=0.95: 95th percentile)",
        ("tracks", "messages"),
        track_latency,
        {_NODE: "node at which it arrives; any otherwise", "q": "quantile, 0.5 otherwise"},
        lambda data: ({"q": 0.5}, {"q": 0.95}),
        listed=False,
    ),
    Measure(
        "siap_commonality",
        "1",
        "share_of_sums",
        "object-time for which one of two nodes holds the other's track number (from a message until it is forgotten) and what it "
        "took the object for itself, if anything, is what the message says / object-time with a firm track at either, sums",
        ("objects", "outcomes", "events", "association", "messages"),
        siap_commonality,
        {
            _NODE: "one node; the fire unit nearest to an asset otherwise",
            "other": "the other; the first linked to it otherwise",
        },
        listed=False,
    ),
)
