"""Antenna patterns, in decibels."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.kernels import kernel

Array = NDArray[np.float64]


@kernel
def beam_shape_loss_db(offset: float, beamwidth: float) -> float:
    """Two-way loss of a Gaussian beam at `offset` from its axis; `beamwidth` is the half-power width in the same unit. [dB]

    One way the loss is 12 (offset/width)^2 dB, so 3 dB at half the width; two ways twice that.
    Source: L. V. Blake, Radar Range-Performance Analysis, 1986, sect. 6.5 (Gaussian approximation of the main lobe).
    """
    ratio = offset / beamwidth
    return 24.0 * ratio * ratio


def cosine_pattern_db(*, angle_rad: ArrayLike, beamwidth_rad: float, power: int, floor_db: float = -np.inf) -> Array:
    """One-way pattern of a line aperture with cosine-power illumination, relative to its axis. [dB, 0 or less]

    Parameters
    ----------
    angle_rad : (...) array_like
        Angle from the axis. [rad] -pi/2 to pi/2
    beamwidth_rad : float
        Half-power width. [rad] above 0
    power : int
        n of cos^n: 0 uniform (first side lobe -13.3 dB), 1 (-23 dB), 2 (-31.5 dB), 3 (-39 dB).
    floor_db : float
        The pattern is not allowed below this; nulls of a real antenna are filled.

    Notes
    -----
    The aperture is scaled so that the half-power width is `beamwidth_rad`. Far field of a line; no element factor.
    Source: Recommendation ITU-R M.1851-1, "Mathematical models for radiodetermination radar systems antenna patterns for use in
    interference analyses", 2018, table 4 (theoretical patterns).
    """
    if power not in _COSINE_SCALE:
        raise OutOfRangeError(f"power = {power} of a cosine illumination is not one of 0, 1, 2, 3")
    theta = require_within(-np.pi / 2, angle_rad, np.pi / 2, name="angle_rad", source="the pattern of an aperture")
    half = float(require_within(1e-6, beamwidth_rad, np.pi, name="beamwidth_rad", source="the pattern of an aperture")) / 2.0
    u = _half_power_u(power) * np.sin(theta) / np.sin(half)
    field = np.abs(_cosine_field(u, power))
    with np.errstate(divide="ignore"):
        return np.maximum(20.0 * np.log10(field), floor_db)


_COSINE_SCALE: Final = {0: (), 1: (1,), 2: (2,), 3: (1, 3)}
"""For each power n the orders m whose zeros m pi/2 of the denominator must be divided out."""


def _cosine_field(u: ArrayLike, power: int) -> Array:
    """Field of a cos^n aperture at u = pi (length/lambda) sin(angle), 1 on the axis."""
    x = np.asarray(u, dtype=np.float64)
    for order in _COSINE_SCALE[power]:  # removable singularities at order pi/2 (odd powers) or order pi/2 = pi (even)
        pole = order * np.pi / 2.0
        x = np.where(np.abs(np.abs(x) - pole) < 1e-7, np.sign(x) * (pole + 1e-7), x)
    if power == 0:
        return np.asarray(np.sinc(x / np.pi))
    if power == 1:
        return np.asarray(np.cos(x) / (1.0 - (2.0 * x / np.pi) ** 2))
    if power == 2:
        return np.asarray(np.sinc(x / np.pi) / (1.0 - (x / np.pi) ** 2))
    return np.asarray(np.cos(x) / ((1.0 - (2.0 * x / np.pi) ** 2) * (1.0 - (2.0 * x / (3.0 * np.pi)) ** 2)))


@cache
def _half_power_u(power: int) -> float:
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    return float(brentq(lambda u: float(_cosine_field(u, power)) - np.sqrt(0.5), 0.1, 4.0, xtol=1e-15))


def scan_loss_db(*, scan_rad: ArrayLike, exponent: float, ways: int = 2) -> Array:
    """Loss of a fixed array that looks `scan_rad` off its normal: cos^exponent in power per way. [dB]

    Parameters
    ----------
    scan_rad : (...) array_like
        Angle between beam and normal. [rad] -70 to 70 degrees
    exponent : float
        1 projected area only, about 1.5 with a real element. [-] 0 to 4
    ways : int
        1 or 2.

    Source: R. J. Mailloux, Phased Array Antenna Handbook, 2nd ed., 2005, sect. 1.3 (element pattern cos^n).
    """
    limit = np.radians(70.0)
    scan = require_within(-limit, scan_rad, limit, name="scan_rad", source="the scan loss of an array")
    n = require_within(0.0, exponent, 4.0, name="exponent", source="the scan loss of an array")
    if ways not in {1, 2}:
        raise OutOfRangeError(f"ways = {ways} must be 1 or 2")
    return np.asarray(-10.0 * ways * n * np.log10(np.cos(scan)))


def scanned_beamwidth_rad(*, beamwidth_rad: ArrayLike, scan_rad: ArrayLike) -> Array:
    """Half-power width of an array's beam `scan_rad` off its normal: the width there divided by cos. [rad]

    Validity: within 70 degrees. Source: R. J. Mailloux, Phased Array Antenna Handbook, 2nd ed., 2005, eq. 1.41.
    """
    limit = np.radians(70.0)
    scan = require_within(-limit, scan_rad, limit, name="scan_rad", source="the beamwidth of an array")
    return np.asarray(np.asarray(beamwidth_rad, dtype=np.float64) / np.cos(scan))


def gain_from_beamwidths_db(
    *, azimuth_beamwidth_rad: ArrayLike, elevation_beamwidth_rad: ArrayLike, efficiency: ArrayLike = 0.63
) -> Array:
    """Gain of a pencil beam from its half-power widths: 4 pi e / (az el). [dB]

    Parameters
    ----------
    azimuth_beamwidth_rad, elevation_beamwidth_rad : (...) array_like
        [rad] above 0, below about 40 degrees
    efficiency : (...) array_like
        Share of a rectangular beam's directivity that is reached. 0.63 is the rule G = 26,000 / (az el) with degrees. [-]

    Source: W. L. Stutzman and G. A. Thiele, Antenna Theory and Design, 3rd ed., 2012, eq. 9-168 (26,000 square degrees).
    """
    limit = np.radians(40.0)
    source = "the gain of a pencil beam"
    az = require_within(1e-6, azimuth_beamwidth_rad, limit, name="azimuth_beamwidth_rad", source=source)
    el = require_within(1e-6, elevation_beamwidth_rad, limit, name="elevation_beamwidth_rad", source=source)
    e = require_within(1e-3, efficiency, 1.0, name="efficiency", source=source)
    return np.asarray(10.0 * np.log10(4.0 * np.pi * e / (az * el)))


def beamwidth_rad(*, wavelength_m: ArrayLike, aperture_m: ArrayLike, factor: ArrayLike = 1.2) -> Array:
    """Half-power width of an aperture, factor times lambda over length. [rad]

    `factor`: 0.886 for uniform illumination, 1.2 for a usual taper, up to 1.5 for very low side lobes. Validity: apertures of
    several wavelengths. Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 9.2.
    """
    wavelength = require_within(1e-6, wavelength_m, 1e4, name="wavelength_m", source="a beamwidth")
    aperture = require_within(1e-6, aperture_m, 1e6, name="aperture_m", source="a beamwidth")
    return np.asarray(np.asarray(factor, dtype=np.float64) * wavelength / aperture)
