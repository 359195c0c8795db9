"""Who may fire at what: the state of weapons by echelon and by sector, on the track of the unit's own picture."""

import math
from typing import Any

from numpy.typing import NDArray

from openiads.geo.angles import wrap
from openiads.geo.ellipsoid import ecef_to_polar_k
from openiads.kernels import kernel

Record = Any
Records = NDArray[Any]


@kernel
def inside_zone(zone: Record, px: float, py: float, pz: float) -> bool:
    """Whether an ECEF point lies in a sector: clockwise from `from_rad` over `width_rad`, between two slant ranges."""
    range_m, azimuth, _ = ecef_to_polar_k(zone["site_m"], zone["axes"], px, py, pz)
    if not zone["near_m"] <= range_m <= zone["far_m"]:
        return False
    return bool(zone["width_rad"] >= 2.0 * math.pi or wrap(azimuth - zone["from_rad"]) <= zone["width_rad"])


@kernel
def weapons_for(unit: Record, base: int, zones: Records, track: Record, now_ns: int) -> int:
    """State of weapons of a unit for one track: `base`, and the sectors that hold the track where it now should be.

    Where the strictest counts, the least of all; else the first sector of the nearest echelon, and `base` outside all sectors.
    """
    dt, x = (now_ns - track["update_ns"]) * 1e-9, track["x"]
    px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
    weapons = base
    for k in range(unit["zone_first"], unit["zone_first"] + unit["zone_count"]):
        if inside_zone(zones[k], px, py, pz):
            if unit["nearest_rule"] != 0:
                return int(zones[k]["weapons"])
            weapons = min(weapons, zones[k]["weapons"])
    return int(weapons)
