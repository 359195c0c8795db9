"""What is sent on a link, what arrives, and that a message says what the track was when it was sent."""

import numpy as np
import pytest

from openiads.models.network.kernels import arrives, dequeue, enqueue, worth_sending, write_message
from openiads.records.case import LINKS
from openiads.records.state import CLOCK, CONTENT_STATUS, CONTENT_TRACKS, MESSAGES
from openiads.streams.names import name_hash
from openiads.tracking.records import TRACK


def link(**fields: float) -> np.ndarray:
    found = np.zeros(1, LINKS)[0]
    for name, value in {"name": name_hash("up"), "tracks": 1, "usable_share": 1.0, **fields}.items():
        found[name] = value
    return found


@pytest.mark.parametrize(
    ("carries", "engaged", "expected"),
    [
        ({"tracks": 1, "status": 0}, 0, CONTENT_TRACKS),
        ({"tracks": 1, "status": 0}, 1, CONTENT_TRACKS),
        ({"tracks": 1, "status": 1}, 1, CONTENT_STATUS),
        ({"tracks": 0, "status": 1}, 1, CONTENT_STATUS),
        ({"tracks": 0, "status": 1}, 0, -1),
    ],
)
def test_what_is_worth_sending(carries: dict[str, int], engaged: int, expected: int) -> None:
    track = np.zeros(1, TRACK)[0]
    track["status"], track["engaged"] = 2, engaged
    assert worth_sending(link(**carries), track) == expected
    for field, value in (("status", 1), ("source", 1)):  # tentative; heard from another node, never relayed
        other = track.copy()
        other[field] = value
        assert worth_sending(link(**carries), other) == -1


def test_each_message_has_its_own_fate() -> None:
    clock = np.zeros(1, CLOCK)
    clock["seed"] = 5
    assert all(arrives(link(), clock, cycle, 3) for cycle in range(100))
    assert not any(arrives(link(p_loss=1.0), clock, cycle, 3) for cycle in range(100))
    assert not any(arrives(link(usable_share=0.0), clock, cycle, 3) for cycle in range(100))
    half = link(p_loss=0.5)
    fates = [[arrives(half, clock, cycle, number) for cycle in range(200)] for number in (1, 2)]
    assert fates[0] != fates[1]
    assert fates[0] == [arrives(half, clock, cycle, 1) for cycle in range(200)]
    assert abs(sum(fates[0]) - 100) < 3 * np.sqrt(50)


def test_a_message_is_a_copy() -> None:
    message = np.zeros(1, MESSAGES)[0]
    track = np.zeros(1, TRACK)[0]
    track["number"], track["update_ns"], track["identity"] = 9, 77, 4
    track["x"][:] = range(6)
    track["p"][:] = np.arange(36).reshape(6, 6)
    write_message(message, 12, 3, 1, CONTENT_TRACKS, track, 500, -1)
    track["x"][:] = 0.0
    said = {"number": 12, "link": 3, "origin": 1, "origin_number": 9, "update_ns": 77, "due_ns": 500, "identity": 4}
    assert {field: int(message[field]) for field in said} == said
    assert message["x"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert message["p"][5, 5] == 35.0


def test_messages_come_out_by_due_time_then_as_sent() -> None:
    """Pushed and taken in a mixed order, against a sorted list; no place is lost or given twice."""
    rng = np.random.default_rng(3)
    clock, messages, queue = np.zeros(1, CLOCK), np.zeros(40, MESSAGES), np.arange(40, dtype=np.int32)
    track = np.zeros(1, TRACK)[0]
    waiting: list[tuple[int, int]] = []
    taken = 0
    for _ in range(2000):
        count = int(clock["in_transit"][0])
        assert count == len(waiting)
        assert sorted(queue) == list(range(40))
        if count < 40 and (count == 0 or rng.random() < 0.52):
            due_ns, number = int(rng.integers(0, 12)), int(clock["message_number"][0])
            write_message(messages[queue[count]], number, 0, 0, CONTENT_TRACKS, track, due_ns, -1)
            enqueue(clock, messages, queue)
            waiting.append((due_ns, number))
            continue
        first = messages[queue[0]]
        expected = min(waiting)
        assert (int(first["due_ns"]), int(first["number"])) == expected
        waiting.remove(expected)
        dequeue(clock, messages, queue)
        assert (int(first["due_ns"]), int(first["number"])) == expected  # the place keeps it until one more is sent
        taken += 1
    assert taken > 900
