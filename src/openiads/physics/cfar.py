"""Constant-false-alarm-rate detectors: multipliers, probability of detection and loss, in homogeneous Rayleigh noise.

A multiplier applied to a shorter window than it was made for is a known error: half a window of 20 cells with the multiplier
of 20 raises a false-alarm probability of 0.01 to about 0.1. Use the number of cells that are really summed.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.physics.decibels import db_from_ratio, ratio_from_db
from openiads.physics.detection import fluctuation_shape, required_snr_db
from openiads.physics.mixture import negative_binomial_term, poisson_term

Array = NDArray[np.float64]


def ca_multiplier(*, p_fa: ArrayLike, cells: int, pulses: int = 1) -> Array:
    """Factor on the mean of `cells` reference cells that gives `p_fa`, cell averaging.

    Parameters
    ----------
    p_fa : (...) array_like
        Probability of false alarm of one cell. [-] 1e-16 to 0.5
    cells : int
        Reference cells that are averaged, 1 or more.
    pulses : int
        Noncoherently summed pulses in every cell.

    Notes
    -----
    One pulse: N (Pfa^(-1/N) - 1). In general the ratio of two gammas: I_x(N pulses, pulses) = Pfa with
    x = 1/(1 + multiplier/N).
    Source: P. P. Gandhi and S. A. Kassam, "Analysis of CFAR processors in nonhomogeneous background", IEEE Trans. AES 24(4),
    427-445, 1988, eq. 13.
    """
    from scipy import special  # noqa: PLC0415 - slow to import

    p_fa = require_within(1e-16, p_fa, 0.5, name="p_fa", source="cell averaging")
    _require_cells(cells, pulses)
    if pulses == 1:
        return np.asarray(cells * np.expm1(-np.log(p_fa) / cells))
    x = special.betaincinv(cells * pulses, pulses, p_fa)
    return np.asarray(cells * (1.0 - x) / x)


def ca_detection_probability(*, snr: ArrayLike, p_fa: float, cells: int, shape: float, pulses: int = 1) -> Array:
    """Probability of detection behind cell averaging, exact for any chi-square fluctuation.

    Parameters
    ----------
    snr : (...) array_like
        Mean signal-to-noise ratio of one pulse, as a ratio. [-] 0 to 1e6
    p_fa, cells, pulses
        As in `ca_multiplier`.
    shape : float
        Chi-square shape of the fluctuation, `detection.fluctuation_shape`. One pulse and shape 1 (Swerling 1) have the closed
        form (1 + multiplier/(N (1 + SNR)))^-N, which is used.

    Notes
    -----
    Given K extra degrees the test is a ratio of gammas: Pd = sum_k P(K = k) I_x(N pulses, pulses + k).
    Source: P. P. Gandhi and S. A. Kassam, IEEE Trans. AES 24(4), 1988, eq. 14 (Swerling 1); mixture as in `detection`.
    """
    from scipy import special  # noqa: PLC0415

    snr = require_within(0.0, snr, 1e6, name="snr", source="cell averaging")
    ratio = float(ca_multiplier(p_fa=p_fa, cells=cells, pulses=pulses)) / cells
    if pulses == 1 and shape == 1.0:
        return np.asarray((1.0 + ratio / (1.0 + snr)) ** -cells)
    x = 1.0 / (1.0 + ratio)
    k = np.arange(_last_count(cells * pulses, pulses, x) + 1.0)
    mean = np.maximum(np.atleast_1d(pulses * snr), np.finfo(float).tiny)[..., None]
    term = poisson_term(k, mean) if np.isinf(shape) else negative_binomial_term(k, mean, shape)
    missed = term @ special.betaincc(cells * pulses, pulses + k, x)
    return np.asarray(1.0 - missed).reshape(np.shape(snr))


def _last_count(a: int, b: int, x: float) -> int:
    """Smallest power-of-two count k beyond which 1 - I_x(a, b + k) is below 1e-18."""
    from scipy import special  # noqa: PLC0415

    k = 64
    while special.betaincc(a, b + k, x) > 1e-18 and k < 1 << 20:
        k *= 2
    return k


def os_false_alarm_probability(*, multiplier: ArrayLike, cells: int, rank: int) -> Array:
    """Probability of false alarm when the threshold is `multiplier` times the `rank`-th smallest of `cells` reference cells.

    Source: P. P. Gandhi and S. A. Kassam, IEEE Trans. AES 24(4), 1988, eq. 37: product over i < k of (N - i)/(N - i + T).
    """
    _require_rank(cells, rank)
    t = require_within(0.0, multiplier, np.inf, name="multiplier", source="an order statistic")
    i = np.arange(rank)
    return np.asarray(np.exp(-np.log1p(t[..., None] / (cells - i)).sum(axis=-1)))


def os_multiplier(*, p_fa: ArrayLike, cells: int, rank: int) -> Array:
    """Factor on the `rank`-th smallest of `cells` reference cells that gives `p_fa`, ordered statistic, one pulse.

    [-] p_fa 1e-16 to 0.5. Source: P. P. Gandhi and S. A. Kassam, IEEE Trans. AES 24(4), 1988, eq. 37, solved for T.
    """
    _require_rank(cells, rank)
    p_fa = require_within(1e-16, p_fa, 0.5, name="p_fa", source="an order statistic")
    return np.asarray([_multiplier_for(float(p), cells, rank) for p in p_fa.flat]).reshape(p_fa.shape)


def _multiplier_for(p: float, cells: int, rank: int) -> float:
    from scipy.optimize import brentq  # noqa: PLC0415

    remaining = cells - np.arange(rank)
    root = brentq(lambda log_t: float(np.log1p(np.exp(log_t) / remaining).sum() + np.log(p)), -60.0, 60.0, xtol=1e-14)
    return float(np.exp(root))


def os_detection_probability(*, snr: ArrayLike, p_fa: float, cells: int, rank: int) -> Array:
    """Probability of detection of a Swerling 1 target, one pulse, behind an ordered-statistic detector.

    `snr` is the mean as a ratio. Source: P. P. Gandhi and S. A. Kassam, IEEE Trans. AES 24(4), 1988, eq. 38: T/(1 + SNR) for T.
    """
    snr = require_within(0.0, snr, np.inf, name="snr", source="an order statistic")
    multiplier = os_multiplier(p_fa=p_fa, cells=cells, rank=rank)
    return os_false_alarm_probability(multiplier=multiplier / (1.0 + snr), cells=cells, rank=rank)


def ca_loss_db(*, p_d: float, p_fa: float, cells: int, swerling: int, pulses: int = 1) -> float:
    """Extra signal-to-noise ratio that cell averaging needs for `p_d`, compared with known noise power. [dB]

    Source: P. P. Gandhi and S. A. Kassam, IEEE Trans. AES 24(4), 1988 (Swerling 1, closed form); otherwise by root finding.
    """
    from scipy.optimize import brentq  # noqa: PLC0415

    if not p_fa < p_d < 1.0:
        raise OutOfRangeError(f"p_d = {p_d:g} must lie between p_fa = {p_fa:g} and 1")
    ratio = float(ca_multiplier(p_fa=p_fa, cells=cells, pulses=pulses)) / cells
    if pulses == 1 and swerling in {1, 2}:
        known = np.log(p_fa) / np.log(p_d) - 1.0
        behind = ratio / np.expm1(-np.log(p_d) / cells) - 1.0
        return float(db_from_ratio(behind / known))
    shape = fluctuation_shape(swerling=swerling, pulses=pulses)

    def excess(level_db: float) -> float:
        snr = ratio_from_db(level_db)
        return float(ca_detection_probability(snr=snr, p_fa=p_fa, cells=cells, shape=shape, pulses=pulses)) - p_d

    found: float = brentq(excess, -40.0, 60.0, xtol=1e-11)
    return found - float(required_snr_db(p_d=p_d, p_fa=p_fa, pulses=pulses, shape=shape))


def os_loss_db(*, p_d: float, p_fa: float, cells: int, rank: int) -> float:
    """Extra signal-to-noise ratio that an ordered statistic needs for `p_d`, Swerling 1, one pulse. [dB]"""
    if not p_fa < p_d < 1.0:
        raise OutOfRangeError(f"p_d = {p_d:g} must lie between p_fa = {p_fa:g} and 1")
    _require_rank(cells, rank)
    at_p_fa = _multiplier_for(p_fa, cells, rank)
    at_p_d = _multiplier_for(p_d, cells, rank)
    return float(db_from_ratio((at_p_fa / at_p_d - 1.0) / (np.log(p_fa) / np.log(p_d) - 1.0)))


def _require_cells(cells: int, pulses: int) -> None:
    if cells < 1 or pulses < 1:
        raise OutOfRangeError(f"cells = {cells}, pulses = {pulses}: one reference cell and one pulse or more are needed")


def _require_rank(cells: int, rank: int) -> None:
    if not 1 <= rank <= cells:
        raise OutOfRangeError(f"rank = {rank} of cells = {cells}: 1 <= rank <= cells must hold")
