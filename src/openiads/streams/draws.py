"""Keyed draws: uniforms from the counter, everything else by our own inverse distribution functions.

The counter is (index, replication, low 32 bits of the name hash, next 24 bits of it and 8 bits of purpose) and the key is
the study seed, so every combination has its own block of four words and none is shared.
"""

import math

import numpy as np

from openiads.kernels import kernel
from openiads.streams.philox import LOW_32, SHIFT_32, philox4x32

SHIFT_8 = np.uint64(8)
LOW_24 = np.uint64(0xFFFFFF)
TWO_POW_MINUS_32 = 2.0**-32
TWO_POW_MINUS_52 = 2.0**-52
SHIFT_6 = np.uint64(6)
TWO_POW_26 = 67108864.0

Uniforms = tuple[float, float, float, float]


@kernel
def uniforms(seed: np.uint64, replication: int, purpose: int, name: np.uint64, index: int) -> Uniforms:
    """Four independent uniforms on the open interval (0, 1), of 32 bits each.

    Parameters
    ----------
    seed : uint64
        Study seed.
    replication, index : int
        0 to 2^32 - 1.
    purpose : int
        One of the purposes in `names`, 0 to 255.
    name : uint64
        Hash of whom the draw belongs to; 56 bits of it count.
    """
    a, b, c, d = philox4x32(
        np.uint64(index) & LOW_32,
        np.uint64(replication) & LOW_32,
        name & LOW_32,
        (((name >> SHIFT_32) & LOW_24) << SHIFT_8) | np.uint64(purpose),
        seed & LOW_32,
        seed >> SHIFT_32,
    )
    return (
        (float(a) + 0.5) * TWO_POW_MINUS_32,
        (float(b) + 0.5) * TWO_POW_MINUS_32,
        (float(c) + 0.5) * TWO_POW_MINUS_32,
        (float(d) + 0.5) * TWO_POW_MINUS_32,
    )


@kernel
def uniform(seed: np.uint64, replication: int, purpose: int, name: np.uint64, index: int) -> float:
    """One uniform on (0, 1) of 52 bits, for probabilities whose tails matter. Arguments as for `uniforms`."""
    a, b, _, _ = philox4x32(
        np.uint64(index) & LOW_32,
        np.uint64(replication) & LOW_32,
        name & LOW_32,
        (((name >> SHIFT_32) & LOW_24) << SHIFT_8) | np.uint64(purpose),
        seed & LOW_32,
        seed >> SHIFT_32,
    )
    return (float(a >> SHIFT_6) * TWO_POW_26 + float(b >> SHIFT_6) + 0.5) * TWO_POW_MINUS_52


@kernel
def normal_from_uniform(u: float) -> float:
    """Standard normal quantile of `u` in (0, 1), to about 1e-16 relative.

    Source: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Appl. Statist. 37(3),
    pp. 477-484, 1988, routine PPND16.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
            + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608  # fmt: skip
        bottom = ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
            + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0  # fmt: skip
        return q * top / bottom
    r = math.sqrt(-math.log(min(u, 1.0 - u)))
    if r <= 5.0:
        r -= 1.6
        top = ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
            + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734  # fmt: skip
        bottom = ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
            + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0  # fmt: skip
    else:
        r -= 5.0
        top = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
            + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772  # fmt: skip
        bottom = ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
            + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0  # fmt: skip
    return math.copysign(top / bottom, q)


@kernel
def poisson_from_uniform(u: float, mean: float) -> int:
    """Poisson quantile of `u` in (0, 1) by summing the mass function upward; `mean` from 0 to 500."""
    mass = math.exp(-mean)
    total = mass
    count = 0
    while u > total and count < 2000:
        count += 1
        mass *= mean / count
        total += mass
    return count
