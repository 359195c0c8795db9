"""Measurement errors: closed forms, and a floor in quadrature."""

import math

import pytest

from openiads.physics.accuracy import sigma_angle, sigma_range


def test_angle_error_worked_separately() -> None:
    """theta / (k_m sqrt(2 SNR)) with 1.5 deg, 20 dB, k_m 1.6 (closed form at 50 digits)."""
    assert sigma_angle(1.5, 100.0, 0.0) == pytest.approx(0.06629126073623882, rel=1e-12, abs=0)  # deg


def test_range_error_worked_separately() -> None:
    assert sigma_range(150.0, 50.0, 0.0) == pytest.approx(15.0, rel=1e-12, abs=0)  # m: 150 / sqrt(2 x 50)


@pytest.mark.parametrize("error", [sigma_range, sigma_angle])
def test_floor_in_quadrature_and_more_signal_helps(error: object) -> None:
    assert error(1.0, 1e12, 0.3) == pytest.approx(0.3, rel=1e-6, abs=0)  # type: ignore[operator]
    free = error(1.0, 10.0, 0.0)  # type: ignore[operator]
    assert error(1.0, 10.0, 0.4) == pytest.approx(math.hypot(free, 0.4), rel=1e-12, abs=0)  # type: ignore[operator]
    assert error(1.0, 40.0, 0.0) == pytest.approx(free / 2.0, rel=1e-12, abs=0)  # type: ignore[operator]
