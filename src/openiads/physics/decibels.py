"""Decibels of power and back: the one place where the two are exchanged.

A mean is taken of ratios, never of decibels: fluctuation alone puts 2.5 dB between the two (`signature.decibel_statistics`).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def ratio_from_db(value_db: ArrayLike) -> Array:
    """10^(dB/10): a ratio of powers, same shape; any real decibels, minus infinity gives 0. [-]"""
    return np.asarray(10.0 ** (np.asarray(value_db, dtype=np.float64) / 10.0))


def db_from_ratio(ratio: ArrayLike) -> Array:
    """10 log10 of a ratio of powers, 0 or more, same shape; minus infinity at 0. [dB]"""
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.asarray(ratio, dtype=np.float64)))
