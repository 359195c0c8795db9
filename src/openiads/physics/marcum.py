"""Detectors that know more than the square-law one (phase, or a real signal), and Marcum's Q function."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.physics.mixture import mixture_tails

Array = NDArray[np.float64]


def marcum_q(*, order: float, a: ArrayLike, b: ArrayLike) -> tuple[Array, Array]:
    """Generalised Marcum function Q_M(a, b) and its complement, neither computed as one minus the other.

    Parameters
    ----------
    order : float
        M, above 0; need not be whole. [-] to 4096
    a, b : (...) array_like
        Noncentrality and threshold, in units of the standard deviation of one quadrature; they broadcast. [-] 0 to 1000

    Returns
    -------
    q, complement : (...) ndarray
        P[chi-square with 2M degrees and noncentrality a^2 > b^2], and the probability below.

    Notes
    -----
    Noise power here is 2 (1 per quadrature); the thresholds of `detection` have noise power 1: T = b^2/2, N SNR = a^2/2.
    Source: J. I. Marcum, "A statistical theory of target detection by pulsed radar: mathematical appendix", RAND RM-753, 1948.
    """
    order = float(require_within(1e-3, order, 4096.0, name="order", source="the series of Marcum's function"))
    a = require_within(0.0, a, 1000.0, name="a", source="the series of Marcum's function")
    b = require_within(0.0, b, 1000.0, name="b", source="the series of Marcum's function")
    wide_a, wide_b = np.broadcast_arrays(a, b)
    q, complement = np.ones(wide_a.shape), np.zeros(wide_a.shape)
    for value in np.unique(wide_b[wide_b > 0]):
        here = wide_b == value
        mean, threshold = wide_a[here] ** 2 / 2.0, float(value * value / 2.0)
        q[here], complement[here] = mixture_tails(mean, order=order, threshold=threshold, shape=np.inf)
    return q, complement


def coherent_detection_probability(*, snr: ArrayLike, p_fa: ArrayLike, pulses: int) -> tuple[Array, Array]:
    """Probability of detection and of a miss after coherent summation of a steady target whose phase is known.

    Parameters
    ----------
    snr : (...) array_like
        Signal-to-noise ratio of one pulse, as a ratio. [-] 0 or more
    p_fa : (...) array_like
        Probability of false alarm of one cell; broadcasts with `snr`. [-] 1e-300 to 0.5
    pulses : int
        Coherently summed pulses, 1 or more.

    Notes
    -----
    Pd = Q(Qinv(Pfa) - sqrt(2 N SNR)). With unknown phase use `detection_probability` with one pulse of N times the SNR.
    Source: M. A. Richards, Fundamentals of Radar Signal Processing, 2nd ed., 2014, eq. 6.45 (complex data, known phase).
    """
    from scipy import special  # noqa: PLC0415 - slow to import

    snr = require_within(0.0, snr, np.inf, name="snr", source="coherent detection")
    p_fa = require_within(1e-300, p_fa, 0.5, name="p_fa", source="coherent detection")
    _require_pulses(pulses)
    margin = np.sqrt(2.0 * pulses * snr) + special.ndtri(p_fa)
    return np.asarray(special.ndtr(margin)), np.asarray(special.ndtr(-margin))


def coherent_required_snr(*, p_d: ArrayLike, p_fa: ArrayLike, pulses: int) -> Array:
    """Signal-to-noise ratio of one pulse, as a ratio, at which `coherent_detection_probability` is `p_d`.

    `p_d` from `p_fa` to 1, exclusive; both broadcast. (Qinv(Pfa) - Qinv(Pd))^2 / (2N).
    """
    from scipy import special  # noqa: PLC0415

    _require_pulses(pulses)
    step = np.asarray(special.ndtri(p_d)) - special.ndtri(
        require_within(1e-300, p_fa, 0.5, name="p_fa", source="coherent detection")
    )
    if not np.all((step >= 0) & np.isfinite(step)):
        raise OutOfRangeError("p_d must lie between p_fa and 1 (exclusive)")
    return np.asarray(step * step / (2.0 * pulses))


def coherent_threshold(*, p_fa: ArrayLike, pulses: int, real: bool) -> Array:
    """Threshold on the sum of `pulses` samples of Gaussian noise of unit power, so that it is exceeded with `p_fa`.

    `real`: the noise is real, all its power in the one channel; otherwise it is complex and the detector, knowing the phase,
    sees half of it. Twenty times the decimal logarithm is the threshold as a signal-to-noise ratio.

    Source: M. A. Richards, Fundamentals of Radar Signal Processing, 2nd ed., 2014, eq. 6.22 and 6.44.
    """
    from scipy import special  # noqa: PLC0415

    p_fa = require_within(1e-300, p_fa, 0.5, name="p_fa", source="coherent detection")
    _require_pulses(pulses)
    variance = pulses if real else pulses / 2.0
    return np.asarray(-special.ndtri(p_fa) * np.sqrt(variance))


def _require_pulses(pulses: int) -> None:
    if pulses < 1:
        raise OutOfRangeError(f"pulses = {pulses}: one pulse or more is needed")
