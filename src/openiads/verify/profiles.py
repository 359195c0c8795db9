"""Terrain profiles that truth cases name instead of listing."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from openiads.errors import OutOfRangeError

B2ISEAC: Final = (
    (0.0, 754.4), (0.35265, 729.9), (0.58775, 685.3), (0.7053, 634.3), (0.9404, 610.3), (1.1755, 601.0), (1.4106, 591.7),
    (1.52815, 530.4), (1.76325, 455.9), (1.99835, 385.1), (2.351, 373.4), (2.8212, 358.5), (3.2914, 309.0), (3.7616, 316.6),
    (4.34935, 335.3), (4.81955, 408.1), (5.28975, 532.7), (5.75995, 556.3), (6.8179, 488.2), (7.2881, 367.7), (7.7583, 304.8),
    (8.34605, 292.6), (8.81625, 238.3), (9.28645, 265.1), (9.75665, 250.3), (10.5795, 182.2), (11.5199, 129.5),
    (12.57785, 145.8), (13.51825, 61.0), (14.5762, 36.5), (15.5166, 26.7), (16.57455, 0.0), (228.86985, 4.1), (229.4576, 6.4),
    (229.9278, 8.3), (230.398, 0.0), (231.45595, 5.4), (231.92615, 7.2), (232.39635, 14.7), (232.86655, 24.8),
    (233.2192, 28.9), (233.4543, 32.7), (233.6894, 38.7), (233.80695, 47.6), (234.04205, 56.6), (234.27715, 73.1),
    (234.51225, 97.2), (234.6298, 92.8), (234.8649, 97.4), (235.1, 111.3),
)  # fmt: skip
"""Distance [km] from which a ground height [m] holds, on a path of 2,001 points over sea. ITU-R Study Group 3, validation
examples of P.452, profile "b2iseac_eqdist_no_clutter"."""

SPACING: Final = 117.55
"""Metres between points of that profile."""


def named_profile(reference: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances and ground heights of the profile that `reference` names. [m]

    Raises
    ------
    OutOfRangeError
        When the name is unknown.
    """
    if "b2iseac_eqdist_no_clutter" not in reference:
        raise OutOfRangeError(f"the profile {reference!r} is not known: give profile_distance_km and profile_height_m")
    starts, heights = np.array(B2ISEAC).T
    index = np.arange(round(starts[-1] * 1e3 / SPACING) + 1)
    step = np.searchsorted(np.round(starts * 1e3 / SPACING), index, side="right") - 1
    return SPACING * index, heights[step]
