"""Beam shape: 3 dB one way and 6 dB two ways at half the half-power width."""

import pytest

from openiads.physics.antenna import beam_shape_loss_db


def test_six_decibels_two_ways_at_half_the_beamwidth() -> None:
    assert beam_shape_loss_db(0.0, 1.5) == 0.0
    assert beam_shape_loss_db(0.75, 1.5) == pytest.approx(6.0, rel=0, abs=1e-12)  # dB
    assert beam_shape_loss_db(-0.75, 1.5) == beam_shape_loss_db(0.75, 1.5)
    assert beam_shape_loss_db(1.5, 1.5) == pytest.approx(24.0, rel=0, abs=1e-12)
    gaussian = 2 * 10 ** (-0.1 * beam_shape_loss_db(0.75, 1.5) / 2)  # one way, as a ratio: half the power
    assert gaussian == pytest.approx(1.0, rel=0, abs=3e-3)  # 3 dB is 0.50119
