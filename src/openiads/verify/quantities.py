"""Quantities of a case in whatever unit its names carry, and answers in every unit that a case may ask for."""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from openiads.errors import OutOfRangeError

FOOT: Final = 0.3048
NAUTICAL_MILE: Final = 1852.0

UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "length": {"m": 1.0, "km": 1e3, "mm": 1e-3, "cm": 1e-2, "ft": FOOT, "kft": 1e3 * FOOT, "nmi": NAUTICAL_MILE},
    "angle": {"rad": 1.0, "deg": math.pi / 180.0, "mrad": 1e-3},
    "frequency": {"hz": 1.0, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "time": {"s": 1.0, "ms": 1e-3, "min": 60.0},
    "speed": {
        "m_per_s": 1.0, "mps": 1.0, "km_per_s": 1e3, "km_per_h": 1.0 / 3.6, "kmh": 1.0 / 3.6, "kt": NAUTICAL_MILE / 3600.0,
        "kn": NAUTICAL_MILE / 3600.0, "ft_per_s": FOOT,
    },
    "rate": {"rad_per_s": 1.0, "radps": 1.0, "deg_per_s": math.pi / 180.0},
    "acceleration": {"m_per_s2": 1.0, "mps2": 1.0},
    "pressure": {"pa": 1.0, "hpa": 100.0, "kpa": 1e3, "mbar": 100.0},
    "area": {"m2": 1.0, "cm2": 1e-4},
    "density": {"kg_per_m3": 1.0, "kgpm3": 1.0, "g_per_m3": 1e-3, "gpm3": 1e-3},
    "per_length": {"per_m": 1.0, "per_km": 1e-3},
    "n_gradient": {"n_per_m": 1.0, "n_per_km": 1e-3, "per_m": 1.0, "per_km": 1e-3},
    "bare": {"": 1.0},
}  # fmt: skip
"""Factor from each unit to the SI one, by kind of quantity; a unit is the end of a name."""


class Quantities:
    """Inputs of a case, read by kind of quantity: `target_height_km` answers a question for the length `target_height`."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self.inputs = inputs

    def find(self, kind: str, *stems: str) -> Any:
        """The first of `stems` that is given, in the SI unit of its `kind`; None when none is."""
        for stem in stems:
            for unit, factor in UNITS[kind].items():
                value = self.inputs.get(f"{stem}_{unit}" if unit else stem)
                if value is None:
                    continue
                if isinstance(value, str | bool):
                    raise OutOfRangeError(f"{stem} is {value!r}; a number is needed")
                return np.asarray(value, dtype=np.float64) * factor if isinstance(value, list | tuple) else value * factor
        return None

    def has(self, kind: str, *stems: str) -> bool:
        """Whether one of `stems` is given."""
        return self.find(kind, *stems) is not None

    def need(self, kind: str, *stems: str, default: float | None = None) -> Any:
        """As `find`, but an error that names what is missing when there is no default."""
        value = self.find(kind, *stems)
        value = default if value is None else value
        if value is None:
            units = ", ".join(unit for unit in UNITS[kind] if unit)
            given = ", ".join(sorted(self.inputs)) or "nothing"
            raise OutOfRangeError(f"{stems[0]} is missing{f' (as a {kind} in {units})' if units else ''}; given are {given}")
        return value

    def text(self, *names: str, default: str = "") -> str:
        """The first of `names` that holds a text, in lower case."""
        for name in names:
            if isinstance(self.inputs.get(name), str):
                return str(self.inputs[name]).lower()
        return default


def answer(kind: str, **values: Any) -> dict[str, Any]:
    """Each value, given in the SI unit of its kind, under its name with every unit of that kind."""
    found: dict[str, Any] = {}
    for stem, value in values.items():
        for unit, factor in UNITS[kind].items():
            scaled = np.asarray(value, dtype=np.float64) / factor
            found[f"{stem}_{unit}" if unit else stem] = scaled.tolist()
    return found


def no_answer(topic: str, inputs: Mapping[str, Any]) -> OutOfRangeError:
    """The error for inputs that determine nothing."""
    return OutOfRangeError(f"{topic}: these inputs determine nothing known: {', '.join(sorted(inputs)) or 'nothing'}")
