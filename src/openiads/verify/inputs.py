"""Reading the inputs of a case: the same quantity may come in several units, told by the end of its name."""

import math
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.errors import OutOfRangeError
from openiads.physics.decibels import ratio_from_db

Inputs = Mapping[str, Any]


class NotBuiltError(Exception):
    """No public function answers this case yet."""


def _decibels(value: float) -> float:
    return float(ratio_from_db(value))


_SCALES: Mapping[str, Callable[[float], float]] = {
    "m": lambda v: v,
    "km": lambda v: v * 1e3,
    "hz": lambda v: v,
    "khz": lambda v: v * 1e3,
    "mhz": lambda v: v * 1e6,
    "ghz": lambda v: v * 1e9,
    "s": lambda v: v,
    "ms": lambda v: v * 1e-3,
    "us": lambda v: v * 1e-6,
    "ns": lambda v: v * 1e-9,
    "w": lambda v: v,
    "kw": lambda v: v * 1e3,
    "dbw": _decibels,
    "dbm": lambda v: _decibels(v) * 1e-3,
    "m2": lambda v: v,
    "m2_per_m2": lambda v: v,
    "dbsm": _decibels,
    "rad": lambda v: v,
    "deg": math.radians,
    "mrad": lambda v: v * 1e-3,
    "linear": lambda v: v,
    "ratio": lambda v: v,
    "db": _decibels,
    "dbi": _decibels,
}
RATIO = ("linear", "ratio", "db", "dbi")
POWER = ("w", "kw", "dbw", "dbm")
LENGTH = ("m", "km")
FREQUENCY = ("hz", "khz", "mhz", "ghz")
TIME = ("s", "ms", "us", "ns")
ANGLE = ("rad", "deg", "mrad")


def has(inputs: Inputs, stem: str, units: tuple[str, ...]) -> bool:
    """Whether `stem` is among the inputs in one of the units, or bare when it may be a ratio."""
    return any(f"{stem}_{unit}" in inputs for unit in units) or ("linear" in units and stem in inputs)


def read(inputs: Inputs, *stems: str, units: tuple[str, ...], default: float | None = None) -> float:
    """The first of `stems` that is given, in SI units, radians or as a ratio.

    Raises
    ------
    KeyError
        With the first name, when none is given and there is no default.
    """
    for stem in stems:
        for unit in units:
            if f"{stem}_{unit}" in inputs:
                return _SCALES[unit](float(inputs[f"{stem}_{unit}"]))
        if "linear" in units and stem in inputs:
            return float(inputs[stem])
    if default is None:
        raise KeyError(f"{stems[0]}_{units[0]}")
    return default


def read_db(inputs: Inputs, *stems: str, default: float | None = None) -> float:
    """A ratio in decibels, unchanged where it is given so."""
    for stem in stems:
        for unit in ("db", "dbi", "dbw", "dbsm"):
            if f"{stem}_{unit}" in inputs:
                return float(inputs[f"{stem}_{unit}"])
    return 10.0 * math.log10(read(inputs, *stems, units=RATIO, default=default))


def light(inputs: Inputs) -> float:
    """The speed of light that the case uses: a text may have rounded it. [m/s]"""
    return float(inputs.get("speed_of_light_m_per_s", inputs.get("speed_of_light_mps", SPEED_OF_LIGHT_MPS)))


def wavelength(inputs: Inputs) -> float:
    """Wavelength, given or from the frequency. [m]"""
    if has(inputs, "wavelength", ("m",)):
        return read(inputs, "wavelength", units=("m",))
    return light(inputs) / read(inputs, "frequency", units=FREQUENCY)


def pulse_width(inputs: Inputs) -> float:
    """Width of the uncompressed pulse, or the reciprocal of the bandwidth. [s]"""
    if has(inputs, "bandwidth", FREQUENCY) and not has(inputs, "pulse_width", TIME):
        return 1.0 / read(inputs, "bandwidth", units=FREQUENCY)
    return read(inputs, "pulse_width", units=TIME)


def over_lists(adapter: Callable[[Inputs], dict[str, Any]]) -> Callable[[Inputs], dict[str, Any]]:
    """An adapter of single values that also takes lists of numbers: element by element, all lists of one length."""

    @wraps(adapter)
    def every(inputs: Inputs) -> dict[str, Any]:
        lists = {name: value for name, value in inputs.items() if isinstance(value, list) and value}
        if not lists:
            return adapter(inputs)
        if len({len(value) for value in lists.values()}) > 1:
            raise OutOfRangeError(f"the lists {', '.join(sorted(lists))} differ in length")
        length = len(next(iter(lists.values())))
        answers = [adapter({**inputs, **{name: value[k] for name, value in lists.items()}}) for k in range(length)]
        return {name: [answer[name] for answer in answers] for name in answers[0] if all(name in a for a in answers)}

    return every
