"""What a radar's echo loses in the air between antenna and target: gas and rain along a ray over the effective earth.

All losses here are of both ways together. Heights of the ray come from the effective earth (`propagation.target_height_m`),
so that a run's one refraction factor bends it; the layer sum of `gas.slant_attenuation_db`, which bends it by the
atmosphere's own index, is the check.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.constants import MEAN_EARTH_RADIUS_M, METRES_PER_KILOMETRE
from openiads.physics import propagation
from openiads.physics.atmosphere import REFERENCE_VAPOUR, reference_air, vapour_pressure_hpa
from openiads.physics.gas import specific_attenuation
from openiads.physics.rain import CIRCULAR_TILT, rain_attenuation_db_per_km

Array = NDArray[np.float64]

COLUMN_TOP: Final = 40e3
"""Height above which the air takes nothing away, in metres."""
COLUMN_STEPS: Final = 401
LOWEST_FREQUENCY: Final = 1e9
"""Where ITU-R P.676 and P.838 begin, in hertz; below, the loss is taken as 0 (at 1 GHz it is 0.01 dB a kilometre, both ways)."""
PANELS: Final = 2
NODES: Final = 16


class Column(NamedTuple):
    """One-way specific attenuation over height: two arrays of one shape, heights even from 0 to `COLUMN_TOP`."""

    height_m: Array
    db_per_km: Array


def gas_column(*, frequency_hz: float, surface_water_vapour_gpm3: float = REFERENCE_VAPOUR) -> Column:
    """Specific attenuation of oxygen and water vapour at each height of the mean reference atmosphere.

    Parameters
    ----------
    frequency_hz : float
        [Hz] 1e6 to 1e12; 0 below 1e9, where the Recommendation begins
    surface_water_vapour_gpm3 : float
        Water vapour density at height 0. [g/m3] 0 to 50

    Source: ITU-R P.676-13, 08/2022, Annex 1; atmosphere of ITU-R P.835-6.
    """
    frequency = float(require_within(1e6, frequency_hz, 1e12, name="frequency_hz", source="gas attenuation"))
    height = np.linspace(0.0, COLUMN_TOP, COLUMN_STEPS)
    if frequency < LOWEST_FREQUENCY:
        return Column(height, np.zeros_like(height))
    air = reference_air(geometric_height_m=height, surface_water_vapour_gpm3=surface_water_vapour_gpm3)
    vapour = air.water_vapour_density_gpm3
    partial = vapour_pressure_hpa(water_vapour_gpm3=vapour, temperature_k=air.temperature_k)
    gamma = specific_attenuation(
        frequency_hz=frequency,
        dry_pressure_hpa=air.pressure_hpa - partial,
        temperature_k=air.temperature_k,
        water_vapour_gpm3=vapour,
    )
    return Column(height, gamma.total_db_per_km)


def gas_loss_db(
    *,
    column: Column,
    slant_range_m: ArrayLike,
    elevation_rad: ArrayLike,
    antenna_height_m: float,
    refraction_factor: float,
) -> Array:
    """Loss by gas to a target and back. [dB]

    Parameters
    ----------
    column : Column
        From `gas_column`.
    slant_range_m, elevation_rad : (...) array_like
        Range [m] above 0 and apparent elevation [rad] of the target; they broadcast.
    antenna_height_m, refraction_factor : float
        Antenna above sea level [m] -500 to 40,000, and effective-earth factor k [-].

    Notes
    -----
    Gauss-Legendre quadrature of the column along the part of the ray below its top. Within 2 percent of the layer sum of ITU-R
    P.676 from 0.5 degrees up (10 GHz), and closer above; the difference is the bending (`tests/physics/test_path_loss.py`).
    Source: ITU-R P.676-13, 08/2022, Annex 1, sect. 2.2 (the sum that this integral is).
    """
    distance, elevation = np.broadcast_arrays(
        require_within(1e-3, slant_range_m, 1e7, name="slant_range_m", source="gas attenuation"),
        np.asarray(elevation_rad, dtype=np.float64),
    )
    ray = _Ray(float(antenna_height_m), float(refraction_factor))
    end = np.minimum(distance, ray.length_to(COLUMN_TOP, elevation))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    total = np.zeros(distance.shape)
    for panel in range(PANELS):
        for node, weight in zip(nodes, weights, strict=True):
            along = end * ((panel + 0.5 * (1.0 + node)) / PANELS)
            height = np.clip(ray.height_at(along, elevation), 0.0, COLUMN_TOP)
            total += weight / (2.0 * PANELS) * np.interp(height, column.height_m, column.db_per_km)
    return np.asarray(2.0 * total * end / METRES_PER_KILOMETRE)


def rain_loss_db(
    *,
    frequency_hz: float,
    rain_rate_mmph: float,
    rain_top_m: float,
    slant_range_m: ArrayLike,
    elevation_rad: ArrayLike,
    antenna_height_m: float,
    refraction_factor: float,
) -> Array:
    """Loss by even rain everywhere below `rain_top_m`, to a target and back; arguments as in `gas_loss_db`. [dB]

    The same rain over the whole path is the worst case of a known rain cell; no statistical path factor is applied.
    Polarisation is taken as circular. Rain backscatter is not in it.
    Source: ITU-R P.838-3, 03/2005, eq. 1.
    """
    distance, elevation = np.broadcast_arrays(
        require_within(1e-3, slant_range_m, 1e7, name="slant_range_m", source="rain attenuation"),
        np.asarray(elevation_rad, dtype=np.float64),
    )
    if frequency_hz < LOWEST_FREQUENCY or rain_rate_mmph == 0.0:
        return np.zeros(distance.shape)
    gamma = rain_attenuation_db_per_km(
        frequency_hz=frequency_hz, rain_rate_mmph=rain_rate_mmph, elevation_rad=0.0, tilt_rad=CIRCULAR_TILT
    )
    ray = _Ray(float(antenna_height_m), float(refraction_factor))
    crossing = ray.length_to(float(rain_top_m), elevation)
    wet = np.minimum(distance, crossing) if antenna_height_m < rain_top_m else np.maximum(distance - crossing, 0.0)
    return np.asarray(2.0 * gamma * wet / METRES_PER_KILOMETRE)


class _Ray(NamedTuple):
    """A ray from an antenna over the effective earth."""

    antenna_height: float
    refraction_factor: float

    def _earth(self) -> dict[str, float]:
        return {
            "antenna_height_m": self.antenna_height,
            "effective_radius_m": self.refraction_factor * MEAN_EARTH_RADIUS_M,
        }

    def height_at(self, length: Array, elevation: Array) -> Array:
        return propagation.target_height_m(slant_range_m=length, elevation_rad=elevation, **self._earth())

    def length_to(self, height: float, elevation: Array) -> Array:
        """Length of the ray to a height; infinite where it never comes to it."""
        out = np.full(elevation.shape, np.inf)
        radius = self.refraction_factor * MEAN_EARTH_RADIUS_M
        rise = (height - self.antenna_height) * (2.0 * radius + height + self.antenna_height)
        down = (radius + self.antenna_height) * np.sin(elevation)
        comes = (rise >= 0.0) | ((down < 0.0) & (down * down + rise >= 0.0))
        if np.any(comes):
            out[comes] = propagation.slant_range_m(target_height_m=height, elevation_rad=elevation[comes], **self._earth())
        return out
