"""Antenna patterns, in decibels."""

from openiads.kernels import kernel


@kernel
def beam_shape_loss_db(offset: float, beamwidth: float) -> float:
    """Two-way loss of a Gaussian beam at `offset` from its axis; `beamwidth` is the half-power width in the same unit. [dB]

    One way the loss is 12 (offset/width)^2 dB, so 3 dB at half the width; two ways twice that.
    Source: L. V. Blake, Radar Range-Performance Analysis, 1986, sect. 6.5 (Gaussian approximation of the main lobe).
    """
    ratio = offset / beamwidth
    return 24.0 * ratio * ratio
