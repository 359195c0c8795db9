"""What theory says of filters and of the life of a track: noise matrices, steady gains, thresholds, false tracks."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (value > 0.0 and math.isfinite(value)):
            raise OutOfRangeError(f"{name} = {value:g} must be above 0 and finite")


def _probability(**values: float) -> None:
    for name, value in values.items():
        if not 0.0 < value < 1.0:
            raise OutOfRangeError(f"{name} = {value:g} must lie between 0 and 1, both excluded")


def continuous_noise(order: int, *, step_s: float, density: float) -> Array:
    """Covariance that white noise on the highest derivative adds to (x, x', ...), (order, order), in `step_s`.

    order 2: white acceleration, density in m2/s3; order 3: white jerk, m2/s5. Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan,
    Estimation with Applications to Tracking and Navigation, 2001, eq. 6.2.2-12 and 6.2.3-9.
    """
    _positive(step_s=step_s)
    out = np.empty((order, order))
    for i in range(order):
        for j in range(order):
            a, b = order - 1 - i, order - 1 - j
            out[i, j] = density * step_s ** (a + b + 1) / ((a + b + 1) * math.factorial(a) * math.factorial(b))
    return out


def piecewise_noise(order: int, *, step_s: float, variance: float) -> Array:
    """Covariance that noise held constant over `step_s` adds to (x, x', ...), (order, order).

    order 2: an acceleration of `variance` (m2/s4); order 3: the same as an increment of the acceleration; order 4 of the
    jerk. Not the same model, nor the same unit, as `continuous_noise`. Source: Bar-Shalom, Li & Kirubarajan 2001, eq.
    6.3.2-3 and 6.3.3-3.
    """
    _positive(step_s=step_s)
    gain = np.array(
        [step_s ** (order - 1 - i + (order == 2)) / math.factorial(order - 1 - i + (order == 2)) for i in range(order)]
    )
    return variance * np.outer(gain, gain)


def alpha_beta(tracking_index: float) -> tuple[float, float]:
    """Steady gains (alpha, beta) of a constant-velocity filter with piecewise constant acceleration noise.

    `tracking_index` is T^2 sigma_w / sigma_r. Source: P. Kalata, "The tracking index: a generalized parameter for alpha-beta and
    alpha-beta-gamma target trackers", IEEE Trans. AES 20(2), 1984, eq. 14-16.
    """
    _positive(tracking_index=tracking_index)
    r = (4.0 + tracking_index - math.sqrt(8.0 * tracking_index + tracking_index * tracking_index)) / 4.0
    alpha = 1.0 - r * r
    return alpha, 2.0 * (2.0 - alpha) - 4.0 * math.sqrt(1.0 - alpha)


class ScalarEstimates(NamedTuple):
    """Estimates and variances after each measurement, and the gains."""

    estimates: Array
    variances: Array
    gains: Array


def scalar_filter(
    measurements: ArrayLike, *, estimate: float, variance: float, measurement_variance: float, process_variance: float = 0.0
) -> ScalarEstimates:
    """Kalman filter of one constant that wanders by `process_variance` between measurements. Same unit (squared) throughout.

    Source: R. E. Kalman, "A new approach to linear filtering and prediction problems", J. Basic Engineering 82, 1960.
    """
    _positive(measurement_variance=measurement_variance)
    rows = []
    for z in np.asarray(measurements, dtype=np.float64):
        gain = variance / (variance + measurement_variance)
        estimate += gain * (float(z) - estimate)
        variance *= 1.0 - gain
        rows.append((estimate, variance, gain))
        variance += process_variance
    table = np.array(rows).reshape(-1, 3)
    return ScalarEstimates(table[:, 0], table[:, 1], table[:, 2])


def gate_threshold(*, dimension: int, probability: float) -> float:
    """Squared Mahalanobis distance that a true measurement of `dimension` stays below with `probability`."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import

    _probability(probability=probability)
    if dimension < 1:
        raise OutOfRangeError(f"dimension = {dimension} must be 1 or more")
    return 2.0 * float(gammaincinv(0.5 * dimension, probability))


def wald_thresholds(*, false_confirm: float, false_delete: float) -> tuple[float, float]:
    """Upper and lower threshold on the log-likelihood ratio of a track: confirm above, delete below.

    ln((1 - b)/a) and ln(b/(1 - a)). Source: A. Wald, Sequential Analysis, 1947, sect. 3.2; S. Blackman, R. Popoli, Design and
    Analysis of Modern Tracking Systems, 1999, sect. 6.2.3.
    """
    _probability(false_confirm=false_confirm, false_delete=false_delete)
    return math.log((1.0 - false_delete) / false_confirm), math.log(false_delete / (1.0 - false_confirm))


def at_least(p: float, hits: int, looks: int) -> float:
    """Probability of at least `hits` successes in `looks` independent trials."""
    if hits <= 0:
        return 1.0
    return math.fsum(math.comb(looks, k) * p**k * (1.0 - p) ** (looks - k) for k in range(hits, looks + 1))


def false_tracks_per_scan(
    *, clutter_per_scan: float, volume_m3: float, gate_volumes_m3: ArrayLike, hits: int, window: int
) -> float:
    """False tracks that clutter alone confirms, per scan.

    Each false plot starts a tentative track, which takes a false plot by chance when its gate, of volume V, holds one:
    1 - exp(-lambda V), look by look along the Markov chain of the M-of-N rule. `gate_volumes_m3` holds, for one hit, two hits
    and so on, the volumes at the first, second and later looks since the last hit, (hits - 1, window - 1).

    Notes
    -----
    Validity: lambda V small against 1, clutter uniform in the volume. Source: S. Blackman, R. Popoli, Design and Analysis of
    Modern Tracking Systems, 1999, sect. 6.2.2 (Markov chain of the M-of-N rule).
    """
    density = clutter_per_scan / volume_m3
    chance = 1.0 - np.exp(-density * np.asarray(gate_volumes_m3, dtype=np.float64))

    def confirmed(got: int, looks: int, since: int) -> float:
        if got >= hits:
            return 1.0
        if looks >= window:
            return 0.0
        p = float(chance[got - 1, since])
        return p * confirmed(got + 1, looks + 1, 0) + (1.0 - p) * confirmed(got, looks + 1, since + 1)

    return clutter_per_scan * confirmed(1, 1, 0)
