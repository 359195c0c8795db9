"""The atmosphere: standard profiles, radio refractivity, and what they do to a radar ray."""

from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.constants import STANDARD_GRAVITY_MPS2
from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]
Regime = Literal["sub", "standard", "super", "duct"]

GEOPOTENTIAL_RADIUS: Final = 6_356_766.0
"""Earth radius of the height conversion, in metres. US Standard Atmosphere 1976, p. 4."""

GAS_CONSTANT: Final = 8314.32 / 28.9644
"""Gas constant of dry air, in J/(kg K), with the 1976 values R* and M0 (not today's CODATA value)."""

# Base geopotential height [m] and lapse rate [K/m] of the layers. US Standard Atmosphere 1976, table 4.
LAYER_BASE: Final = np.array([0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
LAYER_LAPSE: Final = np.array([-6.5e-3, 0.0, 1e-3, 2.8e-3, 0.0, -2.8e-3, -2e-3])
LAYER_TOP: Final = 84_852.0

REFERENCE_PRESSURE: Final = 1013.25
"""Surface pressure of the reference atmosphere, in hPa. ITU-R P.835-6."""
REFERENCE_VAPOUR: Final = 7.5
"""Surface water vapour density of the reference atmosphere, in g/m3. ITU-R P.835-6."""

# Geometric height [m] and density [kg/m3] above the layers. US Standard Atmosphere 1976, table 1 (part 4).
UPPER_HEIGHT: Final = 1e3 * np.array(
    [86, 90, 100, 110, 120, 130, 140, 150, 160, 180, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000],
    dtype=float,
)
UPPER_DENSITY: Final = np.array([
    6.958e-6, 3.416e-6, 5.604e-7, 9.708e-8, 2.222e-8, 8.152e-9, 3.831e-9, 2.076e-9, 1.233e-9, 5.194e-10, 2.541e-10,
    6.073e-11, 1.916e-11, 7.014e-12, 2.803e-12, 1.184e-12, 5.215e-13, 1.137e-13, 3.070e-14, 1.136e-14, 5.759e-15, 3.561e-15,
])  # fmt: skip


def _layer_bases() -> tuple[Array, Array]:
    """Temperature [K] and pressure [Pa] at the base of each layer, built up from sea level."""
    temperature, pressure = [288.15], [101_325.0]
    for i in range(len(LAYER_BASE) - 1):
        depth, lapse = LAYER_BASE[i + 1] - LAYER_BASE[i], LAYER_LAPSE[i]
        top = temperature[i] + lapse * depth
        pressure.append(float(pressure[i] * _pressure_ratio(depth, np.asarray(temperature[i]), np.asarray(lapse))))
        temperature.append(float(top))
    return np.array(temperature), np.array(pressure)


def _pressure_ratio(depth: Array, base: Array, lapse: Array) -> Array:
    """Pressure over the base pressure, `depth` metres above the base of a layer."""
    rate = STANDARD_GRAVITY_MPS2 / GAS_CONSTANT
    safe = np.where(lapse == 0.0, 1.0, lapse)
    exponent = np.where(lapse == 0.0, -depth * rate / base, -rate / safe * np.log1p(safe * depth / base))
    return np.asarray(np.exp(exponent))


BASE_TEMPERATURE, BASE_PRESSURE = _layer_bases()


class Air(NamedTuple):
    """State of the air: arrays of one shape."""

    temperature_k: Array
    pressure_pa: Array
    density_kgpm3: Array
    speed_of_sound_mps: Array


def geopotential_height_m(*, geometric_height_m: ArrayLike) -> Array:
    """Geopotential height of a geometric height, same shape. [m] Source: US Standard Atmosphere 1976, eq. 18."""
    height = require_within(-5e3, geometric_height_m, 1e6, name="geometric_height_m", source="the 1976 height conversion")
    return GEOPOTENTIAL_RADIUS * height / (GEOPOTENTIAL_RADIUS + height)


def geometric_height_m(*, geopotential_height_m: ArrayLike) -> Array:
    """Geometric height of a geopotential height, same shape. [m] Source: US Standard Atmosphere 1976, eq. 19."""
    height = require_within(-5e3, geopotential_height_m, 8.6e5, name="geopotential_height_m", source="the 1976 conversion")
    return GEOPOTENTIAL_RADIUS * height / (GEOPOTENTIAL_RADIUS - height)


def standard_air(*, geopotential_height_m: ArrayLike) -> Air:
    """Temperature, pressure, density and speed of sound of the US Standard Atmosphere 1976.

    Parameters
    ----------
    geopotential_height_m : (...) array_like
        [m] -5,000 to 84,852. Geometric heights go through `geopotential_height_m` first: 19 m apart at 11 km.

    Returns
    -------
    Air
        Arrays of the same shape, in kelvin, pascal, kg/m3 and m/s.

    Raises
    ------
    OutOfRangeError
        Outside the layers. `air_density_kgpm3` goes on to 1,000 km.

    Notes
    -----
    Source: NOAA/NASA/USAF, US Standard Atmosphere 1976, NOAA-S/T 76-1562, eqs. 23, 33a, 33b, 42, 50.
    """
    height = require_within(
        -5e3, geopotential_height_m, LAYER_TOP, name="geopotential_height_m", source="the 1976 atmosphere"
    )
    layer = np.clip(np.searchsorted(LAYER_BASE, height, side="right") - 1, 0, None)
    depth = height - LAYER_BASE[layer]
    temperature = BASE_TEMPERATURE[layer] + LAYER_LAPSE[layer] * depth
    pressure = BASE_PRESSURE[layer] * _pressure_ratio(depth, BASE_TEMPERATURE[layer], LAYER_LAPSE[layer])
    density = pressure / (GAS_CONSTANT * temperature)
    return Air(temperature, pressure, density, np.sqrt(1.4 * GAS_CONSTANT * temperature))


def air_density_kgpm3(*, geometric_height_m: ArrayLike) -> Array:
    """Density of the 1976 standard atmosphere from -5 to 1,000 km, zero above, same shape. [kg/m3]

    Up to 86 km from the layers; above, log-linear between tabulated densities: within 7 percent from 86 to 120 km and
    20 percent above, where drag on a ballistic arc is already negligible.
    Source: US Standard Atmosphere 1976, NOAA-S/T 76-1562, table 1.
    """
    height = require_within(-5e3, geometric_height_m, 1e9, name="geometric_height_m", source="the 1976 atmosphere")
    capped = np.minimum(height, 1e6)
    geopotential = np.minimum(GEOPOTENTIAL_RADIUS * capped / (GEOPOTENTIAL_RADIUS + capped), LAYER_TOP)
    low = standard_air(geopotential_height_m=geopotential).density_kgpm3
    high = np.exp(np.interp(capped, UPPER_HEIGHT, np.log(UPPER_DENSITY)))
    return np.where(height <= UPPER_HEIGHT[0], low, np.where(height <= 1e6, high, 0.0))


class ReferenceAir(NamedTuple):
    """Mean annual global reference atmosphere of ITU-R P.835; total pressure, as that Recommendation gives it."""

    temperature_k: Array
    pressure_hpa: Array
    water_vapour_density_gpm3: Array


# Base geopotential height [km], pressure [hPa], temperature [K] and lapse [K/km]: ITU-R P.835-6 (12/2017), eqs. 2 and 3.
P835_BASE: Final = np.array([0.0, 11.0, 20.0, 32.0, 47.0, 51.0, 71.0])
P835_PRESSURE: Final = np.array([1013.25, 226.3226, 54.74980, 8.680422, 1.109106, 0.6694167, 0.03956649])
P835_TEMPERATURE: Final = np.array([288.15, 216.65, 216.65, 228.65, 270.65, 270.65, 214.65])
P835_LAPSE: Final = np.array([-6.5, 0.0, 1.0, 2.8, 0.0, -2.8, -2.0])
P835_RATE: Final = 34.1632
P835_UPPER: Final = (95.571899, -4.011801, 6.424731e-2, -4.789660e-4, 1.340543e-6)


def reference_air(*, geometric_height_m: ArrayLike, surface_water_vapour_gpm3: ArrayLike = REFERENCE_VAPOUR) -> ReferenceAir:
    """Temperature, total pressure and water vapour density of the ITU-R mean annual global reference atmosphere.

    Parameters
    ----------
    geometric_height_m : (...) array_like
        [m] 0 to 100,000
    surface_water_vapour_gpm3 : (...) array_like
        Water vapour density at height 0 [g/m3], 0 to 50; it falls off with a scale height of 2 km. They broadcast.

    Notes
    -----
    The constants are those printed by the ITU, so the pressure differs from `standard_air` in the sixth digit. Between 84.852
    geopotential and 86 geometric kilometres the text has a gap of 4 m, closed here with the lower formula.
    The floor of the mixing ratio (2e-6) is left to the caller: the gas sums need it, a profile does not.
    Source: ITU-R P.835-6, "Reference standard atmospheres", 12/2017, Annex 1, eqs. 1 to 6.
    """
    height = require_within(0.0, geometric_height_m, 1e5, name="geometric_height_m", source="ITU-R P.835") / 1e3
    vapour = require_within(0.0, surface_water_vapour_gpm3, 50.0, name="surface_water_vapour_gpm3", source="ITU-R P.835")
    geopotential = np.minimum(6356.766 * height / (6356.766 + height), 84.852)
    layer = np.clip(np.searchsorted(P835_BASE, geopotential, side="left") - 1, 0, None)
    depth, base, lapse = geopotential - P835_BASE[layer], P835_TEMPERATURE[layer], P835_LAPSE[layer]
    safe = np.where(lapse == 0.0, 1.0, lapse)
    ratio = np.where(lapse == 0.0, np.exp(-P835_RATE * depth / base), (base / (base + safe * depth)) ** (P835_RATE / safe))
    arch = np.sqrt(np.clip(1.0 - ((np.clip(height, 91.0, 100.0) - 91.0) / 19.9429) ** 2, 0.0, 1.0))
    upper_temperature = np.where(height <= 91.0, 186.8673, 263.1905 - 76.3232 * arch)
    upper_pressure = np.exp(np.polynomial.polynomial.polyval(height, P835_UPPER))
    upper = height >= 86.0
    temperature = np.where(upper, upper_temperature, base + lapse * depth)
    pressure = np.where(upper, upper_pressure, P835_PRESSURE[layer] * ratio)
    return ReferenceAir(temperature, pressure, vapour * np.exp(-height / 2.0))


def vapour_pressure_hpa(*, water_vapour_gpm3: ArrayLike, temperature_k: ArrayLike) -> Array:
    """Partial pressure of water vapour, e = rho T / 216.7; the arguments broadcast. [hPa] Source: ITU-R P.453-14, eq. 10."""
    density = require_within(0.0, water_vapour_gpm3, 200.0, name="water_vapour_gpm3", source="ITU-R P.453")
    temperature = require_within(100.0, temperature_k, 400.0, name="temperature_k", source="ITU-R P.453")
    return density * temperature / 216.7


def saturation_pressure_hpa(
    *, temperature_c: ArrayLike, pressure_hpa: ArrayLike = REFERENCE_PRESSURE, phase: Literal["water", "ice"] = "water"
) -> Array:
    """Saturation pressure of water vapour over water or ice; the arguments broadcast. [hPa]

    Valid from -40 to 50 degrees Celsius over water, -80 to 0 over ice. Source: ITU-R P.453-14, 08/2019, eq. 9.
    """
    low, high = (-40.0, 50.0) if phase == "water" else (-80.0, 0.0)
    t = require_within(low, temperature_c, high, name="temperature_c", source=f"ITU-R P.453 over {phase}")
    p = require_within(0.0, pressure_hpa, 1200.0, name="pressure_hpa", source="ITU-R P.453")
    if phase == "water":
        a, b, c, d, excess = 6.1121, 18.678, 257.14, 234.5, 7.2 + p * (0.0320 + 5.9e-6 * t * t)
    else:
        a, b, c, d, excess = 6.1115, 23.036, 279.82, 333.7, 2.2 + p * (0.0383 + 6.4e-6 * t * t)
    return np.asarray((1.0 + 1e-4 * excess) * a * np.exp((b - t / d) * t / (t + c)))


def refractivity(*, dry_pressure_hpa: ArrayLike, temperature_k: ArrayLike, vapour_hpa: ArrayLike) -> Array:
    """Radio refractivity N = (n - 1) 1e6 = 77.6 Pd/T + 72 e/T + 3.75e5 e/T^2; the arguments broadcast. [N-units]

    Parameters
    ----------
    dry_pressure_hpa : (...) array_like
        Pressure of the dry air alone, Pd = P - e. [hPa] With the total pressure in its place the answer is 2 N-units high.
    temperature_k : (...) array_like
        [K] 100 to 400
    vapour_hpa : (...) array_like
        Partial pressure of water vapour e. [hPa]

    Source: ITU-R P.453-14, "The radio refractive index", 08/2019, eqs. 1 to 5. Valid to 100 GHz within 0.5 percent.
    """
    dry = require_within(0.0, dry_pressure_hpa, 1200.0, name="dry_pressure_hpa", source="ITU-R P.453")
    temperature = require_within(100.0, temperature_k, 400.0, name="temperature_k", source="ITU-R P.453")
    vapour = require_within(0.0, vapour_hpa, 200.0, name="vapour_hpa", source="ITU-R P.453")
    return 77.6 * dry / temperature + 72.0 * vapour / temperature + 3.75e5 * vapour / temperature**2


def exponential_refractivity(*, surface_n: ArrayLike, height_m: ArrayLike, scale_height_m: ArrayLike) -> tuple[Array, Array]:
    """N = Ns exp(-h / H) and its gradient per metre; the arguments broadcast. [N-units, N-units/m]

    Global reference: Ns = 315, H = 7.35 km. Source: ITU-R P.453-14, eq. 11.
    """
    scale = require_within(100.0, scale_height_m, 1e5, name="scale_height_m", source="an exponential atmosphere")
    height = require_within(-1e3, height_m, 1e6, name="height_m", source="an exponential atmosphere")
    surface = require_within(0.0, surface_n, 1000.0, name="surface_n", source="an exponential atmosphere")
    value = surface * np.exp(-height / scale)
    return value, -value / scale


def modified_refractivity(*, refractivity_n: ArrayLike, height_m: ArrayLike) -> Array:
    """M = N + 157 h with h in kilometres; a layer in which M falls with height is a duct. [M-units] Source: ITU-R P.453-14."""
    return np.asarray(refractivity_n, dtype=np.float64) + 0.157 * np.asarray(height_m, dtype=np.float64)


def refraction_factor(*, gradient_n_per_m: ArrayLike, earth_radius_m: ArrayLike) -> Array:
    """Effective-earth factor k = 1 / (1 + a dN/dh 1e-6); the arguments broadcast. [-]

    -39 N-units per kilometre is k = 1.3306, the "4/3" earth. k goes to infinity at -157 N-units per kilometre and is negative
    below: the ray is then bent more than the earth (a duct), and no horizon formula may use it. See `propagation_regime`.
    The 0.13 of surveyors is the optical refraction coefficient; for radio waves 1 - 1/k is 0.25.

    Source: ITU-R P.834-9, "Effects of tropospheric refraction", 2017, eq. 3; M. I. Skolnik, Radar Systems, 3rd ed., 2001, 8.2.

    Raises
    ------
    OutOfRangeError
        Where k is infinite, or the gradient is beyond 5 N-units per metre either way.
    """
    gradient = require_within(-5.0, gradient_n_per_m, 5.0, name="gradient_n_per_m", source="the effective-earth model")
    radius = require_within(1e6, earth_radius_m, 1e8, name="earth_radius_m", source="the effective-earth model")
    curvature = 1.0 + radius * gradient * 1e-6
    if np.any(curvature == 0.0):
        raise OutOfRangeError(
            "the refractivity gradient makes rays exactly parallel to the earth: k is infinite; treat it as a duct"
        )
    return np.asarray(1.0 / curvature)


def propagation_regime(*, gradient_n_per_m: float) -> Regime:
    """Which refraction a gradient of N stands for: "sub" (above 0), "standard" (to -79), "super" (to -157), "duct" [N/km].

    "duct" is outside every ray and horizon formula of this package: outputs must flag it, not use a large k.
    Source: ITU-R P.453-14 and P.834-9; limits as in M. I. Skolnik, Radar Systems, 3rd ed., 2001, sect. 8.2.
    """
    per_km = float(require_within(-5.0, gradient_n_per_m, 5.0, name="gradient_n_per_m", source="the classes")) * 1e3
    if per_km > 0.0:
        return "sub"
    if per_km > -79.0:
        return "standard"
    return "super" if per_km > -157.0 else "duct"
