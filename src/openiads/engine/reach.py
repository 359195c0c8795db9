"""Where on its true path an object could be met: in the envelope of a missile and in sight of the radar that guides it.

For measures alone: no model is given any of it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.engine.lowering import Lowered
from openiads.engine.opportunity import flight_times
from openiads.geo.angles import wrap_signed
from openiads.geo.ellipsoid import ecef_to_polar_k
from openiads.geo.geodesic import ground_range_k
from openiads.kernels import kernel
from openiads.records.case import Case
from openiads.records.truth import motion_at
from openiads.records.visibility import visible

Records = NDArray[Any]
Array = NDArray[np.float64]


def reach_along(lowered: Lowered, unit: str, thing: int, at_ns: NDArray[np.int64]) -> tuple[Array, Array]:
    """Ground range to an object, and how long a missile of a fire unit flies to it, where one could meet it.

    Parameters
    ----------
    unit : str
        Fire unit.
    thing : int
        Place of the object among the sorted ones.
    at_ns : (n,) int64 ndarray
        Times since the start of the scenario.

    Returns
    -------
    ground_m, flight_s : (n,) ndarray
        Ground range from the engagement radar [m], and the shortest time of flight [s]; NaN where no missile of the unit
        reaches, or the engagement radar does not see the point or cannot turn to it. Speed limits of the missiles count.
    """
    ground, flight = np.full(len(at_ns), np.nan), np.full(len(at_ns), np.nan)
    fill_reach(lowered.case, lowered.names.fire_units.index(unit), thing, at_ns, ground, flight)
    return ground, flight


@kernel
def fill_reach(case: Case, f: int, o: int, at_ns: NDArray[np.int64], ground_m: Array, flight_s: Array) -> None:
    """Write ground range and time of flight for each instant; see `reach_along`."""
    unit = case.fire_units[f]
    radar = case.radars[unit["radar"]]
    masks = (case.mask_first, case.mask_range_m, case.mask_elevation_rad)
    foot = radar["foot_m"]
    for k in range(len(at_ns)):
        x, y, z, vx, vy, vz = motion_at(case.objects, case.knots, o, at_ns[k])
        ground_m[k] = ground_range_k(foot[0], foot[1], foot[2], x, y, z)[0]
        range_m, azimuth, elevation = ecef_to_polar_k(radar["site_m"], radar["axes"], x, y, z)
        turned = radar["slew_radps"] > 0.0 or abs(wrap_signed(azimuth - radar["boresight_rad"])) <= radar["sector_half_rad"]
        if not turned or range_m > radar["instrumented_m"] or elevation > radar["elevation_max_rad"]:
            continue
        tables, motion = (case.flight, case.speed_limits), (x, y, z, vx, vy, vz)
        limit_mps = case.control[0]["ballistic_mps"]
        shortest, _ = flight_times(unit, radar, case.missiles, tables, motion, range_m, limit_mps)
        if shortest >= 0.0 and visible(radar, masks, x, y, z, azimuth):
            flight_s[k] = shortest
