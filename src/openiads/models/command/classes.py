"""What a track seems to be, by its motion alone: ballistic, fast, low or slow."""

import math
from typing import Any

from openiads.geo.ellipsoid import height_k
from openiads.kernels import kernel
from openiads.records.arms import BALLISTIC, FAST, LOW, SLOW

Record = Any


@kernel
def estimated_class(control: Record, ground_m: float, track: Record) -> int:
    """Class of a track by its speed and height: BALLISTIC, FAST, LOW (slow and near the ground of the unit) or SLOW."""
    x = track["x"]
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    if speed > control["ballistic_mps"]:
        return BALLISTIC
    if speed > control["fast_mps"]:
        return FAST
    return LOW if height_k(x[0], x[1], x[2]) - ground_m < control["low_m"] else SLOW
