"""The cross-section of one sortie: an offset for the whole sortie, and a fluctuation that holds for a decorrelation time.

A Swerling 1 or 3 target keeps its cross-section during a look and has another one at the next, independent look. Whether two
looks are independent is a matter of time: the fluctuation here is a step process that holds a value for the decorrelation
time and then takes a new one, each sortie with a phase of its own. The power of two looks dt apart then has the
correlation 1 - dt/T, and 0 from dt = T on; over one look the distribution is that of the Swerling case, so Pd of a single
look is the same as with independent looks. Each radar sees a fluctuation of its own.
Source of the cases: P. Swerling, RAND RM-1217, 1954; of the correlation time: D. K. Barton, Radar Equations for Modern Radar,
2013, sect. 2.3 (wavelength over twice the width times the rate of aspect).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.streams.draws import normal_from_uniform, uniforms
from openiads.streams.names import FLUCTUATE

Record = Any
Records = NDArray[Any]
STEADY = 0
"""Swerling case of a target whose power is known."""
LARGEST_OFFSET = 3.0
"""Standard deviations beyond which no sortie lies: what no sortie can show is left out of the looks."""


@kernel
def sortie_offset_db(thing: Record, u: float) -> float:
    """How far this sortie's cross-section lies from the median: normal in dB, cut off at `LARGEST_OFFSET` sigmas."""
    return float(thing["sortie_sigma_db"] * min(max(normal_from_uniform(u), -LARGEST_OFFSET), LARGEST_OFFSET))


@kernel
def holds(thing: Record) -> bool:
    """Whether the fluctuation of an object holds from look to look: Swerling 1 or 3, and a time for it."""
    return bool(thing["decorrelation_ns"] > 0 and (thing["swerling"] == 1 or thing["swerling"] == 3))


@kernel
def held_power(clock: Records, pair: np.uint64, thing: Record, state: Record, at_ns: int) -> float:
    """Power at `at_ns` over its mean: exponential for Swerling 1, chi-square with four degrees of freedom for Swerling 3."""
    step = int(at_ns / thing["decorrelation_ns"] + state["phase"])
    a, b, _, _ = uniforms(clock[0]["seed"], clock[0]["replication"], FLUCTUATE, pair, step)
    if thing["swerling"] == 1:
        return -math.log(a)
    return -0.5 * (math.log(a) + math.log(b))
