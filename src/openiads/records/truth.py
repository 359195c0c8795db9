"""Where an object is: cubic Hermite arcs through the knots of its path."""

from typing import Any

from numpy.typing import NDArray

from openiads.kernels import kernel
from openiads.physics.kinematics import hermite

Records = NDArray[Any]


@kernel
def motion_at(objects: Records, knots: Records, index: int, at_ns: int) -> tuple[float, float, float, float, float, float]:
    """ECEF position and velocity of object `index` at `at_ns`; before its start and after its end, where it then is.

    Cubic Hermite interpolation keeps position and velocity continuous and is exact for uniform acceleration.
    """
    o = objects[index]
    step_ns = o["knot_step_ns"]
    elapsed_ns = min(max(at_ns - o["start_ns"], 0), o["end_ns"] - o["start_ns"])
    number = min(elapsed_ns // step_ns, o["knot_count"] - 2)
    a = knots[o["knot_first"] + number]
    b = knots[o["knot_first"] + number + 1]
    h = step_ns * 1e-9
    t = (elapsed_ns - number * step_ns) / step_ns
    x, vx = hermite(a["position_m"][0], a["velocity_mps"][0], b["position_m"][0], b["velocity_mps"][0], h, t)
    y, vy = hermite(a["position_m"][1], a["velocity_mps"][1], b["position_m"][1], b["velocity_mps"][1], h, t)
    z, vz = hermite(a["position_m"][2], a["velocity_mps"][2], b["position_m"][2], b["velocity_mps"][2], h, t)
    return x, y, z, vx, vy, vz
