"""What a smooth sea does to a radar's echo: lobes where the reflected ray adds up, diffraction where the earth grazes the path."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.geo.horizon import horizon_range_m
from openiads.physics.antenna import cosine_pattern_db
from openiads.physics.multipath import (
    fresnel_reflection,
    roughness_factor,
    spherical_factor,
    spherical_reflection,
    two_way_factor_db,
)
from openiads.physics.propagation import SEA, Polarisation, smooth_earth_loss_db
from openiads.physics.waveform import wavelength_m

Array = NDArray[np.float64]

LEAST_FACTOR: Final = 0.1
"""Deepest null of the field factor: a target has an extent and a waveform a bandwidth, and both fill nulls. 40 dB two ways."""
LEAST_HEIGHT: Final = 0.5
"""Heights below this, in metres, count as this."""
TAPER: Final = 1
LOWEST_SIDE_LOBE: Final = -40.0


def sea_surface_gain_db(
    *,
    ground_range_m: ArrayLike,
    target_height_m: ArrayLike,
    antenna_height_m: float,
    refraction_factor: float,
    frequency_hz: float,
    wave_height_rms_m: float,
    beamwidth_rad: float,
    polarisation: Polarisation = "horizontal",
) -> Array:
    """Change of received power against free space, both ways together, by the sea between antenna and target. [dB]

    Parameters
    ----------
    ground_range_m, target_height_m : (...) array_like
        Distance along the surface [m] 1 to 2e6, and height above it [m]; they broadcast.
    antenna_height_m, refraction_factor, frequency_hz : float
        [m]; effective-earth factor k; [Hz] 1e7 to 1e11
    wave_height_rms_m : float
        Standard deviation of the height of the sea, a quarter of the significant wave height. [m] 0 or more
    beamwidth_rad : float
        Half-power width of the beam in elevation; the beam points at the target, the reflected ray comes from below. [rad]

    Returns
    -------
    (...) ndarray
        Up to +12 dB on a lobe, at least -40 dB in a null.

    Notes
    -----
    Where less than 0.55 of the first Fresnel zone is clear, and beyond the horizon, twice the diffraction loss of ITU-R P.526;
    elsewhere 40 log10 F of two rays over the effective earth with divergence, Fresnel reflection from sea water and the
    roughness of Miller, Brown and Vegh. The two meet to within 2 dB.
    Source: L. V. Blake, Radar Range-Performance Analysis, 1986, ch. 6; ITU-R P.526-15, 10/2019, sect. 3.2.
    """
    ground, height = np.broadcast_arrays(
        np.maximum(np.asarray(ground_range_m, dtype=np.float64), 1.0),
        np.maximum(np.asarray(target_height_m, dtype=np.float64), LEAST_HEIGHT),
    )
    antenna = max(antenna_height_m, LEAST_HEIGHT)
    loss_db = smooth_earth_loss_db(
        distance_m=ground,
        height1_m=antenna,
        height2_m=height,
        effective_radius_m=refraction_factor * MEAN_EARTH_RADIUS_M,
        frequency_hz=frequency_hz,
        polarisation=polarisation,
        sea_share=1.0,
    )
    horizon_m = horizon_range_m(antenna_height_m=antenna, target_height_m=height, refraction_factor=refraction_factor)
    gain_db = np.asarray(-2.0 * loss_db)
    lobes = (loss_db == 0.0) & (ground < horizon_m)
    if np.any(lobes):
        gain_db[lobes] = _lobes_db(
            ground[lobes],
            height[lobes],
            antenna,
            refraction_factor,
            float(wavelength_m(frequency_hz=frequency_hz)),
            wave_height_rms_m,
            beamwidth_rad,
            polarisation,
        )
    return gain_db


def _lobes_db(
    ground: Array,
    height: Array,
    antenna: float,
    factor: float,
    wave: float,
    deviation: float,
    beamwidth: float,
    polarisation: Polarisation,
) -> Array:
    geometry = spherical_reflection(
        antenna_height_m=antenna,
        target_height_m=height,
        ground_range_m=ground,
        effective_radius_m=factor * MEAN_EARTH_RADIUS_M,
    )
    reflection = fresnel_reflection(
        grazing_rad=geometry.grazing_rad,
        relative_permittivity=SEA[0],
        conductivity_spm=SEA[1],
        wavelength_m=wave,
        polarisation=polarisation,
    )
    rough = roughness_factor(
        height_deviation_m=deviation, grazing_rad=geometry.grazing_rad, wavelength_m=wave, model="miller-brown"
    )
    below = np.clip(geometry.direct_elevation_rad - geometry.reflected_elevation_rad, 0.0, np.pi / 2)
    pattern_db = cosine_pattern_db(angle_rad=below, beamwidth_rad=beamwidth, power=TAPER, floor_db=LOWEST_SIDE_LOBE)
    field = spherical_factor(
        geometry=geometry,
        wavelength_m=wave,
        reflection=reflection,
        roughness=rough,
        pattern_reflected=10.0 ** (pattern_db / 20.0),
    )
    return two_way_factor_db(factor=np.maximum(field, LEAST_FACTOR))
