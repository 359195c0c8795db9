"""What a terrain profile does to a path: horizon angles at both ends, and diffraction over what stands between.

A profile is the ground height above mean sea level at increasing distances from the first end, both ends included. Losses
are one way: a radar's echo loses twice as much.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.checks import require_within
from openiads.errors import OutOfRangeError
from openiads.physics.propagation import Polarisation, fresnel_parameter, knife_edge_loss_approx_db, smooth_earth_loss_db
from openiads.physics.waveform import wavelength_m

Array = NDArray[np.float64]

SOURCE: Final = "a path profile"


@dataclass(frozen=True)
class PathHorizon:
    """Horizon angles and distances of both ends of a path; on a path in sight, the angles to each other."""

    angle1_rad: float
    angle2_rad: float
    distance1_m: float
    distance2_m: float
    beyond_horizon: bool


def _profile(distance_m: ArrayLike, ground_m: ArrayLike) -> tuple[Array, Array]:
    d = np.asarray(distance_m, dtype=np.float64)
    h = require_within(-500.0, ground_m, 9000.0, name="ground_m", source=SOURCE)
    if d.ndim != 1 or d.shape != h.shape or len(d) < 3:
        raise OutOfRangeError("a profile has two equally long lists, distances and ground heights, of at least 3 points")
    if d[0] != 0.0 or not np.all(np.diff(d) > 0.0):
        raise OutOfRangeError("the distances of a profile start at 0 and increase from point to point")
    return d, h


def path_horizon(
    *, distance_m: ArrayLike, ground_m: ArrayLike, height1_m: float, height2_m: float, effective_radius_m: float
) -> PathHorizon:
    """Whether terrain hides two antennas from each other, and where their horizons are.

    Parameters
    ----------
    distance_m, ground_m : (n,) array_like
        Distances from end 1, starting at 0 and increasing, and ground heights above mean sea level. [m]
    height1_m, height2_m : float
        Antennas, above mean sea level. [m]
    effective_radius_m : float
        k a. [m]

    Returns
    -------
    PathHorizon
        Beyond the horizon: the highest angle of the interior points, from each end. In sight: the angle to the other
        antenna, and the distances to the point of largest diffraction parameter.

    Raises
    ------
    OutOfRangeError
        A malformed profile, or an antenna below the ground.

    Notes
    -----
    Angles are arctangents, not small-angle (0.0016 mrad apart at 17 mrad). The end points themselves never hide. Exchanging
    the ends exchanges the answers. A profile coarser than its ridges under-masks: sample with the maximum, not the mean.
    Source: ITU-R P.452-18, Att. 2, sect. 5.1.1, eqs. 151 to 159.
    """
    d, h = _profile(distance_m, ground_m)
    radius = float(require_within(1e6, effective_radius_m, 1e9, name="effective_radius_m", source=SOURCE))
    if height1_m < h[0] or height2_m < h[-1]:
        raise OutOfRangeError("an antenna is below the ground at its end of the profile: heights are above mean sea level")
    total, near, inner = d[-1], d[1:-1], h[1:-1]
    far = total - near
    out = np.arctan((inner - height1_m) / near - near / (2.0 * radius))
    back = np.arctan((inner - height2_m) / far - far / (2.0 * radius))
    direct = np.arctan((height2_m - height1_m) / total - total / (2.0 * radius))
    if out.max() > direct:
        i, j = int(np.argmax(out)), int(len(back) - 1 - np.argmax(back[::-1]))
        return PathHorizon(float(out[i]), float(back[j]), float(near[i]), float(far[j]), True)
    reverse = np.arctan((height1_m - height2_m) / total - total / (2.0 * radius))
    middle = int(np.argmax(_clearance(d, h, height1_m, height2_m, radius) * np.sqrt(total / (near * far))))
    return PathHorizon(float(direct), float(reverse), float(near[middle]), float(far[middle]), False)


def _clearance(d: Array, h: Array, height1_m: float, height2_m: float, radius: float) -> Array:
    """How far each interior point stands above the straight line between the antennas, earth's bulge included. [m]"""
    total, near = d[-1], d[1:-1]
    far = total - near
    return np.asarray(h[1:-1] + near * far / (2.0 * radius) - (height1_m * far + height2_m * near) / total)


def bullington_loss_db(
    *,
    distance_m: ArrayLike,
    ground_m: ArrayLike,
    height1_m: float,
    height2_m: float,
    effective_radius_m: float,
    frequency_hz: float,
) -> float:
    """One-way diffraction loss of a profile by Bullington's single equivalent edge; arguments as for `path_horizon`. [dB]

    Underestimates smooth ground; `delta_bullington_loss_db` corrects that.
    Source: ITU-R P.526-15, 10/2019, sect. 4.5.1; ITU-R P.452-18, Att. 2, sect. 4.2.1, eqs. 14 to 20.
    """
    d, h = _profile(distance_m, ground_m)
    radius = float(require_within(1e6, effective_radius_m, 1e9, name="effective_radius_m", source=SOURCE))
    wave = float(wavelength_m(frequency_hz=frequency_hz))
    total, near, inner = d[-1], d[1:-1], h[1:-1]
    far = total - near
    bulge = near * far / (2.0 * radius)
    slope1 = float(np.max((inner + bulge - height1_m) / near))
    direct = (height2_m - height1_m) / total
    if slope1 < direct:
        above = _clearance(d, h, height1_m, height2_m, radius)
        v = float(np.max(fresnel_parameter(clearance_m=above, distance1_m=near, distance2_m=far, wavelength_m=wave)))
    else:
        slope2 = float(np.max((inner + bulge - height2_m) / far))
        both = slope1 + slope2  # 0 only where the ground just touches a level line of sight
        edge = (height2_m - height1_m + slope2 * total) / both if both > 0.0 else 0.5 * total
        above = height1_m + slope1 * edge - (height1_m * (total - edge) + height2_m * edge) / total
        v = float(fresnel_parameter(clearance_m=above, distance1_m=edge, distance2_m=total - edge, wavelength_m=wave))
    edge_loss: float = float(knife_edge_loss_approx_db(fresnel_v=v))
    return float(edge_loss + (1.0 - np.exp(-edge_loss / 6.0)) * (10.0 + 0.02 * total / 1e3))


def smooth_heights_m(
    *, distance_m: ArrayLike, ground_m: ArrayLike, height1_m: float, height2_m: float
) -> tuple[float, float]:
    """Heights above sea level, at both ends, of the smooth surface that the diffraction model fits to a profile. [m]

    Least squares, lowered where terrain stands above the line between the antennas, and never above the ground at the ends.
    Source: ITU-R P.452-18, Att. 2, sect. 5.1.6.2 and 5.1.6.3, eqs. 161 to 168.
    """
    d, h = _profile(distance_m, ground_m)
    total, step = d[-1], np.diff(d)
    v1 = float(np.sum(step * (h[1:] + h[:-1])))
    v2 = float(np.sum(step * (h[1:] * (2.0 * d[1:] + d[:-1]) + h[:-1] * (d[1:] + 2.0 * d[:-1]))))
    start = (2.0 * v1 * total - v2) / total**2
    end = (v2 - v1 * total) / total**2
    near = d[1:-1]
    above = h[1:-1] - (height1_m * (total - near) + height2_m * near) / total
    highest = float(np.max(above))
    if highest > 0.0:
        slope1, slope2 = float(np.max(above / near)), float(np.max(above / (total - near)))
        start -= highest * slope1 / (slope1 + slope2)
        end -= highest * slope2 / (slope1 + slope2)
    return min(start, float(h[0])), min(end, float(h[-1]))


def delta_bullington_loss_db(
    *,
    distance_m: ArrayLike,
    ground_m: ArrayLike,
    height1_m: float,
    height2_m: float,
    effective_radius_m: float,
    frequency_hz: float,
    polarisation: Polarisation,
    sea_share: float = 0.0,
) -> float:
    """One-way diffraction loss of any profile: Bullington, plus what it lacks on the smooth earth that fits the profile. [dB]

    Arguments as for `path_horizon` and `propagation.first_term_loss_db`. For a radar: twice this.
    Source: ITU-R P.526-15, 10/2019, sect. 4.5.2; ITU-R P.452-18, Att. 2, sect. 4.2.3, eqs. 37 to 39.
    """
    d, h = _profile(distance_m, ground_m)
    start, end = smooth_heights_m(distance_m=d, ground_m=h, height1_m=height1_m, height2_m=height2_m)
    radius, frequency = effective_radius_m, frequency_hz
    actual = bullington_loss_db(
        distance_m=d, ground_m=h, height1_m=height1_m, height2_m=height2_m, effective_radius_m=radius, frequency_hz=frequency
    )
    over1, over2 = height1_m - start, height2_m - end
    flat = bullington_loss_db(
        distance_m=d, ground_m=np.zeros_like(h), height1_m=over1, height2_m=over2, effective_radius_m=radius,
        frequency_hz=frequency,
    )  # fmt: skip
    smooth = smooth_earth_loss_db(
        distance_m=float(d[-1]),
        height1_m=over1,
        height2_m=over2,
        effective_radius_m=radius,
        frequency_hz=frequency,
        polarisation=polarisation,
        sea_share=sea_share,
    )
    return actual + max(float(smooth) - flat, 0.0)
