"""How much of a disc a few radars cover, and how low: by azimuth and range, without a raster, for measures that are asked often."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openiads.checks import require_within
from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.coverage.outline import Flags, Target, _all, _conditions
from openiads.coverage.tracks import needed_look_probability
from openiads.coverage.views import View
from openiads.errors import OutOfRangeError

Array = NDArray[np.float64]
AZIMUTHS: Final = 120
RINGS: Final = 400
HEIGHTS_M: Final = np.concatenate([[0.0], np.geomspace(1.0, 60_000.0, 80)])
HALVINGS: Final = 30


@dataclass(frozen=True)
class Tracked:
    """What is to be tracked: a firm track within `dwell_s` with probability `p`, by the rule of the node's tracker."""

    altitude_m: float
    rcs_m2: float
    swerling: int
    p: float
    dwell_s: float


def firmly_tracked(view: View, aim: Tracked, azimuth_rad: Array, ground_m: Array) -> Flags:
    """Where a radar tracks a target firmly in time, at azimuths and ground ranges that broadcast.

    A radar that does not look often enough in that time tracks nothing.
    """
    hits, window = view.confirm
    needed = 0.0
    if view.calibration is not None:
        try:
            needed = needed_look_probability(
                p_track=aim.p, hits=hits, window=window, within_s=aim.dwell_s, look_period_s=view.look_period_s
            )
        except OutOfRangeError:
            return np.zeros(np.broadcast_shapes(azimuth_rad.shape, ground_m.shape), dtype=bool)
        needed = max(needed, 2.0 * view.calibration.p_fa)  # so that noise alone does not count
    target = Target(aim.altitude_m, aim.rcs_m2, needed, aim.swerling)
    return _all(_conditions(view, target, azimuth_rad, ground_m), without="kinematics")


def covered_area_km2(views: Sequence[View], aim: Tracked, *, radius_km: float) -> tuple[float, float]:
    """Area around the first radar in which at least one of several at the same place tracks a target firmly, and that of the disc.

    Parameters
    ----------
    views : sequence of View
        Radars; ranges and azimuths are those of each antenna, so antennas far apart are refused.
    radius_km : float
        Radius of the disc. [km] 1 to 2,000

    Raises
    ------
    OutOfRangeError
        Antennas over 5 km apart: their union needs a raster (`openiads.coverage.contours`).
    """
    radius_m = 1000.0 * float(require_within(1.0, radius_km, 2000.0, name="radius_km", source="coverage of a disc"))
    for view in views:
        if float(np.linalg.norm(view.site_m - views[0].site_m)) > 5000.0:
            raise OutOfRangeError(
                f"{view.radar_id} stands over 5 km from {views[0].radar_id}. Name one radar, or use `openiads coverage`."
            )
    edges = np.linspace(0.0, radius_m, RINGS + 1)
    ground = 0.5 * (edges[1:] + edges[:-1])
    ring_m2 = 2.0 * math.pi * MEAN_EARTH_RADIUS_M**2 * -np.diff(np.cos(edges / MEAN_EARTH_RADIUS_M))
    azimuth = 2.0 * math.pi * (np.arange(AZIMUTHS) + 0.5) / AZIMUTHS
    covered = np.zeros((AZIMUTHS, RINGS), dtype=bool)
    for view in views:
        covered |= firmly_tracked(view, aim, azimuth[:, None], ground[None, :])
    return float((covered.mean(axis=0) * ring_m2).sum()) / 1e6, float(ring_m2.sum()) / 1e6


def lowest_covered_m(views: Sequence[View], aim: Tracked, *, ground_m: float, azimuth_rad: Array) -> float:
    """Lowest altitude above mean sea level at which a target is tracked firmly at a ground range and all azimuths; NaN: at none.

    To 1 cm above the last of a row of heights that is not covered; the altitude of `aim` does not count.
    """
    ground = np.full(azimuth_rad.shape, ground_m)

    def covered(height_m: float) -> bool:
        here = dataclasses.replace(aim, altitude_m=float(height_m))
        return bool(np.logical_or.reduce([firmly_tracked(view, here, azimuth_rad, ground) for view in views]).all())

    low = None
    for height in HEIGHTS_M:
        if covered(height):
            break
        low = float(height)
    else:
        return math.nan
    if low is None:
        return 0.0
    high = float(height)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if covered(middle) else (middle, high)
        if high - low < 1e-2:
            break
    return high
