"""Radar cross-sections of simple shapes, what fluctuation does to decibels, and the user's own aspect tables.

No function here estimates the signature of a real aircraft. Named ones carry published spreads in three coarse sectors, in
the catalogue; `AspectTable` refuses their names.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.physics.decibels import db_from_ratio

Array = NDArray[np.float64]

DECIBELS_PER_NEPER: Final = 10.0 / math.log(10.0)
OPTICS: Final = "physical optics"


class SphereScattering(NamedTuple):
    """A perfectly conducting sphere: cross-sections over pi a^2, and the asymmetry of its pattern; arrays of one shape."""

    backscatter: Array
    scattering: Array
    asymmetry: Array


def sphere_scattering(*, size_parameter: ArrayLike) -> SphereScattering:
    """Mie series of a perfectly conducting sphere.

    Parameters
    ----------
    size_parameter : (...) array_like
        ka = 2 pi a / lambda. [-] 1e-4 to 1e4

    Returns
    -------
    SphereScattering
        Radar cross-section over pi a^2, total scattering efficiency, and mean cosine of the scattering angle.

    Notes
    -----
    Riccati-Bessel functions psi (by a recurrence that is stable at any ka) and chi; a_n = psi'/xi', b_n = psi/xi.
    Validity: within 1e-11 of 50-digit values from ka = 0.1 to 50, as `tests/physics/test_signature.py` measures.
    Rayleigh limit 9 (ka)^4, maximum 3.65 at ka = 1.03, optical limit 1.
    Source: C. F. Bohren and D. R. Huffman, Absorption and Scattering of Light by Small Particles, 1983, ch. 4;
    W. J. Wiscombe, NCAR/TN-140+STR, 1979 (number of terms).
    """
    x = require_within(1e-4, size_parameter, 1e4, name="size_parameter", source="the Mie series")
    rows = np.array([_sphere(float(value)) for value in x.ravel()]).reshape(*x.shape, 3)
    return SphereScattering(rows[..., 0], rows[..., 1], rows[..., 2])


def _sphere(x: float) -> tuple[float, float, float]:
    from scipy.special import spherical_jn, spherical_yn  # noqa: PLC0415 - slow to import

    terms = int(x + 4.05 * x ** (1.0 / 3.0) + 8.0)
    order = np.arange(terms + 1)
    j, y = spherical_jn(order, x), spherical_yn(order, x)
    finite = np.isfinite(y) & (np.abs(y) < 1e150)
    order, j, y = order[finite], j[finite], y[finite]
    n, psi, xi = order[1:], x * j, x * (j + 1j * y)
    b = psi[1:] / xi[1:]
    a = (psi[:-1] - n * psi[1:] / x) / (xi[:-1] - n * xi[1:] / x)
    sign = np.where(n % 2 == 0, 1.0, -1.0)
    back = abs(np.sum(sign * (2 * n + 1) * (a - b))) ** 2 / x**2
    scattering = 2.0 / x**2 * np.sum((2 * n + 1) * (np.abs(a) ** 2 + np.abs(b) ** 2))
    m = n[:-1]
    neighbours = np.sum(m * (m + 2) / (m + 1) * (a[:-1] * a[1:].conj() + b[:-1] * b[1:].conj()).real)
    crossed = np.sum((2 * n + 1) / (n * (n + 1)) * (a * b.conj()).real)
    return float(back), float(scattering), float(4.0 / x**2 * (neighbours + crossed) / scattering)


def sphere_rcs_m2(*, radius_m: ArrayLike, wavelength_m: ArrayLike) -> Array:
    """Radar cross-section of a conducting sphere at any size, by the Mie series; the arguments broadcast. [m2]"""
    radius = require_within(1e-6, radius_m, 1e4, name="radius_m", source="the Mie series")
    wave = require_within(1e-6, wavelength_m, 1e5, name="wavelength_m", source="the Mie series")
    return np.asarray(np.pi * radius**2 * sphere_scattering(size_parameter=2.0 * np.pi * radius / wave).backscatter)


def sphere_rayleigh_rcs_m2(*, radius_m: ArrayLike, wavelength_m: ArrayLike) -> Array:
    """Small-sphere limit 9 pi a^2 (ka)^4; the arguments broadcast. [m2]

    10 percent off at ka = 0.3; refused above 0.4. Source: G. T. Ruck et al., Radar Cross Section Handbook, 1970, eq. 3.2-9.
    """
    radius = require_within(1e-9, radius_m, 1e4, name="radius_m", source="the Rayleigh limit")
    size = 2.0 * np.pi * radius / np.asarray(wavelength_m, dtype=np.float64)
    size = require_within(0.0, size, 0.4, name="ka", source="the Rayleigh limit")
    return np.asarray(9.0 * np.pi * radius**2 * size**4)


def sphere_optical_rcs_m2(*, radius_m: ArrayLike) -> Array:
    """Large-sphere limit pi a^2, for ka above 10 (7 percent off at 10), same shape. [m2] Source: Ruck, 1970, eq. 3.2-13."""
    radius = require_within(0.0, radius_m, 1e6, name="radius_m", source="the optical limit")
    return np.asarray(np.pi * radius**2)


def plate_rcs_m2(
    *, width_m: ArrayLike, height_m: ArrayLike, wavelength_m: ArrayLike, incidence_rad: ArrayLike = 0.0
) -> Array:
    """Rectangular conducting plate, 4 pi A^2 / lambda^2 times the pattern of its width; the arguments broadcast. [m2]

    `incidence_rad` is the angle off the normal, turned about the height. [rad] -pi/2 to pi/2; trust it to about 0.5 rad, where
    edge diffraction takes over. Sides of a wavelength or more.
    Source: E. F. Knott, J. F. Shaeffer and M. T. Tuley, Radar Cross Section, 2nd ed., 2004, eq. 6.16 (physical optics).
    """
    width = require_within(1e-6, width_m, 1e4, name="width_m", source=OPTICS)
    height = require_within(1e-6, height_m, 1e4, name="height_m", source=OPTICS)
    wave = require_within(1e-6, wavelength_m, 1e4, name="wavelength_m", source=OPTICS)
    angle = require_within(-np.pi / 2, incidence_rad, np.pi / 2, name="incidence_rad", source=OPTICS)
    pattern = np.cos(angle) * np.sinc(2.0 * width * np.sin(angle) / wave)
    return np.asarray(4.0 * np.pi * (width * height / wave * pattern) ** 2)


def disc_rcs_m2(*, radius_m: ArrayLike, wavelength_m: ArrayLike) -> Array:
    """Flat conducting disc at normal incidence, 4 pi A^2 / lambda^2; the arguments broadcast. [m2]

    Source: E. F. Knott, J. F. Shaeffer and M. T. Tuley, Radar Cross Section, 2nd ed., 2004, table 6.1.
    """
    area = np.pi * require_within(1e-6, radius_m, 1e4, name="radius_m", source=OPTICS) ** 2
    wave = require_within(1e-6, wavelength_m, 1e4, name="wavelength_m", source=OPTICS)
    return np.asarray(4.0 * np.pi * (area / wave) ** 2)


def cylinder_rcs_m2(
    *, radius_m: ArrayLike, length_m: ArrayLike, wavelength_m: ArrayLike, incidence_rad: ArrayLike = 0.0
) -> Array:
    """Side of a conducting cylinder, 2 pi a L^2 / lambda at broadside; the arguments broadcast. [m2]

    `incidence_rad` is the angle off broadside. Radius and length of a wavelength or more; ends not included.
    Source: E. F. Knott, J. F. Shaeffer and M. T. Tuley, Radar Cross Section, 2nd ed., 2004, eq. 6.20.
    """
    radius = require_within(1e-6, radius_m, 1e4, name="radius_m", source=OPTICS)
    length = require_within(1e-6, length_m, 1e4, name="length_m", source=OPTICS)
    wave = require_within(1e-6, wavelength_m, 1e4, name="wavelength_m", source=OPTICS)
    angle = require_within(-np.pi / 2, incidence_rad, np.pi / 2, name="incidence_rad", source=OPTICS)
    pattern = np.sinc(2.0 * length * np.sin(angle) / wave)
    return np.asarray(2.0 * np.pi * radius * length**2 / wave * np.cos(angle) * pattern**2)


def trihedral_rcs_m2(*, edge_m: ArrayLike, wavelength_m: ArrayLike, square: bool = False) -> Array:
    """Largest cross-section of a corner reflector with three right angles; the arguments broadcast. [m2]

    Triangular sides 4 pi a^4 / (3 lambda^2), square sides 12 pi a^4 / lambda^2 with a the inner edge.
    Source: E. F. Knott, J. F. Shaeffer and M. T. Tuley, Radar Cross Section, 2nd ed., 2004, table 6.1.
    """
    edge = require_within(1e-6, edge_m, 1e4, name="edge_m", source=OPTICS)
    wave = require_within(1e-6, wavelength_m, 1e4, name="wavelength_m", source=OPTICS)
    return np.asarray((12.0 if square else 4.0 / 3.0) * np.pi * edge**4 / wave**2)


class DecibelStatistics(NamedTuple):
    """Mean, standard deviation and median of a fluctuating cross-section expressed in dBsm; arrays of one shape."""

    mean_dbsm: Array
    std_db: Array
    median_dbsm: Array


def fluctuation_statistics(*, shape: ArrayLike, mean_rcs_m2: ArrayLike) -> DecibelStatistics:
    """What an average of decibels shows when the cross-section fluctuates as a gamma variate; the arguments broadcast.

    Parameters
    ----------
    shape : (...) array_like
        Chi-square with 2 `shape` degrees of freedom: 1 for Swerling 1 and 2, 2 for 3 and 4. [-] 0.01 to 1e6
    mean_rcs_m2 : (...) array_like
        Linear mean. [m2] above 0

    Notes
    -----
    Averaging in decibels understates the linear mean by 2.51 dB (shape 1) or 1.17 dB (shape 2), and never overstates it.
    Source: moments of the logarithm of a gamma variate, digamma and trigamma functions; M. Abramowitz and I. A. Stegun,
    Handbook of Mathematical Functions, 1964, ch. 6.
    """
    from scipy.special import digamma, gammaincinv, polygamma  # noqa: PLC0415 - slow to import

    k = require_within(0.01, shape, 1e6, name="shape", source="the gamma fluctuation")
    mean = require_within(1e-12, mean_rcs_m2, 1e12, name="mean_rcs_m2", source="the gamma fluctuation")
    k, level = np.broadcast_arrays(k, db_from_ratio(mean))
    return DecibelStatistics(
        np.asarray(level + DECIBELS_PER_NEPER * (digamma(k) - np.log(k))),
        np.asarray(DECIBELS_PER_NEPER * np.sqrt(polygamma(1, k))),
        np.asarray(level + db_from_ratio(gammaincinv(k, 0.5) / k)),
    )


@dataclass(frozen=True)
class AspectTable:
    """A user's cross-section by aspect, of a generic shape or of the user's own measurement.

    `azimuth_rad` (m,) runs from nose 0 clockwise, over at most a full turn; `elevation_rad` (n,) from below to above;
    `rcs_dbsm` (n, m). Both axes increase. A full turn repeats the first column as the last, or leaves it out.
    """

    name: str
    azimuth_rad: Array
    elevation_rad: Array
    rcs_dbsm: Array

    def __post_init__(self) -> None:
        for label, axis in (("azimuth_rad", self.azimuth_rad), ("elevation_rad", self.elevation_rad)):
            if axis.ndim != 1 or len(axis) < 1 or not np.all(np.diff(axis) > 0):
                raise OutOfRangeError(f"aspect table {self.name!r}: {label} must increase from value to value")
        if self.rcs_dbsm.shape != (len(self.elevation_rad), len(self.azimuth_rad)):
            raise OutOfRangeError(
                f"aspect table {self.name!r}: rcs_dbsm has shape {self.rcs_dbsm.shape}, but there are "
                f"{len(self.elevation_rad)} elevations and {len(self.azimuth_rad)} azimuths"
            )
        if not np.all(np.isfinite(self.rcs_dbsm)):
            raise OutOfRangeError(f"aspect table {self.name!r}: every value must be finite; write -80 dBsm for a null")
        if self.azimuth_rad[-1] - self.azimuth_rad[0] > 2.0 * np.pi + 1e-9:
            raise OutOfRangeError(f"aspect table {self.name!r}: azimuth_rad covers more than a full turn")

    def rcs_dbsm_at(self, *, azimuth_rad: ArrayLike, elevation_rad: ArrayLike) -> Array:
        """Cross-section at aspects, linear in decibels between the values, azimuth around the turn; they broadcast. [dBsm]

        Deep nulls between two values are not seen: decibels at least do not fill them as square metres would.

        Raises
        ------
        OutOfRangeError
            Outside the elevations of the table, or in an azimuth gap wider than its coarsest step.
        """
        low, high = float(self.elevation_rad[0]), float(self.elevation_rad[-1])
        up = require_within(low - 1e-9, elevation_rad, high + 1e-9, name="elevation_rad", source=f"table {self.name!r}")
        start = float(self.azimuth_rad[0])
        turn = 2.0 * np.pi
        around = (np.asarray(azimuth_rad, dtype=np.float64) - start) % turn
        axis, values = self.azimuth_rad - start, self.rcs_dbsm
        gap = turn - axis[-1]
        widest = float(np.max(np.diff(axis), initial=0.0)) * 1.5
        if gap > 1e-9 and (gap <= widest or len(axis) == 1):
            axis, values = np.append(axis, turn), np.column_stack((values, values[:, 0]))
        around = np.where((around > axis[-1]) & (around > turn - 1e-9), 0.0, around)
        require_within(
            0.0, around, float(axis[-1]) + 1e-9, name="azimuth_rad from the table's first", source=f"table {self.name!r}"
        )
        up, around = np.broadcast_arrays(up, around)
        i, s = _cell(self.elevation_rad, up)
        j, t = _cell(axis, around)
        i1, j1 = np.minimum(i + 1, len(self.elevation_rad) - 1), np.minimum(j + 1, len(axis) - 1)
        lower = (1.0 - t) * values[i, j] + t * values[i, j1]
        upper = (1.0 - t) * values[i1, j] + t * values[i1, j1]
        return np.asarray((1.0 - s) * lower + s * upper)


def _cell(axis: Array, value: Array) -> tuple[NDArray[np.int64], Array]:
    """Index of the cell of `axis` that holds `value`, and the share of the way through it."""
    if len(axis) == 1:
        return np.zeros(value.shape, dtype=np.int64), np.zeros(value.shape)
    i = np.clip(np.searchsorted(axis, value, side="right") - 1, 0, len(axis) - 2)
    return i, np.clip((value - axis[i]) / (axis[i + 1] - axis[i]), 0.0, 1.0)


def require_generic(table: AspectTable, *, object_name: str, catalogue_names: Collection[str]) -> None:
    """Refuse an aspect table for an object that the catalogue names, or one called like such an object.

    Raises
    ------
    OutOfRangeError
        Named real aircraft carry only their published spread in three sectors (front, side, rear).
    """
    known = {_plain(name): name for name in catalogue_names}
    for label in (object_name, table.name):
        if _plain(label) in known:
            raise OutOfRangeError(
                f"aspect table {table.name!r} may not be attached to {known[_plain(label)]!r}: objects of the catalogue carry "
                "only their published spread in three sectors. Use front_m2, side_m2 and rear_m2, or a generic shape."
            )


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
