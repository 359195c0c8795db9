"""Noise of a receiving system: figure and temperature, Blake's system temperature, Friis' cascade, and the list of losses.

Two conventions share one name: a noise figure F is an excess temperature T0 (F - 1) of the receiver alone, while T0 F is the
whole system with an antenna at T0. At 3 dB they are 289 K and 579 K.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.constants import BOLTZMANN_J_PER_K, REFERENCE_TEMPERATURE_K
from openiads.errors import OutOfRangeError
from openiads.physics.decibels import db_from_ratio, ratio_from_db

Array = NDArray[np.float64]


def receiver_temperature_k(
    *, noise_figure_db: ArrayLike, reference_temperature_k: ArrayLike = REFERENCE_TEMPERATURE_K
) -> Array:
    """Excess noise temperature of a receiver alone: T_ref (F - 1). [K] noise_figure_db 0 or more

    Source: H. T. Friis, "Noise figures of radio receivers", Proc. IRE 32(7), 419-422, 1944.
    """
    figure = ratio_from_db(require_within(0.0, noise_figure_db, 100.0, name="noise_figure_db", source="a noise figure"))
    return np.asarray(np.asarray(reference_temperature_k) * (figure - 1.0))


def noise_figure_db(*, receiver_temperature_k: ArrayLike) -> Array:
    """Noise figure of a receiver with excess temperature `receiver_temperature_k`, 0 K or more. [dB]"""
    excess = require_within(0.0, receiver_temperature_k, np.inf, name="receiver_temperature_k", source="a noise figure")
    return db_from_ratio(1.0 + excess / REFERENCE_TEMPERATURE_K)


def matched_system_temperature_k(
    *, noise_figure_db: ArrayLike, reference_temperature_k: ArrayLike = REFERENCE_TEMPERATURE_K
) -> Array:
    """System temperature with an antenna at the reference temperature: T_ref F. [K]

    Pessimistic for a beam at the sky; use `system_temperature_k` where the sky and the line are known.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 2.3.
    """
    excess = receiver_temperature_k(noise_figure_db=noise_figure_db, reference_temperature_k=reference_temperature_k)
    return np.asarray(excess + np.asarray(reference_temperature_k))


def antenna_temperature_k(*, sky_temperature_k: ArrayLike, antenna_loss_db: ArrayLike) -> Array:
    """Noise temperature at the terminals of an antenna that sees mostly sky: (0.876 Ta' - 254)/La + 290. [K]

    Parameters
    ----------
    sky_temperature_k : (...) array_like
        Ta', of the sky in the beam with its atmosphere; from a chart by frequency and elevation. [K] 0 to 1e6
    antenna_loss_db : (...) array_like
        Ohmic loss of the antenna. [dB] 0 or more

    Notes
    -----
    Side lobes see 36 K of ground; the numbers belong to 290 K.
    Source: L. V. Blake, "A guide to basic pulse-radar maximum-range calculation, part 1", NRL Report 6930, 1969, eq. 37.
    """
    sky = require_within(0.0, sky_temperature_k, 1e6, name="sky_temperature_k", source="Blake's antenna temperature")
    loss = ratio_from_db(
        require_within(0.0, antenna_loss_db, 100.0, name="antenna_loss_db", source="Blake's antenna temperature")
    )
    return np.asarray((0.876 * sky - 254.0) / loss + 290.0)


def system_temperature_k(
    *,
    antenna_temperature_k: ArrayLike,
    line_loss_db: ArrayLike,
    receiver_temperature_k: ArrayLike,
    line_temperature_k: ArrayLike = REFERENCE_TEMPERATURE_K,
) -> Array:
    """System noise temperature at the antenna terminals: Ta + Tr (Lr - 1) + Lr Te. [K]

    Parameters
    ----------
    antenna_temperature_k, receiver_temperature_k : (...) array_like
        Ta and Te, `antenna_temperature_k` and `receiver_temperature_k` of this module. [K]
    line_loss_db, line_temperature_k : (...) array_like
        Loss [dB] and physical temperature [K] of the line between them.

    Source: L. V. Blake, NRL Report 6930, 1969, eq. 36.
    """
    loss = ratio_from_db(require_within(0.0, line_loss_db, 100.0, name="line_loss_db", source="Blake's system temperature"))
    line = np.asarray(line_temperature_k) * (loss - 1.0)
    return np.asarray(np.asarray(antenna_temperature_k) + line + loss * np.asarray(receiver_temperature_k))


def cascade_temperature_k(*, temperatures_k: Sequence[float], gains_db: Sequence[float]) -> float:
    """Excess temperature of stages in a row, referred to the input of the first. [K]

    Parameters
    ----------
    temperatures_k, gains_db : sequences of the same length
        Excess temperature [K] and gain [dB, negative for a loss] of each stage. The last gain does not matter.

    Source: H. T. Friis, Proc. IRE 32(7), 1944: T1 + T2/G1 + T3/(G1 G2) + ...
    """
    temperatures, gains = np.asarray(temperatures_k, dtype=np.float64), np.asarray(gains_db, dtype=np.float64)
    if temperatures.shape != gains.shape or temperatures.ndim != 1 or temperatures.size == 0:
        raise OutOfRangeError(f"{temperatures.size} temperatures and {gains.size} gains: one of each per stage is needed")
    before = np.concatenate([[0.0], np.cumsum(gains)[:-1]])
    return float((temperatures / ratio_from_db(before)).sum())


def cascade_noise_figure_db(*, noise_figures_db: Sequence[float], gains_db: Sequence[float]) -> float:
    """Noise figure of stages in a row: F1 + (F2 - 1)/G1 + ... in decibels. Source: H. T. Friis, Proc. IRE 32(7), 1944."""
    each = receiver_temperature_k(noise_figure_db=np.asarray(noise_figures_db, dtype=np.float64))
    total = cascade_temperature_k(temperatures_k=[float(t) for t in np.atleast_1d(each)], gains_db=gains_db)
    return float(noise_figure_db(receiver_temperature_k=total))


def noise_power_w(*, system_temperature_k: ArrayLike, bandwidth_hz: ArrayLike) -> Array:
    """Thermal noise power k T B. [W] Source: H. Nyquist, Phys. Rev. 32, 110-113, 1928."""
    temperature = require_within(0.0, system_temperature_k, np.inf, name="system_temperature_k", source="thermal noise")
    bandwidth = require_within(0.0, bandwidth_hz, np.inf, name="bandwidth_hz", source="thermal noise")
    return np.asarray(BOLTZMANN_J_PER_K * temperature * bandwidth)


def total_loss_db(losses_db: Mapping[str, float]) -> float:
    """Sum of named losses. [dB]

    Each is 0 or more and belongs in one place: what a detectability factor or a detection range already holds (beam shape, CFAR,
    integration, filter mismatch) must not stand here as well. A loss lowers the signal-to-noise ratio; it is no factor on Pd.
    """
    for name, value_db in losses_db.items():
        if not 0.0 <= value_db < np.inf:
            raise OutOfRangeError(f"loss {name!r} is {value_db:g} dB; a loss is 0 or more, and a gain is not a loss")
    return float(sum(losses_db.values()))
