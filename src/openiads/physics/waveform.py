"""What the pulse repetition frequency allows: unambiguous range and velocity, blind speeds, blind ranges, duty."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_positive, require_within
from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]

SOURCE: Final = "a pulse train"


def _above_zero(value: ArrayLike, name: str) -> Array:
    return require_positive(value, name=name, source=SOURCE)


def wavelength_m(*, frequency_hz: ArrayLike) -> Array:
    """Wavelength in vacuum. [m]"""
    return np.asarray(SPEED_OF_LIGHT_MPS / _above_zero(frequency_hz, "frequency_hz"))


def unambiguous_range_m(*, prf_hz: ArrayLike) -> Array:
    """Range from which an echo arrives with the next pulse, c/(2 PRF). [m]

    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 1.2.
    """
    return np.asarray(SPEED_OF_LIGHT_MPS / (2.0 * _above_zero(prf_hz, "prf_hz")))


def highest_prf_hz(*, unambiguous_range_m: ArrayLike, speed_of_light_mps: float = SPEED_OF_LIGHT_MPS) -> Array:
    """Pulse repetition frequency with which `unambiguous_range_m` is just unambiguous. [Hz]

    `speed_of_light_mps` may be set to a text's rounded value, to reproduce it.
    """
    return np.asarray(speed_of_light_mps / (2.0 * _above_zero(unambiguous_range_m, "unambiguous_range_m")))


def unambiguous_velocity_mps(*, wavelength_m: ArrayLike, prf_hz: ArrayLike) -> Array:
    """Radial velocities between minus and plus this are told apart: lambda PRF / 4. [m/s]

    Half of the first blind speed. Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 3.1.
    """
    return np.asarray(_above_zero(wavelength_m, "wavelength_m") * _above_zero(prf_hz, "prf_hz") / 4.0)


def doppler_shift_hz(*, radial_velocity_mps: ArrayLike, wavelength_m: ArrayLike) -> Array:
    """Two-way Doppler shift of a closing target, 2 v / lambda. [Hz]"""
    return np.asarray(2.0 * np.asarray(radial_velocity_mps, dtype=np.float64) / _above_zero(wavelength_m, "wavelength_m"))


def blind_speed_mps(*, order: ArrayLike, wavelength_m: ArrayLike, prf_hz: ArrayLike) -> Array:
    """Radial velocity number `order` (1, 2, ...) that looks like standing still: n lambda PRF / 2. [m/s]

    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 3.10.
    """
    n = require_within(1.0, order, 1e9, name="order", source="a blind speed")
    return np.asarray(n * _above_zero(wavelength_m, "wavelength_m") * _above_zero(prf_hz, "prf_hz") / 2.0)


def first_common_blind_speed_mps(*, prfs_hz: Sequence[float], wavelength_m: float) -> float:
    """Lowest radial velocity that is blind at every one of several pulse repetition frequencies. [m/s]

    lambda/2 times their least common multiple, taken exactly: frequencies are read as the decimal numbers they are written as.
    Holds when every frequency gets its own burst or the train is staggered pulse by pulse.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 3.3 (staggered pulse repetition frequencies).
    """
    if not prfs_hz:
        raise OutOfRangeError("no pulse repetition frequency was given; one or more are needed")
    _above_zero(np.asarray(prfs_hz, dtype=np.float64), "prfs_hz")
    exact = [Fraction(repr(float(prf))) for prf in prfs_hz]
    common = Fraction(lcm(*(f.numerator for f in exact)))
    divisors = [f.denominator for f in exact]
    shared = int(np.gcd.reduce(np.array(divisors, dtype=object)))
    return float(_above_zero(wavelength_m, "wavelength_m")) / 2.0 * float(common / shared)


def blind_range_m(*, order: ArrayLike, prf_hz: ArrayLike, pulse_width_s: ArrayLike) -> tuple[Array, Array]:
    """Where an echo arrives while pulse number `order` is being sent: from and to. [m]

    Order 0 is the dead zone in front of the radar. An echo is eclipsed in part within c tau/2 on the near side as well.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 3.8 (eclipsing).
    """
    n = require_within(0.0, order, 1e9, name="order", source="a blind range")
    start = n * unambiguous_range_m(prf_hz=prf_hz)
    return start, np.asarray(start + SPEED_OF_LIGHT_MPS * _above_zero(pulse_width_s, "pulse_width_s") / 2.0)


def duty_factor(*, prf_hz: ArrayLike, pulse_width_s: ArrayLike) -> Array:
    """Share of the time in which the radar transmits; average power over peak power. [-]"""
    duty = _above_zero(prf_hz, "prf_hz") * _above_zero(pulse_width_s, "pulse_width_s")
    return require_within(0.0, duty, 1.0, name="duty factor", source="a pulse train")


def hits_per_scan(*, beamwidth_rad: ArrayLike, scan_rate_radps: ArrayLike, prf_hz: ArrayLike) -> Array:
    """Pulses that a target gets while the half-power beam sweeps over it once, beamwidth times PRF over scan rate. [-]

    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 2.30.
    """
    width, rate = (
        _above_zero(beamwidth_rad, "beamwidth_rad"),
        _above_zero(scan_rate_radps, "scan_rate_radps"),
    )
    return np.asarray(width * _above_zero(prf_hz, "prf_hz") / rate)
