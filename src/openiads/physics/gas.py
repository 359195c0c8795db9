"""Attenuation by oxygen and water vapour. Every value is one way: a radar pays it twice, and that is the caller's doing.

The edition of ITU-R P.676 is an argument, because answers differ: the approximate slant path by 4 percent at
38 GHz in mild air, by 14 percent in hot air.
"""

from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.physics.atmosphere import reference_air, refractivity, vapour_pressure_hpa
from openiads.physics.gas_tables import (
    OXYGEN,
    OXYGEN_HEIGHT_12,
    OXYGEN_HEIGHT_13,
    WATER,
    WATER_HEIGHT_12,
    WATER_HEIGHT_13,
)

Array = NDArray[np.float64]
Edition = Literal["P.676-12", "P.676-13"]

EDITIONS: Final = ("P.676-12", "P.676-13")
EARTH: Final = 6371.0
"""Earth radius of the layer sum, in kilometres. ITU-R P.676-13, Annex 1, sect. 2.2.1."""
LAYERS: Final = 922
GROUND: Final = 0.0
SPACE: Final = 1e5
"""Where the reference atmosphere starts and ends, in metres."""
SOURCE: Final = "ITU-R P.676"


class SpecificAttenuation(NamedTuple):
    """One-way attenuation per kilometre by oxygen (with the dry continuum) and by water vapour; arrays of one shape."""

    oxygen_db_per_km: Array
    water_db_per_km: Array

    @property
    def total_db_per_km(self) -> Array:
        """Sum of both. [dB/km]"""
        return self.oxygen_db_per_km + self.water_db_per_km


def specific_attenuation(
    *, frequency_hz: ArrayLike, dry_pressure_hpa: ArrayLike, temperature_k: ArrayLike, water_vapour_gpm3: ArrayLike
) -> SpecificAttenuation:
    """One-way specific attenuation by the sum over all spectral lines.

    Parameters
    ----------
    frequency_hz : (...) array_like
        [Hz] 1e9 to 1e12; lower frequencies lose less than at 1 GHz (0.005 dB/km).
    dry_pressure_hpa : (...) array_like
        Pressure of the *dry* air: total less that of the vapour. [hPa] 0 to 1,200
    temperature_k : (...) array_like
        [K] 100 to 400
    water_vapour_gpm3 : (...) array_like
        Water vapour density [g/m3], 0 to 200. The arguments broadcast.

    Returns
    -------
    SpecificAttenuation
        [dB/km], one way. Twice this for a radar's path out and back.

    Raises
    ------
    OutOfRangeError
        Out of the ranges above.

    Notes
    -----
    Editions 12 and 13 have the same line tables, so the edition is not asked for here.
    Source: ITU-R P.676-13, "Attenuation by atmospheric gases and related effects", 08/2022, Annex 1, eqs. 1 to 9.
    """
    frequency = require_within(1e9, frequency_hz, 1e12, name="frequency_hz", source=SOURCE) / 1e9
    dry = require_within(0.0, dry_pressure_hpa, 1200.0, name="dry_pressure_hpa", source=SOURCE)
    temperature = require_within(100.0, temperature_k, 400.0, name="temperature_k", source=SOURCE)
    vapour = vapour_pressure_hpa(water_vapour_gpm3=water_vapour_gpm3, temperature_k=temperature)
    f, p, e, theta = np.broadcast_arrays(frequency, dry, vapour, 300.0 / temperature)
    oxygen = _oxygen_lines(f, p, e, theta) + _dry_continuum(f, p, e, theta)
    return SpecificAttenuation(0.1820 * f * oxygen, 0.1820 * f * _water_lines(f, p, e, theta))


def _oxygen_lines(f: Array, p: Array, e: Array, theta: Array) -> Array:
    line, a1, a2, a3, a4, a5, a6 = OXYGEN.T
    f, p, e, theta = f[..., None], p[..., None], e[..., None], theta[..., None]
    strength = a1 * 1e-7 * p * theta**3 * np.exp(a2 * (1.0 - theta))
    width = a3 * 1e-4 * (p * theta ** (0.8 - a4) + 1.1 * e * theta)
    width = np.sqrt(width * width + 2.25e-6)
    interference = (a5 + a6 * theta) * 1e-4 * (p + e) * theta**0.8
    return np.asarray(np.sum(strength * _line_shape(f, line, width, interference), axis=-1))


def _water_lines(f: Array, p: Array, e: Array, theta: Array) -> Array:
    line, b1, b2, b3, b4, b5, b6 = WATER.T
    f, p, e, theta = f[..., None], p[..., None], e[..., None], theta[..., None]
    strength = b1 * 0.1 * e * theta**3.5 * np.exp(b2 * (1.0 - theta))
    width = b3 * 1e-4 * (p * theta**b4 + b5 * e * theta**b6)
    width = 0.535 * width + np.sqrt(0.217 * width * width + 2.1316e-12 * line * line / theta)
    return np.asarray(np.sum(strength * _line_shape(f, line, width, 0.0), axis=-1))


def _line_shape(f: Array, line: Array, width: Array, interference: Array | float) -> Array:
    below, above = line - f, line + f
    near = (width - interference * below) / (below * below + width * width)
    far = (width - interference * above) / (above * above + width * width)
    return np.asarray(f / line * (near + far))


def _dry_continuum(f: Array, p: Array, e: Array, theta: Array) -> Array:
    d = np.maximum(5.6e-4 * (p + e) * theta**0.8, 1e-30)
    nitrogen = 1.4e-12 * p * theta**1.5 / (1.0 + 1.9e-5 * f**1.5)
    return np.asarray(f * p * theta * theta * (6.14e-5 / (d * (1.0 + (f / d) ** 2)) + nitrogen))


def slant_attenuation_db(
    *,
    frequency_hz: float,
    elevation_rad: float,
    surface_water_vapour_gpm3: float,
    from_height_m: float = GROUND,
    to_height_m: float = SPACE,
) -> float:
    """One-way attenuation of a refracted slant path through the reference atmosphere, line by line and layer by layer.

    Parameters
    ----------
    frequency_hz : float
        [Hz] 1e9 to 1e12
    elevation_rad : float
        Apparent elevation at the lower end. [rad] 0 to pi/2
    surface_water_vapour_gpm3 : float
        Water vapour density at height 0 [g/m3]; pressure and temperature are those of `atmosphere.reference_air`.
    from_height_m, to_height_m : float
        Lower and upper end of the path. [m] 0 to 1e5; the default is earth to space.

    Returns
    -------
    float
        [dB], one way. For a radar: twice this.

    Raises
    ------
    OutOfRangeError
        Out of range, or `to_height_m` below `from_height_m`.

    Notes
    -----
    Validity: within 3e-6 of the printed ITU example (28 GHz, 30 degrees). A few milliseconds: tabulate, do not call per look.
    Source: ITU-R P.676-13, 08/2022, Annex 1, sect. 2.2.1, eqs. 13 to 19, atmosphere of ITU-R P.835-6.
    """
    elevation = float(require_within(0.0, elevation_rad, np.pi / 2, name="elevation_rad", source=SOURCE))
    bottom = float(require_within(0.0, from_height_m, 1e5, name="from_height_m", source=SOURCE)) / 1e3
    top = float(require_within(bottom * 1e3, to_height_m, 1e5, name="to_height_m", source=SOURCE)) / 1e3
    growth = np.exp(np.arange(LAYERS) / 100.0)
    bounds = np.append(0.0, 1e-4 * np.cumsum(growth))
    bounds = np.concatenate(([bottom], bounds[(bounds > bottom) & (bounds < top)], [top]))
    low, depth = bounds[:-1], np.diff(bounds)
    middle = np.minimum(low + 0.5 * depth, 100.0)
    air = reference_air(geometric_height_m=middle * 1e3, surface_water_vapour_gpm3=surface_water_vapour_gpm3)
    vapour = air.water_vapour_density_gpm3
    partial = vapour_pressure_hpa(water_vapour_gpm3=vapour, temperature_k=air.temperature_k)
    dry = air.pressure_hpa - partial
    gamma = specific_attenuation(
        frequency_hz=frequency_hz, dry_pressure_hpa=dry, temperature_k=air.temperature_k, water_vapour_gpm3=vapour
    ).total_db_per_km
    index = 1.0 + 1e-6 * refractivity(dry_pressure_hpa=dry, temperature_k=air.temperature_k, vapour_hpa=partial)
    return float(np.sum(gamma * _path_lengths(EARTH + low, depth, index, elevation)))


def _path_lengths(radius: Array, depth: Array, index: Array, elevation: float) -> Array:
    """Length [km] of a ray in each layer, from Snell's law on spheres, n r cos(e) = constant."""
    cosine = np.minimum(index[0] * radius[0] * np.cos(elevation) / (index * radius), 1.0)
    sine = np.sqrt(1.0 - cosine * cosine)
    sine[0] = np.sin(elevation)
    rise = 2.0 * radius * depth + depth * depth
    return np.asarray(rise / (radius * sine + np.sqrt(radius * radius * sine * sine + rise)))


def equivalent_heights_km(
    *,
    frequency_hz: ArrayLike,
    dry_pressure_hpa: ArrayLike,
    temperature_k: ArrayLike,
    water_vapour_gpm3: ArrayLike,
    edition: Edition,
) -> tuple[Array, Array]:
    """Equivalent heights of oxygen and water vapour: zenith attenuation over specific attenuation at the surface. [km]

    Parameters
    ----------
    frequency_hz : (...) array_like
        [Hz] 1e9 to 350e9 for P.676-12; 1e9 to 50e9 for P.676-13, whose tabulated coefficients are kept to there.
    dry_pressure_hpa, temperature_k, water_vapour_gpm3 : (...) array_like
        Surface values, as for `specific_attenuation`; all broadcast.
    edition : str
        "P.676-12" or "P.676-13".

    Source: ITU-R P.676-12, 08/2019, Annex 2, eqs. 30 to 38; ITU-R P.676-13, 08/2022, Annex 2, eqs. 31 and 37.
    """
    if edition not in EDITIONS:
        raise OutOfRangeError(f"edition {edition!r} is not one of {', '.join(EDITIONS)}")
    highest = 350e9 if edition == "P.676-12" else 50e9
    source = f"the approximation of {edition} (the line-by-line slant path has no such limit)"
    f = require_within(1e9, frequency_hz, highest, name="frequency_hz", source=source) / 1e9
    dry = require_within(200.0, dry_pressure_hpa, 1200.0, name="dry_pressure_hpa", source=source)
    t = require_within(200.0, temperature_k, 340.0, name="temperature_k", source=source)
    rho = require_within(0.0, water_vapour_gpm3, 60.0, name="water_vapour_gpm3", source=source)
    total = dry + vapour_pressure_hpa(water_vapour_gpm3=rho, temperature_k=t)
    f, total, t, rho = np.broadcast_arrays(f, total, t, rho)
    return _heights_12(f, total / 1013.25, t - 273.15, rho) if edition == "P.676-12" else _heights_13(f, total, t, rho)


def _heights_13(f: Array, total: Array, t: Array, rho: Array) -> tuple[Array, Array]:
    a0, b0, c0, d0 = (np.interp(f, OXYGEN_HEIGHT_13[:, 0], OXYGEN_HEIGHT_13[:, i]) for i in range(1, 5))
    line, a, b = WATER_HEIGHT_13.T
    water = 5.6585e-5 * f + 1.8348 + np.sum(a / ((f[..., None] - line) ** 2 + b), axis=-1)
    return a0 + b0 * t + c0 * total + d0 * rho, water


def _heights_12(f: Array, ratio: Array, celsius: Array, rho: Array) -> tuple[Array, Array]:
    line, c = OXYGEN_HEIGHT_12.T
    t1 = 5.1040 / (1.0 + 0.066 * ratio**-2.3) * np.exp(-(((f - 59.7) / (2.87 + 12.4 * np.exp(-7.9 * ratio))) ** 2))
    t2 = np.sum(
        c * np.exp(2.12 * ratio[..., None]) / ((f[..., None] - line) ** 2 + 0.025 * np.exp(2.2 * ratio[..., None])), axis=-1
    )
    polynomial = (15.02 * f**2 - 1353.0 * f + 5.333e4) / (f**3 - 151.3 * f**2 + 9629.0 * f - 6803.0)
    t3 = 0.0114 * f / (1.0 + 0.14 * ratio**-2.6) * polynomial
    oxygen = 6.1 * (0.7832 + 0.00709 * celsius) / (1.0 + 0.17 * ratio**-1.1) * (1.0 + t1 + t2 + t3)
    oxygen = np.where(f < 70.0, np.minimum(oxygen, 10.7 * ratio**0.3), oxygen)
    line, a, b = WATER_HEIGHT_12.T
    sigma = 1.013 / (1.0 + np.exp(-8.6 * (ratio - 0.57)))
    resonances = np.sum(a * sigma[..., None] / ((f[..., None] - line) ** 2 + b * sigma[..., None]), axis=-1)
    scale = 1.1674 - 0.00622 * celsius + 0.0063 * rho
    return oxygen, 1.9298 - 0.04166 * celsius + 0.0517 * rho + scale * resonances


def slant_attenuation_approx_db(
    *,
    frequency_hz: ArrayLike,
    elevation_rad: ArrayLike,
    surface_dry_pressure_hpa: ArrayLike,
    surface_temperature_k: ArrayLike,
    surface_water_vapour_gpm3: ArrayLike,
    edition: Edition,
) -> Array:
    """One-way earth-to-space attenuation from surface values, (gamma_o h_o + gamma_w h_w) / sin(elevation); all broadcast. [dB]

    Validity: elevation 5 to 90 degrees (no refraction), frequency as for `equivalent_heights_km`, ground under 2 km.
    For a radar: twice this. Source: ITU-R P.676-12 and -13, Annex 2, instantaneous attenuation.
    """
    low, high = np.radians((5.0, 90.0))
    elevation = require_within(float(low), elevation_rad, float(high), name="elevation_rad", source="the cosecant law")
    gamma = specific_attenuation(
        frequency_hz=frequency_hz,
        dry_pressure_hpa=surface_dry_pressure_hpa,
        temperature_k=surface_temperature_k,
        water_vapour_gpm3=surface_water_vapour_gpm3,
    )
    oxygen, water = equivalent_heights_km(
        frequency_hz=frequency_hz,
        dry_pressure_hpa=surface_dry_pressure_hpa,
        temperature_k=surface_temperature_k,
        water_vapour_gpm3=surface_water_vapour_gpm3,
        edition=edition,
    )
    total = gamma.oxygen_db_per_km * oxygen + gamma.water_db_per_km * water
    return np.asarray(total / np.sin(elevation))
