"""Whether a radar can see a point: elevation limits, the horizon of the effective earth, terrain nearer than the point."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.geo.geodesic import ground_range_k
from openiads.geo.horizon import apparent_elevation_k
from openiads.geo.terrain.masks import mask_elevation_k
from openiads.kernels import kernel
from openiads.records.chain import RELIEF_HORIZON

Record = Any
Records = NDArray[Any]
Masks = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


@kernel
def visible(
    radar: Record,
    masks: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    px: float,
    py: float,
    pz: float,
    azimuth: float,
) -> bool:
    """Whether an ECEF point at `azimuth` lies within the elevation limits and above the mask: sea horizon and terrain.

    Elevations are apparent ones, over an earth whose radius is stretched by the refraction factor.
    """
    foot = radar["foot_m"]
    ground_m, height_m = ground_range_k(foot[0], foot[1], foot[2], px, py, pz)
    factor, antenna_m = radar["refraction_factor"], radar["height_m"]
    elevation = apparent_elevation_k(ground_m, height_m, antenna_m, factor)
    if elevation < radar["elevation_min_rad"] or elevation > radar["elevation_max_rad"]:
        return False
    first = masks[0][radar["mask_row"]]
    return bool(elevation >= mask_elevation_k(first, masks[1], masks[2], azimuth, ground_m))


@kernel
def in_view(thing: Record, radar: Record, masks: Masks, px: float, py: float, pz: float, azimuth: float) -> bool:
    """Whether a radar can see object `thing` at an ECEF point: by `visible`, or because its horizon is restored."""
    return bool(thing["relief"] & RELIEF_HORIZON != 0 or visible(radar, masks, px, py, pz, azimuth))
