"""Motion: interpolation between known points, turns, and where an interceptor of constant speed meets a target."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.constants import STANDARD_GRAVITY_MPS2
from openiads.errors import OutOfRangeError
from openiads.kernels import kernel

Array = NDArray[np.float64]


@kernel
def hermite(p0: float, v0: float, p1: float, v1: float, h: float, t: float) -> tuple[float, float]:
    """Value and rate at share `t` of an interval of `h` seconds, from values and rates at its ends."""
    d = p1 - p0
    a = h * v0 - d
    b = d - h * v1
    s = 1.0 - t
    value = s * p0 + t * p1 + t * s * (a * s + b * t)
    rate = (d + (1.0 - 2.0 * t) * (a * s + b * t) + t * s * (b - a)) / h
    return value, rate


class LevelTurn(NamedTuple):
    """A level turn: arrays of one shape."""

    bank_rad: Array
    load_factor: Array
    turn_rate_radps: Array
    radius_m: Array


def level_turn(
    *,
    speed_mps: ArrayLike,
    bank_rad: ArrayLike | None = None,
    load_factor: ArrayLike | None = None,
    turn_rate_radps: ArrayLike | None = None,
    radius_m: ArrayLike | None = None,
) -> LevelTurn:
    """Level coordinated turn from the true airspeed and exactly one of bank, load factor, turn rate and radius.

    Parameters
    ----------
    speed_mps : (...) array_like
        True airspeed; with wind, the turn is a circle in the air, not over the ground. [m/s] 1 to 3,000
    bank_rad, load_factor, turn_rate_radps, radius_m : (...) array_like or None
        Bank 0 to below pi/2 [rad], load factor 1 to 50 [-], turn rate 0 to 10 [rad/s], radius 1 m to 1e9 m. They broadcast.

    Returns
    -------
    LevelTurn
        omega = g tan(bank) / V = g sqrt(n^2 - 1) / V and R = V^2 / (g tan(bank)); an infinite radius when level.

    Raises
    ------
    OutOfRangeError
        None or several of the four given, or out of range.

    Notes
    -----
    The constants 1091 and 11.26 of pilots' handbooks are rounded by 0.3 percent. Structural and lift limits are the caller's.
    Source: R. C. Nelson, Flight Stability and Automatic Control, 2nd ed., 1998, sect. 6; FAA-H-8083-25C, 2023, ch. 5.
    """
    speed = require_within(1.0, speed_mps, 3000.0, name="speed_mps", source="a level turn")
    gravity = STANDARD_GRAVITY_MPS2
    tangent = np.zeros(())
    if sum(value is not None for value in (bank_rad, load_factor, turn_rate_radps, radius_m)) != 1:
        raise OutOfRangeError("give exactly one of bank_rad, load_factor, turn_rate_radps and radius_m")
    if bank_rad is not None:
        tangent = np.tan(require_within(0.0, bank_rad, 1.57, name="bank_rad", source="a level turn"))
    elif load_factor is not None:
        n = require_within(1.0, load_factor, 50.0, name="load_factor", source="a level turn")
        tangent = np.sqrt((n - 1.0) * (n + 1.0))
    elif turn_rate_radps is not None:
        tangent = speed * require_within(0.0, turn_rate_radps, 10.0, name="turn_rate_radps", source="a level turn") / gravity
    elif radius_m is not None:
        tangent = speed**2 / (gravity * require_within(1.0, radius_m, 1e9, name="radius_m", source="a level turn"))
    speed, tangent = np.broadcast_arrays(speed, tangent)
    pull = gravity * tangent
    radius = np.divide(speed**2, pull, out=np.full(speed.shape, np.inf), where=pull > 0.0)
    return LevelTurn(np.arctan(tangent), np.sqrt(1.0 + tangent**2), pull / speed, radius)


def coordinated_turn_matrix(*, turn_rate_radps: float, step_s: float) -> Array:
    """Exact transition of the state (x, vx, y, vy) at constant speed and turn rate over `step_s`; a (4, 4) matrix.

    A positive rate turns from x towards y. At rate 0 it is straight flight, without a jump.
    Source: Y. Bar-Shalom, X. R. Li and T. Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001,
    eq. 11.7.1-4.
    """
    rate = float(require_within(-100.0, turn_rate_radps, 100.0, name="turn_rate_radps", source="a coordinated turn"))
    step = float(require_within(-1e5, step_s, 1e5, name="step_s", source="a coordinated turn"))
    angle = rate * step
    sine, cosine = np.sin(angle), np.cos(angle)
    along = step * np.sinc(angle / np.pi)  # sin(w T) / w
    aside = step * np.sin(0.5 * angle) * np.sinc(0.5 * angle / np.pi)  # (1 - cos(w T)) / w
    return np.array(
        [
            [1.0, along, 0.0, -aside],
            [0.0, cosine, 0.0, -sine],
            [0.0, aside, 1.0, along],
            [0.0, sine, 0.0, cosine],
        ]
    )


class Intercept(NamedTuple):
    """Flight times (0, 1 or 2 of them, rising), and where each meets the target (k, d)."""

    time_of_flight_s: Array
    position_m: Array


def constant_speed_intercepts(
    *, position_m: ArrayLike, velocity_mps: ArrayLike, speed_mps: float, delay_s: float = 0.0
) -> Intercept:
    """All flight times after which a straight shot from the origin meets a target that does not manoeuvre.

    Parameters
    ----------
    position_m, velocity_mps : (d,) array_like
        Target relative to the launcher at time 0, in 1, 2 or 3 dimensions. [m, m/s]
    speed_mps : float
        Constant speed of the interceptor. [m/s] above 0
    delay_s : float
        Launch delay; the target flies on meanwhile, and flight times count from launch. [s]

    Returns
    -------
    Intercept
        Roots t > 0 of |p + v (t + delay)| = s t: two when a faster target passes by, none when it cannot be caught.

    Notes
    -----
    A planning idealisation: the engine flies time-of-flight tables. The envelope holds at the intercept, not at launch.
    Source: P. Zarchan, Tactical and Strategic Missile Guidance, 6th ed., 2012, ch. 2 (collision triangle).
    """
    p0, v = np.asarray(position_m, dtype=np.float64), np.asarray(velocity_mps, dtype=np.float64)
    if p0.ndim != 1 or p0.shape != v.shape or len(p0) not in (1, 2, 3):
        raise OutOfRangeError("position_m and velocity_mps hold 1, 2 or 3 numbers each, equally many")
    speed = float(require_within(1e-3, speed_mps, 1e6, name="speed_mps", source="an intercept"))
    p = p0 + v * float(require_within(0.0, delay_s, 1e6, name="delay_s", source="an intercept"))
    slow = float(np.linalg.norm(v))
    a, half, c = (speed - slow) * (speed + slow), float(p @ v), float(p @ p)
    if c == 0.0:
        times = [0.0]
    elif a == 0.0:
        times = [-c / (2.0 * half)] if half < 0.0 else []
    else:
        square = half * half + a * c
        if square < 0.0:
            times = []
        else:
            q = half + np.copysign(np.sqrt(square), half)
            times = sorted({q / a, -c / q})
            times = [t for t in times if t > 0.0]
    flight = np.array(times, dtype=np.float64)
    return Intercept(flight, p + flight[:, None] * v)
