"""How well a radar measures, from its beam, its resolution and the signal-to-noise ratio."""

import math

from openiads.kernels import kernel

MONOPULSE_SLOPE = 1.6
"""Monopulse error slope k_m. D. K. Barton and H. R. Ward, Handbook of Radar Measurement, 1969, ch. 2 (typical value)."""


@kernel
def sigma_range(resolution: float, snr: float, floor: float) -> float:
    """Standard error of range in the unit of `resolution`: c/(2B sqrt(2 SNR)) with resolution c/2B, and a floor in quadrature.

    Valid above about 12 dB; below, the true error is larger. Source: G. R. Curry, Radar System Performance Modeling, 2nd ed.,
    2005, eq. 8.1.
    """
    return math.sqrt(resolution * resolution / (2.0 * snr) + floor * floor)


@kernel
def sigma_angle(beamwidth: float, snr: float, floor: float) -> float:
    """Standard error of an angle in the unit of `beamwidth` (half-power): theta/(k_m sqrt(2 SNR)), and a floor in quadrature.

    Source: D. K. Barton and H. R. Ward, Handbook of Radar Measurement, 1969, eq. 2.29 (monopulse).
    """
    slope = beamwidth / MONOPULSE_SLOPE
    return math.sqrt(slope * slope / (2.0 * snr) + floor * floor)
