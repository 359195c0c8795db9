"""How a target may move from one time to the next: constant velocity, constant acceleration, level turn, free fall with drag.

Every model works on nine numbers: position, velocity, acceleration. Those that have no acceleration of their own keep it at
zero with the variance that a target which begins to manoeuvre may have, so that models can be mixed.
"""

import math
from typing import Final

import numpy as np

from openiads.constants import EARTH_RATE, GRAVITATIONAL_PARAMETER, MEAN_EARTH_RADIUS_M, STANDARD_GRAVITY_MPS2
from openiads.kernels import kernel
from openiads.tracking.filters import fill_level
from openiads.tracking.records import Record, Vector

CONSTANT_VELOCITY: Final = 0
CONSTANT_ACCELERATION: Final = 1
TURN: Final = 2
BALLISTIC: Final = 3

MODEL: Final = np.dtype(
    [
        ("kind", "i8"),
        ("noise", "f8"),  # power density of white acceleration [m2/s3]; of white jerk for constant acceleration [m2/s5]
        ("vertical", "f8"),  # share by which it is smaller along the vertical
        ("turn_mps2", "f8"),  # horizontal acceleration across the velocity, positive to the left
        ("drag_m2pkg", "f8"),  # drag coefficient times area over mass, of free fall
        ("acceleration_mps2", "f8"),  # sigma of an acceleration that the model does not know, per axis
    ],
    align=True,
)
"""One way to move."""

MODE: Final = np.dtype([("x", "f8", (9,)), ("p", "f8", (9, 9)), ("weight", "f8")], align=True)
"""One model's estimate of one track."""

AIR_AT_GROUND = 1.225
"""Density [kg/m3] at the ground, ISO 2533:1975."""

AIR_SCALE = 7_400.0
"""Height [m] over which density falls by e: an exponential through the standard atmosphere at 0 and 30 km."""

NUDGES = (100.0, 1.0)
"""Steps of position [m] and velocity [m/s] for the slopes of free fall."""


@kernel
def vertical_axis(config: Record, x: Vector, u: Vector) -> None:
    """Unit vector upward at position `x`, in `u`, (3,)."""
    length = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    for i in range(3):
        u[i] = x[i] / length if length > 0.0 else 0.0
    if config["flat"] != 0 or length == 0.0:
        u[0], u[1], u[2] = 0.0, 0.0, 1.0


@kernel
def straight(dt_s: float, bent: float, f: Vector) -> None:
    """Transition, (9, 9), of constant velocity (`bent` 0) or constant acceleration (1)."""
    for i in range(9):
        for j in range(9):
            f[i, j] = 0.0
        f[i, i] = 1.0
    for i in range(3):
        f[i, i + 3] = dt_s
        f[i, i + 6] = bent * 0.5 * dt_s * dt_s
        f[i + 3, i + 6] = bent * dt_s


@kernel
def level_square(x: Vector, p: Vector, u: Vector) -> float:
    """Mean square of the speed across `u` over the whole estimate: of the mean and of its covariance. [m2/s2]

    A new track is at rest and knows nothing of its velocity; of the mean alone, it would turn on the spot.
    """
    along = u[0] * x[3] + u[1] * x[4] + u[2] * x[5]
    square = x[3] * x[3] + x[4] * x[4] + x[5] * x[5] - along * along
    for i in range(3):
        square += p[i + 3, i + 3]
        for j in range(3):
            square -= u[i] * p[i + 3, j + 3] * u[j]
    return float(square)


@kernel
def turning(model: Record, square: float, u: Vector, dt_s: float, f: Vector) -> None:
    """Transition of a level turn about `u` with the model's acceleration at the level speed whose `square` is given.

    v' = R v, r' = r + S v with R the rotation by w dt and S its integral (Rodrigues). Source: Y. Bar-Shalom, X. R. Li, T.
    Kirubarajan, 2001, sect. 11.7.1.
    """
    straight(dt_s, 0.0, f)
    rate = model["turn_mps2"] / math.sqrt(max(square, 1.0))
    angle = rate * dt_s
    if abs(angle) < 1e-9:
        return
    sine, less = math.sin(angle), 1.0 - math.cos(angle)
    for i in range(3):
        for j in range(3):
            outer = u[i] * u[j]
            plane = (1.0 if i == j else 0.0) - outer
            cross = 0.0
            if j == (i + 2) % 3:
                cross = u[(i + 1) % 3]
            elif j == (i + 1) % 3:
                cross = -u[(i + 2) % 3]
            f[i + 3, j + 3] = outer + math.cos(angle) * plane + sine * cross
            f[i, j + 3] = outer * dt_s + sine / rate * plane + less / rate * cross


@kernel
def fall_rate(config: Record, model: Record, s: Vector, u: Vector, out: Vector) -> None:
    """Time derivative of position and velocity `s`, (6,), in free fall with drag, in `out`."""
    vertical_axis(config, s, u)
    speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
    radius = math.sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])
    height = s[2] if config["flat"] != 0 else radius - MEAN_EARTH_RADIUS_M
    brake = 0.5 * AIR_AT_GROUND * math.exp(-min(max(height, 0.0) / AIR_SCALE, 700.0)) * speed * model["drag_m2pkg"]
    pull = STANDARD_GRAVITY_MPS2 if config["flat"] != 0 else GRAVITATIONAL_PARAMETER / max(radius * radius, 1.0)
    for i in range(3):
        out[i] = s[i + 3]
        out[i + 3] = -pull * u[i] - brake * s[i + 3]
    if config["flat"] == 0:
        w = EARTH_RATE
        out[3] += w * (w * s[0] + 2.0 * s[4])
        out[4] += w * (w * s[1] - 2.0 * s[3])


@kernel
def fall(config: Record, model: Record, x: Vector, dt_s: float, work: Vector, u: Vector, out: Vector) -> None:
    """Position and velocity after `dt_s` of free fall, by one step of the classical Runge-Kutta rule; `work` is (5, 6)."""
    for i in range(6):
        out[i] = x[i]
        work[4, i] = x[i]
    for stage in range(4):
        fall_rate(config, model, work[4], u, work[stage])
        ahead = dt_s if stage == 2 else 0.5 * dt_s
        share = dt_s / 3.0 if stage in (1, 2) else dt_s / 6.0
        for i in range(6):
            out[i] += share * work[stage, i]
            work[4, i] = x[i] + ahead * work[stage, i]


@kernel
def falling(config: Record, model: Record, x: Vector, dt_s: float, tools: Record, f: Vector, after: Vector) -> None:
    """Transition of free fall by central differences, and the state `after`, (6,); `tools` is scratch."""
    work, u, start, low, high = tools["stages"], tools["u"], tools["start"], tools["below"], tools["above"]
    straight(dt_s, 0.0, f)
    fall(config, model, x, dt_s, work, u, after)
    for j in range(6):
        nudge = NUDGES[0] if j < 3 else NUDGES[1]
        for i in range(6):
            start[i] = x[i]
        start[j] = x[j] + nudge
        fall(config, model, start, dt_s, work, u, high)
        start[j] = x[j] - nudge
        fall(config, model, start, dt_s, work, u, low)
        for i in range(6):
            f[i, j] = (high[i] - low[i]) / (2.0 * nudge)


@kernel
def add_noise(config: Record, model: Record, x: Vector, dt_s: float, level: Vector, p: Vector) -> None:
    """Add the process noise of `dt_s` to the covariance `p`, (9, 9); `level`, (3, 3), is scratch."""
    fill_level(config, x, model["noise"], model["noise"] * model["vertical"], level)
    order = 3 if model["kind"] == CONSTANT_ACCELERATION else 2
    for a in range(order):
        for b in range(order):
            i, j = order - 1 - a, order - 1 - b
            power = i + j + 1
            share = dt_s / power
            for _ in range(power - 1):
                share *= dt_s
            share /= (2.0 if i == 2 else 1.0) * (2.0 if j == 2 else 1.0)
            for r in range(3):
                for c in range(3):
                    p[3 * a + r, 3 * b + c] += share * level[r, c]


@kernel
def move(config: Record, model: Record, mode: Record, dt_s: float, tools: Record) -> None:
    """Move one mode by `dt_s` >= 0, in place: x' = f(x), P' = F P F' + Q, symmetric to the bit."""
    f, product, level, u, after = tools["f"], tools["product"], tools["level"], tools["u"], tools["after"]
    x, p = mode["x"], mode["p"]
    kind = model["kind"]
    if kind == TURN:
        vertical_axis(config, x, u)
        turning(model, level_square(x, p, u), u, dt_s, f)
    elif kind == BALLISTIC:
        falling(config, model, x, dt_s, tools, f, after)
    else:
        straight(dt_s, 1.0 if kind == CONSTANT_ACCELERATION else 0.0, f)
    if kind != BALLISTIC:
        for i in range(9):
            total = 0.0
            for j in range(9):
                total += f[i, j] * x[j]
            after[i] = total
    for i in range(9):
        for j in range(9):
            total = 0.0
            for k in range(9):
                total += f[i, k] * p[k, j]
            product[i, j] = total
    for i in range(9):
        for j in range(i, 9):
            total = 0.0
            for k in range(9):
                total += product[i, k] * f[j, k]
            p[i, j] = total
            p[j, i] = total
    add_noise(config, model, x, dt_s, level, p)
    for i in range(6 if kind == BALLISTIC else 9):
        x[i] = after[i]
    if kind != CONSTANT_ACCELERATION:
        forget_acceleration(model, mode)


@kernel
def forget_acceleration(model: Record, mode: Record) -> None:
    """Zero, with the model's sigma and no correlation: what a model without acceleration says of it."""
    x, p = mode["x"], mode["p"]
    for i in range(6, 9):
        x[i] = 0.0
        for j in range(9):
            p[i, j] = 0.0
            p[j, i] = 0.0
    for i in range(6, 9):
        p[i, i] = model["acceleration_mps2"] * model["acceleration_mps2"]
