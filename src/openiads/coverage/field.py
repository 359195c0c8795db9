"""What a radar covers, post by post of its map: which limits a target passes, and what share of the ring is left."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from openiads.constants import MEAN_EARTH_RADIUS_M
from openiads.coverage.outline import Flags, Target, _detected, _in_envelopes
from openiads.coverage.visibility import VisibilityMap, distances
from openiads.errors import OutOfRangeError, TerrainError
from openiads.geo.ellipsoid import geodetic_to_ecef
from openiads.geo.horizon import apparent_elevation_rad, horizon_range_m

Array = NDArray[np.float64]
ORDER: Final = ("horizon", "terrain", "elevation", "sector", "instrumented", "detection", "track", "kinematics")
"""Limits in the order in which a post that fails several is counted."""


@dataclass(frozen=True)
class Aim:
    """What is to be seen and how well.

    `altitude_m` is above mean sea level, or above the ground when `above_ground`. `p_detection` is that of one look;
    `p_track`, when given, is the single-look Pd that a firm track in time needs. `engaged` asks for the missile envelope too.
    """

    altitude_m: float
    rcs_m2: float
    p_detection: float
    swerling: int = 1
    above_ground: bool = False
    p_track: float | None = None
    engaged: bool = False


@dataclass(frozen=True)
class Covered:
    """Posts that are covered, the share of the ring's area that they are, and to what the rest of the ring is lost."""

    flags: Flags
    ring_share: float
    lost_to: Mapping[str, float]
    area_km2: float


class Field:
    """A radar over its map; distances are worked out once."""

    def __init__(self, seen: VisibilityMap, *, ring_m: float) -> None:
        self.map = seen
        self.ring_m = ring_m
        self._lat, self._lon = np.radians(seen.latitude_deg), np.radians(seen.longitude_deg)
        self.ground_range_m, self.azimuth_rad = distances(seen.view, self._lat, self._lon, 0.0)
        east = np.radians(seen.longitude_step_arcsec / 3600) * np.cos(self._lat)
        self.post_km2 = np.broadcast_to(
            (np.radians(seen.latitude_step_arcsec / 3600) * east * (MEAN_EARTH_RADIUS_M / 1000.0) ** 2)[:, None],
            seen.lowest_m.shape,
        )
        self._sight = lru_cache(maxsize=2)(self._sight_of)

    def covered(self, aim: Aim) -> Covered:
        """Which posts meet an aim.

        Raises
        ------
        TerrainError
            When a height above ground is asked for and there is no ground.
        """
        flags = self._flags(aim)
        passed = np.logical_and.reduce([flags[name] for name in ORDER if name in flags])
        ring = self.ground_range_m <= min(self.ring_m, self.map.reach_m)
        whole = float(self.post_km2[self.ground_range_m <= self.ring_m].sum())
        left, lost = ring & ~passed, {}
        for name in ORDER:
            if name in flags:
                failed = left & ~flags[name]
                lost[name] = float(self.post_km2[failed].sum()) / whole
                left = left & flags[name]
        share = float(self.post_km2[ring & passed].sum()) / whole
        return Covered(passed, share, {n: v for n, v in lost.items() if v > 0}, float(self.post_km2[passed].sum()))

    def _sight_of(self, altitude_m: float, above_ground: bool) -> tuple[Array, Array, Array]:
        """Height of the target, slant range and apparent elevation, by post."""
        view, shape = self.map.view, self.map.lowest_m.shape
        height = np.full(shape, altitude_m)
        if above_ground:
            if self.map.ground_m is None:
                raise TerrainError(
                    "heights above ground need the ground. Give elevation tiles, or altitudes above sea level."
                )
            height = height + self.map.ground_m
        lat, lon = np.broadcast_arrays(self._lat[:, None], self._lon[None, :])
        place = geodetic_to_ecef(latitude_rad=lat, longitude_rad=lon, height_m=height) - view.site_m
        slant = np.sqrt(np.sum(place * place, axis=-1))
        elevation = apparent_elevation_rad(
            ground_range_m=self.ground_range_m,
            height_m=height,
            antenna_height_m=view.height_m,
            refraction_factor=view.refraction_factor,
        )
        return height, slant, elevation

    def _flags(self, aim: Aim) -> dict[str, Flags]:
        view = self.map.view
        height, slant, elevation = self._sight(aim.altitude_m, aim.above_ground)
        above = height >= self.map.lowest_m
        sunk = self.ground_range_m > horizon_range_m(
            antenna_height_m=max(view.height_m, 0.0),
            target_height_m=np.maximum(height, 0.0),
            refraction_factor=view.refraction_factor,
        )
        turn = np.abs((self.azimuth_rad - view.boresight_rad + np.pi) % (2.0 * np.pi) - np.pi)
        target = Target(aim.altitude_m, aim.rcs_m2, aim.p_detection, aim.swerling)
        flags = {
            "horizon": above | ~sunk,
            "terrain": above | sunk,
            "elevation": (elevation >= view.elevation_min_rad) & (elevation <= view.elevation_max_rad),
            "sector": turn <= view.sector_half_rad,
            "instrumented": slant <= view.instrumented_m,
            "detection": _detected(view, target, self.ground_range_m, slant),
        }
        if aim.p_track is not None:
            held = dataclasses.replace(target, p_detection=aim.p_track)
            flags["track"] = _detected(view, held, self.ground_range_m, slant)
        if aim.engaged:
            flags["kinematics"] = _envelope(self, height, slant, aim)
        return flags


def _envelope(field: Field, height: Array, slant: Array, aim: Aim) -> Flags:
    if not field.map.view.envelopes:
        raise OutOfRangeError(
            f"{field.map.view.radar_id} guides no missile, so there is nothing to engage with. Name a fire unit."
        )
    if not aim.above_ground:
        return _in_envelopes(field.map.view.envelopes, slant, aim.altitude_m)
    inside = np.zeros(slant.shape, dtype=bool)
    for e in field.map.view.envelopes:
        inside |= (slant >= e.nearest_m) & (slant <= e.farthest_m) & (height >= e.lowest_m) & (height <= e.highest_m)
    return inside
