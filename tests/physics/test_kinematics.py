"""Cubic Hermite arcs: ends, exactness for cubics, rate as the slope of the value."""

import pytest

from openiads.physics.kinematics import hermite


def test_ends_and_a_cubic_in_between() -> None:
    def value(t: float) -> float:
        return 2.0 - 3.0 * t + 0.5 * t * t - 0.25 * t * t * t

    def rate(t: float) -> float:
        return -3.0 + t - 0.75 * t * t

    h = 4.0
    ends = (value(1.0), rate(1.0), value(1.0 + h), rate(1.0 + h), h)
    for share in (0.0, 0.125, 0.5, 0.9, 1.0):
        found, slope = hermite(*ends, share)
        assert found == pytest.approx(value(1.0 + share * h), rel=0, abs=1e-12)
        assert slope == pytest.approx(rate(1.0 + share * h), rel=0, abs=1e-12)


def test_rate_is_the_slope_of_the_value() -> None:
    ends = (10.0, 1.0, -5.0, 7.0, 2.0)
    step = 1e-6
    for share in (0.2, 0.7):
        ahead, behind = hermite(*ends, share + step)[0], hermite(*ends, share - step)[0]
        assert hermite(*ends, share)[1] == pytest.approx((ahead - behind) / (2.0 * step * 2.0), rel=1e-6, abs=0)
