"""Surface clutter: reflectivity of land and sea, area of the clutter patch, cross-section of what the radar sees of it.

Reflectivity is averaged as a ratio, never in decibels.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.constants import SPEED_OF_LIGHT_MPS
from openiads.errors import OutOfRangeError
from openiads.physics.decibels import ratio_from_db

Array = NDArray[np.float64]

_NRL: Final = {
    "H": (-73.0, 20.781, 7.351, 25.65, 0.0054),
    "V": (-50.796, 25.93, 0.7093, 21.588, 0.00211),
}


def constant_gamma_reflectivity(*, gamma_db: ArrayLike, grazing_rad: ArrayLike) -> Array:
    """Clutter cross-section per unit area of land, gamma sin(grazing angle), as a ratio. [m2/m2]

    Parameters
    ----------
    gamma_db : (...) array_like
        About -20 dB (flatland) to -5 dB (mountains) at X-band. [dB]
    grazing_rad : (...) array_like
        Grazing angle. [rad] 0 to pi/2

    Notes
    -----
    Validity: grazing angles of 3 to 60 degrees. Lower, multiply by the clutter's own F^4 and by the share that is not in shadow;
    beyond the horizon there is none.
    Source: D. K. Barton, "Land clutter models for radar design and analysis", Proc. IEEE 73(2), 198-204, 1985.
    """
    grazing = require_within(0.0, grazing_rad, np.pi / 2, name="grazing_rad", source="a grazing angle")
    return np.asarray(ratio_from_db(gamma_db) * np.sin(grazing))


def nrl_sea_reflectivity(
    *, sea_state: ArrayLike, grazing_rad: ArrayLike, frequency_hz: ArrayLike, polarization: str
) -> Array:
    """Mean clutter cross-section per unit area of sea, NRL model, as a ratio. [m2/m2]

    Parameters
    ----------
    sea_state : (...) array_like
        Douglas sea state. [-] 0 to 6
    grazing_rad : (...) array_like
        Grazing angle. [rad] 0.1 to 60 degrees
    frequency_hz : (...) array_like
        Radar frequency. [Hz] 0.5 to 35 GHz
    polarization : str
        "H" or "V", both ways.

    Notes
    -----
    Averaged over look directions. The published fit is 2.2 dB (V) and 2.3 dB (H) from the tables of Nathanson on average.
    Source: V. Gregers-Hansen and R. Mittal, "An improved empirical model for radar sea clutter reflectivity", NRL/MR/5310-12-9346,
    2012, eq. 7.
    """
    if polarization not in _NRL:
        raise OutOfRangeError(f"polarization = {polarization!r} is not one of 'H', 'V'")
    c1, c2, c3, c4, c5 = _NRL[polarization]
    source = "the NRL model of sea clutter"
    state = require_within(0.0, sea_state, 6.0, name="sea_state", source=source)
    grazing = np.degrees(np.asarray(grazing_rad, dtype=np.float64))
    grazing = require_within(0.1 - 1e-12, grazing, 60.0 + 1e-12, name="grazing angle in degrees", source=source)
    f = require_within(0.5, np.asarray(frequency_hz, dtype=np.float64) / 1e9, 35.0, name="frequency in GHz", source=source)
    frequency_term = (27.5 + c3 * grazing) * np.log10(f) / (1.0 + 0.95 * grazing)
    state_term = c4 * (1.0 + state) ** (1.0 / (2.0 + 0.085 * grazing + 0.033 * state))
    level = c1 + c2 * np.log10(np.sin(np.radians(grazing))) + frequency_term + state_term + c5 * grazing * grazing
    return ratio_from_db(level)


def clutter_patch_m2(
    *,
    range_m: ArrayLike,
    azimuth_beamwidth_rad: ArrayLike,
    elevation_beamwidth_rad: ArrayLike,
    grazing_rad: ArrayLike,
    pulse_width_s: ArrayLike,
) -> Array:
    """Area of surface in one resolution cell: the lesser of beam-limited and pulse-limited. [m2]

    R az R el / sin(grazing), and R az (c tau/2) / cos(grazing); `pulse_width_s` is that after compression. All broadcast.

    Notes
    -----
    Rectangular beam of the half-power width: no pi/4 and no two-way beam shape (other texts have one or both; 1.5 dB).
    Source: F. E. Nathanson, Radar Design Principles, 2nd ed., 1991, sect. 2.8.
    """
    r = require_within(np.finfo(float).tiny, range_m, np.inf, name="range_m", source="a clutter patch")
    grazing = require_within(1e-6, grazing_rad, np.pi / 2, name="grazing_rad", source="a clutter patch")
    across = r * np.asarray(azimuth_beamwidth_rad, dtype=np.float64)
    beam = r * np.asarray(elevation_beamwidth_rad, dtype=np.float64) / np.sin(grazing)
    cell = SPEED_OF_LIGHT_MPS * np.asarray(pulse_width_s, dtype=np.float64) / 2.0
    pulse = cell / np.maximum(np.cos(grazing), np.finfo(float).tiny)
    return np.asarray(across * np.minimum(beam, pulse))


def clutter_rcs_m2(*, reflectivity: ArrayLike, patch_m2: ArrayLike) -> Array:
    """Mean cross-section of the clutter in a patch: reflectivity [m2/m2] times area. [m2]"""
    return np.asarray(np.asarray(reflectivity, dtype=np.float64) * np.asarray(patch_m2, dtype=np.float64))
