"""How well a radar measures, from its beam, its resolution and the signal-to-noise ratio."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_positive, require_within
from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.geo.shapes import table_of
from openiads.kernels import kernel

Array = NDArray[np.float64]

SOURCE: Final = "measurement accuracy"


def _above_zero(value: ArrayLike, name: str) -> Array:
    return require_positive(value, name=name, source=SOURCE)


MONOPULSE_SLOPE = 1.6
"""Monopulse error slope k_m. D. K. Barton and H. R. Ward, Handbook of Radar Measurement, 1969, ch. 2 (typical value)."""


@kernel
def sigma_range(resolution: float, snr: float, floor: float) -> float:
    """Standard error of range in the unit of `resolution`: c/(2B sqrt(2 SNR)) with resolution c/2B, and a floor in quadrature.

    Valid above about 12 dB; below, the true error is larger. Source: G. R. Curry, Radar System Performance Modeling, 2nd ed.,
    2005, eq. 8.1.
    """
    return math.sqrt(resolution * resolution / (2.0 * snr) + floor * floor)


@kernel
def sigma_angle(beamwidth: float, snr: float, floor: float) -> float:
    """Standard error of an angle in the unit of `beamwidth` (half-power): theta/(k_m sqrt(2 SNR)), and a floor in quadrature.

    Source: D. K. Barton and H. R. Ward, Handbook of Radar Measurement, 1969, eq. 2.29 (monopulse).
    """
    slope = beamwidth / MONOPULSE_SLOPE
    return math.sqrt(slope * slope / (2.0 * snr) + floor * floor)


def range_sigma_m(*, bandwidth_hz: ArrayLike, snr: ArrayLike, floor_m: ArrayLike) -> Array:
    """Standard error of range, c/(2B sqrt(2 SNR)) and a floor in quadrature. [m]

    Parameters
    ----------
    bandwidth_hz : (...) array_like
        Bandwidth B; 1/width of an uncompressed pulse. [Hz] above 0
    snr : (...) array_like
        Signal-to-noise ratio of the measurement, after integration, as a ratio. [-] above 0
    floor_m : (...) array_like
        What remains at any SNR: 1/50 to 1/20 of a range cell is usual. [m] 0 or more

    Notes
    -----
    Validity: SNR above about 12 dB; below, the true error is larger. A sample of detected targets has a higher SNR than the mean.
    Source: G. R. Curry, Radar System Performance Modeling, 2nd ed., 2005, eq. 8.1.
    """
    return _through(_each_range, range_resolution_m(bandwidth_hz=bandwidth_hz), snr, floor_m)


def delay_sigma_bound_s(*, rms_bandwidth_rad_per_s: ArrayLike, energy_over_noise: ArrayLike) -> Array:
    """Least standard error of delay that any unbiased estimator reaches: 1/(beta sqrt(2 E/N0)). [s]

    beta is the root-mean-square bandwidth in radians per second: pi B / sqrt(3) for a linear sweep of B hertz. Behind a matched
    filter E/N0 is the signal-to-noise ratio of this project, peak power over mean noise power; texts that call 2E/N0 the SNR
    differ by 3 dB.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 6.20.
    """
    ratio = _above_zero(energy_over_noise, "energy_over_noise")
    return np.asarray(1.0 / (_above_zero(rms_bandwidth_rad_per_s, "rms_bandwidth_rad_per_s") * np.sqrt(2.0 * ratio)))


def rms_bandwidth_linear_sweep_rad_per_s(*, bandwidth_hz: ArrayLike) -> Array:
    """Root-mean-square bandwidth of a linear sweep of `bandwidth_hz`: pi B / sqrt(3). [rad/s]

    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 6.3 (rectangular spectrum).
    """
    return np.asarray(np.pi * _above_zero(bandwidth_hz, "bandwidth_hz") / np.sqrt(3.0))


def angle_sigma_rad(
    *, beamwidth_rad: ArrayLike, snr: ArrayLike, floor_rad: ArrayLike, slope: ArrayLike = MONOPULSE_SLOPE
) -> Array:
    """Standard error of an angle, theta/(k_m sqrt(2 SNR)) and a floor in quadrature. [rad]

    Parameters
    ----------
    beamwidth_rad : (...) array_like
        Half-power width in the direction of the target: of a fixed array, `antenna.scanned_beamwidth_rad`. [rad] above 0
    snr, floor_rad : (...) array_like
        As in `range_sigma_m`; the floor is usually 1/100 to 1/50 of the width. [-], [rad]
    slope : (...) array_like
        Monopulse slope k_m. [-] 1.2 to 1.9 is usual

    Notes
    -----
    At low elevation the elevation error is limited by multipath, not by noise. An azimuth read in the horizontal plane has the
    error of the beam divided by cos(elevation).
    Source: D. K. Barton and H. R. Ward, Handbook of Radar Measurement, 1969, eq. 2.29 (monopulse).
    """
    width = _above_zero(beamwidth_rad, "beamwidth_rad")
    steep = _above_zero(slope, "slope") / MONOPULSE_SLOPE
    return _through(_each_angle, width / steep, snr, floor_rad)


def doppler_sigma_hz(*, coherent_time_s: ArrayLike, snr: ArrayLike, floor_hz: ArrayLike) -> Array:
    """Standard error of Doppler frequency, sqrt(3)/(pi T sqrt(2 SNR)) and a floor in quadrature. [Hz]

    `snr` is that after coherent integration over `coherent_time_s`. Source: G. R. Curry, Radar System Performance Modeling,
    2nd ed., 2005, eq. 8.13; D. K. Barton and H. R. Ward, Handbook of Radar Measurement, 1969, ch. 4 (bound).
    """
    time = _above_zero(coherent_time_s, "coherent_time_s")
    return _with_floor(np.sqrt(3.0) / (np.pi * time * np.sqrt(2.0 * _above_zero(snr, "snr"))), floor_hz)


def radial_velocity_sigma_mps(
    *, wavelength_m: ArrayLike, coherent_time_s: ArrayLike, snr: ArrayLike, floor_mps: ArrayLike
) -> Array:
    """Standard error of radial velocity, lambda/2 times that of Doppler frequency, and a floor in quadrature. [m/s]"""
    noise = doppler_sigma_hz(coherent_time_s=coherent_time_s, snr=snr, floor_hz=np.zeros(()))
    return _with_floor(_above_zero(wavelength_m, "wavelength_m") / 2.0 * noise, floor_mps)


def range_resolution_m(*, bandwidth_hz: ArrayLike) -> Array:
    """Range resolution c/2B. [m] Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 6.5."""
    return np.asarray(SPEED_OF_LIGHT_MPS / (2.0 * _above_zero(bandwidth_hz, "bandwidth_hz")))


def velocity_resolution_mps(*, wavelength_m: ArrayLike, coherent_time_s: ArrayLike) -> Array:
    """Resolution of radial velocity, lambda/2T. [m/s]"""
    return np.asarray(_above_zero(wavelength_m, "wavelength_m") / (2.0 * _above_zero(coherent_time_s, "coherent_time_s")))


def cross_range_resolution_m(*, range_m: ArrayLike, beamwidth_rad: ArrayLike) -> Array:
    """Width of the half-power beam at a range. [m]"""
    return np.asarray(2.0 * _above_zero(range_m, "range_m") * np.tan(_above_zero(beamwidth_rad, "beamwidth_rad") / 2.0))


@kernel
def _each_range(table: Array, out: Array) -> None:
    for i in range(table.shape[0]):
        out[i] = sigma_range(table[i, 0], table[i, 1], table[i, 2])


@kernel
def _each_angle(table: Array, out: Array) -> None:
    for i in range(table.shape[0]):
        out[i] = sigma_angle(table[i, 0], table[i, 1], table[i, 2])


def _through(each: Callable[[Array, Array], None], size: ArrayLike, snr: ArrayLike, floor: ArrayLike) -> Array:
    """A kernel of this module over arrays that broadcast."""
    least = require_within(0.0, floor, np.finfo(float).max, name="floor", source=SOURCE)
    table, shape = table_of(size, _above_zero(snr, "snr"), least)
    out = np.empty(len(table))
    each(table, out)
    return out.reshape(shape)


def _with_floor(sigma: ArrayLike, floor: ArrayLike) -> Array:
    least = require_within(0.0, floor, np.finfo(float).max, name="floor", source="measurement accuracy")
    return np.asarray(np.hypot(sigma, least))
