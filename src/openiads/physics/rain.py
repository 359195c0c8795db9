"""Attenuation by rain. Every value is one way: a radar pays it twice, and gets rain backscatter on top."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within

Array = NDArray[np.float64]

# ITU-R P.838-3 (03/2005), tables 1 to 4: a_j, b_j, c_j of each Gaussian term, then slope m and constant c.
K_HORIZONTAL: Final = (
    np.array([(-5.33980, -0.10008, 1.13098), (-0.35351, 1.26970, 0.45400), (-0.23789, 0.86036, 0.15354),
              (-0.94158, 0.64552, 0.16817)]), -0.18961, 0.71147,
)  # fmt: skip
K_VERTICAL: Final = (
    np.array([(-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059), (-0.39902, 0.73042, 0.11899),
              (0.50167, 1.07319, 0.27195)]), -0.16398, 0.63297,
)  # fmt: skip
ALPHA_HORIZONTAL: Final = (
    np.array([(-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822), (0.32177, 0.63773, 0.13164),
              (-5.37610, -0.96230, 1.47828), (16.1721, -3.29980, 3.43990)]), 0.67849, -1.95537,
)  # fmt: skip
ALPHA_VERTICAL: Final = (
    np.array([(-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039), (-0.20238, 1.14520, 0.26809),
              (-48.2991, 0.791669, 0.116226), (48.5833, 0.791459, 0.116479)]), -0.053739, 0.83433,
)  # fmt: skip

CIRCULAR_TILT: Final = np.pi / 4
"""Polarisation tilt that stands for circular polarisation, in radians. ITU-R P.838-3."""


class RainCoefficients(NamedTuple):
    """k and alpha of gamma = k R^alpha, in dB/km with R in mm/h; arrays of one shape."""

    k: Array
    alpha: Array


def rain_coefficients(*, frequency_hz: ArrayLike, elevation_rad: ArrayLike, tilt_rad: ArrayLike) -> RainCoefficients:
    """Coefficients of the power law of rain attenuation.

    Parameters
    ----------
    frequency_hz : (...) array_like
        [Hz] 1e9 to 1e12
    elevation_rad : (...) array_like
        Elevation of the path. [rad] -pi/2 to pi/2
    tilt_rad : (...) array_like
        Tilt of the polarisation from horizontal: 0 horizontal, pi/2 vertical, `CIRCULAR_TILT` circular. [rad] All broadcast.

    Source: ITU-R P.838-3, "Specific attenuation model for rain", 03/2005, eqs. 2 to 5.
    """
    frequency = require_within(1e9, frequency_hz, 1e12, name="frequency_hz", source="ITU-R P.838") / 1e9
    elevation = require_within(-np.pi / 2, elevation_rad, np.pi / 2, name="elevation_rad", source="ITU-R P.838")
    tilt = require_within(-np.pi, tilt_rad, np.pi, name="tilt_rad", source="ITU-R P.838")
    log_f = np.log10(frequency)
    k_h, k_v = 10.0 ** _sum(log_f, K_HORIZONTAL), 10.0 ** _sum(log_f, K_VERTICAL)
    alpha_h, alpha_v = _sum(log_f, ALPHA_HORIZONTAL), _sum(log_f, ALPHA_VERTICAL)
    mix = np.cos(elevation) ** 2 * np.cos(2.0 * tilt)
    k = 0.5 * (k_h + k_v + (k_h - k_v) * mix)
    alpha = (k_h * alpha_h + k_v * alpha_v + (k_h * alpha_h - k_v * alpha_v) * mix) / (2.0 * k)
    return RainCoefficients(k, alpha)


def _sum(log_f: Array, table: tuple[Array, float, float]) -> Array:
    terms, slope, constant = table
    a, b, c = terms.T
    total = np.sum(a * np.exp(-(((log_f[..., None] - b) / c) ** 2)), axis=-1)
    return np.asarray(total + slope * log_f + constant)


def rain_attenuation_db_per_km(
    *, frequency_hz: ArrayLike, rain_rate_mmph: ArrayLike, elevation_rad: ArrayLike, tilt_rad: ArrayLike
) -> Array:
    """One-way specific attenuation gamma = k R^alpha; the arguments broadcast. [dB/km]

    For a rain cell in a scenario integrate this along the path in the cell, both ways. `rain_rate_mmph` is 0 to 300 mm/h.
    Source: ITU-R P.838-3, 03/2005, eq. 1.
    """
    rate = require_within(0.0, rain_rate_mmph, 300.0, name="rain_rate_mmph", source="ITU-R P.838")
    k, alpha = rain_coefficients(frequency_hz=frequency_hz, elevation_rad=elevation_rad, tilt_rad=tilt_rad)
    return np.asarray(k * rate**alpha)


def effective_path_km(*, path_km: ArrayLike, rain_rate_mmph: ArrayLike, alpha: ArrayLike, frequency_hz: ArrayLike) -> Array:
    """Path length that, with the rain rate exceeded 0.01 percent of the time everywhere on it, gives the statistical loss. [km]

    A *statistical* correction: light rain is wider than any path (the factor is capped at 2.5), heavy rain comes in cells.
    It is not for a known rain cell. Valid from 1 to 100 GHz and to 60 km; the arguments broadcast.
    Source: ITU-R P.530-17, 12/2017, eq. 32.
    """
    path = require_within(1e-6, path_km, 60.0, name="path_km", source="ITU-R P.530-17")
    rate = require_within(1e-3, rain_rate_mmph, 300.0, name="rain_rate_mmph", source="ITU-R P.530-17")
    frequency = require_within(1e9, frequency_hz, 100e9, name="frequency_hz", source="ITU-R P.530-17") / 1e9
    exponent = np.asarray(alpha, dtype=np.float64)
    inverse = 0.477 * path**0.633 * rate ** (0.073 * exponent) * frequency**0.123 - 10.579 * -np.expm1(-0.024 * path)
    return np.asarray(path * np.where(inverse > 0.4, 1.0 / np.maximum(inverse, 0.4), 2.5))


def effective_path_old_km(*, path_km: ArrayLike, rain_rate_mmph: ArrayLike) -> Array:
    """The effective path of older editions, d / (1 + d/d0), d0 = 35 exp(-0.015 R); R is capped at 100 mm/h. [km]

    Kept to name the difference: at 1 mm/h and 10 km it gives 45 percent less loss than P.530-17. The arguments broadcast.
    Source: ITU-R P.530-12, 02/2007, eq. 32.
    """
    path = require_within(1e-6, path_km, 60.0, name="path_km", source="ITU-R P.530-12")
    rate = require_within(0.0, rain_rate_mmph, 300.0, name="rain_rate_mmph", source="ITU-R P.530-12")
    scale = 35.0 * np.exp(-0.015 * np.minimum(rate, 100.0))
    return np.asarray(path / (1.0 + path / scale))
