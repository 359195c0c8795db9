"""Ground heights from DTED level 0 at the waypoints of a route, so that a scenario can state them.

    python tools/ground_profile.py 38.60,30.90 39.10,31.50 [--leg-km 15]

Splits legs longer than `--leg-km`, prints for each waypoint the highest post within one spacing, and for each leg the
highest post within one spacing of its line. Reads the folder that `make_skylines.py` reads.
"""

import argparse
from itertools import pairwise

import numpy as np

from make_skylines import TERRAIN
from openiads.geo import geodesic
from openiads.geo.terrain.grid import Terrain
from openiads.geo.terrain.profile import profile_between

Point = tuple[float, float]


def split(start: Point, end: Point, leg_m: float) -> list[Point]:
    """Points along the geodesic from `start` to `end` (degrees), the end left out, at most `leg_m` apart."""
    (lat1, lon1), (lat2, lon2) = np.radians(start), np.radians(end)
    length_m, azimuth = geodesic.inverse(latitude1_rad=lat1, longitude1_rad=lon1, latitude2_rad=lat2, longitude2_rad=lon2)
    count = int(np.ceil(length_m / leg_m))
    along = np.arange(1, count) * (length_m / count)
    lat, lon = geodesic.direct(latitude_rad=lat1, longitude_rad=lon1, azimuth_rad=azimuth, distance_m=along)
    between = [(float(a), float(b)) for a, b in zip(np.degrees(lat).round(4), np.degrees(lon).round(4), strict=True)]
    return [start, *between]


def main() -> None:
    """Print one line per waypoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("waypoints", nargs="+", metavar="LAT,LON")
    parser.add_argument("--leg-km", type=float, default=15.0)
    arguments = parser.parse_args()
    given = [tuple(float(v) for v in w.split(",")) for w in arguments.waypoints]
    route = [p for a, b in pairwise(given) for p in split(a, b, arguments.leg_km * 1000)] + [given[-1]]
    terrain = Terrain.open(TERRAIN, missing="sea")
    print("latitude_deg longitude_deg ground_m | next leg: length_km highest_ground_m")
    for i, point in enumerate(route):
        here = f"{point[0]:.4f} {point[1]:.4f} {float(terrain.highest_near_m(*np.radians(point))):.0f}"
        if i + 1 < len(route):
            (lat1, lon1), (lat2, lon2) = np.radians(point), np.radians(route[i + 1])
            leg = profile_between(
                terrain, latitude1_rad=lat1, longitude1_rad=lon1, latitude2_rad=lat2, longitude2_rad=lon2, step_m=200.0
            )
            highest = terrain.highest_near_m(leg.latitude_rad, leg.longitude_rad).max()
            here += f" | {leg.range_m[-1] / 1000:.1f} {highest:.0f}"
        print(here)
    print(terrain.describe())


if __name__ == "__main__":
    main()
