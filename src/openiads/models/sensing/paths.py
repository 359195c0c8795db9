"""What the path from one radar to what it looks at takes away or adds, worked out before the walk with the physics functions.

Gas is part of the published point too: a radar that reached its brochure range through air is calibrated through the same
air. Rain, the sea surface and blind speeds are not: the point is read as clear air, free space and the mean over Doppler.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.geo.horizon import apparent_elevation_rad, lowest_visible_height_m
from openiads.models.sensing.environment import SensingSpec
from openiads.models.sensing.spec import RadarSpec
from openiads.physics import mti
from openiads.physics.decibels import db_from_ratio
from openiads.physics.multipath import two_way_factor_db
from openiads.physics.path_loss import Column, gas_column, gas_loss_db, rain_loss_db
from openiads.physics.surface_path import sea_surface_gain_db
from openiads.physics.waveform import doppler_shift_hz, wavelength_m

Array = NDArray[np.float64]
HERTZ_PER_GIGAHERTZ = 1e9
MOST_LOBE = float(two_way_factor_db(factor=2.0))
"""What the surface can add at most: twice the field, both ways."""
LEAST_RESPONSE = 1e-6
"""Response of a canceller at a blind speed: no oscillator is steadier than -60 dB."""
FARTHEST_GROUND = 2e6


@lru_cache(maxsize=64)
def kept_column(frequency_hz: float, surface_water_vapour_gpm3: float) -> Column:
    """The gas column of a frequency; nobody writes to it."""
    return gas_column(frequency_hz=frequency_hz, surface_water_vapour_gpm3=surface_water_vapour_gpm3)


@dataclass(frozen=True)
class Paths:
    """The paths of one radar. Heights are above sea level."""

    sensing: SensingSpec
    radar: RadarSpec
    antenna_height_m: float
    refraction_factor: float
    column: Column | None

    @property
    def frequency_hz(self) -> float:
        """Carrier frequency. [Hz]"""
        return self.radar.frequency_ghz * HERTZ_PER_GIGAHERTZ

    @property
    def changes(self) -> bool:
        """Whether anything but range counts."""
        sensing = self.sensing
        return bool(self.column or sensing.rain != "none" or sensing.surface != "none" or self.radar.mti_pulses)

    @property
    def most_gain_db(self) -> float:
        """At least what any path adds. [dB]"""
        lobes = MOST_LOBE if self.sensing.surface == "sea" else 0.0
        if self.radar.mti_pulses is None:
            return lobes
        weights = mti.binomial_weights(self.radar.mti_pulses)
        return lobes + float(db_from_ratio(np.abs(weights).sum() ** 2 / mti.noise_gain(weights)))

    def gas_loss_db(self, *, range_m: ArrayLike, elevation_rad: ArrayLike) -> Array:
        """Loss by gas, both ways, at slant ranges and apparent elevations. [dB]"""
        if self.column is None:
            return np.zeros(np.broadcast_shapes(np.shape(range_m), np.shape(elevation_rad)))
        return gas_loss_db(
            column=self.column,
            slant_range_m=range_m,
            elevation_rad=elevation_rad,
            antenna_height_m=self.antenna_height_m,
            refraction_factor=self.refraction_factor,
        )

    def elevation_rad(self, *, ground_m: ArrayLike, height_m: ArrayLike) -> Array:
        """Apparent elevation of what stands at a height above a ground range. [rad]"""
        return apparent_elevation_rad(
            ground_range_m=ground_m,
            height_m=height_m,
            antenna_height_m=self.antenna_height_m,
            refraction_factor=self.refraction_factor,
        )

    def change_db(self, *, range_m: Array, ground_m: Array, height_m: Array, closing_mps: Array | None = None) -> Array:
        """What is added to the free-space SNR, negative for a loss; without `closing_mps` blind speeds are left out. [dB]"""
        elevation = self.elevation_rad(ground_m=ground_m, height_m=height_m)
        total = -self.gas_loss_db(range_m=range_m, elevation_rad=elevation)
        sensing, factor = self.sensing, self.refraction_factor
        if sensing.rain_mmph is not None and sensing.rain_top_m is not None:
            total -= rain_loss_db(
                frequency_hz=self.frequency_hz,
                rain_rate_mmph=sensing.rain_mmph,
                rain_top_m=sensing.rain_top_m,
                slant_range_m=range_m,
                elevation_rad=elevation,
                antenna_height_m=self.antenna_height_m,
                refraction_factor=factor,
            )
        if sensing.surface == "sea":
            total += sea_surface_gain_db(
                ground_range_m=np.minimum(ground_m, FARTHEST_GROUND),
                target_height_m=height_m,
                antenna_height_m=self.antenna_height_m,
                refraction_factor=factor,
                frequency_hz=self.frequency_hz,
                wave_height_rms_m=sensing.wave_height_rms_m or 0.0,
                beamwidth_rad=math.radians(self.radar.beamwidth_elevation_deg),
            )
        return total if closing_mps is None else total + self.canceller_db(closing_mps)

    def canceller_db(self, closing_mps: Array) -> Array:
        """Response of the canceller at a closing speed over its mean over all speeds; 0 without a canceller. [dB]"""
        radar = self.radar
        if radar.mti_pulses is None or radar.prf_hz is None:
            return np.zeros(np.shape(closing_mps))
        weights = mti.binomial_weights(radar.mti_pulses)
        interval_s: ArrayLike = 1.0 / radar.prf_hz
        if radar.mti_stagger is not None:
            interval_s = np.asarray(radar.mti_stagger) / (np.mean(radar.mti_stagger) * radar.prf_hz)
        wave = wavelength_m(frequency_hz=self.frequency_hz)
        doppler = doppler_shift_hz(radial_velocity_mps=closing_mps, wavelength_m=wave)
        gain = mti.canceller_gain(doppler_hz=doppler, weights=weights, interval_s=interval_s) / mti.noise_gain(weights)
        return db_from_ratio(np.maximum(gain, LEAST_RESPONSE))

    def published_loss_db(self, range_m: ArrayLike) -> Array:
        """Gas on the way to the target of the published point, at its altitude or where that is hidden just above. [dB]"""
        ground = np.asarray(range_m, dtype=np.float64)
        lowest = lowest_visible_height_m(
            ground_range_m=ground,
            antenna_height_m=max(self.antenna_height_m, 0.0),
            refraction_factor=self.refraction_factor,
        )
        height = np.maximum(lowest, self.radar.reference_altitude_m)
        return self.gas_loss_db(range_m=ground, elevation_rad=self.elevation_rad(ground_m=ground, height_m=height))


def paths_of(radar: RadarSpec, sensing: SensingSpec, *, antenna_height_m: float, refraction_factor: float) -> Paths:
    """The paths of a radar whose antenna stands at a height above sea level."""
    column = None
    if sensing.gas == "p676":
        column = kept_column(radar.frequency_ghz * HERTZ_PER_GIGAHERTZ, sensing.water_vapour_gpm3)
    return Paths(sensing, radar, antenna_height_m, refraction_factor, column)
