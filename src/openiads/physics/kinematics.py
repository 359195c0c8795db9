"""Motion between known points."""

from openiads.kernels import kernel


@kernel
def hermite(p0: float, v0: float, p1: float, v1: float, h: float, t: float) -> tuple[float, float]:
    """Value and rate at share `t` of an interval of `h` seconds, from values and rates at its ends."""
    d = p1 - p0
    a = h * v0 - d
    b = d - h * v1
    s = 1.0 - t
    value = s * p0 + t * p1 + t * s * (a * s + b * t)
    rate = (d + (1.0 - 2.0 * t) * (a * s + b * t) + t * s * (b - a)) / h
    return value, rate
