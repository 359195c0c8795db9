"""The radar equation in the form that public figures allow: calibrated to a published point.

A brochure says "390 km against 4 m2". With the conditions of that point (Pd, Pfa, fluctuation, pulses, single scan or
cumulative) it fixes one constant: the signal-to-noise ratio that the radar has on 1 m2 at 1 km in free space. Transmitter
power, gain and losses never appear separately, because no public source gives them.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.constants import METRES_PER_KILOMETRE
from openiads.errors import OutOfRangeError
from openiads.kernels import kernel
from openiads.physics.decibels import db_from_ratio, ratio_from_db
from openiads.physics.detection import detection_probability, fluctuation_shape, required_snr_db

Array = NDArray[np.float64]


@kernel
def two_way_loss_db(range_m: float) -> float:
    """Two-way loss at one slant range (above 0) relative to 1 km in free space: the one spreading law of a run. [dB]

    Gas, rain and the surface come on top (`path_loss`, `surface_path`); the calibration inverts the sum.
    Source: M. I. Skolnik, Radar Systems, 3rd ed., 2001, eq. 1.6 (R^4).
    """
    return 40.0 * math.log10(range_m / METRES_PER_KILOMETRE)


@kernel
def _fill_losses(range_m: Array, loss_db: Array) -> None:
    for i in range(len(range_m)):
        loss_db[i] = two_way_loss_db(range_m[i])


def propagation_loss_db(*, range_m: ArrayLike) -> Array:
    """`two_way_loss_db` of an array of slant ranges, same shape. [dB]"""
    ranges = np.atleast_1d(np.asarray(range_m, dtype=np.float64))
    flat = np.ascontiguousarray(ranges).reshape(-1)
    loss_db = np.empty_like(flat)
    _fill_losses(flat, loss_db)
    return loss_db.reshape(np.shape(range_m))


def snr_db(*, gain_db: ArrayLike, range_m: ArrayLike, rcs_m2: ArrayLike) -> Array:
    """Mean single-pulse signal-to-noise ratio. [dB]

    Parameters
    ----------
    gain_db : (...) array_like
        SNR on 1 m2 at 1 km, from `calibrate`. [dB]
    range_m, rcs_m2 : (...) array_like
        Slant range [m] and radar cross-section [m2], both above 0; all arguments broadcast.

    Source: M. I. Skolnik, Radar Systems, 3rd ed., 2001, eq. 2.61 (R^4 law), with the constants lumped.
    """
    rcs_db = db_from_ratio(rcs_m2)
    total: Array = np.asarray(gain_db) + rcs_db - propagation_loss_db(range_m=range_m)
    return total


@lru_cache(maxsize=256)
def _required_db(p_d: float, p_fa: float, pulses: int, shape: float) -> float:
    """The required SNR of one look; solved for once, since the same few radars are calibrated again and again."""
    return float(required_snr_db(p_d=p_d, p_fa=p_fa, pulses=pulses, shape=shape))


def calibrate(
    *,
    range_m: float,
    rcs_m2: float,
    p_d: float,
    p_fa: float,
    pulses: int,
    swerling: int,
    cumulative: bool = False,
    closing_speed_mps: float = 0.0,
    scan_period_s: float = 0.0,
    instrumented_range_m: float = math.inf,
    path_loss_db: Callable[[Array], Array] | None = None,
) -> float:
    """SNR on 1 m2 at 1 km that makes a radar meet its published point. [dB]

    Parameters
    ----------
    range_m, rcs_m2, p_d, p_fa, pulses, swerling
        The published point and its conditions.
    cumulative : bool
        False: `p_d` is that of one look at `range_m`. True: that of at least one detection on the way in, from the
        instrumented range (or 1.5 times `range_m`, where less) to `range_m`, at `closing_speed_mps`, one look every
        `scan_period_s`, with independent fluctuation from scan to scan.
    path_loss_db : callable, optional
        Further loss of both ways by slant range [m], such as gas on the path of the published target. [dB]

    Raises
    ------
    OutOfRangeError
        When a figure is not positive, or a cumulative point lacks its closing speed or scan period.

    Source: D. K. Barton, Radar Equations for Modern Radar, 2013, sect. 1.4 (cumulative detection).
    """
    require_within(1.0, range_m, 1e7, name="range_m", source="a published detection range")
    require_within(1e-6, rcs_m2, 1e5, name="rcs_m2", source="a published detection range")
    shape = fluctuation_shape(swerling=swerling, pulses=pulses)
    single_db = _required_db(p_d, p_fa, pulses, shape)
    lost_db: Callable[[Array], Array] = path_loss_db if path_loss_db is not None else np.zeros_like
    at_range_db = float(snr_db(gain_db=0.0, range_m=range_m, rcs_m2=rcs_m2) - lost_db(np.asarray(range_m, dtype=np.float64)))
    if not cumulative:
        return single_db - at_range_db
    if closing_speed_mps <= 0 or scan_period_s <= 0:
        raise OutOfRangeError("a cumulative detection range needs closing_speed_mps and scan_period_s above 0")
    start_m = max(range_m, min(instrumented_range_m, 1.5 * range_m))
    step_m = closing_speed_mps * scan_period_s
    ranges_m = range_m + step_m * np.arange(int((start_m - range_m) / step_m) + 1, dtype=np.float64)
    looks_db = np.asarray(snr_db(gain_db=0.0, range_m=ranges_m, rcs_m2=rcs_m2) - lost_db(ranges_m))

    def excess(gain_db: float) -> float:
        _, p_miss = detection_probability(snr=ratio_from_db(looks_db + gain_db), p_fa=p_fa, pulses=pulses, shape=shape)
        return float(1.0 - np.prod(p_miss)) - p_d

    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    highest_db = single_db - at_range_db
    root: float = brentq(excess, highest_db - 60.0, highest_db, xtol=1e-9) if excess(highest_db) > 0 else highest_db
    return root
