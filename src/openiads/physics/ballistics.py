"""Free fall around the earth: closed forms, and arcs with drag on the turning ellipsoid.

A ballistic object is a point with one ballistic coefficient. Nothing here is a missile design.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.constants import EARTH_RATE, GRAVITATIONAL_PARAMETER, STANDARD_GRAVITY_MPS2, WGS84_SEMI_MAJOR_M
from openiads.errors import OutOfRangeError
from openiads.geo.ellipsoid import ecef_to_geodetic
from openiads.physics.atmosphere import air_density_kgpm3

Array = NDArray[np.float64]

J2: Final = 1.082629821e-3
"""Oblateness term of the gravity field. NGA.STND.0036, 2014, from C20 = -4.84165143790815e-4 times -sqrt(5)."""


SECOND: Final = 1.0
GROUND: Final = 0.0
REST: Final = 0.0


class FlatArc(NamedTuple):
    """Parabola over flat ground: arrays of one shape."""

    range_m: Array
    apex_m: Array
    time_of_flight_s: Array


def vacuum_arc(
    *,
    speed_mps: ArrayLike,
    elevation_rad: ArrayLike,
    gravity_mps2: ArrayLike = STANDARD_GRAVITY_MPS2,
    height_m: ArrayLike = GROUND,
) -> FlatArc:
    """Shot from `height_m` above flat ground without air; the arguments broadcast. [m, m, s]

    The apex is above the ground. 9.80665 m/s2 already holds the centrifugal part: no second one may be added.
    Valid to a few kilometres of height and tens of kilometres of range. Source: elementary mechanics.
    """
    speed = require_within(0.0, speed_mps, 2e4, name="speed_mps", source="a parabola")
    angle = require_within(-np.pi / 2, elevation_rad, np.pi / 2, name="elevation_rad", source="a parabola")
    gravity = require_within(1e-3, gravity_mps2, 1e3, name="gravity_mps2", source="a parabola")
    start = require_within(0.0, height_m, 1e6, name="height_m", source="a parabola")
    up = speed * np.sin(angle)
    time = (up + np.sqrt(up * up + 2.0 * gravity * start)) / gravity
    apex = start + np.maximum(up, 0.0) ** 2 / (2.0 * gravity)
    return FlatArc(np.asarray(speed * np.cos(angle) * time), np.asarray(apex), np.asarray(time))


class Fall(NamedTuple):
    """State of a body falling straight down with drag: arrays of one shape."""

    terminal_speed_mps: Array
    speed_mps: Array
    distance_m: Array


def drag_fall(
    *,
    ballistic_coefficient_kgpm2: ArrayLike,
    density_kgpm3: ArrayLike,
    time_s: ArrayLike,
    initial_speed_mps: ArrayLike = REST,
    gravity_mps2: ArrayLike = STANDARD_GRAVITY_MPS2,
) -> Fall:
    """Straight fall in air of constant density with drag as the square of speed; the arguments broadcast.

    `ballistic_coefficient_kgpm2` is m / (Cd A); `initial_speed_mps` is downwards, 0 or more. With vt the terminal speed and
    a = artanh or arcoth of v0 / vt: v = vt tanh(g t / vt + a), or coth above terminal speed.
    Source: H. Goldstein, Classical Mechanics, 3rd ed., 2002 (closed form of quadratic drag).
    """
    beta = require_within(1e-3, ballistic_coefficient_kgpm2, 1e6, name="ballistic_coefficient_kgpm2", source="a fall")
    density = require_within(1e-12, density_kgpm3, 1e3, name="density_kgpm3", source="a fall")
    time = require_within(0.0, time_s, 1e5, name="time_s", source="a fall")
    start = require_within(0.0, initial_speed_mps, 2e4, name="initial_speed_mps", source="a fall")
    gravity = require_within(1e-3, gravity_mps2, 1e3, name="gravity_mps2", source="a fall")
    terminal = np.sqrt(2.0 * gravity * beta / density)
    x = gravity * time / terminal
    ratio = start / terminal
    tangent = np.tanh(x)
    speed = terminal * (ratio + tangent) / (1.0 + ratio * tangent)
    # ln(cosh x + r sinh x) = x + ln(((1 + r) + (1 - r) e^-2x) / 2): no overflow after a long fall
    distance = terminal**2 / gravity * (x + np.log(0.5 * ((1.0 + ratio) + (1.0 - ratio) * np.exp(-2.0 * x))))
    small = x < 1e-3  # the logarithm cancels there
    series = start * time + 0.5 * gravity * (1.0 - ratio**2) * time**2 * (1.0 - 2.0 / 3.0 * ratio * x)
    return Fall(np.asarray(terminal), np.asarray(speed), np.asarray(np.where(small, series, distance)))


class Trajectory(NamedTuple):
    """Free flight between two points of a sphere: arrays of one shape."""

    burnout_speed_mps: Array
    flight_path_angle_rad: Array
    apogee_m: Array
    time_of_flight_s: Array
    ground_range_m: Array


def minimum_energy_trajectory(
    *, ground_range_m: ArrayLike, earth_radius_m: ArrayLike, gravitational_parameter: ArrayLike = GRAVITATIONAL_PARAMETER
) -> Trajectory:
    """Least speed that carries a body over a ground range on a sphere that does not turn, without air.

    Parameters
    ----------
    ground_range_m : (...) array_like
        Arc from burnout to impact, both at the surface. [m] above 0, below half the circumference
    earth_radius_m : (...) array_like
        [m]
    gravitational_parameter : (...) array_like
        [m3/s2] All broadcast.

    Notes
    -----
    With theta half the range angle: Q = v^2 r / mu = 2 sin(theta) / (1 + sin(theta)), gamma = (pi/2 - theta) / 2.
    Source: R. R. Bate, D. D. Mueller and J. E. White, Fundamentals of Astrodynamics, 1971, sect. 6.2.
    """
    radius = require_within(1e5, earth_radius_m, 1e9, name="earth_radius_m", source="a free-flight arc")
    arc = require_within(1.0, ground_range_m, 3e9, name="ground_range_m", source="a free-flight arc")
    half = require_within(0.0, 0.5 * arc / radius, 0.5 * np.pi, name="half the range angle", source="a free-flight arc")
    mu = require_within(1e5, gravitational_parameter, 1e22, name="gravitational_parameter", source="a free-flight arc")
    sine = np.sin(half)
    speed = np.sqrt(mu / radius * 2.0 * sine / (1.0 + sine))
    return kepler_trajectory(
        burnout_speed_mps=speed,
        flight_path_angle_rad=0.5 * (0.5 * np.pi - half),
        earth_radius_m=radius,
        gravitational_parameter=mu,
    )


def kepler_trajectory(
    *,
    burnout_speed_mps: ArrayLike,
    flight_path_angle_rad: ArrayLike,
    earth_radius_m: ArrayLike,
    gravitational_parameter: ArrayLike = GRAVITATIONAL_PARAMETER,
) -> Trajectory:
    """Free flight from the surface back to it, from speed and flight-path angle; all broadcast.

    Raises
    ------
    OutOfRangeError
        At escape speed, or when level flight at orbital speed does not come down.

    Source: R. R. Bate, D. D. Mueller and J. E. White, Fundamentals of Astrodynamics, 1971, eqs. 6.2-9 to 6.2-20.
    """
    speed = require_within(1e-3, burnout_speed_mps, 1e6, name="burnout_speed_mps", source="a free-flight arc")
    angle = require_within(0.0, flight_path_angle_rad, np.pi / 2, name="flight_path_angle_rad", source="a free-flight arc")
    radius = require_within(1e5, earth_radius_m, 1e9, name="earth_radius_m", source="a free-flight arc")
    mu = require_within(1e5, gravitational_parameter, 1e22, name="gravitational_parameter", source="a free-flight arc")
    speed, angle, radius, mu = np.broadcast_arrays(speed, angle, radius, mu)
    q = speed**2 * radius / mu
    if np.any(q >= 2.0) or np.any((q >= 1.0) & (angle == 0.0)):
        raise OutOfRangeError("burnout_speed_mps is too high for this angle: the body does not come back to the surface")
    axis = radius / (2.0 - q)
    e_cos = 1.0 - radius / axis  # eccentricity times cos and sin of the eccentric anomaly at burnout
    e_sin = np.sqrt(q * (2.0 - q)) * np.sin(angle)
    eccentricity = np.hypot(e_cos, e_sin)
    left = np.arctan2(e_sin, -e_cos)  # eccentric anomaly from burnout to apogee
    time = 2.0 * np.sqrt(axis**3 / mu) * (left + e_sin)
    half = np.arctan2(q * np.sin(angle) * np.cos(angle), 1.0 - q * np.cos(angle) ** 2)
    # 1 + e at apogee: a (1 + e) - r = a (e - e cos E) with cos E < 0
    apogee = axis * (eccentricity + e_cos)
    return Trajectory(speed, angle, np.asarray(apogee), np.asarray(time), np.asarray(2.0 * radius * half))


def coriolis_acceleration_mps2(*, latitude_rad: ArrayLike, velocity_enu_mps: ArrayLike) -> Array:
    """-2 Omega x v in local east, north, up, for velocities (..., 3) relative to the turning earth; broadcasts. [m/s2]

    Northbound motion is deflected to the east on the northern half. Source: J. R. Taylor, Classical Mechanics, 2005, eq. 9.37.
    """
    latitude = require_within(-np.pi / 2, latitude_rad, np.pi / 2, name="latitude_rad", source="the earth")
    velocity = np.asarray(velocity_enu_mps, dtype=np.float64)
    if velocity.ndim == 0 or velocity.shape[-1] != 3:
        raise OutOfRangeError("velocity_enu_mps holds east, north and up on its last axis")
    axis = np.stack(np.broadcast_arrays(0.0, np.cos(latitude), np.sin(latitude)), axis=-1)
    return np.asarray(-2.0 * EARTH_RATE * np.cross(axis, velocity))


def eastward_drop_m(*, height_m: ArrayLike, latitude_rad: ArrayLike, gravity_mps2: ArrayLike) -> Array:
    """How far east of the plumb line a dropped body lands, Omega cos(latitude) g t^3 / 3; the arguments broadcast. [m]

    Without air, first order in the earth's rate. Source: J. R. Taylor, Classical Mechanics, 2005, sect. 9.7.
    """
    height = require_within(0.0, height_m, 1e5, name="height_m", source="a drop")
    latitude = require_within(-np.pi / 2, latitude_rad, np.pi / 2, name="latitude_rad", source="a drop")
    gravity = require_within(1e-3, gravity_mps2, 1e3, name="gravity_mps2", source="a drop")
    return np.asarray(EARTH_RATE * np.cos(latitude) * gravity * np.sqrt(2.0 * height / gravity) ** 3 / 3.0)


class Arc(NamedTuple):
    """An integrated arc: times (n,), positions and velocities in ECEF (n, 3), and whether it ended on the ground."""

    time_s: Array
    position_ecef_m: Array
    velocity_ecef_mps: Array
    impact: bool


def gravity_ecef_mps2(*, position_ecef_m: ArrayLike, oblate: bool = True) -> Array:
    """Attraction of the earth at positions (..., 3), without the centrifugal part. [m/s2]

    Point mass, and with `oblate` the J2 term. Source: D. A. Vallado, Fundamentals of Astrodynamics and Applications, 4th ed.,
    2013, sect. 8.6.
    """
    r = np.asarray(position_ecef_m, dtype=np.float64)
    squared = np.sum(r * r, axis=-1, keepdims=True)
    pull = -GRAVITATIONAL_PARAMETER * r / squared**1.5
    if not oblate:
        return np.asarray(pull)
    polar = 5.0 * r[..., 2:] ** 2 / squared
    scale = 1.5 * J2 * WGS84_SEMI_MAJOR_M**2 / squared
    return np.asarray(pull * (1.0 + scale * (np.array([1.0, 1.0, 3.0]) - polar)))


def ballistic_arc(
    *,
    position_ecef_m: ArrayLike,
    velocity_ecef_mps: ArrayLike,
    longest_s: float,
    ballistic_coefficient_kgpm2: float = math.inf,
    ground_m: float = GROUND,
    oblate: bool = True,
    step_s: float = SECOND,
) -> Arc:
    """Unpowered arc in the earth's turning frame with drag, until it comes down to `ground_m` or time runs out.

    Parameters
    ----------
    position_ecef_m, velocity_ecef_mps : (3,) array_like
        Start, relative to the turning earth. [m, m/s]
    longest_s : float
        Longest flight. [s] up to 1e5
    ballistic_coefficient_kgpm2 : float
        m / (Cd A) in kg/m2, *not* weight over area in lb/ft2; infinite: no air. Constant through Mach 1.
    ground_m : float
        Height above the ellipsoid that ends the arc. [m]
    oblate : bool
        Whether gravity has its J2 term: kilometres of impact over thousands of kilometres of range.
    step_s : float
        Spacing of the output; the integration chooses its own steps. [s]

    Returns
    -------
    Arc
        The last row is the impact, when there is one.

    Raises
    ------
    OutOfRangeError
        A start below the ground, or values out of range.

    Notes
    -----
    Acceleration: attraction, -2 Omega x v, -Omega x (Omega x r), and -rho |v| v / (2 beta), v relative to the air, which turns
    with the earth. Gravity here is attraction alone, so the centrifugal part is counted once.
    Validity: DOP853 with tolerance 1e-10: energy kept to 1e-9 on a 3,000 km arc, as `tests/physics/test_ballistics.py` measures.
    Source: R. R. Bate, D. D. Mueller and J. E. White, Fundamentals of Astrodynamics, 1971, ch. 6; P. Zarchan, 2012, ch. 11.
    """
    from scipy.integrate import solve_ivp  # noqa: PLC0415 - slow to import

    beta = ballistic_coefficient_kgpm2
    if not beta > 0.0:
        raise OutOfRangeError(f"ballistic_coefficient_kgpm2 = {beta:g} must be above 0; infinite means no air")
    longest = float(require_within(1e-6, longest_s, 1e5, name="longest_s", source="a ballistic arc"))
    step = float(require_within(1e-3, step_s, 1e5, name="step_s", source="a ballistic arc"))
    start = np.concatenate((np.asarray(position_ecef_m, dtype=np.float64), np.asarray(velocity_ecef_mps, dtype=np.float64)))
    if start.shape != (6,) or not np.all(np.isfinite(start)):
        raise OutOfRangeError("position_ecef_m and velocity_ecef_mps hold three finite numbers each")

    def height(_: float, state: Array) -> float:
        return float(ecef_to_geodetic(state[:3])[2]) - ground_m

    if height(0.0, start) < -1e-6:
        raise OutOfRangeError(f"the arc starts {-height(0.0, start):.1f} m below ground_m = {ground_m:g}")

    def rates(_: float, state: Array) -> Array:
        return np.concatenate((state[3:], _acceleration(state[:3], state[3:], beta, oblate)))

    def comes_down(time: float, state: Array) -> float:
        return height(time, state) if time > 0.0 else 1.0

    comes_down.terminal = True  # type: ignore[attr-defined]
    comes_down.direction = -1.0  # type: ignore[attr-defined]
    solved = solve_ivp(
        rates, (0.0, longest), start, method="DOP853", rtol=1e-10, atol=1e-6, events=comes_down, dense_output=True
    )
    if not solved.success:
        raise OutOfRangeError(f"the arc could not be integrated: {solved.message}")
    end = float(solved.t[-1])
    times = np.append(np.arange(0.0, end, step), end)
    states = solved.sol(times).T
    states[-1] = solved.y[:, -1]
    return Arc(times, states[:, :3], states[:, 3:], bool(solved.status == 1))


def _acceleration(r: Array, v: Array, beta: float, oblate: bool) -> Array:
    total = gravity_ecef_mps2(position_ecef_m=r, oblate=oblate)
    total = total + EARTH_RATE * np.array([EARTH_RATE * r[0] + 2.0 * v[1], EARTH_RATE * r[1] - 2.0 * v[0], 0.0])
    if math.isfinite(beta):
        height = min(max(float(ecef_to_geodetic(r)[2]), -5e3), 1e9)
        density = float(air_density_kgpm3(geometric_height_m=height))
        total = total - 0.5 * density / beta * float(np.linalg.norm(v)) * v
    return np.asarray(total)
