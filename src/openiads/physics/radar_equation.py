"""The radar equation: energy form, power-aperture form, and the Blake chart idea of solving for range by root finding.

Gains and losses in decibels are positive numbers; a loss divides. `field_factor` is the one-way ratio F of the field at the
target to that in free space: power goes with F^4 over the two ways. The energy is that of one pulse before compression:
peak power times uncompressed width.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_positive
from openiads.constants import BOLTZMANN_J_PER_K
from openiads.errors import OutOfRangeError
from openiads.physics.decibels import db_from_ratio, ratio_from_db

Array = NDArray[np.float64]

SOURCE: Final = "the radar equation"


def _above_zero(value: ArrayLike, name: str) -> Array:
    return require_positive(value, name=name, source=SOURCE)


_ONE = 1.0


def target_gain(*, rcs_m2: ArrayLike, wavelength_m: ArrayLike) -> Array:
    """Gain factor of a target, 4 pi sigma / lambda^2, as a ratio; its decibels are those of the jamming texts.

    Source: Naval Air Warfare Center, Electronic Warfare and Radar Systems Engineering Handbook, 4th ed., 2013, sect. 4-4.
    """
    sigma, wavelength = (
        _above_zero(rcs_m2, "rcs_m2"),
        _above_zero(wavelength_m, "wavelength_m"),
    )
    return np.asarray(4.0 * np.pi * sigma / (wavelength * wavelength))


def received_power_w(
    *,
    peak_power_w: ArrayLike,
    gain_tx_db: ArrayLike,
    gain_rx_db: ArrayLike,
    wavelength_m: ArrayLike,
    rcs_m2: ArrayLike,
    range_tx_m: ArrayLike,
    range_rx_m: ArrayLike,
    loss_db: ArrayLike,
    field_factor_tx: ArrayLike = 1.0,
    field_factor_rx: ArrayLike = 1.0,
) -> Array:
    """Echo power at the receiver; monostatic when both ranges are the same. [W]

    Parameters
    ----------
    peak_power_w, gain_tx_db, gain_rx_db : (...) array_like
        Transmitted power [W] and antenna gains [dB].
    wavelength_m, rcs_m2 : (...) array_like
        Wavelength [m] and (bistatic) radar cross-section [m2]; above 0.
    range_tx_m, range_rx_m : (...) array_like
        Slant ranges from transmitter and receiver to the target. [m] above 0
    loss_db : (...) array_like
        All losses of both ways together. [dB] 0 or more
    field_factor_tx, field_factor_rx : (...) array_like
        One-way propagation factors of each way, as ratios of field strength. [-] 0 or more

    Notes
    -----
    Validity: far field, the target inside one resolution cell and in the beam for the whole dwell. All arguments broadcast.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 1.6; bistatic: N. J. Willis, Bistatic Radar, 2nd ed.,
    1995, eq. 4.1.
    """
    ranges = _above_zero(range_tx_m, "range_tx_m") * _above_zero(range_rx_m, "range_rx_m")
    wavelength, sigma = (
        _above_zero(wavelength_m, "wavelength_m"),
        _above_zero(rcs_m2, "rcs_m2"),
    )
    factors = np.asarray(field_factor_tx, dtype=np.float64) * np.asarray(field_factor_rx, dtype=np.float64)
    amplitude = wavelength * factors / ranges
    gains = ratio_from_db(np.asarray(gain_tx_db, dtype=np.float64) + np.asarray(gain_rx_db) - np.asarray(loss_db))
    return np.asarray(_above_zero(peak_power_w, "peak_power_w") * gains * sigma * amplitude * amplitude / (4.0 * np.pi) ** 3)


def echo_snr_db(
    *,
    peak_power_w: ArrayLike,
    pulse_width_s: ArrayLike,
    gain_tx_db: ArrayLike,
    gain_rx_db: ArrayLike,
    wavelength_m: ArrayLike,
    rcs_m2: ArrayLike,
    range_tx_m: ArrayLike,
    range_rx_m: ArrayLike,
    system_temperature_k: ArrayLike,
    loss_db: ArrayLike,
    field_factor_tx: ArrayLike = 1.0,
    field_factor_rx: ArrayLike = 1.0,
) -> Array:
    """Signal-to-noise ratio of one pulse behind a matched filter. [dB]

    SNR = Pt tau Gt Gr lambda^2 sigma Ft^2 Fr^2 / ((4 pi)^3 k Ts Rt^2 Rr^2 L).

    Parameters
    ----------
    pulse_width_s : (...) array_like
        Width before compression: compression does not change the energy. [s] above 0
    system_temperature_k : (...) array_like
        At the antenna terminals, with the sky: `noise.system_temperature_k`, not the receiver's alone. [K] above 0

    Other arguments as in `received_power_w`; all broadcast.

    Source: L. V. Blake, Radar Range-Performance Analysis, 1986, eq. 1.11 (energy form, Ts at the antenna terminals).
    """
    power = received_power_w(
        peak_power_w=peak_power_w,
        gain_tx_db=gain_tx_db,
        gain_rx_db=gain_rx_db,
        wavelength_m=wavelength_m,
        rcs_m2=rcs_m2,
        range_tx_m=range_tx_m,
        range_rx_m=range_rx_m,
        loss_db=loss_db,
        field_factor_tx=field_factor_tx,
        field_factor_rx=field_factor_rx,
    )
    noise = BOLTZMANN_J_PER_K * _above_zero(system_temperature_k, "system_temperature_k")
    return db_from_ratio(power * _above_zero(pulse_width_s, "pulse_width_s") / noise)


def required_peak_power_w(*, snr_db: ArrayLike, **echo: ArrayLike) -> Array:
    """Peak power at which `echo_snr_db` is `snr_db`; takes its other arguments. [W]"""
    return ratio_from_db(np.asarray(snr_db, dtype=np.float64) - echo_snr_db(peak_power_w=_ONE, **echo))


def free_space_range_m(*, snr_db: ArrayLike, **echo: ArrayLike) -> Array:
    """Monostatic range at which `echo_snr_db` is `snr_db` when field factors and losses do not depend on range. [m]

    Takes the arguments of `echo_snr_db` but the ranges. With gas, rain or lobing in the path use `range_where_m`: the fourth root
    holds in free space only.
    """
    at_one_metre = echo_snr_db(range_tx_m=_ONE, range_rx_m=_ONE, **echo)
    return np.asarray(ratio_from_db(at_one_metre - np.asarray(snr_db, dtype=np.float64)) ** 0.25)


def range_where_m(
    snr_db_at: Callable[[float], float], *, snr_db: float, nearest_m: float, farthest_m: float, samples: int = 512
) -> float:
    """Farthest range at which `snr_db_at(range_m)` still reaches `snr_db`, where losses or lobes change with range. [m]

    The interval is scanned inwards in `samples` logarithmic steps, so that lobes wider than one step are not missed, and the last
    crossing is refined by Brent's method. `farthest_m` when even that is reached.

    Raises
    ------
    OutOfRangeError
        When the ratio is not reached anywhere in the interval.

    Source: L. V. Blake, Radar Range-Performance Analysis, 1986, ch. 8 (range by iteration).
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import

    if not 0.0 < nearest_m < farthest_m:
        raise OutOfRangeError(f"nearest_m = {nearest_m:g} must be above 0 and below farthest_m = {farthest_m:g}")
    outer = farthest_m
    for inner in np.geomspace(farthest_m, nearest_m, samples):
        if snr_db_at(float(inner)) >= snr_db:
            if inner == farthest_m:
                return farthest_m
            return float(brentq(lambda r: snr_db_at(r) - snr_db, float(inner), outer, xtol=1e-6))
        outer = float(inner)
    raise OutOfRangeError(f"{snr_db:g} dB is not reached between {nearest_m:g} and {farthest_m:g} m")


def solid_angle_sr(*, azimuth_extent_rad: ArrayLike, elevation_low_rad: ArrayLike, elevation_high_rad: ArrayLike) -> Array:
    """Solid angle between two elevations over a sector of azimuth: az (sin el2 - sin el1), not az times el. [sr]"""
    low, high = np.sin(np.asarray(elevation_low_rad)), np.sin(np.asarray(elevation_high_rad))
    return np.asarray(np.asarray(azimuth_extent_rad, dtype=np.float64) * (high - low))


def search_snr_db(
    *,
    power_aperture_w_m2: ArrayLike,
    rcs_m2: ArrayLike,
    search_time_s: ArrayLike,
    range_m: ArrayLike,
    solid_angle_sr: ArrayLike,
    system_temperature_k: ArrayLike,
    loss_db: ArrayLike,
) -> Array:
    """Signal-to-noise ratio when average power and aperture search a solid angle uniformly in a given time. [dB]

    SNR = Pav Ae sigma t_s / (4 pi k Ts L R^4 Omega).

    Parameters
    ----------
    power_aperture_w_m2 : (...) array_like
        Average power times effective aperture. [W m2] above 0
    rcs_m2, search_time_s, range_m : (...) array_like
        Cross-section [m2], time for one whole search [s], slant range [m]; above 0.
    solid_angle_sr : (...) array_like
        From the function of that name. [sr] above 0
    system_temperature_k, loss_db : (...) array_like
        As in `echo_snr_db`.

    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 2.63 (surveillance-radar equation).
    """
    energy = _above_zero(power_aperture_w_m2, "power_aperture_w_m2") * _above_zero(search_time_s, "search_time_s")
    spread = 4.0 * np.pi * _above_zero(solid_angle_sr, "solid_angle_sr") * _above_zero(range_m, "range_m") ** 4
    noise = BOLTZMANN_J_PER_K * _above_zero(system_temperature_k, "system_temperature_k")
    ratio = energy * _above_zero(rcs_m2, "rcs_m2") / (spread * noise)
    return np.asarray(db_from_ratio(ratio) - np.asarray(loss_db, dtype=np.float64))


def required_power_aperture_w_m2(*, snr_db: ArrayLike, **search: ArrayLike) -> Array:
    """Power-aperture product at which `search_snr_db` is `snr_db`; takes its other arguments. [W m2]"""
    return ratio_from_db(np.asarray(snr_db, dtype=np.float64) - search_snr_db(power_aperture_w_m2=_ONE, **search))


def search_range_m(*, snr_db: ArrayLike, **search: ArrayLike) -> Array:
    """Range at which `search_snr_db` is `snr_db` in free space; takes its other arguments. [m]"""
    return np.asarray(ratio_from_db(search_snr_db(range_m=_ONE, **search) - np.asarray(snr_db, dtype=np.float64)) ** 0.25)


def effective_aperture_m2(*, gain_db: ArrayLike, wavelength_m: ArrayLike) -> Array:
    """Effective aperture of an antenna, G lambda^2 / (4 pi). [m2]

    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 1.8.
    """
    wavelength = _above_zero(wavelength_m, "wavelength_m")
    return np.asarray(ratio_from_db(gain_db) * wavelength * wavelength / (4.0 * np.pi))
