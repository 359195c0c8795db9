"""Where things stand: places, antennas and the terrain that masks them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.catalogue.skylines import load_skyline, skyline_ids
from openiads.errors import OutOfRangeError, ScenarioError
from openiads.geo.ellipsoid import enu_axes, geodetic_to_ecef
from openiads.geo.geodesic import direct, ground_range_m
from openiads.geo.terrain.grid import Terrain
from openiads.geo.terrain.masks import MaskSteps, mask_steps, smooth_mask_steps
from openiads.models.motion.lowering import Ground
from openiads.models.sensing.kernels import MOST_FALSE_ALARMS
from openiads.models.sensing.lowering import PdTables, fill_radar
from openiads.models.sensing.paths import Paths, paths_of
from openiads.models.sensing.spec import RadarSpec
from openiads.records.case import RADARS
from openiads.scenario.schema import ScenarioSpec
from openiads.streams.names import name_hash

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Radars:
    """The radars of a case, sorted by node and role, with their Pd tables and terrain masks."""

    names: list[tuple[str, str]]
    records: NDArray[Any]
    paths: list[Paths]
    pd_table: Array
    mask_first: NDArray[np.int64]
    mask_range_m: Array
    mask_elevation_rad: Array


def node_spec(spec: ScenarioSpec, node: str) -> Any:
    """The command post, sensor or fire unit called `node`."""
    for section in (spec.command_posts, spec.sensors, spec.fire_units):
        if node in section:
            return section[node]
    raise KeyError(node)


kept_mask = lru_cache(maxsize=128)(smooth_mask_steps)
"""Masks of smooth ground by antenna height, refraction and angle; nobody writes to them."""


class Sites:
    """Places of a scenario in ECEF, and the terrain when the scenario names elevation files."""

    def __init__(self, spec: ScenarioSpec) -> None:
        self._spec = spec
        self.ground = _ground(spec)

    def locate(self, place: str) -> tuple[float, float, float]:
        """Latitude and longitude [rad] of a place and the height of its ground [m]."""
        p = self._spec.places[place]
        return float(np.radians(p.latitude_deg)), float(np.radians(p.longitude_deg)), p.ground_m

    def position_m(self, place: str) -> Array:
        """ECEF of the ground of a place, (3,)."""
        latitude, longitude, ground_m = self.locate(place)
        return geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=ground_m)

    def ground_distance_m(self, place: str, positions_m: Array) -> Array:
        """Ground distance (n,) from a place to each of (n, 3) ECEF positions."""
        return ground_range_m(self.position_m(place), positions_m)

    def antenna(self, node: str, radar: RadarSpec) -> tuple[float, float, float]:
        """Latitude, longitude and height above the ellipsoid of a radar of `node`."""
        owner = node_spec(self._spec, node)
        latitude, longitude, ground_m = self.locate(owner.place)
        east, north = owner.offset_east_m, owner.offset_north_m
        if east or north:
            lat, lon = direct(
                latitude_rad=latitude,
                longitude_rad=longitude,
                azimuth_rad=np.arctan2(east, north),
                distance_m=np.hypot(east, north),
            )
            latitude, longitude = float(lat), float(lon)
        return latitude, longitude, ground_m + radar.antenna_height_m

    def mask(self, place: str, height_m: float) -> MaskSteps:
        """Mask of an antenna at `height_m` above sea level: the place's constant angle, its skyline, or a smooth earth.

        Raises
        ------
        ScenarioError
            When the skyline was not computed for this antenna height or refraction factor.
        """
        p, factor = self._spec.places[place], self._spec.atmosphere.refraction_factor
        if p.mask_angle_deg is None and self._spec.terrain.masks == "catalogue":
            name = p.skyline or (place if place in skyline_ids() else None)
            if name is not None:
                try:
                    return mask_steps(load_skyline(name), antenna_height_amsl_m=height_m, refraction_factor=factor)
                except OutOfRangeError as error:
                    raise ScenarioError(f"places.{place}: {error}") from error
        angle = None if p.mask_angle_deg is None else float(np.radians(p.mask_angle_deg))
        return kept_mask(antenna_height_m=max(height_m, 0.0), refraction_factor=factor, mask_angle_rad=angle)


def _section(spec: ScenarioSpec, node: str) -> str:
    if node in spec.fire_units:
        return "fire_units"
    return "sensors" if node in spec.sensors else "command_posts"


def _require_few_false_alarms(record: Any, path: str) -> None:
    mean = float(record["false_alarm_mean"]) * max(1, int(record["dwells"]))
    if mean > MOST_FALSE_ALARMS:
        raise ScenarioError(
            f"{path}: p_false_alarm = {float(record['p_fa']):.3g} gives {mean:.0f} false alarms per sector or frame; at most "
            f"{MOST_FALSE_ALARMS:.0f} are simulated. Set it to {float(record['p_fa']) * MOST_FALSE_ALARMS / mean:.1g} or less, "
            "or coarsen range_resolution_m or the beam."
        )


def _ground(spec: ScenarioSpec) -> Ground:
    if spec.terrain.elevation_directory is None:
        return None
    terrain = Terrain.open(Path(spec.terrain.elevation_directory), missing="sea")
    return lambda latitude, longitude: np.nan_to_num(terrain.elevation_m(latitude, longitude), nan=0.0)


def _antenna(radar: RadarSpec, unit: int | None, before: NDArray[Any], units: int) -> int:
    """Row of the antenna's state: a multifunction search radar points and sweeps on its own."""
    if unit is not None:
        return unit
    return -1 if radar.kind == "rotating" else max([units - 1, *before["antenna"].tolist()]) + 1


def lower_radars(spec: ScenarioSpec, sites: Sites, nodes: list[str], units: list[str], swerlings: set[int]) -> Radars:
    """All radars of a scenario: search before engagement radars fall in the order of (node, role)."""
    found: list[tuple[str, str, RadarSpec]] = []
    for node in nodes:
        owner = node_spec(spec, node)
        if node in units:
            found.append((node, "engagement", owner.engagement_radar))
        if owner.search_radar is not None:
            found.append((node, "search", owner.search_radar))
    records = np.zeros(len(found), RADARS)
    tables = PdTables()
    masks: list[MaskSteps] = []
    paths: list[Paths] = []
    rows: dict[tuple[str, float], int] = {}
    for r, (node, role, radar) in enumerate(found):
        record = records[r]
        latitude, longitude, height_m = sites.antenna(node, radar)
        factor = spec.atmosphere.refraction_factor
        paths.append(paths_of(radar, spec.sensing, antenna_height_m=height_m, refraction_factor=factor))
        fill_radar(record, radar, paths[-1], tables, swerlings)
        _require_few_false_alarms(record, f"{_section(spec, node)}.{node}.{role}_radar")
        record["name"] = name_hash(node, role)
        record["node"] = nodes.index(node)
        record["antenna"] = _antenna(radar, units.index(node) if role == "engagement" else None, records[:r], len(units))
        record["site_m"] = geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=height_m)
        record["foot_m"] = geodetic_to_ecef(latitude_rad=latitude, longitude_rad=longitude, height_m=0.0)
        record["axes"] = enu_axes(latitude_rad=latitude, longitude_rad=longitude)
        record["height_m"] = height_m
        record["refraction_factor"] = factor
        key = (node_spec(spec, node).place, height_m)
        if key not in rows:
            rows[key] = len(masks)
            masks.append(sites.mask(*key))
        record["mask_row"] = rows[key]
    starts = np.cumsum([0, *(len(m.range_m) for m in masks)])
    return Radars(
        names=[(node, role) for node, role, _ in found],
        records=records,
        paths=paths,
        pd_table=tables.array(),
        mask_first=np.array([m.first + start for m, start in zip(masks, starts, strict=False)], dtype=np.int64).reshape(
            -1, 361
        ),
        mask_range_m=np.concatenate([np.zeros(0), *(m.range_m for m in masks)]),
        mask_elevation_rad=np.concatenate([np.zeros(0), *(m.elevation_rad for m in masks)]),
    )
