"""Probability of detection of a square-law detector with noncoherent integration, and tables of it for the walk."""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.kernels import kernel
from openiads.physics.decibels import db_from_ratio, ratio_from_db
from openiads.physics.mixture import mixture_tails

Array = NDArray[np.float64]

SWERLING_CASES: Final = (0, 1, 2, 3, 4)
TABLE_STEP_DB: Final = 0.125
"""Choice of the method: grid of the detection tables, whose error is asserted when one is built."""
TABLE_LOW_DB: Final = -40.0
"""Choice of the method: where they begin."""
TABLE_HIGH_DB: Final = 60.0
"""Choice of the method: where they end."""
TABLE_MAX_ERROR: Final = 1e-5
"""What the cubic interpolation of a table may be off, absolute; asserted when a table is built."""


def fluctuation_shape(*, swerling: int, pulses: int) -> float:
    """Chi-square shape kappa of a Swerling case over `pulses` pulses; infinity for a steady target (case 0).

    Source: P. Swerling, "Probability of detection for fluctuating targets", RAND RM-1217, 1954; in gamma form
    M. A. Richards, Fundamentals of Radar Signal Processing, 2nd ed., 2014, sect. 6.3.
    """
    if swerling not in SWERLING_CASES:
        raise OutOfRangeError(f"swerling = {swerling} is not one of the cases 0, 1, 2, 3, 4")
    return (float("inf"), 1.0, float(pulses), 2.0, 2.0 * pulses)[swerling]


def detection_threshold(*, p_fa: ArrayLike, pulses: int) -> Array:
    """Threshold T on the sum of `pulses` squared magnitudes with unit mean noise power, so that Q(N, T) = `p_fa`.

    Parameters
    ----------
    p_fa : (...) array_like
        Probability of false alarm of one cell. [-] 1e-16 to 0.5
    pulses : int
        Noncoherently summed pulses N, 1 to 4096.

    Source: J. I. Marcum, "A statistical theory of target detection by pulsed radar", RAND RM-754, 1947 (regularised
    upper incomplete gamma function).
    """
    from scipy import special  # noqa: PLC0415 - slow to import

    p_fa = require_within(1e-16, p_fa, 0.5, name="p_fa", source="the threshold of a square-law detector")
    threshold: Array = np.asarray(special.gammainccinv(pulses, p_fa), dtype=np.float64)
    return threshold


def detection_probability(*, snr: ArrayLike, p_fa: float, pulses: int, shape: float) -> tuple[Array, Array]:
    """Probability of detection and of a miss for one look, exact for any chi-square fluctuation.

    Parameters
    ----------
    snr : (...) array_like
        Mean signal-to-noise ratio of one pulse, as a ratio. [-] 0 to 1e6
    p_fa : float
        Probability of false alarm of one cell. [-] 1e-16 to 0.5
    pulses : int
        Noncoherently summed pulses N.
    shape : float
        Chi-square shape kappa of the fluctuation; see `fluctuation_shape`. Infinity: steady target.

    Returns
    -------
    p_d, p_miss : (...) ndarray
        Both are sums of positive terms: neither is one minus the other, so both tails keep their digits.

    Notes
    -----
    Conditional on its total power the sum is a Poisson mixture of gammas; with a gamma-distributed power the mixing count is
    negative binomial. Abel summation leaves positive terms only: Pd = Pfa + sum_j e^-T T^(N+j)/(N+j)! P(K > j).
    Both are within 1e-12, relative, of 50-digit values for N 1 to 256, p_fa 1e-12 to 1e-2 and SNR -20 to 40 dB, the
    probability of a miss wherever it exceeds 1e-290; `tests/physics/test_detection.py` checks it.
    Source: J. V. DiFranco and W. L. Rubin, Radar Detection, 1968, ch. 9 to 11 (mixture forms); P. Swerling, IRE Trans. IT-6,
    pp. 269-308, 1960.
    """
    snr = require_within(0.0, snr, 1e6, name="snr", source="the detection series")
    _require_pulses(pulses, shape)
    threshold = float(detection_threshold(p_fa=p_fa, pulses=pulses))
    return mixture_tails(pulses * snr, order=pulses, threshold=threshold, shape=shape, p_noise=p_fa)


def detection_probability_above(*, snr: ArrayLike, threshold: float, pulses: int, shape: float) -> tuple[Array, Array]:
    """As `detection_probability`, for a detector whose threshold is given instead of its false-alarm probability.

    `threshold` applies to the sum of `pulses` squared magnitudes with unit mean noise power. Texts that set the noise power of
    each quadrature to 1 state twice that number. [-] above 0
    """
    snr = require_within(0.0, snr, 1e6, name="snr", source="the detection series")
    _require_pulses(pulses, shape)
    if not threshold > 0:
        raise OutOfRangeError(f"threshold = {threshold:g} must be above 0")
    return mixture_tails(pulses * snr, order=pulses, threshold=threshold, shape=shape)


def _require_pulses(pulses: int, shape: float) -> None:
    if pulses < 1 or not shape > 0:
        raise OutOfRangeError(f"pulses = {pulses}, shape = {shape}: one pulse or more and a shape above 0 are needed")


def required_snr(*, p_d: float, p_fa: float, pulses: int, shape: float) -> float:
    """Mean signal-to-noise ratio of one pulse, as a ratio, at which one look detects with probability `p_d`.

    Raises
    ------
    OutOfRangeError
        When `p_d` is not between `p_fa` and 1 - 1e-9, where the answer is finite, or when the answer lies outside the
        -40 to 60 dB of the tables.
    """
    from scipy.optimize import brentq  # noqa: PLC0415

    if not p_fa < p_d < 1.0 - 1e-9:
        raise OutOfRangeError(f"p_d = {p_d:g} must lie between p_fa = {p_fa:g} and 1 - 1e-9 for a finite SNR")

    def excess(snr_db: float) -> float:
        found, missed = detection_probability(snr=ratio_from_db(snr_db), p_fa=p_fa, pulses=pulses, shape=shape)
        return float(found) - p_d if p_d < 0.5 else (1.0 - p_d) - float(missed)

    low, high = (float(limit) for limit in (TABLE_LOW_DB, TABLE_HIGH_DB))
    if excess(low) > 0.0 or excess(high) < 0.0:
        raise OutOfRangeError(
            f"p_d = {p_d:g} with p_fa = {p_fa:g} and {pulses} pulses needs an SNR outside {low:g} to {high:g} dB per pulse. "
            "Choose a p_d farther from p_fa and from 1, or other pulses."
        )
    root: Any = brentq(excess, low, high, xtol=1e-12, rtol=1e-14)
    return float(ratio_from_db(root))


def required_snr_db(*, p_d: ArrayLike, p_fa: ArrayLike, pulses: int, shape: float) -> Array:
    """`required_snr` of arrays, in decibels: mean SNR of one pulse at which one look detects with probability `p_d`. [dB]

    `p_d` and `p_fa` broadcast. A mean over several points is taken of the ratios, not of these decibels.
    """
    wanted, noise = np.broadcast_arrays(np.asarray(p_d, dtype=np.float64), np.asarray(p_fa, dtype=np.float64))
    found = [
        required_snr(p_d=float(d), p_fa=float(f), pulses=pulses, shape=shape)
        for d, f in zip(wanted.flat, noise.flat, strict=True)
    ]
    return db_from_ratio(found).reshape(wanted.shape)


def detection_table(*, p_fa: float, pulses: int, shape: float) -> Array:
    """Pd on a grid of SNR in decibels, `TABLE_STEP_DB` apart from `TABLE_LOW_DB` to `TABLE_HIGH_DB`, for `interpolate_pd`.

    The error of the cubic interpolation is measured between the grid points here, and a table that is off by more than
    `TABLE_MAX_ERROR` is refused.
    """
    count = round((TABLE_HIGH_DB - TABLE_LOW_DB) / TABLE_STEP_DB) + 1
    grid = TABLE_LOW_DB + TABLE_STEP_DB * np.arange(count)
    table, _ = detection_probability(snr=ratio_from_db(grid), p_fa=p_fa, pulses=pulses, shape=shape)
    middle = grid[1:-2] + TABLE_STEP_DB / 2
    exact, _ = detection_probability(snr=ratio_from_db(middle), p_fa=p_fa, pulses=pulses, shape=shape)
    cubic = (9.0 * (table[1:-2] + table[2:-1]) - table[:-3] - table[3:]) / 16.0
    error = float(np.abs(cubic - exact).max())
    if error > TABLE_MAX_ERROR:
        raise OutOfRangeError(f"the Pd table for {pulses} pulses is off by {error:.1e}; the limit is {TABLE_MAX_ERROR:.0e}")
    return table


@kernel
def interpolate_pd(table: Array, row: int, snr_db: float) -> float:
    """Pd at `snr_db` from row `row` of a (rows, grid) array of tables; cubic (Lagrange, four points), flat beyond the ends."""
    position = (snr_db - TABLE_LOW_DB) / TABLE_STEP_DB
    last = table.shape[1] - 1
    if position <= 1.0:
        return float(table[row, 0])
    if position >= last - 1:
        return float(table[row, last])
    i = int(position)
    t = position - i
    outer = table[row, i - 1] * t * (t - 1.0) * (t - 2.0) - table[row, i + 2] * (t + 1.0) * t * (t - 1.0)
    inner = table[row, i] * (t + 1.0) * (t - 1.0) * (t - 2.0) - table[row, i + 1] * (t + 1.0) * t * (t - 2.0)
    value = inner / 2.0 - outer / 6.0
    return float(min(max(value, 0.0), 1.0))
