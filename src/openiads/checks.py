"""Checks of arguments, with messages that say what is allowed and what to do."""

import struct
import zipfile
import zlib
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.errors import OutOfRangeError

DAMAGED_ZIP: Final = (
    zipfile.BadZipFile,
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What the zip library raises for archives that are damaged in one way or another."""


def require_within(low: float, value: ArrayLike, high: float, *, name: str, source: str) -> NDArray[np.float64]:
    """`value` as an array of floats when every element lies in `low` to `high`; otherwise an error that names them.

    Parameters
    ----------
    low, high : float
        Closed range in which `source` holds, in the unit of `value`.
    value : (...) array_like
        What the caller was given. NaN is outside every range.
    name, source : str
        Name of the argument and of the method, for the message.

    Raises
    ------
    OutOfRangeError
        With the first offending value.
    """
    array = np.asarray(value, dtype=np.float64)
    inside = (array >= low) & (array <= high)
    if not np.all(inside):
        offending = float(array[~inside].flat[0]) if array.ndim else float(array)
        raise OutOfRangeError(
            f"{name} = {offending:g} is outside {low:g} to {high:g}, where {source} holds. "
            "Use another method, or a value in range."
        )
    return array


def require_positive(value: ArrayLike, *, name: str, source: str) -> NDArray[np.float64]:
    """`require_within` for what must be above 0 and finite."""
    return require_within(np.finfo(float).tiny, value, np.finfo(float).max, name=name, source=source)
