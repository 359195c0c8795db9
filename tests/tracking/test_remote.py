"""Tracks of other nodes are kept apart: no merging, no loop, dropped when stale."""

import numpy as np
import pytest

from openiads.tracking.records import CHANGED_DROPPED, FIRM, OWN, REMOTE, TRACK_MESSAGE
from openiads.tracking.remote import expire_remote, receive_remote

NS = 1_000_000_000
HOSTILE = 3


def message_at(position_m, at_s, *, origin=2, origin_number=17, identity=HOSTILE, sigma_m=100.0):
    message = np.zeros(1, TRACK_MESSAGE)[0]
    message["x"] = np.concatenate([position_m + np.array([0.0, 0.0, 6.36e6]), [100.0, 0.0, 0.0]])
    message["p"] = np.diag([sigma_m**2] * 3 + [100.0] * 3)
    message["origin"], message["origin_number"], message["identity"] = origin, origin_number, identity
    message["update_ns"] = round(at_s * NS)
    return message


def receive(node, message, now_s):
    return receive_remote(node.config, node.state, node.tracks, message, round(now_s * NS), node.scratch)


def with_own_track(node):
    for k in range(3):
        node.scan([[50e3 + 100.0 * 10 * k, 20e3, 8e3]], 10.0 * k)
    return node


HERE_M = np.array([52e3, 20e3, 8e3])  # where the own track is at 20 s
ELSEWHERE_M = np.array([-40e3, 20e3, 8e3])


def test_a_message_makes_one_entry_and_later_ones_move_it(make_node):
    node = make_node()
    slot = receive(node, message_at(ELSEWHERE_M, 10.0), 11.0)
    assert receive(node, message_at(ELSEWHERE_M + np.array([1000.0, 0, 0]), 20.0), 21.0) == slot
    track = node.tracks[slot]
    assert (track["status"], track["source"], track["identity"], track["number"]) == (FIRM, REMOTE, HOSTILE, 0)
    assert (track["origin"], track["origin_number"], track["hits"]) == (2, 17, 2)
    assert track["update_ns"] == 20 * NS
    assert track["x"][0] == pytest.approx(-39e3, rel=0, abs=1e-6)  # m
    assert node.state["live"] == 1
    assert receive(node, message_at(ELSEWHERE_M, 20.0, origin=3), 21.0) != slot
    assert receive(node, message_at(ELSEWHERE_M, 20.0, origin_number=18), 21.0) != slot


def test_an_older_message_changes_nothing(make_node):
    node = make_node()
    slot = receive(node, message_at(ELSEWHERE_M, 20.0), 21.0)
    before = node.tracks[slot].tobytes()
    assert receive(node, message_at(ELSEWHERE_M - 500.0, 15.0), 22.0) == slot
    assert node.tracks[slot].tobytes() == before


def test_an_own_track_takes_the_identity_and_nothing_else(make_node):
    node = with_own_track(make_node())
    own = int(np.flatnonzero(node.tracks["status"] == FIRM)[0])
    before = node.tracks[own].tobytes()
    assert receive(node, message_at(HERE_M, 20.0), 21.0) == own
    assert node.tracks[own]["identity"] == HOSTILE
    node.tracks[own]["identity"] = 0
    assert node.tracks[own].tobytes() == before
    node.tracks[own]["identity"] = 1
    receive(node, message_at(HERE_M, 20.0), 21.0)
    assert node.tracks[own]["identity"] == 1  # its own knowledge stays
    assert node.state["live"] == 1


def test_both_tracks_are_compared_at_the_same_time(make_node):
    """The message is 10 s old: 1 km behind, which does not fit unless it is moved on."""
    node = with_own_track(make_node())
    assert node.tracks[receive(node, message_at(HERE_M - [1000.0, 0, 0], 10.0), 20.0)]["source"] == OWN
    assert node.tracks[receive(node, message_at(HERE_M - [1500.0, 0, 0], 20.0), 20.0)]["source"] == REMOTE


def test_a_remote_entry_gives_way_to_an_own_track_unless_engaged(make_node):
    node = make_node()
    slot = receive(node, message_at(HERE_M - [2000.0, 0, 0], 0.0), 0.0)
    with_own_track(node)
    node.tracks[slot]["engaged"] = 1
    receive(node, message_at(HERE_M, 20.0), 20.0)
    assert node.tracks[slot]["status"] == FIRM
    assert node.tracks[slot]["update_ns"] == 20 * NS
    node.tracks[slot]["engaged"] = 0
    receive(node, message_at(HERE_M, 20.0), 20.0)
    assert node.tracks[slot]["status"] == 0
    assert node.state["live"] == 1


def test_step_leaves_remote_tracks_alone(make_node):
    node = make_node()
    slot = receive(node, message_at(HERE_M, 0.0), 0.0)
    before = node.tracks[slot].tobytes()
    with_own_track(node)
    node.scan([], 500.0)
    assert node.tracks[slot].tobytes() == before


def test_remote_tracks_are_dropped_when_stale(make_node):
    node = make_node()
    receive(node, message_at(ELSEWHERE_M, 10.0), 10.0)
    receive(node, message_at(-ELSEWHERE_M, 14.0, origin_number=18), 14.0)
    with_own_track(node)

    def expire(now_s):
        n = expire_remote(node.config, node.state, node.tracks, 30 * NS, round(now_s * NS), node.changes, node.scratch)
        return [(int(c["what"]), int(c["number"])) for c in node.changes[:n]]

    assert expire(40.0) == []
    assert expire(40.1) == [(CHANGED_DROPPED, 0)]
    assert expire(60.0) == [(CHANGED_DROPPED, 1)]
    assert len(node.alive(FIRM)) == 1


def test_a_full_picture_counts_the_message_it_cannot_hold(make_node):
    node = make_node(capacity=1)
    receive(node, message_at(ELSEWHERE_M, 0.0), 0.0)
    assert receive(node, message_at(ELSEWHERE_M, 0.0, origin_number=5), 0.0) == -1
    assert node.state["overflow"] == 1
