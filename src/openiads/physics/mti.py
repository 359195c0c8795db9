"""Moving-target indication: response of cancellers, improvement against clutter with a Gaussian spectrum, slowest target seen."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]


def binomial_weights(pulses: int) -> Array:
    """Weights of a canceller of `pulses` pulses: (-1)^i times the binomial coefficients. Two pulses: 1, -1."""
    from scipy import special  # noqa: PLC0415 - slow to import

    if not 2 <= pulses <= 32:
        raise OutOfRangeError(f"pulses = {pulses} of a canceller is outside 2 to 32")
    i = np.arange(pulses)
    return np.asarray((-1.0) ** i * special.binom(pulses - 1, i))


def _times(weights: Array, interval_s: ArrayLike) -> Array:
    """When each pulse of the canceller is sent; one interval for all, or one per pair of pulses (staggered)."""
    intervals = require_within(1e-9, interval_s, 1e3, name="interval_s", source="a canceller")
    if intervals.ndim == 0:
        return np.asarray(intervals * np.arange(len(weights)))
    if len(intervals) != len(weights) - 1:
        raise OutOfRangeError(f"{len(intervals)} intervals for {len(weights)} pulses; one less than pulses is needed")
    return np.concatenate([[0.0], np.cumsum(intervals)])


def canceller_gain(*, doppler_hz: ArrayLike, weights: ArrayLike, interval_s: ArrayLike) -> Array:
    """Power gain of a canceller for a steady tone, |sum_i w_i exp(2 pi i f t_i)|^2, not normalised.

    Parameters
    ----------
    doppler_hz : (...) array_like
        Doppler frequency. [Hz]
    weights : (n,) array_like
        `binomial_weights` or others; with one interval the binomial gain is (2 sin(pi f T))^(2 (n - 1)).
    interval_s : scalar or (n - 1,) array_like
        Time between pulses; several for a staggered train. [s]

    Notes
    -----
    Divide by `noise_gain` for the gain in signal-to-noise ratio; its mean over Doppler is then 1.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 3.9.
    """
    w = np.asarray(weights, dtype=np.float64)
    phase = 2.0 * np.pi * np.asarray(doppler_hz, dtype=np.float64)[..., None] * _times(w, interval_s)
    return np.asarray((w * np.cos(phase)).sum(axis=-1) ** 2 + (w * np.sin(phase)).sum(axis=-1) ** 2)


def noise_gain(weights: ArrayLike) -> float:
    """Power gain of a canceller for white noise, the sum of squared weights; the output noise samples are correlated."""
    return float((np.asarray(weights, dtype=np.float64) ** 2).sum())


def clutter_spread_hz(*, velocity_std_mps: ArrayLike, wavelength_m: ArrayLike) -> Array:
    """Standard deviation of the clutter spectrum, 2 sigma_v / lambda. [Hz]"""
    wavelength = require_within(1e-6, wavelength_m, 1e4, name="wavelength_m", source="a Doppler spread")
    return np.asarray(2.0 * np.asarray(velocity_std_mps, dtype=np.float64) / wavelength)


def improvement_factor(
    *, weights: ArrayLike, interval_s: ArrayLike, clutter_spread_hz: ArrayLike, mean_doppler_hz: ArrayLike = 0.0
) -> Array:
    """Clutter improvement of a canceller, averaged over all target velocities, exact for a Gaussian spectrum. As a ratio.

    sum w_i^2 / sum_ij w_i w_j rho(t_i - t_j) with rho(t) = exp(-(2 pi sigma_f t)^2 / 2) cos(2 pi f_0 t).

    Parameters
    ----------
    weights, interval_s
        As in `canceller_gain`.
    clutter_spread_hz : (...) array_like
        Standard deviation of the clutter spectrum. [Hz] above 0
    mean_doppler_hz : (...) array_like
        Mean Doppler of the clutter (rain, a moving radar). [Hz]

    Notes
    -----
    The familiar power law is 0.12 dB off already at sigma_f/PRF = 0.02 and useless near 1. Losing independent samples costs the
    noncoherent integration behind the canceller; that is not in this factor.
    Source: J. V. DiFranco and W. L. Rubin, Radar Detection, 1968; D. K. Barton, Radar Equations for Modern Radar, 2013,
    sect. 5.5 (definition of the improvement factor).
    """
    w = np.asarray(weights, dtype=np.float64)
    times = _times(w, interval_s)
    lag = 2.0 * np.pi * (times[:, None] - times[None, :])
    sigma = require_within(0.0, clutter_spread_hz, 1e12, name="clutter_spread_hz", source="a Gaussian spectrum")
    spread, centre = np.broadcast_arrays(sigma, np.asarray(mean_doppler_hz, dtype=np.float64))
    outer = w[:, None] * w[None, :]
    # sum w_i w_j = 0 for a canceller: (1 - rho) in place of rho keeps the digits of a narrow spectrum
    decay = (spread[..., None, None] * lag) ** 2 / 2.0
    turn = 2.0 * np.sin(centre[..., None, None] * lag / 2.0) ** 2
    lost = -np.expm1(-decay) + np.exp(-decay) * turn
    residue = float(w.sum()) ** 2 - (outer * lost).sum(axis=(-2, -1))
    if np.any(residue <= 0):
        raise OutOfRangeError("the clutter spectrum is too narrow for this canceller: its residue is below rounding error")
    return np.asarray(noise_gain(w) / residue)


def noncoherent_improvement_factor(*, weights: ArrayLike, interval_s: ArrayLike, clutter_spread_hz: ArrayLike) -> Array:
    """Improvement of a canceller behind an envelope detector that uses the clutter itself as its reference. As a ratio.

    Detection convolves the Gaussian spectrum with itself: its spread grows by sqrt(2), and half of the detected clutter power is
    steady and cancels. Holds where clutter is stronger than target and noise; where there is no clutter nothing is seen.
    Source: D. K. Barton, Radar Equations for Modern Radar, 2013, ch. 5 (noncoherent MTI).
    """
    wide = np.asarray(clutter_spread_hz, dtype=np.float64) * np.sqrt(2.0)
    return 2.0 * improvement_factor(weights=weights, interval_s=interval_s, clutter_spread_hz=wide)


def minimum_detectable_velocity_mps(
    *, weights: ArrayLike, interval_s: ArrayLike, wavelength_m: float, response: float
) -> float:
    """Lowest radial velocity at which the gain over noise reaches `response` of its mean over Doppler. [m/s]

    Parameters
    ----------
    response : float
        Gain over `noise_gain`, as a ratio: 0.5 is 3 dB below the mean. [-] above 0

    Notes
    -----
    Found on a grid of 4096 points below the first blind speed of the shortest interval, then refined by Brent's method.
    Source: definition; M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 3.2 (canceller response).
    """
    from scipy.optimize import brentq  # noqa: PLC0415

    w = np.asarray(weights, dtype=np.float64)
    prf = 1.0 / float(np.min(interval_s))

    def excess(frequency: float) -> float:
        gain = canceller_gain(doppler_hz=frequency, weights=w, interval_s=interval_s)
        return float(gain) / noise_gain(w) - response

    grid = np.linspace(0.0, prf, 4096)
    above = canceller_gain(doppler_hz=grid, weights=w, interval_s=interval_s) / noise_gain(w) >= response
    if not above.any():
        raise OutOfRangeError(f"the canceller never reaches {response:g} of its mean gain; ask for less")
    first = int(np.argmax(above))
    at = 0.0 if first == 0 else float(brentq(excess, grid[first - 1], grid[first], xtol=1e-12 * prf))
    return at * wavelength_m / 2.0
