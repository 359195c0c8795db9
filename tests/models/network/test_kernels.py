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
    messages = np.zeros(2, MESSAGES)
    track = np.zeros(1, TRACK)[0]
    track["number"], track["update_ns"], track["identity"] = 9, 77, 4
    track["x"][:] = range(6)
    track["p"][:] = np.arange(36).reshape(6, 6)
    write_message(messages[0], 21, 3, 1, CONTENT_TRACKS, track, 500, -1)
    track["x"][:] = 0.0
    message = messages[0]
    assert [int(message[f]) for f in ("link", "origin", "origin_number", "update_ns", "due_ns", "identity")] == [
        3,
        1,
        9,
        77,
        500,
        4,
    ]
    assert message["x"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert message["p"][5, 5] == 35.0


def test_messages_leave_in_the_order_in_which_they_arrive() -> None:
    """Any order in, due times in order out; of two due at the same time the one sent first; places are used again."""
    room = 40
    messages, queue, clock = np.zeros(room, MESSAGES), np.arange(room, dtype=np.int32), np.zeros(1, CLOCK)
    generator = np.random.default_rng(11)
    waiting: list[tuple[int, int]] = []
    sent = 0
    for _ in range(300):
        if waiting and (generator.random() < 0.45 or len(waiting) == room):
            place = int(queue[0])
            assert (int(messages[place]["due_ns"]), int(messages[place]["number"])) == min(waiting)
            waiting.remove(min(waiting))
            dequeue(clock, messages, queue)
        else:
            place = int(queue[clock[0]["in_transit"]])
            messages[place]["due_ns"], messages[place]["number"] = generator.integers(0, 30), sent
            waiting.append((int(messages[place]["due_ns"]), sent))
            enqueue(clock, messages, queue)
            sent += 1
        assert clock[0]["in_transit"] == len(waiting)
        assert sorted(queue.tolist()) == list(range(room))
