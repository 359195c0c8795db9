"""Noise jamming, as the ratio of signal to jamming and the range at which the target burns through.

The jammer's place is given, as part of a scenario fixed in advance; nothing here looks for one. The echo goes with R^-4, jamming
with R^-2. Jamming adds to thermal noise; it does not replace it.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_positive
from openiads.constants import BOLTZMANN_J_PER_K
from openiads.physics.decibels import ratio_from_db

Array = NDArray[np.float64]

SOURCE: Final = "a jamming ratio"


def _above_zero(value: ArrayLike, name: str) -> Array:
    return require_positive(value, name=name, source=SOURCE)


def signal_to_jamming(
    *,
    peak_power_w: ArrayLike,
    gain_db: ArrayLike,
    gain_to_jammer_db: ArrayLike,
    rcs_m2: ArrayLike,
    range_m: ArrayLike,
    radar_bandwidth_hz: ArrayLike,
    jammer_power_w: ArrayLike,
    jammer_gain_db: ArrayLike,
    jammer_bandwidth_hz: ArrayLike,
    jammer_range_m: ArrayLike,
) -> Array:
    """Ratio of echo to jamming power at the receiver, barrage noise. As a ratio.

    Pt G^2 sigma Rj^2 Bj / (4 pi Pj Gj Gs Br R^4).

    Parameters
    ----------
    peak_power_w, gain_db : (...) array_like
        Of the radar, one antenna for both ways. [W], [dB]
    gain_to_jammer_db : (...) array_like
        Gain of the radar antenna towards the jammer, absolute, not relative to the main lobe; for a jammer on the target the
        same as `gain_db`. [dB]
    rcs_m2, range_m : (...) array_like
        Of the target. [m2], [m] above 0
    radar_bandwidth_hz, jammer_bandwidth_hz : (...) array_like
        Of the receiver and of the noise; the part of the noise that enters is Br/Bj, at most 1. [Hz] above 0
    jammer_power_w, jammer_gain_db, jammer_range_m : (...) array_like
        Of the jammer, towards the radar; the same polarisation. [W], [dB], [m]

    Source: D. C. Schleher, Electronic Warfare in the Information Age, 1999, ch. 3 (self-screening and stand-off noise).
    """
    r, rj = (
        _above_zero(range_m, "range_m"),
        _above_zero(jammer_range_m, "jammer_range_m"),
    )
    echo = _above_zero(peak_power_w, "peak_power_w") * ratio_from_db(gain_db) ** 2 * _above_zero(rcs_m2, "rcs_m2")
    noise = _above_zero(jammer_power_w, "jammer_power_w") * ratio_from_db(
        np.asarray(jammer_gain_db, dtype=np.float64) + np.asarray(gain_to_jammer_db)
    )
    share = _above_zero(radar_bandwidth_hz, "radar_bandwidth_hz") / _above_zero(jammer_bandwidth_hz, "jammer_bandwidth_hz")
    return np.asarray(echo * rj * rj / (4.0 * np.pi * noise * np.minimum(share, 1.0) * r**4))


def self_screening_burn_through_m(*, required_signal_to_jamming: ArrayLike, **radar_and_jammer: ArrayLike) -> Array:
    """Range inside which a target that jams for itself is seen all the same: signal to jamming reaches the ratio asked for. [m]

    sqrt(Pt G sigma Bj / (4 pi Pj Gj Br S/J)): the antenna gain once and R^2, because jamming travels one way. The ratio asked for
    is the detectability factor; at a ratio of 1 the powers are equal ("crossover") and nothing is detected yet. Takes the
    arguments of `signal_to_jamming` but the ranges and `gain_to_jammer_db`. Thermal noise is left out: where it matters use
    `jammed_temperature_k`.
    """
    one = 1.0
    gain = radar_and_jammer["gain_db"]
    at_one_metre = signal_to_jamming(range_m=one, jammer_range_m=one, gain_to_jammer_db=gain, **radar_and_jammer)
    return np.asarray(np.sqrt(at_one_metre / _above_zero(required_signal_to_jamming, "required_signal_to_jamming")))


def stand_off_burn_through_m(*, required_signal_to_jamming: ArrayLike, **radar_and_jammer: ArrayLike) -> Array:
    """Range inside which a target is seen past a jammer at another place: the fourth root of the ratio. [m]

    Takes the arguments of `signal_to_jamming` but `range_m`. Thermal noise is left out: see `jammed_temperature_k`.
    """
    one = 1.0
    at_one_metre = signal_to_jamming(range_m=one, **radar_and_jammer)
    return np.asarray((at_one_metre / _above_zero(required_signal_to_jamming, "required_signal_to_jamming")) ** 0.25)


def jammed_temperature_k(
    *,
    system_temperature_k: ArrayLike,
    jammer_power_w: ArrayLike,
    jammer_gain_db: ArrayLike,
    jammer_bandwidth_hz: ArrayLike,
    jammer_range_m: ArrayLike,
    jammer_loss_db: ArrayLike,
    gain_to_jammer_db: ArrayLike,
    wavelength_m: ArrayLike,
) -> Array:
    """System temperature with the jamming added: Ts + Pj Gj Gs lambda^2 / ((4 pi)^2 Rj^2 k Bj Lj). [K]

    Arguments as in `signal_to_jamming`; `jammer_loss_db` holds what lies between the two, polarisation included. Several jammers
    add: call again with the result. Holds for noise wider than the receiver.

    Source: D. K. Barton, Radar Equations for Modern Radar, 2013, sect. 2.4 (effective temperature of a jammer).
    """
    gains = ratio_from_db(
        np.asarray(jammer_gain_db, dtype=np.float64) + np.asarray(gain_to_jammer_db) - np.asarray(jammer_loss_db)
    )
    wavelength, rj = (
        _above_zero(wavelength_m, "wavelength_m"),
        _above_zero(jammer_range_m, "jammer_range_m"),
    )
    spread = (4.0 * np.pi * rj / wavelength) ** 2
    density = _above_zero(jammer_power_w, "jammer_power_w") / _above_zero(jammer_bandwidth_hz, "jammer_bandwidth_hz")
    return np.asarray(np.asarray(system_temperature_k) + density * gains / (spread * BOLTZMANN_J_PER_K))
