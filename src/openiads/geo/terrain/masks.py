"""Masks: for one antenna, the elevation below which nothing is seen, as a monotone step function of range per azimuth.

`first` (361,), `range_m` and `elevation_rad` (n,) hold the steps: in azimuth i (from i to i + 1 degrees clockwise from
north) an object at a ground range beyond `range_m[j]`, j from first[i] to first[i + 1] - 1, is masked when it is seen below
`elevation_rad[j]`. Both rise with j. An object takes the steps of its own degree of azimuth; nothing is interpolated.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.geo import horizon
from openiads.geo.shapes import Floats, table_of
from openiads.geo.terrain.skyline import AZIMUTHS, Skyline
from openiads.kernels import kernel

BINS = AZIMUTHS
BINS_PER_RADIAN = BINS / (2.0 * math.pi)
NADIR = -0.5 * math.pi


@dataclass(frozen=True)
class MaskSteps:
    """The steps of one antenna: see the module. Several antennas may share arrays when `first` holds their own rows."""

    first: NDArray[np.int64]
    range_m: Floats
    elevation_rad: Floats


@kernel
def mask_elevation_k(
    first: NDArray[np.int64], range_m: Floats, elevation_rad: Floats, azimuth: float, ground_range: float
) -> float:
    """Elevation [rad] below which an object at an azimuth and ground range is masked. Kernel of `mask_elevation_rad`."""
    bin_index = math.floor(azimuth * BINS_PER_RADIAN) % BINS
    start = first[bin_index]
    low = start
    high = first[bin_index + 1]
    while low < high:
        middle = (low + high) // 2
        if range_m[middle] < ground_range:
            low = middle + 1
        else:
            high = middle
    if low == start:
        return NADIR
    return float(elevation_rad[low - 1])


@kernel
def _each_mask(first: NDArray[np.int64], range_m: Floats, elevation_rad: Floats, table: Floats, out: Floats) -> None:
    for i in range(table.shape[0]):
        out[i] = mask_elevation_k(first, range_m, elevation_rad, table[i, 0], table[i, 1])


def mask_elevation_rad(steps: MaskSteps, *, azimuth_rad: ArrayLike, ground_range_m: ArrayLike) -> Floats:
    """Elevation below which an object is masked: that of the highest step nearer than the object.

    Parameters
    ----------
    steps : MaskSteps
        From `mask_steps` or `smooth_mask_steps`.
    azimuth_rad : (...) array_like
        Clockwise from north; any turn. [rad]
    ground_range_m : (...) array_like
        Distance along the surface. [m]

    Returns
    -------
    (...) ndarray
        Apparent elevation, to compare with `horizon.apparent_elevation_rad` at the same antenna height and refraction
        factor. [rad] -pi/2 where no step is nearer.
    """
    table, shape = table_of(azimuth_rad, ground_range_m)
    out = np.empty(len(table))
    _each_mask(np.array(steps.first), np.array(steps.range_m), np.array(steps.elevation_rad), table, out)
    return out.reshape(shape)


def mask_steps(skyline: Skyline, *, antenna_height_amsl_m: float, refraction_factor: float) -> MaskSteps:
    """The mask of a skyline for one antenna height and one refraction factor, with the sea horizon added everywhere.

    Parameters
    ----------
    skyline : Skyline
        What can mask something from the site.
    antenna_height_amsl_m : float
        Height of the antenna above mean sea level. [m]
    refraction_factor : float
        Effective-earth factor k. [-]

    Raises
    ------
    OutOfRangeError
        When height or factor lie outside those that the skyline was computed for.

    Notes
    -----
    Angles are `horizon.apparent_elevation_rad` of the skyline's points: exact for any height and factor in range, up to
    the tolerances of the survey (the masks shipped here are at most 0.01 degrees too low for ground as the grid has it).
    """
    name = f"skyline {skyline.id!r}"
    low, high = skyline.antenna_low_amsl_m, skyline.antenna_high_amsl_m
    require_within(low, antenna_height_amsl_m, high, name="antenna_height_amsl_m", source=name)
    require_within(skyline.factor_low, refraction_factor, skyline.factor_high, name="refraction_factor", source=name)
    azimuth = np.repeat(np.arange(AZIMUTHS), np.diff(skyline.first))
    angle = horizon.apparent_elevation_rad(
        ground_range_m=skyline.range_m,
        height_m=skyline.height_amsl_m,
        antenna_height_m=antenna_height_amsl_m,
        refraction_factor=refraction_factor,
    )
    sea_range, sea_angle = _sea_step(antenna_height_amsl_m, refraction_factor)
    return _monotone(
        np.concatenate([azimuth, np.arange(AZIMUTHS)]),
        np.concatenate([skyline.range_m, np.full(AZIMUTHS, sea_range)]),
        np.concatenate([angle, np.full(AZIMUTHS, sea_angle)]),
    )


def smooth_mask_steps(
    *, antenna_height_m: float, refraction_factor: float, mask_angle_rad: float | None = None
) -> MaskSteps:
    """The mask of a site without terrain: the horizon of a smooth earth and, when given, a constant mask angle.

    Parameters
    ----------
    antenna_height_m : float
        Height of the antenna above the smooth surface. [m] 0 to 1e7
    refraction_factor : float
        Effective-earth factor k. [-] 0.5 to 10
    mask_angle_rad : float or None
        Lowest elevation seen at any range. [rad] None: only the horizon hides.

    Notes
    -----
    The same answer as `horizon.lowest_visible_height_m`, for objects above the surface.
    """
    sea = _sea_step(antenna_height_m, refraction_factor)
    steps = [sea] if mask_angle_rad is None else [(sea[0] * 0.0, mask_angle_rad), sea]
    return _monotone(
        np.tile(np.arange(AZIMUTHS), len(steps)),
        np.repeat([s[0] for s in steps], AZIMUTHS),
        np.repeat([s[1] for s in steps], AZIMUTHS),
    )


def _sea_step(antenna_height_m: float, refraction_factor: float) -> tuple[float, float]:
    """Ground range of the sea horizon and the apparent elevation there; an antenna below the sea has it at its feet."""
    height = max(antenna_height_m, 0.0)
    reach = horizon.horizon_range_m(antenna_height_m=height, target_height_m=0.0, refraction_factor=refraction_factor)
    dip = horizon.apparent_elevation_rad(
        ground_range_m=reach, height_m=0.0, antenna_height_m=antenna_height_m, refraction_factor=refraction_factor
    )
    return float(reach), float(dip)


def _monotone(azimuth: NDArray[np.int64], range_m: Floats, elevation_rad: Floats) -> MaskSteps:
    """Steps from points in any order: sorted by range, only those that raise the running maximum of their azimuth."""
    order = np.lexsort((-elevation_rad, range_m, azimuth))
    azimuth, range_m, elevation_rad = azimuth[order], range_m[order], elevation_rad[order]
    keep = np.ones(len(order), dtype=bool)
    bounds = np.searchsorted(azimuth, np.arange(AZIMUTHS + 1))
    for low, high in pairwise(bounds):
        highest = np.maximum.accumulate(elevation_rad[low:high])
        keep[low + 1 : high] = elevation_rad[low + 1 : high] > highest[:-1]
    first = np.concatenate([[0], np.cumsum(np.bincount(azimuth[keep], minlength=AZIMUTHS))]).astype(np.int64)
    return MaskSteps(first, range_m[keep], elevation_rad[keep])
