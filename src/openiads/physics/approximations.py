"""Approximations that the literature quotes. They serve to check and to explain; the simulation uses the exact series."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.physics.decibels import db_from_ratio

Array = NDArray[np.float64]

SHNIDMAN_SPLIT: Final = 0.872
"""Probability of detection from which Shnidman's second constant is added."""


def albersheim_snr_db(*, p_d: ArrayLike, p_fa: ArrayLike, pulses: ArrayLike = 1, enforce_range: bool = True) -> Array:
    """Signal-to-noise ratio per pulse that gives `p_d` on a steady target with `pulses` noncoherently summed pulses.

    Parameters
    ----------
    p_d : (...) array_like
        Probability of detection. [-] 0.4 to 0.9
    p_fa : (...) array_like
        Probability of false alarm of one cell. [-] 1e-7 to 1e-3
    pulses : (...) array_like
        N. [-] 1 to 8096
    enforce_range : bool
        False: the bare formula wherever its logarithms exist.

    Returns
    -------
    (...) ndarray
        SNR of one pulse at the detector input; the arguments broadcast. [dB]

    Notes
    -----
    Validity: made for a linear detector. For N = 1, where the law of the detector does not matter, it is within 0.1 dB of the
    exact answer on these ranges; from the exact square-law series it differs by up to 0.3 dB for N up to 256 (worst at N = 10),
    as `tests/physics/test_approximations.py` measures. The usual claim goes down to p_d = 0.1, where it is off by up to 4 dB.
    Source: W. J. Albersheim, Proc. IEEE 69(7), p. 839, 1981; eq. 1 of M. A. Richards, "Alternative Forms of Albersheim's
    Equation", 2014.
    """
    p_low, p_high = (0.4, 0.9) if enforce_range else (1e-6, 1.0 - 1e-9)
    fa_low, fa_high = (1e-7, 1e-3) if enforce_range else (1e-300, 0.5)
    p_d = require_within(p_low, p_d, p_high, name="p_d", source="Albersheim")
    p_fa = require_within(fa_low, p_fa, fa_high, name="p_fa", source="Albersheim")
    n = require_within(1.0, pulses, 8096.0, name="pulses", source="Albersheim")
    a = np.log(0.62 / p_fa)
    b = np.log(p_d / (1.0 - p_d))
    argument = a + 0.12 * a * b + 1.7 * b
    if np.any(argument <= 0):
        raise OutOfRangeError("Albersheim's formula has no value at this p_d and p_fa. Use `required_snr`, which is exact.")
    return np.asarray(-5.0 * np.log10(n) + (6.2 + 4.54 / np.sqrt(n + 0.44)) * np.log10(argument))


def shnidman_snr_db(*, p_d: ArrayLike, p_fa: ArrayLike, pulses: int, shape: float, enforce_range: bool = True) -> Array:
    """Signal-to-noise ratio per pulse that gives `p_d` on a target of chi-square shape `shape`, Shnidman's closed formula.

    Parameters
    ----------
    p_d : (...) array_like
        Probability of detection. [-] 0.1 to 0.99
    p_fa : (...) array_like
        Probability of false alarm of one cell. [-] 1e-9 to 1e-3
    pulses : int
        N, noncoherently summed. [-] 1 to 100
    shape : float
        As `detection.fluctuation_shape` gives it; infinity: steady target.
    enforce_range : bool
        False: the bare formula.

    Returns
    -------
    (...) ndarray
        Mean SNR of one pulse; `p_d` and `p_fa` broadcast. [dB]

    Notes
    -----
    Validity: the usual claim is 0.5 dB on these ranges. Against the exact series we measure 0.3 dB for a steady target but up to
    1.1 dB for Swerling 1 and 2 (p_d = 0.1), 0.9 dB for 3 and 0.6 dB for 4, as `tests/physics/test_approximations.py` shows.
    Source: D. A. Shnidman, "Determination of required SNR values", IEEE Trans. AES 38(3), 1059-1064, 2002; as written in
    M. A. Richards, Fundamentals of Radar Signal Processing, 2nd ed., 2014, sect. 6.3.6.
    """
    p_low, p_high = (0.1, 0.99) if enforce_range else (1e-6, 1.0 - 1e-9)
    fa_low, fa_high, n_high = (1e-9, 1e-3, 100) if enforce_range else (1e-300, 0.4999, 1e6)
    p_d = require_within(p_low, p_d, p_high, name="p_d", source="Shnidman")
    p_fa = require_within(fa_low, p_fa, fa_high, name="p_fa", source="Shnidman")
    n = float(require_within(1.0, pulses, n_high, name="pulses", source="Shnidman"))
    offset = 0.0 if n < 40 else 0.25
    eta = np.sqrt(-0.8 * np.log(4.0 * p_fa * (1.0 - p_fa)))
    eta = eta + np.sign(p_d - 0.5) * np.sqrt(np.maximum(-0.8 * np.log(4.0 * p_d * (1.0 - p_d)), 0.0))
    steady = eta * (eta + 2.0 * np.sqrt(n / 2.0 + (offset - 0.25)))
    if np.any(steady <= 0):
        raise OutOfRangeError("Shnidman's formula has no value at this p_d and p_fa. Use `required_snr`, which is exact.")
    first = ((17.7006 * p_d - 18.4496) * p_d + 14.5339) * p_d - 3.525
    second = np.exp(27.31 * p_d - 25.14) + (p_d - 0.8) * (0.7 * np.log(1e-5 / p_fa) + (2.0 * n - 20.0) / 80.0)
    fluctuation = (first + np.where(p_d > SHNIDMAN_SPLIT, second, 0.0)) / shape
    return np.asarray(fluctuation + db_from_ratio(steady / n))
