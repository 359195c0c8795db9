"""When a track is interrogated, and the rows of the confusion table."""

import numpy as np
import pytest

from openiads.models.identification.kernels import accept, reply, true_identity, wants_interrogation
from openiads.records.case import FRIENDLY, HOSTILE, NEUTRAL, NODES
from openiads.records.tables import IDENTITIES
from openiads.tracking.records import TRACK

RATES = {
    "friend_alone": 0.25,
    "friend_correct": 0.6,
    "friend_as_hostile": 0.1,
    "neutral_correct": 0.5,
    "neutral_as_hostile": 0.2,
    "hostile_correct": 0.7,
    "hostile_as_friend": 0.05,
}


@pytest.mark.parametrize(
    ("side", "u", "said"),
    [
        (FRIENDLY, 0.599, "friendly"),
        (FRIENDLY, 0.601, "hostile"),
        (FRIENDLY, 0.699, "hostile"),
        (FRIENDLY, 0.701, "unknown"),
        (NEUTRAL, 0.499, "neutral"),
        (NEUTRAL, 0.501, "hostile"),
        (NEUTRAL, 0.701, "unknown"),
        (HOSTILE, 0.699, "hostile"),
        (HOSTILE, 0.701, "friendly"),
        (HOSTILE, 0.751, "unknown"),
        (-1, 0.001, "unknown"),
    ],
)
def test_what_an_interrogation_is_read_as(side: int, u: float, said: str) -> None:
    node = np.zeros(1, NODES)[0]
    for name, value in RATES.items():
        node[name] = value
    assert IDENTITIES[reply(node, side, u, True)] == said
    assert IDENTITIES[reply(node, FRIENDLY, 0.3, False)] == "hostile"  # without links its own means alone count: 0.25


def test_what_an_object_deserves() -> None:
    assert [IDENTITIES[true_identity(side)] for side in (FRIENDLY, NEUTRAL, HOSTILE, -1)] == [
        "friendly",
        "neutral",
        "hostile",
        "unknown",
    ]


def test_once_per_own_firm_track_after_the_delay() -> None:
    node, track = np.zeros(1, NODES)[0], np.zeros(1, TRACK)[0]
    node["identify_delay_ns"], track["firm_ns"], track["status"] = 5, 100, 2
    assert not wants_interrogation(node, track, 104)
    assert wants_interrogation(node, track, 105)
    for field, value in (("status", 1), ("source", 1), ("identity", 1)):
        other = track.copy()
        other[field] = value
        assert not wants_interrogation(node, other, 200)
    accept(track, 1, 105)
    assert (track["identity"], track["identified_ns"], track["interrogations"]) == (1, 105, 1)
    assert not wants_interrogation(node, track, 200)
