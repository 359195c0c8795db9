"""From a motion in a scenario to knots: ECEF positions and velocities at even time steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.constants import NANOSECONDS_PER_SECOND, STANDARD_GRAVITY_MPS2
from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.geo.geodesic import direct, inverse
from openiads.models.motion.spec import BallisticMotionSpec, PointSpec, WaypointMotionSpec
from openiads.records.case import KNOTS

Array = NDArray[np.float64]
Point = tuple[float, float, float]
"""Latitude and longitude in radians, height above the ellipsoid in metres."""
Locate = Callable[[str], Point]
"""Where a named place is, with the height of its ground."""
Ground = Callable[[Array, Array], Array] | None
"""Ground height [m] at latitudes and longitudes [rad], when the scenario names elevation files."""

WAYPOINT_STEP_NS = 5 * NANOSECONDS_PER_SECOND
"""Choice of the method: spacing of the knots of a path; the cubic through them is the model."""
BALLISTIC_STEP_NS = NANOSECONDS_PER_SECOND
RATE_STEP_S = 0.5
"""Choice of the method: step of the difference quotient that gives the velocity at a knot."""


def path_of(
    motion: WaypointMotionSpec | BallisticMotionSpec, locate: Locate, ground: Ground
) -> tuple[int, int, NDArray[Any]]:
    """Knot step [ns], duration [ns] and knots of a motion; time 0 is its start.

    Corners of a path are rounded within one step. A motion that ends with `stay` has its knots to the last waypoint; who holds
    it there adds them (see `hold`).
    """
    if motion.kind == "ballistic":
        return BALLISTIC_STEP_NS, *_sample(*_ballistic(motion, locate), BALLISTIC_STEP_NS)
    return WAYPOINT_STEP_NS, *_sample(*_waypoints(motion, locate, ground), WAYPOINT_STEP_NS)


def places_of(motion: WaypointMotionSpec | BallisticMotionSpec) -> tuple[str, ...]:
    """Names of the places that a motion asks for, in order."""
    if motion.kind == "ballistic":
        return tuple(point for point in (motion.from_point, motion.to_point) if isinstance(point, str))
    return tuple(waypoint.place for waypoint in motion.waypoints if waypoint.place is not None)


def hold(knots: NDArray[Any], count: int) -> NDArray[Any]:
    """`knots` followed by `count` knots that stand still at the last position."""
    still = np.zeros(count, KNOTS)
    still["position_m"] = knots["position_m"][-1]
    ended = np.concatenate([knots, still])
    ended["velocity_mps"][len(knots) - 1 :] = 0.0
    return ended


def _sample(duration: float, position: Callable[[Array], Array], step_ns: int) -> tuple[int, NDArray[Any]]:
    duration_ns = round(duration * NANOSECONDS_PER_SECOND)
    count = max(2, -(-duration_ns // step_ns) + 1)
    t: Array = np.arange(count, dtype=np.float64) * (step_ns / NANOSECONDS_PER_SECOND)
    knots = np.zeros(count, KNOTS)
    knots["position_m"] = position(t)
    later, earlier = position(np.add(t, RATE_STEP_S)), position(np.subtract(t, RATE_STEP_S))
    knots["velocity_mps"] = np.subtract(later, earlier) / (2 * RATE_STEP_S)
    return duration_ns, knots


def _waypoints(motion: WaypointMotionSpec, locate: Locate, ground: Ground) -> tuple[float, Callable[[Array], Array]]:
    follows = ground if motion.altitude_reference == "agl" else None
    points = [_waypoint(motion, number, locate, ground) for number in range(len(motion.waypoints))]
    latitude, longitude, height = np.array(points).T
    length, azimuth = inverse(
        latitude1_rad=latitude[:-1], longitude1_rad=longitude[:-1], latitude2_rad=latitude[1:], longitude2_rad=longitude[1:]
    )
    speed = np.array([w.speed_mps or motion.speed_mps for w in motion.waypoints[:-1]])
    climb = np.diff(height)
    lasts = np.maximum(length, np.abs(climb)) / speed
    starts = np.concatenate([[0.0], np.cumsum(lasts)])

    def position(t: Array) -> Array:
        # Before the start and after the end the first and last leg go on, so that rates at the ends are one-sided truths.
        leg = np.clip(np.searchsorted(starts, t, side="right") - 1, 0, len(speed) - 1)
        share = (t - starts[leg]) / np.where(lasts[leg] > 0, lasts[leg], 1.0)
        lat, lon = direct(
            latitude_rad=latitude[leg],
            longitude_rad=longitude[leg],
            azimuth_rad=azimuth[leg],
            distance_m=share * length[leg],
        )
        level = height[leg] + share * climb[leg]
        if follows is not None:
            level = level + follows(lat, lon)
        return geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=level)

    return float(starts[-1]), position


def _waypoint(motion: WaypointMotionSpec, number: int, locate: Locate, ground: Ground) -> Point:
    waypoint = motion.waypoints[number]
    if waypoint.place is not None:
        latitude, longitude, place_ground = locate(waypoint.place)
    else:
        latitude, longitude = np.radians(waypoint.latitude_deg or 0.0), np.radians(waypoint.longitude_deg or 0.0)
        place_ground = 0.0
    altitude = waypoint.altitude_m if waypoint.altitude_m is not None else (motion.altitude_m or 0.0)
    if motion.altitude_reference == "agl" and ground is None:
        altitude += waypoint.ground_m if waypoint.ground_m is not None else place_ground
    return float(latitude), float(longitude), float(altitude)


def _ballistic(motion: BallisticMotionSpec, locate: Locate) -> tuple[float, Callable[[Array], Array]]:
    """A vacuum arc over a flat earth bent along the geodesic: even ground speed, parabola in height.

    The time of flight is that of a fall from the apogee and up to it under standard gravity. Drag, rotation and boost are left
    out; the physics room's integrator will replace this.
    """
    (lat0, lon0, h0), (lat1, lon1, h1) = _end(motion.from_point, locate), _end(motion.to_point, locate)
    length, azimuth = inverse(latitude1_rad=lat0, longitude1_rad=lon0, latitude2_rad=lat1, longitude2_rad=lon1)
    apogee = motion.apogee_km * 1000.0
    up = np.sqrt(2.0 * (apogee - h0) / STANDARD_GRAVITY_MPS2)
    down = np.sqrt(2.0 * (apogee - h1) / STANDARD_GRAVITY_MPS2)
    lasts = float(up + down)

    def position(t: Array) -> Array:
        lat, lon = direct(latitude_rad=lat0, longitude_rad=lon0, azimuth_rad=azimuth, distance_m=length * t / lasts)
        return geodetic_to_ecef(
            latitude_rad=lat, longitude_rad=lon, height_m=apogee - 0.5 * STANDARD_GRAVITY_MPS2 * (t - up) ** 2
        )

    return lasts, position


def _end(point: str | PointSpec, locate: Locate) -> Point:
    if isinstance(point, str):
        return locate(point)
    return float(np.radians(point.latitude_deg)), float(np.radians(point.longitude_deg)), point.altitude_m
