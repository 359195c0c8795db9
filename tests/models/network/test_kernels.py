"""What is sent on a link, what arrives, and that a message says what the track was when it was sent."""

import numpy as np
import pytest

from openiads.models.network.kernels import (
    CANCEL,
    ENGAGE,
    HOLD_FIRE,
    NO_ORDER,
    WEAPONS_FREE,
    accept_order,
    accept_weapons,
    cut_off,
    departure_ns,
    dequeue,
    enqueue,
    fate,
    find_waiting,
    is_alone,
    latency_ns,
    order_of,
    ordered_weapons,
    pass_gaps,
    weapons_alone,
    worth_sending,
    write_message,
)
from openiads.records.case import (
    CONSTANT,
    EXPONENTIAL,
    FREE,
    GAPS,
    LINKS,
    LOGNORMAL,
    NODES,
    TELL_ALL,
    TELL_HOSTILE,
    TELL_NOT_FRIENDLY,
    TIGHT,
    UNIFORM,
)
from openiads.records.state import (
    CLOCK,
    CONTACT,
    CONTENT_STATUS,
    CONTENT_TRACKS,
    LINK_STATE,
    MESSAGES,
    TRACK_ORDERS,
)
from openiads.records.tables import IDENTITIES
from openiads.streams.draws import uniforms
from openiads.streams.names import LINK, name_hash
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
    assert worth_sending(link(**carries), track, 0) == expected
    for field, value in (("status", 1), ("source", 1)):  # tentative; heard from another node, never relayed
        other = track.copy()
        other[field] = value
        assert worth_sending(link(**carries), other, 0) == -1


def test_each_message_has_its_own_fate() -> None:
    clock = np.zeros(1, CLOCK)
    clock["seed"] = 5

    def arrives(row: np.ndarray, cycle: int, number: int) -> bool:
        through, usable, _ = fate(row, clock, LINK, 4096 * cycle + number)
        return through and usable

    assert all(arrives(link(), cycle, 3) for cycle in range(100))
    assert not any(arrives(link(p_loss=1.0), cycle, 3) for cycle in range(100))
    assert not any(arrives(link(usable_share=0.0), cycle, 3) for cycle in range(100))
    half = link(p_loss=0.5)
    fates = [[arrives(half, cycle, number) for cycle in range(200)] for number in (1, 2)]
    assert fates[0] != fates[1]
    assert fates[0] == [arrives(half, cycle, 1) for cycle in range(200)]
    assert abs(sum(fates[0]) - 100) < 3 * np.sqrt(50)


@pytest.mark.parametrize(
    ("tells", "passed"),
    [
        (TELL_ALL, {"pending", "unknown", "friendly", "neutral", "hostile"}),
        (TELL_NOT_FRIENDLY, {"pending", "unknown", "neutral", "hostile"}),
        (TELL_HOSTILE, {"hostile"}),
    ],
)
def test_the_filter_of_a_link(tells: int, passed: set[str]) -> None:
    track = np.zeros(1, TRACK)[0]
    track["status"] = 2
    found = set()
    for code, word in enumerate(IDENTITIES):
        if worth_sending(link(tells=tells), track, code) >= 0:
            found.add(word)
    assert found == passed


def latencies_s(**fields: float) -> np.ndarray:
    """Latencies of 20 000 messages, by the draws that the engine takes."""
    row = link(latency_ns=2_000_000_000, **fields)
    late = [uniforms(np.uint64(3), 0, LINK, row["name"], k)[2] for k in range(20_000)]
    return np.array([latency_ns(row, u) for u in late]) / 1e9


def test_constant_latency() -> None:
    assert set(latencies_s(latency_kind=CONSTANT, spread_ns=5, latency_sigma=1.0)) == {2.0}


def test_uniform_latency() -> None:
    found = latencies_s(latency_kind=UNIFORM, spread_ns=1_500_000_000)
    assert 0.5 <= found.min() < 0.51
    assert 3.49 < found.max() <= 3.5
    assert found.mean() == pytest.approx(2.0, rel=0, abs=3 * 1.5 / np.sqrt(3 * 20_000))  # s; three standard errors
    assert np.quantile(found, 0.25) == pytest.approx(1.25, rel=0, abs=0.03)


def test_lognormal_latency() -> None:
    """Median 2 s; of the logarithm: mean ln 2, standard deviation 0.6, 97.7 % below two sigmas."""
    found = np.log(latencies_s(latency_kind=LOGNORMAL, latency_sigma=0.6))
    assert found.mean() == pytest.approx(np.log(2.0), rel=0, abs=3 * 0.6 / np.sqrt(20_000))
    assert found.std() == pytest.approx(0.6, rel=0, abs=3 * 0.6 / np.sqrt(40_000))
    assert (found < np.log(2.0) + 1.2).mean() == pytest.approx(0.97725, rel=0, abs=0.0032)


def test_exponential_tail() -> None:
    """Never below 2 s; above it a mean of 1.5 s, and a share exp(-2) beyond twice that."""
    found = latencies_s(latency_kind=EXPONENTIAL, spread_ns=1_500_000_000) - 2.0
    assert found.min() >= 0.0
    assert found.mean() == pytest.approx(1.5, rel=0, abs=3 * 1.5 / np.sqrt(20_000))
    assert (found > 3.0).mean() == pytest.approx(np.exp(-2.0), rel=0, abs=0.0073)


S = 1_000_000_000


def test_one_message_after_the_other_and_no_place_for_more_than_three() -> None:
    state = np.zeros(1, LINK_STATE)[0]
    row = link(service_ns=2 * S, queue=3)
    found = []
    for _ in range(5):
        found.append(departure_ns(row, state, 10 * S))
        state["free_ns"] = max(found[-1], state["free_ns"])
    assert found == [12 * S, 14 * S, 16 * S, -1, -1]
    assert departure_ns(row, state, 12 * S - 1) == -1
    assert departure_ns(row, state, 12 * S) == 18 * S  # the first one is through: two are left
    assert departure_ns(row, state, 30 * S) == 32 * S
    assert departure_ns(link(), state, 7 * S) == 7 * S  # no limit


def test_gaps_empty_the_queue() -> None:
    gaps = np.array([(0, 1), (10 * S, 20 * S), (30 * S, 40 * S)], GAPS)
    row, state = link(gap_first=1, gap_count=2), np.zeros(1, LINK_STATE)[0]
    state["free_ns"] = 25 * S
    for now_s, out, arriving_s in ((9, False, 9), (9, True, 10), (10, True, 10), (19, True, 19)):
        pass_gaps(row, state, gaps, now_s * S)
        assert cut_off(row, state, gaps, arriving_s * S) == out, now_s
        assert state["free_ns"] == 25 * S
    pass_gaps(row, state, gaps, 20 * S)
    assert state["free_ns"] == 0
    assert not cut_off(row, state, gaps, 29 * S)
    assert cut_off(row, state, gaps, 45 * S)  # on its way during all of the second
    pass_gaps(row, state, gaps, 40 * S)
    assert not cut_off(row, state, gaps, 99 * S)


def test_the_report_that_still_waits_is_found() -> None:
    messages, queue, clock = np.zeros(4, MESSAGES), np.arange(4, dtype=np.int32), np.zeros(1, CLOCK)
    for place, (link_, content, number, depart_ns) in enumerate([(0, 0, 7, 5), (1, 0, 7, 50), (1, 1, 7, 50), (1, 0, 8, 50)]):
        message = messages[place]
        message["link"], message["content"], message["origin_number"], message["depart_ns"] = (
            link_,
            content,
            number,
            depart_ns,
        )
    clock["in_transit"] = 4
    assert find_waiting(clock, messages, queue, 1, 0, 7, 10) == 1
    assert find_waiting(clock, messages, queue, 1, 0, 8, 10) == 3
    assert find_waiting(clock, messages, queue, 0, 0, 7, 10) == -1  # it is on the link already
    clock["in_transit"] = 1
    assert find_waiting(clock, messages, queue, 1, 0, 7, 10) == -1


def order(code: int, *, sent_ns: int = 5, until_ns: int = 100) -> np.ndarray:
    message = np.zeros(1, MESSAGES)[0]
    message["order"], message["sent_ns"], message["until_ns"], message["origin"] = code, sent_ns, until_ns, 2
    return message


def test_an_order_holds_for_its_track_and_its_time() -> None:
    held, track = np.zeros(1, TRACK_ORDERS)[0], np.zeros(1, TRACK)[0]
    assert order_of(held, track, 0) == NO_ORDER
    track["number"] = 4
    assert accept_order(held, order(ENGAGE), 4)
    assert (order_of(held, track, 99), order_of(held, track, 100)) == (ENGAGE, NO_ORDER)
    assert held["sender"] == 2
    assert not accept_order(held, order(HOLD_FIRE, sent_ns=4), 4)  # it was overtaken
    assert order_of(held, track, 50) == ENGAGE
    assert accept_order(held, order(CANCEL, sent_ns=6), 4)
    assert order_of(held, track, 50) == NO_ORDER
    accept_order(held, order(ENGAGE, sent_ns=7), 4)
    track["number"] = 9  # another track took the slot
    assert order_of(held, track, 50) == NO_ORDER
    assert accept_order(held, order(HOLD_FIRE, sent_ns=4), 9)


def test_an_order_about_all_weapons() -> None:
    contact = np.zeros(1, CONTACT)[0]
    assert ordered_weapons(contact, 0) == NO_ORDER
    assert accept_weapons(contact, order(WEAPONS_FREE))
    assert (ordered_weapons(contact, 99), ordered_weapons(contact, 100)) == (WEAPONS_FREE, NO_ORDER)
    assert not accept_weapons(contact, order(CANCEL, sent_ns=4))
    assert accept_weapons(contact, order(CANCEL, sent_ns=8))
    assert ordered_weapons(contact, 50) == NO_ORDER


def test_who_is_alone() -> None:
    node, contact = np.zeros(1, NODES)[0], np.zeros(1, CONTACT)[0]
    contact["heard_ns"], node["alone_ns"], node["alone_weapons"] = 10, 20, FREE
    assert (is_alone(node, contact, 30), is_alone(node, contact, 31)) == (False, True)
    assert (weapons_alone(node, contact, TIGHT, 30), weapons_alone(node, contact, TIGHT, 31)) == (TIGHT, FREE)
    node["alone_ns"] = -1
    assert not is_alone(node, contact, 10**18)


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
