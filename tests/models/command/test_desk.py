"""Decisions at a desk: so many in hand, the rest wait; how long one takes; and the M/M/c queue behind it."""

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from openiads.errors import ScenarioError
from openiads.models.command.desk import CONSTANT, LOGNORMAL, REFUSED, UNIFORM, decide, decision_s
from openiads.records.arms import DESKS
from openiads.records.state import CLOCK, DESK_STATE, NEVER

S = 1_000_000_000


def desk(kind: int, a: float, b: float = 0.0, span: int = 0) -> np.ndarray:
    one = np.zeros(1, DESKS)[0]
    one["kind"], one["a"], one["b"], one["span"], one["longest_wait_ns"], one["name"] = kind, a, b, span, NEVER, 77
    return one


def test_without_a_delay_a_decision_takes_no_time() -> None:
    state = np.zeros(1, DESK_STATE)[0]
    assert decide(np.zeros(1, DESKS)[0], state, np.zeros(1, CLOCK), 7 * S) == 7 * S
    assert state["decisions"] == 0


def test_two_in_hand_the_third_waits() -> None:
    one, state, clock = desk(CONSTANT, 10.0, span=2), np.zeros(1, DESK_STATE)[0], np.zeros(1, CLOCK)
    assert [decide(one, state, clock, at * S) // S for at in (0, 1, 2, 30)] == [10, 11, 20, 40]
    assert state["waited_ns"] == 8 * S
    endless = np.zeros(1, DESK_STATE)[0]
    assert [decide(desk(CONSTANT, 10.0), endless, clock, at * S) // S for at in (0, 1, 2)] == [10, 11, 12]


def test_who_would_wait_too_long_is_not_taken_up() -> None:
    one, state, clock = desk(CONSTANT, 10.0, span=1), np.zeros(1, DESK_STATE)[0], np.zeros(1, CLOCK)
    one["longest_wait_ns"] = 9 * S
    assert [decide(one, state, clock, at * S) for at in (0, 0, 1)] == [10 * S, REFUSED, 20 * S]
    assert state["decisions"] == 2


@pytest.mark.parametrize(
    ("kind", "a", "b", "mean", "deviation"),
    [
        (UNIFORM, 4.0, 10.0, 7.0, 6.0 / math.sqrt(12.0)),
        (LOGNORMAL, 5.0, 0.5, 5.0 * math.exp(0.125), 5.0 * math.exp(0.125) * math.sqrt(math.exp(0.25) - 1.0)),
    ],
)
def test_distributions(kind: int, a: float, b: float, mean: float, deviation: float) -> None:
    clock = np.zeros(1, CLOCK)
    drawn = np.array([decision_s(desk(kind, a, b), clock, index) for index in range(4000)])
    assert abs(drawn.mean() - mean) < 3 * deviation / math.sqrt(len(drawn))
    assert drawn.std() == pytest.approx(deviation, rel=0.08, abs=0)
    if kind == LOGNORMAL:
        assert abs(np.mean(drawn < a) - 0.5) < 3 * 0.5 / math.sqrt(len(drawn))


def lindley(arrivals_s: np.ndarray, service_s: float) -> np.ndarray:
    """Waits of a queue with one place and constant service: D. V. Lindley, 1952."""
    waits = np.zeros(len(arrivals_s))
    for k in range(1, len(arrivals_s)):
        waits[k] = max(0.0, waits[k - 1] + service_s - (arrivals_s[k] - arrivals_s[k - 1]))
    return waits


def test_the_wait_under_poisson_arrivals() -> None:
    """M/D/1 at load 0.5: mean wait rho s / (2 (1 - rho)), Pollaczek and Khinchin; and to the nanosecond that of Lindley."""
    rng = np.random.default_rng(3)
    service_s, means = 4.0, []
    for _ in range(30):
        arrivals = np.cumsum(rng.exponential(2.0 * service_s, 1500))
        one, state, clock = desk(CONSTANT, service_s, span=1), np.zeros(1, DESK_STATE)[0], np.zeros(1, CLOCK)
        done = np.array([decide(one, state, clock, int(t * 1e9)) for t in arrivals]) * 1e-9
        waits = done - service_s - arrivals
        np.testing.assert_allclose(waits, lindley(arrivals, service_s), rtol=0, atol=1e-5)
        means.append(waits[200:].mean())
    expected = 0.5 * service_s / (2.0 * 0.5)
    assert abs(np.mean(means) - expected) < 3 * np.std(means, ddof=1) / math.sqrt(len(means))


@pytest.mark.parametrize(
    ("delay", "text"),
    [
        ({"kind": "uniform", "low_s": 3}, "needs high_s"),
        ({"kind": "constant", "seconds": 3, "median_s": 4}, "has no median_s"),
        ({"kind": "uniform", "low_s": 5, "high_s": 3}, "above high_s"),
        ({}, "needs seconds"),
    ],
)
def test_a_delay_says_what_its_distribution_needs(cases: ModuleType, delay: dict[str, Any], text: str) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree["fire_units"]["unit-1"]["desk"] = {"delay": delay}

    with pytest.raises(ScenarioError, match=text):
        cases.edited(edit)
