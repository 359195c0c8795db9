"""Angles brought into one turn."""

import math

from openiads.kernels import kernel


@kernel
def wrap(angle: float) -> float:
    """`angle` brought to [0, 2 pi)."""
    turn = 2.0 * math.pi
    return angle - turn * math.floor(angle / turn)


@kernel
def wrap_signed(angle: float) -> float:
    """`angle` brought to [-pi, pi)."""
    return wrap(angle + math.pi) - math.pi
