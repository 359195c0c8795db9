"""What a track threatens: closest approach with its error, reach, and the value at risk."""

import math

import numpy as np
import pytest

from openiads.models.command.threat import closest_approach, passes_within, threat_value
from openiads.records.arms import ASSETS
from openiads.tracking.records import TRACK

S = 1_000_000_000


def track(
    x_m: tuple[float, float, float], v_mps: tuple[float, float, float], sigma_m: float, sigma_mps: float
) -> np.ndarray:
    one = np.zeros(1, TRACK)[0]
    one["x"][:] = [*x_m, *v_mps]
    for i in range(3):
        one["p"][i, i], one["p"][i + 3, i + 3] = sigma_m**2, sigma_mps**2
    return one


def test_closest_approach() -> None:
    """50 km out, passing at 12 km with 250 m/s: after 200 s, with errors that have grown by then."""
    one = track((50e3, 12e3, 0.0), (-250.0, 0.0, 0.0), 100.0, 2.0)
    time_s, distance, error = closest_approach(one, 0.0, 0.0, 0.0, 0)
    assert (time_s, distance) == pytest.approx((200.0, 12e3), rel=1e-12, abs=0)
    assert error == pytest.approx(math.hypot(100.0, 400.0), rel=1e-12, abs=0)  # m
    later = closest_approach(one, 0.0, 0.0, 0.0, 40 * S)
    assert later == pytest.approx((160.0, 12e3, error), rel=1e-12, abs=0)
    away = track((50e3, 0.0, 0.0), (250.0, 0.0, 0.0), 100.0, 2.0)
    assert closest_approach(away, 0.0, 0.0, 0.0, 0) == pytest.approx((0.0, 50e3, 100.0), rel=1e-12, abs=0)
    over = track((50e3, 0.0, 0.0), (-250.0, 0.0, 0.0), 100.0, 0.0)
    assert closest_approach(over, 0.0, 0.0, 0.0, 0) == pytest.approx((200.0, 0.0, 100.0), rel=1e-12, abs=1e-9)


def test_only_the_error_across_the_line_counts() -> None:
    one = track((50e3, 12e3, 0.0), (-250.0, 0.0, 0.0), 0.0, 0.0)
    one["p"][0, 0] = 500.0**2
    assert closest_approach(one, 0.0, 0.0, 0.0, 0)[2] == pytest.approx(0.0, rel=0, abs=1e-9)
    one["p"][1, 1] = 300.0**2
    assert closest_approach(one, 0.0, 0.0, 0.0, 0)[2] == pytest.approx(300.0, rel=1e-12, abs=0)


def test_the_chance_to_pass_within_reach_against_draws() -> None:
    rng = np.random.default_rng(5)
    for distance, error, reach in ((12e3, 4e3, 10e3), (3e3, 2e3, 5e3)):
        drawn = float(np.mean(rng.normal(distance, error, 20_000) <= reach))
        assert passes_within(distance, error, reach) == pytest.approx(drawn, rel=0, abs=3 * 0.5 / math.sqrt(20_000))
    assert passes_within(9.0, 0.0, 10.0) == 1.0
    assert passes_within(11.0, 0.0, 10.0) == 0.0
    assert passes_within(1e9, 5.0, math.inf) == 1.0


def test_the_value_at_risk() -> None:
    """The worth of what it most probably hits; receding tracks threaten nothing beyond reach."""
    places = np.array([[0.0, 0.0, 0.0], [0.0, 40e3, 0.0]])
    worth = np.array([(10.0, 5e3), (3.0, 5e3)], dtype=ASSETS)
    at_first = track((50e3, 0.0, 0.0), (-250.0, 0.0, 0.0), 1.0, 0.0)
    at_second = track((50e3, 40e3, 0.0), (-250.0, 0.0, 0.0), 1.0, 0.0)
    between = track((50e3, 20e3, 0.0), (-250.0, 0.0, 0.0), 1.0, 0.0)
    away = track((50e3, 0.0, 0.0), (250.0, 0.0, 0.0), 1.0, 0.0)
    assert [round(float(threat_value(t, worth, places, 0)), 9) for t in (at_first, at_second, between, away)] == [
        10,
        3,
        0,
        0,
    ]
    vague = track((50e3, 8e3, 0.0), (-250.0, 0.0, 0.0), 3e3, 0.0)
    assert threat_value(vague, worth, places, 0) == pytest.approx(
        10.0 * 0.5 * math.erfc(1.0 / math.sqrt(2.0)), rel=1e-9, abs=0
    )
    everywhere = np.array([(10.0, np.inf), (3.0, np.inf)], dtype=ASSETS)
    assert threat_value(between, everywhere, places, 0) == 10.0
    assert threat_value(away, everywhere, places, 0) == 0.0
