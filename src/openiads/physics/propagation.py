"""Over the horizon and around edges: geometry on the effective earth, knife-edge and smooth-earth diffraction.

Losses are one way, in decibels of power: a radar's echo loses twice as much.
The exact horizon itself is `openiads.geo.horizon.horizon_range_m`; here are the textbook form of it and what MathWorks and
others call range, height and elevation on the effective sphere.
"""

from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.physics.waveform import wavelength_m

Array = NDArray[np.float64]
Polarisation = Literal["horizontal", "vertical"]

SPHERE: Final = "the effective-earth model"
P526: Final = "ITU-R P.526"
LAND: Final = (22.0, 0.003)
"""Relative permittivity and conductivity [S/m] of average land. ITU-R P.526-15 and P.452-18, sect. 4.2.2.1."""
SEA: Final = (80.0, 5.0)
"""Relative permittivity and conductivity [S/m] of sea water. ITU-R P.526-15 and P.452-18, sect. 4.2.2.1."""


def _radius(effective_radius_m: ArrayLike) -> Array:
    return require_within(1e6, effective_radius_m, 1e9, name="effective_radius_m", source=SPHERE)


def small_angle_horizon_m(
    *, antenna_height_m: ArrayLike, target_height_m: ArrayLike, effective_radius_m: ArrayLike
) -> Array:
    """Textbook horizon distance sqrt(2 ka h1) + sqrt(2 ka h2); the arguments broadcast. [m]

    4.12 km per root metre with k = 4/3. It is 200 m too far at 430 km; `geo.horizon.horizon_range_m` is exact on the sphere.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 8.5.
    """
    low = require_within(0.0, antenna_height_m, 1e7, name="antenna_height_m", source=SPHERE)
    high = require_within(0.0, target_height_m, 1e7, name="target_height_m", source=SPHERE)
    twice = 2.0 * _radius(effective_radius_m)
    return np.asarray(np.sqrt(twice * low) + np.sqrt(twice * high))


def horizon_slant_range_m(
    *, antenna_height_m: ArrayLike, target_height_m: ArrayLike, effective_radius_m: ArrayLike
) -> Array:
    """Straight-line length of the ray that grazes the effective earth between two heights; the arguments broadcast. [m]

    With target height 0 this is sqrt(2 ka h + h^2), the distance to the radar's own horizon.
    Source: plane geometry, as in L. V. Blake, Radar Range-Performance Analysis, 1986, ch. 5.
    """
    low = require_within(0.0, antenna_height_m, 1e7, name="antenna_height_m", source=SPHERE)
    high = require_within(0.0, target_height_m, 1e7, name="target_height_m", source=SPHERE)
    radius = _radius(effective_radius_m)
    return np.asarray(np.sqrt(low * (2.0 * radius + low)) + np.sqrt(high * (2.0 * radius + high)))


def target_height_m(
    *, slant_range_m: ArrayLike, elevation_rad: ArrayLike, antenna_height_m: ArrayLike, effective_radius_m: ArrayLike
) -> Array:
    """Height of a target at a slant range and apparent elevation on the effective earth; the arguments broadcast. [m]

    h = sqrt((ka + h0)^2 + R^2 + 2 (ka + h0) R sin e) - ka, without the difference of large numbers. Negative below the surface.
    Validity: heights under about 3 km with a 4/3 earth; above, see `refraction.exponential_height_m`.
    Source: M. I. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, sect. 8.2; MathWorks `range2height`.
    """
    distance = require_within(0.0, slant_range_m, 1e8, name="slant_range_m", source=SPHERE)
    elevation = require_within(-np.pi / 2, elevation_rad, np.pi / 2, name="elevation_rad", source=SPHERE)
    antenna = require_within(-1e3, antenna_height_m, 1e7, name="antenna_height_m", source=SPHERE)
    centre = _radius(effective_radius_m) + antenna
    gain = distance * (distance + 2.0 * centre * np.sin(elevation))
    return np.asarray(antenna + gain / (centre + np.sqrt(centre * centre + gain)))


def slant_range_m(
    *, target_height_m: ArrayLike, elevation_rad: ArrayLike, antenna_height_m: ArrayLike, effective_radius_m: ArrayLike
) -> Array:
    """Slant range at which a ray at an apparent elevation passes a height; the arguments broadcast. [m]

    For a target below the antenna the nearer crossing is meant; above, there is one. The inverse of `target_height_m`.

    Raises
    ------
    OutOfRangeError
        When the ray never comes down to the height.
    """
    target = require_within(-1e3, target_height_m, 1e8, name="target_height_m", source=SPHERE)
    elevation = require_within(-np.pi / 2, elevation_rad, np.pi / 2, name="elevation_rad", source=SPHERE)
    antenna = require_within(-1e3, antenna_height_m, 1e7, name="antenna_height_m", source=SPHERE)
    radius = _radius(effective_radius_m)
    gain = (target - antenna) * (2.0 * radius + target + antenna)
    down = (radius + antenna) * np.sin(elevation)
    square = down * down + gain
    if np.any((square < 0.0) | ((gain < 0.0) & (down >= 0.0))):
        raise OutOfRangeError("a ray at this elevation never comes down to target_height_m: lower the elevation")
    root = np.sqrt(square)
    outer = np.where(down + root > 0.0, gain / np.where(down + root > 0.0, down + root, 1.0), 0.0)
    return np.asarray(np.where(gain < 0.0, -down - root, np.where(down > 0.0, outer, root - down)))


def elevation_rad(
    *, slant_range_m: ArrayLike, target_height_m: ArrayLike, antenna_height_m: ArrayLike, effective_radius_m: ArrayLike
) -> Array:
    """Apparent elevation of a target of known height at a slant range; the arguments broadcast. [rad]

    Raises
    ------
    OutOfRangeError
        When the height difference is larger than the range.
    """
    distance = require_within(1e-3, slant_range_m, 1e8, name="slant_range_m", source=SPHERE)
    target = require_within(-1e3, target_height_m, 1e8, name="target_height_m", source=SPHERE)
    antenna = require_within(-1e3, antenna_height_m, 1e7, name="antenna_height_m", source=SPHERE)
    radius = _radius(effective_radius_m)
    rise = (target - antenna) * (2.0 * radius + target + antenna)
    sine = (rise - distance * distance) / (2.0 * (radius + antenna) * distance)
    return np.arcsin(
        require_within(-1.0, sine, 1.0, name="the sine of the elevation", source="a triangle of range and heights")
    )


def ground_range_m(
    *, slant_range_m: ArrayLike, elevation_rad: ArrayLike, antenna_height_m: ArrayLike, effective_radius_m: ArrayLike
) -> Array:
    """Distance along the surface to below a target at a slant range and apparent elevation; the arguments broadcast. [m]"""
    distance = require_within(0.0, slant_range_m, 1e8, name="slant_range_m", source=SPHERE)
    elevation = require_within(-np.pi / 2, elevation_rad, np.pi / 2, name="elevation_rad", source=SPHERE)
    antenna = require_within(-1e3, antenna_height_m, 1e7, name="antenna_height_m", source=SPHERE)
    radius = _radius(effective_radius_m)
    across = distance * np.cos(elevation)
    return np.asarray(radius * np.arctan2(across, radius + antenna + distance * np.sin(elevation)))


def fresnel_parameter(
    *, clearance_m: ArrayLike, distance1_m: ArrayLike, distance2_m: ArrayLike, wavelength_m: ArrayLike
) -> Array:
    """Diffraction parameter nu = h sqrt(2 (d1 + d2) / (lambda d1 d2)); the arguments broadcast. [-]

    `clearance_m` is how far the edge stands *above* the straight line between the ends (negative: below it).
    Source: ITU-R P.526-15, "Propagation by diffraction", 10/2019, eq. 26.
    """
    d1 = require_within(1e-9, distance1_m, 1e9, name="distance1_m", source=P526)
    d2 = require_within(1e-9, distance2_m, 1e9, name="distance2_m", source=P526)
    wave = require_within(1e-9, wavelength_m, 1e6, name="wavelength_m", source=P526)
    height = require_within(-1e6, clearance_m, 1e6, name="clearance_m", source=P526)
    return np.asarray(height * np.sqrt(2.0 * (d1 + d2) / (wave * d1 * d2)))


def knife_edge_loss_db(*, fresnel_v: ArrayLike) -> Array:
    """Exact one-way loss of a knife edge, -20 log10 |1 - C - S, C - S| / 2 by the Fresnel integrals, same shape. [dB]

    Slightly negative (a gain of up to 1.4 dB) between the Fresnel zones of a clear path. From nu = 8 on, where C and S cancel,
    by the auxiliary functions f and g. Source: ITU-R P.526-15, 10/2019, eq. 30; asymptote: M. Abramowitz and I. A. Stegun,
    Handbook of Mathematical Functions, 1964, 7.3.27 and 7.3.28.
    """
    from scipy.special import fresnel  # noqa: PLC0415 - slow to import

    v = require_within(-1e6, fresnel_v, 1e6, name="fresnel_v", source="the Fresnel integrals")
    sine, cosine = fresnel(np.minimum(v, 8.0))
    near = np.hypot(1.0 - cosine - sine, cosine - sine) / 2.0
    # With f and g: C = 1/2 + f sin - g cos, S = 1/2 - f cos - g sin, hence the magnitude is sqrt((f^2 + g^2) / 2).
    large = np.pi * np.maximum(v, 8.0) ** 2
    f = (1.0 - 3.0 / large**2 + 105.0 / large**4 - 10395.0 / large**6) / (np.pi * np.maximum(v, 8.0))
    g = (1.0 - 15.0 / large**2 + 945.0 / large**4) / (np.pi * np.maximum(v, 8.0) * large)
    return np.asarray(-20.0 * np.log10(np.where(v < 8.0, near, np.sqrt((f * f + g * g) / 2.0))))


def knife_edge_loss_approx_db(*, fresnel_v: ArrayLike) -> Array:
    """Approximate one-way loss of a knife edge, 0 for nu <= -0.78, same shape. [dB]

    Within 0.13 dB of the exact loss for nu above 0. Source: ITU-R P.526-15, 10/2019, eq. 31.
    """
    v = require_within(-1e6, fresnel_v, 1e6, name="fresnel_v", source=P526)
    above = np.maximum(v, -0.78) - 0.1
    # sqrt(x^2 + 1) + x is exp(asinh(x)): no cancellation for negative x
    return np.asarray(np.where(v > -0.78, 6.9 + 20.0 / np.log(10.0) * np.arcsinh(above), 0.0))


def first_term_loss_db(
    *,
    distance_m: ArrayLike,
    height1_m: ArrayLike,
    height2_m: ArrayLike,
    effective_radius_m: ArrayLike,
    frequency_hz: ArrayLike,
    polarisation: Polarisation,
    sea_share: float = 0.0,
) -> Array:
    """One-way loss beyond free space by the first term of the smooth-earth residue series; the arguments broadcast. [dB]

    Parameters
    ----------
    distance_m : (...) array_like
        Path length. [m] 1 to 2e6. Beyond the horizon only; `smooth_earth_loss_db` treats the rest.
    height1_m, height2_m : (...) array_like
        Antenna heights above the smooth surface. [m] above 0
    effective_radius_m : (...) array_like
        k a. [m]
    frequency_hz : (...) array_like
        [Hz] 1e7 to 1e11
    polarisation : {"horizontal", "vertical"}
    sea_share : float
        Share of the path over sea, 0 to 1; losses over land and sea are averaged in decibels, as the ITU does.

    Source: ITU-R P.526-15, 10/2019, sect. 3.1.1, eqs. 13 to 18; ITU-R P.452-18, Att. 2, sect. 4.2.2.1, eqs. 29 to 36.
    """
    if polarisation not in ("horizontal", "vertical"):
        raise OutOfRangeError(f"polarisation {polarisation!r} is not 'horizontal' or 'vertical'")
    share = float(require_within(0.0, sea_share, 1.0, name="sea_share", source=P526))
    d = require_within(1.0, distance_m, 2e6, name="distance_m", source=P526) / 1e3
    h1 = require_within(1e-3, height1_m, 1e6, name="height1_m", source=P526)
    h2 = require_within(1e-3, height2_m, 1e6, name="height2_m", source=P526)
    f = require_within(1e7, frequency_hz, 1e11, name="frequency_hz", source=P526) / 1e9
    a = _radius(effective_radius_m) / 1e3
    land = _first_term(d, h1, h2, a, f, polarisation, LAND)
    return land if share == 0.0 else share * _first_term(d, h1, h2, a, f, polarisation, SEA) + (1.0 - share) * land


def _first_term(
    d: Array, h1: Array, h2: Array, a: Array, f: Array, polarisation: Polarisation, ground: tuple[float, float]
) -> Array:
    permittivity, conductivity = ground
    imaginary = (18.0 * conductivity / f) ** 2
    k = 0.036 * (a * f) ** (-1.0 / 3.0) * ((permittivity - 1.0) ** 2 + imaginary) ** -0.25
    if polarisation == "vertical":
        k = k * np.sqrt(permittivity**2 + imaginary)
    beta = (1.0 + 1.6 * k**2 + 0.67 * k**4) / (1.0 + 4.5 * k**2 + 1.53 * k**4)
    x = 21.88 * beta * (f / a**2) ** (1.0 / 3.0) * d
    far = 11.0 + 10.0 * np.log10(x) - 17.6 * x
    near = -20.0 * np.log10(x) - 5.6488 * x**1.425
    scale = 0.9575 * beta * (f**2 / a) ** (1.0 / 3.0)
    return np.asarray(-np.where(x >= 1.6, far, near) - _height_gain(scale * h1, beta, k) - _height_gain(scale * h2, beta, k))


def _height_gain(y: Array, beta: Array, k: Array) -> Array:
    b = beta * y
    high = np.maximum(b - 1.1, 0.9)
    gain = np.where(b > 2.0, 17.6 * np.sqrt(high) - 5.0 * np.log10(high) - 8.0, 20.0 * np.log10(b + 0.1 * b**3))
    return np.asarray(np.maximum(gain, 2.0 + 20.0 * np.log10(k)))


def smooth_earth_loss_db(
    *,
    distance_m: ArrayLike,
    height1_m: ArrayLike,
    height2_m: ArrayLike,
    effective_radius_m: float,
    frequency_hz: float,
    polarisation: Polarisation,
    sea_share: float = 0.0,
) -> Array:
    """One-way diffraction loss of a smooth spherical earth at any distance; distance and heights broadcast. [dB]

    Beyond the horizon the residue series; in sight, zero when 0.55 of the first Fresnel zone is clear, and interpolated
    between. Arguments and ranges as for `first_term_loss_db`. Over the horizon troposcatter, which no diffraction model holds,
    takes over at high loss. For a radar: twice this.
    Source: ITU-R P.526-15, 10/2019, sect. 3.2; ITU-R P.452-18, Att. 2, sect. 4.2.2, eqs. 21 to 28.
    """
    distance, h1, h2 = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (distance_m, height1_m, height2_m)))
    electric: dict[str, Any] = {"frequency_hz": frequency_hz, "polarisation": polarisation, "sea_share": sea_share}

    def residue(where: NDArray[np.bool_], radius_m: ArrayLike) -> Array:
        return first_term_loss_db(
            distance_m=distance[where], height1_m=h1[where], height2_m=h2[where], effective_radius_m=radius_m, **electric
        )

    loss = np.zeros(distance.shape)
    d, a = distance / 1e3, effective_radius_m / 1e3
    beyond = distance >= small_angle_horizon_m(
        antenna_height_m=h1, target_height_m=h2, effective_radius_m=effective_radius_m
    )
    if np.any(beyond):
        loss[beyond] = residue(beyond, effective_radius_m)
    share = _hidden_share(d, h1, h2, a, float(wavelength_m(frequency_hz=frequency_hz)))
    grazing = ~beyond & (share > 0.0)
    if np.any(grazing):
        marginal = 500.0 * (d[grazing] / (np.sqrt(h1[grazing]) + np.sqrt(h2[grazing]))) ** 2 * 1e3
        loss[grazing] = share[grazing] * np.maximum(residue(grazing, marginal), 0.0)
    return loss


def _hidden_share(d: Array, h1: Array, h2: Array, a: float, wave: float) -> Array:
    """How much of the clearance that a path in sight needs is missing: 0 when it has all of it, 1 at the horizon."""
    c = (h1 - h2) / (h1 + h2)
    m = 250.0 * d * d / (a * (h1 + h2))
    angle = np.arccos(np.clip(1.5 * c * np.sqrt(3.0 * m / (m + 1.0) ** 3), -1.0, 1.0))
    b = 2.0 * np.sqrt((m + 1.0) / (3.0 * m)) * np.cos(np.pi / 3.0 + angle / 3.0)
    d1 = 0.5 * d * (1.0 + b)
    d2 = d - d1
    clear = ((h1 - 500.0 * d1 * d1 / a) * d2 + (h2 - 500.0 * d2 * d2 / a) * d1) / d
    required = 17.456 * np.sqrt(d1 * d2 * wave / d)
    return np.asarray(np.maximum(1.0 - clear / required, 0.0))
