"""How far a value is from what was expected, in units of the tolerance of its case."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Arrays and NumPy scalars as lists and Python numbers; tuples as lists."""
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def error_in_tolerances(value: Any, expected: Any, *, rtol: float, atol: float) -> float:
    """Largest |value - expected| / (atol + rtol |expected|) over the elements; infinity where they cannot be compared.

    With no tolerance a number must be exact: 0 or infinity. Texts, truth values and nulls must be equal.
    """
    value = plain(value)
    if isinstance(expected, list):
        if not isinstance(value, list) or len(value) != len(expected):
            return math.inf
        pairs = zip(value, expected, strict=True)
        return max((error_in_tolerances(a, b, rtol=rtol, atol=atol) for a, b in pairs), default=0.0)
    if isinstance(expected, dict):
        if not isinstance(value, dict) or not expected.keys() <= value.keys():
            return math.inf
        return max((error_in_tolerances(value[k], expected[k], rtol=rtol, atol=atol) for k in expected), default=0.0)
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        return 0.0 if type(value) is type(expected) and value == expected else math.inf
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.inf
    if value == expected:
        return 0.0
    tolerance = atol + rtol * abs(expected)
    difference = abs(value - expected)
    if not math.isfinite(difference) or tolerance == 0.0:
        return math.inf
    return float(difference / tolerance)
